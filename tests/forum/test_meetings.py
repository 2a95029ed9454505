"""Meetings before they are held: who sees and does what, whom one may invite, what a change sets off, who answers."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils import timezone, translation

from accounts.models import Membership, OrganisationKind
from accounts.roles import Role
from forum import times
from forum.lifecycle import MEETING
from forum.models import Answer, Meeting, MeetingStatus
from forum.rules import meetings as rules
from forum.selectors import invitations
from forum.selectors import meetings as selectors
from forum.services import meetings as services
from portal.selectors.deadlines import deadlines, next_deadlines
from portal.selectors.home import home_for
from tests import factories, program_factories
from tests.matrices import typed_lines
from tests.meeting_factories import WIB, at, begun, draft, fields, in_state, item, sent
from tests.proposal_factories import open_need, proposal
from workflow.calendar import forget_holidays
from workflow.engine import Refused, Stale, log_of, may_see, offered, perform
from workflow.models import Holiday
from workflow.reading import seen_by, waiting_for
from workflow.turns import is_turn_of

pytestmark = pytest.mark.django_db

MATRIX = Path(__file__).with_name("meeting_matrix.txt")


# --- The matrix


def typed() -> dict[tuple[str, str], set[str]]:
    """{(who, state): what they may do} as typed."""
    found = {}
    for line in typed_lines(MATRIX):
        where, said = line.split(":")
        found[tuple(where.split())] = set(said.split()) - {"-"}
    return found


@pytest.fixture
def cast(
    biroks,
    biroks_officer,
    biroks_head,
    aceh,
    aceh_regency,
    aceh_operator,
    aceh_head,
    aceh_province_head,
    aceh_province_operator,
    jica,
    jica_liaison,
    koica_head,
    ppsdm,
    ppsdm_verifier,
    ppsdm_head,
    bali_head,
    legal_reviewer,
    sekjen,
    auditor,
    administrator,
):
    """One person for each line of the matrix."""
    return {
        "organiser": biroks_officer,
        "organiser_head": biroks_head,
        "invited_operator": aceh_operator,
        "invited_head": aceh_head,
        "invited_partner": jica_liaison,
        "invited_post": ppsdm_verifier,
        "invited_province_head": aceh_province_head,
        "other_post": ppsdm_head,
        "other_post_of_province": aceh_province_operator,
        "other_office": bali_head,
        "other_partner": koica_head,
        "other_unit": legal_reviewer,
        "secretary_general": sekjen,
        "auditor": auditor,
        "administrator": administrator,
        "nominee_of_invited": factories.member(Role.NOMINEE, aceh_regency),
    }


@pytest.fixture
def guests(aceh_regency, aceh, jica, ppsdm):
    """Whom the meeting of the matrix invites."""
    return (aceh_regency, (aceh, Role.DINAS_HEAD), jica, (ppsdm, Role.PPSDM_VER))


def test_everybody_may_do_exactly_what_the_matrix_says(cast, guests):
    found = {}
    for status in MeetingStatus:
        meeting = in_state(cast["organiser"], status, *guests)
        for who, person in cast.items():
            does = {offer.transition.name for offer in offered(person, meeting)}
            does |= {"see"} if may_see(MEETING, person, meeting) else set()
            does |= {"answer"} if rules.may_answer(person, meeting) and "see" in does else set()
            does |= {"edit"} if rules.may_plan(person, meeting) else set()
            found[(who, status.value)] = does
    assert found == typed()


def test_the_record_the_query_and_the_people_agree(cast, guests):
    wrong = []
    for status in MeetingStatus:
        meeting = in_state(cast["organiser"], status, *guests)
        for who, person in cast.items():
            sees = may_see(MEETING, person, meeting)
            if sees != seen_by(person, MEETING.name).filter(pk=meeting.pk).exists():
                wrong.append((who, status.value, "query"))
            if sees != (person in MEETING.people(meeting, [person.acting_role])):
                wrong.append((who, status.value, "people"))
    assert wrong == []


def test_pages_of_a_meeting_answer_as_the_matrix_says(client, cast, guests):
    wrong = []
    for status in MeetingStatus:
        meeting = in_state(cast["organiser"], status, *guests)
        for who, person in cast.items():
            may = typed()[(who, status.value)]
            client.force_login(person)
            pages = ("", "cetak/", "undangan/", "jawab/", "ubah/", "cancel/")
            answers = {page: client.get(f"/rapat/{meeting.code}/{page}").status_code for page in pages}
            asked = who.startswith("invited")
            expected = dict.fromkeys(pages, 404)
            if "see" in may:
                expected |= {"": 200, "cetak/": 200, "undangan/": 200, "jawab/": 200 if asked else 403}
                edit = 200 if "edit" in may else 409 if who.startswith("organiser") else 403
                cancel = 409 if who.startswith("organiser") else 403
                expected |= {"ubah/": edit, "cancel/": 200 if "cancel" in may else cancel}
            if answers != expected:
                wrong.append((who, status.value, answers))
    assert wrong == []


def test_it_waits_for_its_organisers_alone_and_only_when_there_is_something_to_do(cast, guests):
    organiser, guest = cast["organiser"], cast["invited_operator"]
    waits = {}
    for status in MeetingStatus:
        meeting = in_state(organiser, status, *guests)
        waits[status.value] = (
            waiting_for(organiser, MEETING.name).filter(pk=meeting.pk).exists(),
            waiting_for(guest, MEETING.name).filter(pk=meeting.pk).exists(),
            meeting.waits_for(),
        )
    over = begun(in_state(organiser, "PLANNED", *guests), hours=3)
    assert waits == {
        "DRAFT": (True, False, ("ORGANISER",)),
        "PLANNED": (False, False, ()),
        "HELD": (True, False, ("ORGANISER",)),
        "MINUTED": (False, False, ()),
        "CANCELLED": (False, False, ()),
    }
    assert (list(waiting_for(organiser, MEETING.name).filter(pk=over.pk)), over.waits_for(), over.turn_since) == (
        [over],
        ("ORGANISER",),
        over.ends_at,
    )


def test_a_draft_waits_for_whoever_made_it_and_for_the_others_once_they_have_left(biroks_officer, biroks_head, jica):
    meeting = draft(biroks_officer, jica)

    def waits(person):
        """(in their list, by the rule, on their home)"""
        listed = waiting_for(person, MEETING.name).filter(pk=meeting.pk).exists()
        return listed, is_turn_of(person, meeting), any(row.record == meeting for row in home_for(person).tasks)

    assert (waits(biroks_officer), waits(biroks_head)) == ((True, True, True), (False, False, False))
    assert rules.may_plan(biroks_head, meeting) and {o.transition.name for o in offered(biroks_head, meeting)} == {
        "send",
        "cancel",
    }
    Membership.objects.filter(user=biroks_officer).update(ended_at=timezone.now())
    assert waits(biroks_head) == (True, True, True)


def test_that_minutes_are_due_concerns_those_who_write_them(biroks_officer, biroks_head, jica, jica_liaison, auditor):
    meeting = in_state(biroks_officer, "HELD", jica)
    due = timezone.now() + dt.timedelta(days=3)
    Meeting.objects.filter(pk=meeting.pk).update(due_at=due)
    shown = {
        person: [row.code for row in next_deadlines(person)] for person in (biroks_officer, biroks_head, jica_liaison)
    }
    assert shown == {biroks_officer: [meeting.code], biroks_head: [meeting.code], jica_liaison: []}
    days, counts = deadlines(jica_liaison)
    assert (days, counts["forum.meeting"]) == ([], 0)
    assert deadlines(auditor)[1]["forum.meeting"] == 1


# --- Whom one may invite


@pytest.fixture
def country(aceh, aceh_regency, bali, ppsdm, biroks, jica, koica):
    """Organisations of every kind, near and far."""
    factories.organisation("KEMENDAGRI", OrganisationKind.CENTRAL)
    centre = factories.organisation("BPVP-ACEH", OrganisationKind.CENTRE)
    type(centre).objects.filter(pk=centre.pk).update(region_code="1171")
    closed = factories.organisation("LAMA", OrganisationKind.PARTNER)
    type(closed).objects.filter(pk=closed.pk).update(valid_to=timezone.localdate() - dt.timedelta(days=1))
    suspended = factories.organisation("TUNDA", OrganisationKind.PARTNER)
    type(suspended).objects.filter(pk=suspended.pk).update(suspended=True)


EVERYBODY = {"DISNAKER-11", "DISNAKER-1101", "DISNAKER-51", "PPSDM", "BIRO-KS", "JICA", "KOICA", "BPVP-ACEH"}
INVITES = {
    "biroks_officer": EVERYBODY,
    "ppsdm_head": EVERYBODY,
    "aceh_operator": EVERYBODY - {"DISNAKER-51"},
    "aceh_verifier": EVERYBODY - {"DISNAKER-51"},
    "bali_head": EVERYBODY - {"DISNAKER-11", "DISNAKER-1101", "BPVP-ACEH"},
    "jica_liaison": {"PPSDM", "BIRO-KS", "JICA"},
    "auditor": set(),
    "administrator": set(),
}
"""Typed from the rule: the ministry everybody, an office its province, the ministry and partners, a partner the
ministry; bodies where nobody has an account, and those that have ended or are suspended, nobody."""


@pytest.mark.parametrize("who", INVITES)
def test_everybody_may_invite_exactly_these(who, country, request):
    person = request.getfixturevalue(who)
    person.refresh_from_db()
    found = set(rules.invitable(person).exclude(code="ITJEN").values_list("code", flat=True))
    assert found == INVITES[who]


def test_a_partner_also_invites_offices_whose_proposals_lie_before_it(jica, jica_liaison, koica_liaison, aceh_regency):
    program = program_factories.program(jica, "OPEN")
    one = proposal(open_need(aceh_regency, people=2), program, "REVIEW")
    before = rules.may_invite(jica_liaison, aceh_regency)
    type(one).objects.filter(pk=one.pk).update(**{"status": "PARTNER_REVIEW"})
    assert (before, rules.may_invite(jica_liaison, aceh_regency)) == (False, True)
    assert rules.may_invite(koica_liaison, aceh_regency) is False


def test_nobody_gets_past_the_rule_through_the_service(jica_liaison, koica, bali, aceh_operator, biroks):
    for actor, stranger in ((jica_liaison, koica), (aceh_operator, bali)):
        meeting = draft(actor, biroks)
        with translation.override("en"), pytest.raises(Refused) as refused:
            services.invite(meeting, actor, [(stranger.pk, "")], version=None)
        assert refused.value.reasons == ["You cannot invite one of these organisations."]
        assert list(meeting.invitees.values_list("organisation__code", flat=True)) == ["BIRO-KS"]


def test_a_post_must_exist_in_the_organisation(biroks_officer, jica, aceh):
    meeting = draft(biroks_officer)
    with pytest.raises(Refused):
        services.invite(meeting, biroks_officer, [(jica.pk, Role.DINAS_HEAD)], version=None)
    services.invite(meeting, biroks_officer, [(aceh.pk, Role.PROV_VER), (jica.pk, Role.PARTNER_HEAD)], version=None)
    assert sorted(meeting.invitees.values_list("organisation__code", "role")) == [
        ("DISNAKER-11", "PROV_VER"),
        ("JICA", "PARTNER_HEAD"),
    ]


def test_a_whole_organisation_takes_the_place_of_its_posts(biroks_officer, jica):
    meeting = draft(biroks_officer, (jica, Role.PARTNER_HEAD), (jica, Role.PARTNER_OFF))
    services.invite(meeting, biroks_officer, [(jica.pk, "")], version=None)
    assert list(meeting.invitees.values_list("organisation__code", "role")) == [("JICA", "")]
    with pytest.raises(Refused):
        services.invite(meeting, biroks_officer, [(jica.pk, Role.PARTNER_OFF)], version=None)


def test_quick_choices_hold_what_their_name_says_and_no_more_than_one_may_invite(
    country, biroks_officer, aceh_operator, jica_liaison
):
    names = ("province:11", "province:51", "provincial", "partners", "unit:PPSDM", "unit:BIRO-KS", "unit:JICA", "x", "")
    codes = dict(rules.Organisation.objects.values_list("pk", "code"))

    def of(actor):
        return {name: [codes[pk] for pk in invitations.group(actor, name)] for name in names}

    nothing = dict.fromkeys(names, [])
    units = {"unit:PPSDM": ["PPSDM"], "unit:BIRO-KS": ["BIRO-KS"]}
    assert of(biroks_officer) == {
        **nothing,
        "unit:PPSDM": ["PPSDM"],
        "province:11": ["DISNAKER-11", "DISNAKER-1101"],
        "province:51": ["DISNAKER-51"],
        "provincial": ["DISNAKER-11", "DISNAKER-51"],
        "partners": ["JICA", "KOICA"],
    }
    assert of(aceh_operator) == {**nothing, **units, "province:11": ["DISNAKER-11"]}
    assert of(jica_liaison) == {**nothing, **units}


# --- Planning, sending, changing


def test_a_meeting_that_is_only_a_draft_tells_nobody_and_counts_nothing(biroks_officer, jica, jica_liaison):
    meeting = draft(biroks_officer, jica)
    services.change_plan(meeting, biroks_officer, fields=fields(title="Lain"), agenda=[], version=meeting.version)
    meeting.refresh_from_db()
    assert (meeting.title, meeting.sequence, meeting.sent_at, meeting.moved_at) == ("Lain", 0, None, None)
    assert [entry.action for entry in log_of(meeting)] == ["create", "plan", "plan"]
    with pytest.raises(Http404):
        selectors.get_meeting(jica_liaison, meeting.code)


def test_it_is_not_sent_without_guests_without_a_place_or_too_late(biroks_officer, jica):
    def why(meeting):
        return next(o.reasons for o in offered(biroks_officer, meeting) if o.transition.name == "send")

    with translation.override("en"):
        assert why(draft(biroks_officer)) == ("Invite at least one organisation first.",)
        assert why(draft(biroks_officer, jica, place="")) == (
            "Say where it takes place: a place, a video link or both.",
        )
        assert why(begun(draft(biroks_officer, jica))) == ("The time has passed. Choose one that lies ahead.",)
        assert why(draft(biroks_officer, jica)) == ()


CHANGES = {
    # what changes: (sequence, action in the log, whether earlier answers are asked again)
    "title": ({"title": "Judul baru"}, 1, "change", False),
    "place": ({"place": "Aula"}, 1, "change", True),
    "link": ({"link": "https://rapat.example.test/x"}, 1, "change", False),
    "time": ({"starts_at": at(11), "ends_at": at(11, 12)}, 1, "change", True),
    "clock of the place": ({"zone": "Asia/Makassar"}, 1, "change", False),
    "purpose": ({"purpose": "Supaya jelas."}, 0, "plan", False),
    "kind": ({"kind": "PANEL"}, 0, "plan", False),
}


@pytest.mark.parametrize("what", CHANGES)
def test_only_what_invited_people_must_know_raises_the_sequence(what, biroks_officer, jica):
    more, sequence, action, again = CHANGES[what]
    meeting = sent(biroks_officer, jica)
    agenda = [{"pk": i.pk, "title": i.title, "minutes": i.minutes} for i in meeting.agenda.all()]
    services.change_plan(meeting, biroks_officer, fields=fields(**more), agenda=agenda, version=meeting.version)
    meeting.refresh_from_db()
    assert (meeting.sequence, log_of(meeting).last().action, meeting.moved_at is not None) == (sequence, action, again)


def test_another_agenda_raises_the_sequence_and_the_same_one_does_not(biroks_officer, jica):
    meeting = sent(biroks_officer, jica)
    (only,) = meeting.agenda.all()
    row = {"pk": only.pk, "title": only.title, "minutes": only.minutes}
    services.change_plan(meeting, biroks_officer, fields=fields(), agenda=[row], version=None)
    meeting.refresh_from_db()
    assert (meeting.sequence, [e.action for e in log_of(meeting)]) == (0, ["create", "plan", "send"])
    services.change_plan(meeting, biroks_officer, fields=fields(), agenda=[item("Dua", 20), row], version=None)
    meeting.refresh_from_db()
    assert (meeting.sequence, list(meeting.agenda.values_list("position", "title", "pk"))) == (
        1,
        [(1, "Dua", meeting.agenda.first().pk), (2, "Pembukaan", only.pk)],
    )
    assert log_of(meeting).last().data == {
        "changes": [
            {
                "field": "",
                "before": "1. Pembukaan (30')",
                "after": "1. Dua (20'); 2. Pembukaan (30')",
                "label_id": "Agenda",
                "label_en": "Agenda",
            }
        ]
    }


def test_the_history_says_times_in_both_languages_and_never_the_video_link(biroks_officer, jica):
    start = dt.datetime(2031, 5, 12, 9, tzinfo=WIB)
    more = {"starts_at": start, "ends_at": start + dt.timedelta(hours=3), "link": "https://rapat.example.test/rahasia"}
    meeting = sent(biroks_officer, jica, starts_at=start + dt.timedelta(days=1), ends_at=start + dt.timedelta(days=2))
    services.change_plan(meeting, biroks_officer, fields=fields(**more), agenda=[], version=None)
    told = log_of(meeting).last().data["changes"]
    assert [
        (c["label_en"], c["before"], c["before_en"], c["after"], c["after_en"]) for c in told if c.get("before_en")
    ] == [
        (
            "Time",
            "Selasa, 13 Mei 2031, 09.00 – Rabu, 14 Mei 2031, 09.00 WIB",
            "Tuesday, 13 May 2031, 09:00 – Wednesday, 14 May 2031, 09:00 WIB",
            "Senin, 12 Mei 2031, 09.00–12.00 WIB",
            "Monday, 12 May 2031, 09:00–12:00 WIB",
        ),
    ]
    assert "rahasia" not in str(told)
    assert {c["label_en"] for c in told} == {"Time", "Video link", "Agenda"}


def test_who_was_slower_is_told_and_nothing_is_overwritten(biroks_officer, biroks_head, jica):
    meeting = sent(biroks_officer, jica)
    services.change_plan(meeting, biroks_head, fields=fields(title="Satu"), agenda=[], version=meeting.version)
    with pytest.raises(Stale):
        services.change_plan(meeting, biroks_officer, fields=fields(title="Dua"), agenda=[], version=meeting.version)
    meeting.refresh_from_db()
    assert meeting.title == "Satu"


def test_once_it_has_begun_the_plan_stays_as_it_is(biroks_officer, jica, koica):
    meeting = begun(sent(biroks_officer, jica))
    with pytest.raises(Stale):
        services.change_plan(meeting, biroks_officer, fields=fields(), agenda=[], version=None)
    with pytest.raises(Stale):
        services.invite(meeting, biroks_officer, [(koica.pk, "")], version=None)
    assert rules.may_plan(biroks_officer, meeting) is False


def test_it_is_never_moved_into_the_past_or_left_without_a_place(biroks_officer, jica):
    meeting = sent(biroks_officer, jica)
    for more in ({"starts_at": at(-2), "ends_at": at(-2, 12)}, {"place": ""}):
        with pytest.raises(Refused):
            services.change_plan(meeting, biroks_officer, fields=fields(**more), agenda=[], version=None)
    meeting.refresh_from_db()
    assert (meeting.place, meeting.sequence, meeting.agenda.count()) == ("Ruang rapat", 0, 1)


def test_the_database_takes_no_link_that_is_not_encrypted(biroks_officer):
    meeting = draft(biroks_officer)
    with pytest.raises(IntegrityError), transaction.atomic():
        Meeting.objects.filter(pk=meeting.pk).update(link="http://rapat.example.test/")


def test_adding_and_removing_after_the_sending_is_logged_with_whom_it_concerns(biroks_officer, jica, koica, jica_head):
    meeting = sent(biroks_officer, jica)
    services.answer(meeting, jica_head, reply="YES")
    services.invite(meeting, biroks_officer, [(koica.pk, "")], version=meeting.version)
    gone = meeting.invitees.get(organisation=jica)
    services.uninvite(meeting, biroks_officer, [gone.pk], version=None)
    meeting.refresh_from_db()
    last = list(log_of(meeting))[-2:]
    assert [(e.action, e.data) for e in last] == [
        ("invite", {"invitees": [[koica.pk, ""]]}),
        ("uninvite", {"invitees": [[jica.pk, ""]]}),
    ]
    assert (meeting.sequence, Answer.objects.count()) == (2, 0)
    with pytest.raises(Http404):
        selectors.get_meeting(jica_head, meeting.code)
    with pytest.raises(Refused):
        services.uninvite(meeting, biroks_officer, [meeting.invitees.get().pk], version=None)


def test_cancelling_counts_on_and_keeps_the_meeting_readable(biroks_officer, jica, jica_liaison):
    meeting = sent(biroks_officer, jica)
    reason = {"reason": "Pembicara utama berhalangan."}
    done = perform(MEETING, "cancel", record=meeting, actor=biroks_officer, answers=reason)
    assert (done.status, done.sequence, done.uid) == ("CANCELLED", 1, meeting.uid)
    assert selectors.get_meeting(jica_liaison, meeting.code).pk == meeting.pk
    with pytest.raises(Refused):
        services.answer(done, jica_liaison, reply="YES")


def test_a_draft_that_is_cancelled_never_shows_up_for_its_guests(biroks_officer, jica, jica_liaison):
    meeting = draft(biroks_officer, jica)
    perform(MEETING, "cancel", record=meeting, actor=biroks_officer, answers={"reason": "Tidak jadi dilakukan."})
    assert selectors.meetings_on(jica_liaison, meeting) == []
    assert seen_by(jica_liaison, MEETING.name).count() == 0


# --- Answers


def test_the_last_answer_counts_and_the_log_keeps_no_note(biroks_officer, jica, jica_liaison):
    meeting = sent(biroks_officer, jica)
    services.answer(meeting, jica_liaison, reply="MAYBE", text="Ada pertemuan lain di kantor.")
    services.answer(meeting, jica_liaison, reply="NO", text="Pasti tidak bisa.", sequence=0)
    answer = Answer.objects.get()
    assert (answer.reply, answer.note, answer.organisation, answer.role) == (
        "NO",
        "Pasti tidak bisa.",
        jica,
        "PARTNER_OFF",
    )
    entries = [(e.action, e.data, e.comment) for e in log_of(meeting) if e.action == "reply"]
    assert entries == [("reply", {"reply": "MAYBE"}, ""), ("reply", {"reply": "NO"}, "")]


def test_who_answers_about_a_time_that_has_changed_meanwhile_is_told(biroks_officer, jica, jica_liaison):
    meeting = sent(biroks_officer, jica)
    services.change_plan(meeting, biroks_officer, fields=fields(place="Aula"), agenda=[], version=None)
    with pytest.raises(Stale):
        services.answer(meeting, jica_liaison, reply="YES", sequence=0)
    services.answer(meeting, jica_liaison, reply="YES", sequence=1)
    assert Answer.objects.count() == 1


def test_nobody_answers_who_was_not_asked_or_too_late(biroks_officer, jica, jica_liaison, koica_liaison):
    meeting = sent(biroks_officer, jica)
    for person in (koica_liaison, biroks_officer):
        with pytest.raises(PermissionDenied):
            services.answer(meeting, person, reply="YES")
    begun(meeting)
    with pytest.raises(Refused):
        services.answer(meeting, jica_liaison, reply="YES")
    assert Answer.objects.count() == 0


def test_an_answer_is_owed_until_given_and_again_after_a_move(biroks_officer, jica, jica_liaison):
    def owed():
        rows = selectors.coming_meetings(jica_liaison)
        return [(row.owed, selectors.standing_of(jica_liaison, row).owes) for row in rows]

    meeting = sent(biroks_officer, jica)
    first = owed()
    services.answer(meeting, jica_liaison, reply="YES")
    second = owed()
    services.change_plan(meeting, biroks_officer, fields=fields(starts_at=at(9)), agenda=[], version=None)
    third = owed()
    services.answer(meeting, jica_liaison, reply="YES")
    assert (first, second, third, owed()) == ([(True, True)], [(False, False)], [(True, True)], [(False, False)])
    assert [row.owed for row in selectors.coming_meetings(biroks_officer)] == [False]


def test_counts_are_for_all_and_names_for_the_organiser_alone(
    biroks_officer, aceh_regency, aceh_operator, aceh_head, jica, jica_liaison, jica_head
):
    meeting = sent(biroks_officer, aceh_regency, (jica, Role.PARTNER_HEAD))
    services.answer(meeting, aceh_operator, reply="NO")
    services.answer(meeting, aceh_head, reply="YES", text="Hadir berdua.")
    tally = invitations.tally_of(meeting)
    assert (tally.organisations, tally.people, tally.yes, tally.maybe, tally.no, tally.silent) == (2, 3, 1, 0, 1, 1)
    names = [(row.user, row.reply) for row in invitations.answers_by_name(biroks_officer, meeting)]
    assert names == [(aceh_head, "YES"), (aceh_operator, "NO")]
    assert invitations.answers_by_name(jica_head, meeting) == []
    rows = invitations.first_invitees(meeting)
    assert {row.organisation.code: [number for _label, number in row.said] for row in rows} == {
        "DISNAKER-1101": [1, 1],
        "JICA": [],
    }


# --- The agenda and what it stands on


def test_everybody_reads_the_items_and_only_those_who_may_the_record(
    biroks_officer, aceh_regency, aceh_operator, jica, jica_liaison, ppsdm_verifier
):
    need = open_need(aceh_regency, people=2)
    meeting = sent(biroks_officer, aceh_regency, jica, agenda=[item("Kebutuhan", 30, need), item("Lain", None)])
    seen = {
        person.acting_role: [(i.title, i.record, i.hidden) for i in selectors.agenda_of(person, meeting)]
        for person in (aceh_operator, jica_liaison)
    }
    assert seen == {
        "DINAS_OP": [("Kebutuhan", need, False), ("Lain", None, False)],
        "PARTNER_OFF": [("Kebutuhan", None, True), ("Lain", None, False)],
    }
    assert [m.pk for m in selectors.meetings_on(aceh_operator, need)] == [meeting.pk]
    assert selectors.meetings_on(ppsdm_verifier, need) == []


def test_only_records_one_may_see_are_put_on_an_agenda(aceh_regency, aceh_operator, jica_liaison, bali_operator):
    need = open_need(aceh_regency, people=2)
    typed_codes = [need.code.lower(), "KB-1999-0001", "", "RP-\x00"]
    assert selectors.find_records(aceh_operator, typed_codes) == {need.code.lower(): need}
    assert selectors.find_records(jica_liaison, typed_codes) == {}
    assert selectors.find_records(bali_operator, typed_codes) == {}


# --- Time


def test_the_link_is_for_those_who_were_asked_and_gone_on_the_day_after(
    biroks_officer, aceh_operator, aceh_regency, auditor
):
    meeting = sent(biroks_officer, aceh_regency, link="https://rapat.example.test/x", zone="Asia/Jayapura")
    evening = dt.datetime.combine(
        times.day_there(meeting.ends_at, "Asia/Jayapura"), dt.time(23, 59), ZoneInfo("Asia/Jayapura")
    )
    shown = [
        rules.shows_link(person, meeting, now)
        for person in (biroks_officer, aceh_operator, auditor)
        for now in (meeting.starts_at, evening, evening + dt.timedelta(minutes=2))
    ]
    assert shown == [True, True, False, True, True, False, False, False, False]


@pytest.mark.parametrize(
    ("zone", "own", "there"),
    [
        ("Asia/Jakarta", "Monday, 13 May 2024, 09:00–12:00 WIB", ""),
        ("Asia/Pontianak", "Monday, 13 May 2024, 09:00–12:00 WIB", ""),
        ("Asia/Jayapura", "Monday, 13 May 2024, 11:00–14:00 WIT", "At the place of the meeting: 09:00–12:00 WIB"),
    ],
)
def test_readers_see_their_own_clock_and_the_places_where_it_differs(zone, own, there):
    start = dt.datetime(2024, 5, 13, 9, tzinfo=WIB)
    meeting = Meeting(starts_at=start, ends_at=start + dt.timedelta(hours=3), zone="Asia/Jakarta")
    with translation.override("en"):
        assert times.both_clocks(meeting, zone) == (own, there)


def test_the_place_names_its_day_where_the_readers_is_another():
    start = dt.datetime(2024, 5, 13, 22, 30, tzinfo=WIB)
    meeting = Meeting(starts_at=start, ends_at=start + dt.timedelta(hours=1), zone="Asia/Jakarta")
    assert times.both_clocks(meeting, "Asia/Jayapura")[0] == "Selasa, 14 Mei 2024, 00.30–01.30 WIT"
    assert times.both_clocks(meeting, "Asia/Jayapura")[1].endswith("Senin, 13 Mei 2024, 22.30–23.30 WIB")


def test_days_off_nights_and_other_meetings_warn_and_refuse_nothing(biroks_officer, ppsdm_head, jica, koica):
    papua = factories.office("94")
    sunday = dt.datetime(2031, 5, 11, 4, 30, tzinfo=WIB)
    when = {"starts_at": sunday, "ends_at": sunday + dt.timedelta(hours=2)}
    sent(ppsdm_head, (jica, Role.PARTNER_HEAD), **when)
    meeting = draft(biroks_officer, jica, papua, **when)
    with translation.override("en"):
        assert invitations.warnings_of(meeting) == [
            "The day is a weekend or a day off in the national calendar.",
            "It is night or early morning on one clock: 04:30–06:30 WIB.",
            "Another meeting at the same time: JICA.",
        ]
        monday = dt.datetime(2031, 5, 12, 9, tzinfo=WIB)
        calm = draft(biroks_officer, koica, starts_at=monday, ends_at=monday + dt.timedelta(hours=2))
        assert invitations.warnings_of(calm) == []
        Holiday.objects.create(date=dt.date(2031, 5, 12), label_id="Libur", kind="PUBLIC")
        forget_holidays()
        assert invitations.warnings_of(calm) == ["The day is a weekend or a day off in the national calendar."]
    assert perform(MEETING, "send", record=meeting, actor=biroks_officer).status == "PLANNED"


def test_posts_that_do_not_meet_do_not_clash(biroks_officer, ppsdm_head, jica):
    sent(ppsdm_head, (jica, Role.PARTNER_HEAD))
    other = draft(biroks_officer, (jica, Role.PARTNER_OFF))
    same = draft(biroks_officer, (jica, Role.PARTNER_HEAD))
    clashes = [[w for w in invitations.warnings_of(m) if "JICA" in w] != [] for m in (other, same)]
    assert clashes == [False, True]
