"""Letters of meetings: who gets which, once, in their language and on their clock; what is overtaken never leaves."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
from zoneinfo import ZoneInfo

import icalendar
import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Membership, User
from accounts.roles import Role
from forum.lifecycle import MEETING
from forum.models import Answer, Invitee, Meeting
from forum.selectors.calendar import calendar_uid
from forum.services import meetings as services
from notices import services as room
from notices.models import Notice, Outbox
from notices.tasks import deliver_pending, send_outbox
from portal import meeting_letters
from tests import factories, minutes_factories
from workflow.engine import perform
from workflow.models import LogEntry

pytestmark = pytest.mark.django_db
WIB = ZoneInfo("Asia/Jakarta")
NOW = dt.datetime(2026, 9, 21, 9, tzinfo=WIB)
"""A Monday, two weeks before the meeting."""


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def draft(ppsdm, aceh_regency, ppsdm_verifier):
    """A draft of PPSDM with an office of Aceh."""
    return minutes_factories.meeting(
        ppsdm,
        "DRAFT",
        invited=[aceh_regency],
        agenda=["Pembukaan", "Data jabatan"],
        created_by=ppsdm_verifier,
        link="https://rapat.example.test/r/7",
    )


def send(meeting, actor) -> Meeting:
    return perform(MEETING, "send", record=meeting, actor=actor)


def change(meeting, actor, **fields) -> Meeting:
    """Another plan, everything else as it was."""
    agenda = [{"pk": i.pk, "title": i.title, "minutes": i.minutes, "keep": True} for i in meeting.agenda.all()]
    return services.change_plan(Meeting.objects.get(pk=meeting.pk), actor, fields=fields, agenda=agenda, version=None)


def post() -> list[tuple[str, str, str]]:
    """Read the log on and send what is due; [(to, subject, method)] of the letters that left."""
    mail.outbox.clear()
    deliver_pending()
    send_outbox(timezone.now() + dt.timedelta(days=1))
    return sorted((m.to[0], m.subject, method(m)) for m in mail.outbox if calendar_of(m))


def read() -> None:
    """The post room reads the log on; nothing leaves yet."""
    while room.read_on():
        pass


def parts(message) -> list[tuple[str, bytes]]:
    """[(type, content)] of every leaf of a mail as it goes over the wire."""
    whole = email.message_from_bytes(message.message().as_bytes(linesep="\r\n"), policy=email.policy.default)
    return [
        (part.get_content_type(), part.get_payload(decode=True)) for part in whole.walk() if not part.is_multipart()
    ]


def calendar_of(message) -> bytes:
    return next((content for kind, content in parts(message) if kind == "text/calendar"), b"")


def event_of(message) -> icalendar.Event:
    [event] = icalendar.Calendar.from_ical(calendar_of(message)).walk("VEVENT")
    return event


def method(message) -> str:
    return str(icalendar.Calendar.from_ical(calendar_of(message))["method"])


TITLE = "Rapat koordinasi kebutuhan pelatihan"


# --- What leaves --------------------------------------------------------------------------------------------


def test_everyone_who_is_asked_gets_one_invitation(draft, ppsdm_verifier, aceh_operator, aceh_head, bali_operator):
    send(draft, ppsdm_verifier)
    left = post()
    assert [(to, kind) for to, _subject, kind in left] == sorted(
        (person.email, "REQUEST") for person in (aceh_operator, aceh_head)
    )
    assert post() == []
    assert set(Notice.objects.values_list("user", "kind")) == {(p.pk, "MEETING") for p in (aceh_operator, aceh_head)}


def test_the_mail_has_the_bodies_mail_programs_look_for(draft, ppsdm_verifier, aceh_operator):
    send(draft, ppsdm_verifier)
    post()
    [message] = mail.outbox
    found = parts(message)
    assert [kind for kind, _content in found] == ["text/plain", "text/html", "text/calendar", "application/ics"]
    assert found[2][1] == found[3][1]
    whole = email.message_from_bytes(message.message().as_bytes(linesep="\r\n"), policy=email.policy.default)
    mixed = whole
    alternative, attached = mixed.iter_parts()
    assert (mixed.get_content_type(), alternative.get_content_type()) == ("multipart/mixed", "multipart/alternative")
    calendar = list(alternative.iter_parts())[2]
    assert (calendar.get_param("method"), calendar.get_param("charset")) == ("REQUEST", "utf-8")
    assert attached.get_filename() == "invite.ics"
    assert str(event_of(message)["attendee"]) == f"mailto:{aceh_operator.email}"
    assert parts(message)[0][1] and len(found[0][1]) + len(found[1][1]) <= 30 * 1024


def test_it_says_what_a_guest_must_know(draft, ppsdm_verifier, aceh_operator, settings):
    User.objects.filter(pk=aceh_operator.pk).update(language="en")
    send(draft, ppsdm_verifier)
    post()
    [message] = mail.outbox
    assert message.subject == f"Invitation: {TITLE}"
    html = message.alternatives[0].content
    page = f"{settings.SITE_URL}/en/rapat/{draft.code}/"
    for body in (message.body, html):
        for words in (
            "PPSDM invites you.",
            "Monday, 5 October 2026, 09:00–12:00 WIB",
            "Ruang Tridharma, Jakarta",
            "https://rapat.example.test/r/7",
            "Pembukaan",
            "Data jabatan",
            f"{page}jawab/?reply=YES",
            f"{page}jawab/?reply=MAYBE",
            f"{page}jawab/?reply=NO",
        ):
            assert words in body
    assert "At the place of the meeting" not in message.body


def test_times_stand_on_the_readers_clock_and_the_places(draft, ppsdm_verifier):
    papua = factories.office("94")
    guest = factories.member(Role.DINAS_HEAD, papua)
    User.objects.filter(pk=guest.pk).update(language="en")
    Invitee.objects.create(meeting=draft, organisation=papua)
    send(draft, ppsdm_verifier)
    post()
    [message] = [m for m in mail.outbox if m.to == [guest.email]]
    assert "11:00–14:00 WIT" in message.body and "09:00–12:00 WIB" in message.body
    event = event_of(message)
    assert event["dtstart"].params["TZID"] == "Asia/Jakarta" and event.decoded("dtstart") == draft.starts_at


def test_one_person_asked_twice_gets_one(draft, ppsdm_verifier, aceh_regency, aceh_head):
    """As head of one office, named once more by post, and as verifier of another."""
    bali = factories.office("51")
    principal = factories.member(Role.DINAS_HEAD, bali)
    Membership.objects.create(user=aceh_head, organisation=bali, role=Role.PROV_VER, valid_from=dt.date(2020, 1, 1))
    Invitee.objects.create(meeting=draft, organisation=bali)
    Invitee.objects.create(meeting=draft, organisation=aceh_regency, role=Role.DINAS_HEAD)
    send(draft, ppsdm_verifier)
    assert [to for to, _s, _m in post()] == sorted([aceh_head.email, principal.email])


def test_whoever_sends_it_gets_the_file_where_they_are_asked(draft, ppsdm, ppsdm_verifier):
    Invitee.objects.create(meeting=draft, organisation=ppsdm)
    send(draft, ppsdm_verifier)
    assert [to for to, _s, _m in post()] == [ppsdm_verifier.email]
    assert not Notice.objects.filter(user=ppsdm_verifier).exists()


# --- Changes ------------------------------------------------------------------------------------------------


def test_a_change_brings_the_same_event_with_a_higher_sequence(draft, ppsdm_verifier, aceh_operator):
    sent = send(draft, ppsdm_verifier)
    post()
    [first] = mail.outbox
    Answer.objects.create(
        meeting=sent, user=aceh_operator, organisation=aceh_operator.acting_organisation, reply="YES", given_at=NOW
    )
    later = sent.starts_at + dt.timedelta(hours=4)
    with time_machine.travel(NOW + dt.timedelta(hours=1), tick=False):
        change(sent, ppsdm_verifier, starts_at=later, ends_at=later + dt.timedelta(hours=1), place="Aula Lantai 8")
        left = post()
    assert [(to, kind) for to, _s, kind in left] == [(aceh_operator.email, "REQUEST")]
    [second] = mail.outbox
    before, after = event_of(first), event_of(second)
    assert str(before["uid"]) == str(after["uid"]) == calendar_uid(sent)
    assert int(after["sequence"]) > int(before["sequence"]) and after.decoded("dtstart") == later
    assert after.decoded("dtstamp") > before.decoded("dtstamp")
    assert after["attendee"].params["PARTSTAT"] == "NEEDS-ACTION", "another time asks anew"
    assert "Aula Lantai 8" in second.body and "Ruang Tridharma, Jakarta" in second.body


def test_subjects_in_both_languages(draft, ppsdm_verifier, aceh_operator, aceh_head):
    User.objects.filter(pk=aceh_head.pk).update(language="en")
    sent, english = send(draft, ppsdm_verifier), []
    for act in (
        lambda: None,
        lambda: change(sent, ppsdm_verifier, place="Aula"),
        lambda: perform(MEETING, "cancel", record=sent, actor=ppsdm_verifier, answers={"reason": "Ditunda dahulu."}),
    ):
        act()
        english += [subject for to, subject, _method in post() if to == aceh_head.email]
    assert english == [f"{word}: {TITLE}" for word in ("Invitation", "Change", "Cancelled")]


def test_a_change_before_the_invitation_left_gives_one_invitation(draft, ppsdm_verifier, aceh_operator):
    sent = send(draft, ppsdm_verifier)
    read()
    for place in ("Aula", "Gedung B"):
        change(sent, ppsdm_verifier, place=place)
        read()
    assert [kind for _to, _s, kind in post()] == ["REQUEST"]
    [message] = mail.outbox
    assert int(event_of(message)["sequence"]) == 2 and "Gedung B" in message.body and "Aula" not in message.body
    assert Outbox.objects.filter(sent_at__isnull=False).count() == 1


def test_a_change_the_post_room_has_not_read_yet_gives_one_mail_as_well(draft, ppsdm_verifier, aceh_operator):
    sent = send(draft, ppsdm_verifier)
    read()
    change(sent, ppsdm_verifier, place="Gedung B")
    mail.outbox.clear()
    send_outbox(timezone.now() + dt.timedelta(days=1))
    assert mail.outbox == [], "the later entry brings it"
    assert [kind for _to, _s, kind in post()] == ["REQUEST"]


def test_cancelled_before_it_left_nothing_leaves(draft, ppsdm_verifier, aceh_operator):
    sent = send(draft, ppsdm_verifier)
    read()
    perform(MEETING, "cancel", record=sent, actor=ppsdm_verifier, answers={"reason": "Ditunda dahulu."})
    assert post() == [] and mail.outbox == []


def test_who_lost_the_role_meanwhile_gets_nothing(draft, ppsdm_verifier, aceh_operator, aceh_head):
    send(draft, ppsdm_verifier)
    read()
    Membership.objects.filter(user=aceh_head).update(ended_at=NOW)
    assert [to for to, _s, _m in post()] == [aceh_operator.email]


def test_nobody_is_invited_to_what_is_over(draft, ppsdm_verifier, aceh_operator, clock):
    send(draft, ppsdm_verifier)
    read()
    clock.move_to(draft.ends_at + dt.timedelta(minutes=1))
    assert post() == []


# --- The end of it ------------------------------------------------------------------------------------------


def test_a_cancelled_meeting_leaves_the_calendars(draft, ppsdm_verifier, aceh_operator):
    sent = send(draft, ppsdm_verifier)
    post()
    [first] = mail.outbox
    perform(MEETING, "cancel", record=sent, actor=ppsdm_verifier, answers={"reason": "Ruangan tidak tersedia."})
    assert [kind for _to, _s, kind in post()] == ["CANCEL"]
    [message] = mail.outbox
    event = event_of(message)
    assert (str(event["uid"]), str(event["status"])) == (str(event_of(first)["uid"]), "CANCELLED")
    assert int(event["sequence"]) > int(event_of(first)["sequence"])
    assert str(event["attendee"]) == f"mailto:{aceh_operator.email}"
    assert "Ruangan tidak tersedia." in message.body and "?reply=" not in message.body
    assert [kind for kind, _content in parts(message)][-1] == "application/ics"


def test_who_is_no_longer_asked_is_told_and_the_others_are_not(draft, ppsdm_verifier, aceh_operator):
    guest = factories.member(Role.PARTNER_HEAD, factories.organisation("JICA", "PARTNER"))
    Invitee.objects.create(meeting=draft, organisation=guest.acting_organisation)
    sent = send(draft, ppsdm_verifier)
    post()
    gone = sent.invitees.get(organisation=guest.acting_organisation)
    services.uninvite(sent, ppsdm_verifier, [gone.pk], version=None)
    assert [(to, kind) for to, _s, kind in post()] == [(guest.email, "CANCEL")]
    [message] = mail.outbox
    assert f"/rapat/{sent.code}/" not in message.body, "the page does not exist for them any more"
    fresh = Meeting.objects.get(pk=sent.pk)
    services.invite(fresh, ppsdm_verifier, [(guest.acting_organisation.pk, "")], version=None)
    assert [(to, kind) for to, _s, kind in post()] == [(guest.email, "REQUEST")]
    assert int(event_of(mail.outbox[0])["sequence"]) > int(event_of(message)["sequence"])


def test_who_is_removed_before_the_invitation_left_hears_nothing(draft, ppsdm_verifier, aceh_operator):
    guest = factories.member(Role.PARTNER_HEAD, factories.organisation("JICA", "PARTNER"))
    Invitee.objects.create(meeting=draft, organisation=guest.acting_organisation)
    sent = send(draft, ppsdm_verifier)
    gone = sent.invitees.get(organisation=guest.acting_organisation)
    services.uninvite(sent, ppsdm_verifier, [gone.pk], version=None)
    assert [(to, kind) for to, _s, kind in post()] == [(aceh_operator.email, "REQUEST")]


def test_who_is_added_later_is_invited_and_the_others_are_not_told(draft, ppsdm_verifier, aceh_operator):
    sent = send(draft, ppsdm_verifier)
    post()
    guest = factories.member(Role.PARTNER_HEAD, factories.organisation("JICA", "PARTNER"))
    services.invite(sent, ppsdm_verifier, [(guest.acting_organisation.pk, "")], version=None)
    left = post()
    assert [(to, kind) for to, _s, kind in left] == [(guest.email, "REQUEST")]
    assert left[0][1].endswith(TITLE) and "Perubahan" not in left[0][1]


def test_who_was_removed_hears_of_it_whatever_happens_to_the_meeting_before_the_mail_leaves(
    draft, ppsdm_verifier, aceh_operator
):
    """A change or the end of the meeting tells those who are asked; whoever was taken off is no longer among them."""
    guest = factories.member(Role.PARTNER_HEAD, factories.organisation("JICA", "PARTNER"))
    Invitee.objects.create(meeting=draft, organisation=guest.acting_organisation)
    sent = send(draft, ppsdm_verifier)
    post()
    gone = sent.invitees.get(organisation=guest.acting_organisation)
    services.uninvite(sent, ppsdm_verifier, [gone.pk], version=None)
    change(sent, ppsdm_verifier, place="Gedung B")
    reason = {"reason": "Ruangan tidak tersedia."}
    perform(MEETING, "cancel", record=sent, actor=ppsdm_verifier, answers=reason)
    assert [(to, kind) for to, _s, kind in post()] == sorted([(aceh_operator.email, "CANCEL"), (guest.email, "CANCEL")])
    [theirs] = [m for m in mail.outbox if m.to == [guest.email]]
    assert b"Gedung B" not in calendar_of(theirs) and "Gedung B" not in theirs.body + theirs.alternatives[0].content
    assert "Ruangan tidak tersedia." not in theirs.body
    assert f"/rapat/{sent.code}/" not in theirs.body, "the page does not exist for them any more"


def in_two_capacities(draft, aceh_operator) -> tuple[Membership, Membership]:
    """The operator is the verifier of another office as well, and both are asked by post."""
    bali = factories.office("51")
    second = Membership.objects.create(
        user=aceh_operator, organisation=bali, role=Role.PROV_VER, valid_from=dt.date(2020, 1, 1)
    )
    Invitee.objects.create(meeting=draft, organisation=bali, role=Role.PROV_VER)
    return Membership.objects.get(user=aceh_operator, role=Role.DINAS_OP), second


def test_a_change_is_not_lost_when_one_of_two_invitations_is_taken_back(draft, ppsdm_verifier, aceh_operator):
    _first, second = in_two_capacities(draft, aceh_operator)
    sent = send(draft, ppsdm_verifier)
    post()
    change(sent, ppsdm_verifier, place="Gedung B")
    gone = sent.invitees.get(organisation=second.organisation)
    services.uninvite(sent, ppsdm_verifier, [gone.pk], version=None)
    assert [(to, kind) for to, _s, kind in post()] == [(aceh_operator.email, "REQUEST")]
    assert "Ruang Tridharma, Jakarta → Gedung B" in mail.outbox[0].body


def test_the_first_invitation_is_not_lost_when_one_of_two_is_taken_back(draft, ppsdm_verifier, aceh_operator):
    _first, second = in_two_capacities(draft, aceh_operator)
    sent = send(draft, ppsdm_verifier)
    gone = sent.invitees.get(organisation=second.organisation)
    services.uninvite(sent, ppsdm_verifier, [gone.pk], version=None)
    assert [(to, kind) for to, _s, kind in post()] == [(aceh_operator.email, "REQUEST")]


def test_a_change_is_not_lost_when_a_post_becomes_the_whole_office(draft, ppsdm_verifier, aceh_operator, aceh_regency):
    draft.invitees.update(role=Role.DINAS_OP)
    sent = send(draft, ppsdm_verifier)
    post()
    fresh = change(sent, ppsdm_verifier, place="Gedung B")
    services.invite(fresh, ppsdm_verifier, [(aceh_regency.pk, "")], version=None)
    assert [(to, kind) for to, _s, kind in post()] == [(aceh_operator.email, "REQUEST")]
    assert "Gedung B" in mail.outbox[0].body
    assert post() == []


def test_who_is_asked_in_another_capacity_still_gets_what_was_addressed_to_one_that_ended(
    draft, ppsdm_verifier, aceh_operator
):
    first, second = in_two_capacities(draft, aceh_operator)
    Membership.objects.filter(pk=second.pk).update(valid_from=dt.date(2019, 1, 1))
    send(draft, ppsdm_verifier)
    read()
    assert Outbox.objects.get(user=aceh_operator).membership_id == first.pk
    Membership.objects.filter(pk=first.pk).update(ended_at=NOW)
    assert [(to, kind) for to, _s, kind in post()] == [(aceh_operator.email, "REQUEST")]
    assert "WITA" in mail.outbox[0].body, "on the clock of the office they are asked for now"


def test_what_calls_a_meeting_off_leads_into_no_room(draft, ppsdm_verifier, aceh_operator):
    sent = send(draft, ppsdm_verifier)
    post()
    assert b"rapat.example.test" in calendar_of(mail.outbox[0])
    perform(MEETING, "cancel", record=sent, actor=ppsdm_verifier, answers={"reason": "Ruangan tidak tersedia."})
    post()
    assert b"rapat.example.test" not in calendar_of(mail.outbox[0]) and "rapat.example.test" not in mail.outbox[0].body


# --- Hostile and heavy --------------------------------------------------------------------------------------


def test_a_hostile_meeting_still_makes_a_small_sound_mail(ppsdm, aceh_regency, ppsdm_verifier, aceh_operator):
    nasty = '<script>alert(1)</script> "&"\r\nBcc: lain@example.test 🇮🇩'
    meeting = minutes_factories.meeting(
        ppsdm,
        "DRAFT",
        invited=[aceh_regency],
        title=nasty[:160],
        purpose='"🇮🇩<&' * 333,
        place=nasty,
        agenda=[f'{n} "<b>&🇮🇩' * 14 for n in range(30)],
        created_by=ppsdm_verifier,
    )
    send(meeting, ppsdm_verifier)
    assert len(post()) == 1
    [message] = mail.outbox
    html = message.alternatives[0].content
    assert len(message.body.encode()) + len(html.encode()) <= 30 * 1024
    assert "\n" not in message.subject and message.to == [aceh_operator.email] and not message.bcc
    assert "<script>" not in html and "<b>&" not in html
    assert "http" not in html.replace("http://localhost", "").split("<body", 1)[0], "nothing is fetched"


def test_letters_to_thirty_people_are_found_in_as_many_queries_as_to_one(
    draft, aceh_regency, aceh_operator, ppsdm_verifier
):
    sent = send(draft, ppsdm_verifier)
    entry = LogEntry.objects.get(flow="forum.meeting", action="send")
    counts = []
    for more in (0, 29):
        for _number in range(more):
            factories.member(Role.DINAS_OP, aceh_regency)
        with CaptureQueriesContext(connection) as queries:
            meeting_letters.listeners(sent, entry)
        counts.append(len(queries))
    assert counts[0] == counts[1]
