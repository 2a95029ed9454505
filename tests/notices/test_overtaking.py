"""What happened since the last mail is one line per record; what a later event overtook, or what somebody may no longer
read, is not told."""

from __future__ import annotations

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership, User
from notices import audience
from notices.models import Notice, NoticeKind, Outbox
from notices.selectors import recent
from regions.models import TrainingNeed
from tests import factories, program_factories
from tests.notices.post import act, at, headlines, need, read, send, sent_to, told, wants
from tests.proposal_factories import open_need, proposal
from workflow import clock
from workflow.engine import note

pytestmark = pytest.mark.django_db
TEN = at("2027-03-02 10:00")
MORNING = at("2027-03-03 07:00")


@pytest.fixture
def waitlisted(jica, aceh_regency, aceh_head):
    """A proposal of the office that the partner may put on its list, or not."""
    program = program_factories.program(jica, "OPEN", seats=9)
    return proposal(open_need(aceh_regency), program, "PARTNER_REVIEW")


def partner_head(jica):
    return factories.member("PARTNER_HEAD", jica)


# --- One line per record ------------------------------------------------------------------------------------


def test_accepted_then_rejected_before_sending_is_one_mail_that_says_rejected(jica, waitlisted, aceh_head):
    partner = partner_head(jica)
    act(TEN, "waitlist", waitlisted, partner, note="Tunggu.")
    reason = {"reason_code": "R08", "reason": "Kursi angkatan ini sudah penuh terisi semua."}
    night = at("2027-03-02 19:00")
    act(night, "decline", waitlisted, partner, **reason)
    read(night)
    assert send(night) == []
    [letter] = sent_to(aceh_head, send(MORNING))
    assert headlines(letter) == ["PERUBAHAN", f"{waitlisted.code}: Ditolak mitra"]
    assert "(dan 1 perubahan sebelumnya)" in letter.body and "Tunggu." not in letter.body
    assert send(at("2027-03-10 07:00")) == []


def test_an_urgent_event_takes_the_news_of_its_record_along(aceh, aceh_province_operator, ppsdm_head):
    record = act(TEN, "approve", need(aceh, aceh_province_operator), ppsdm_head)
    other = act(TEN, "approve", need(aceh, aceh_province_operator), ppsdm_head)
    read(TEN)
    noon = at("2027-03-02 12:00")
    act(noon, "close_unmet", record, ppsdm_head, reason="Tidak ada program yang sesuai tahun ini.")
    read(noon)
    [now] = sent_to(aceh_province_operator, send(noon))
    [tomorrow] = sent_to(aceh_province_operator, send(MORNING))
    assert headlines(now) == ["PERUBAHAN", f"{record.code}: Ditutup belum terpenuhi"]
    assert "(dan 1 perubahan sebelumnya)" in now.body
    assert headlines(tomorrow) == ["PERUBAHAN", f"{other.code}: Disetujui Kemnaker"]


def test_what_is_done_by_a_colleague_before_the_mail_leaves_is_not_mailed(aceh_regency, aceh_operator, aceh_head, aceh):
    first, colleague = factories.member("PROV_VER", aceh), factories.member("PROV_VER", aceh)
    night = at("2027-03-02 19:00")
    record = act(night, "submit", factories.need(aceh_regency, created_by=aceh_operator), aceh_head)
    read(night)
    assert [told(user)[0][0] for user in (first, colleague)] == ["TURN", "TURN"]
    act(at("2027-03-02 20:00"), "prov_endorse", record, colleague, checked=True)
    read(at("2027-03-02 20:00"))
    left = send(MORNING)
    assert (sent_to(first, left), sent_to(colleague, left)) == ([], [])
    assert set(Outbox.objects.filter(user__in=[first, colleague]).values_list("dropped_for", flat=True)) == {"READ"}


def test_a_due_date_that_moved_or_was_met_is_not_mailed(need_aceh, aceh_head, aceh_verifier):
    record = act(TEN, "submit", need_aceh, aceh_head)
    wants(aceh_verifier, DUE="DAILY", TURN="DAILY")
    half = record.status_since + (record.due_at - record.status_since) * 0.85
    clock._remind(record.flow, TrainingNeed, half)
    read(half)
    TrainingNeed.objects.filter(pk=record.pk).update(due_at=at("2027-06-01 23:59"))
    left = sent_to(aceh_verifier, send(at("2027-04-01 07:00")))
    assert [headlines(letter)[0] for letter in left] == ["GILIRAN ANDA"]
    assert (NoticeKind.DUE, "", record.code) in told(aceh_verifier)


def test_a_turn_and_a_change_of_the_same_record_are_one_line_that_asks(
    aceh_regency, aceh_operator, aceh_head, ppsdm_head, ppsdm_verifier
):
    record = need(aceh_regency, aceh_operator)
    audience.register("regions.need", "change", lambda r, e: [(aceh_operator, aceh_operator.memberships.get())])
    try:
        night = at("2027-03-02 19:00")
        remark = [{"target": "field:reason", "line": None, "field": "reason", "text": "Jelaskan jumlah kasus."}]
        act(night, "return", record, ppsdm_verifier, comments=remark)
        with time_machine.travel(at("2027-03-02 19:30"), tick=False):
            note(record.flow, record, ppsdm_verifier, "change")
        read(at("2027-03-02 20:00"))
    finally:
        audience._known.pop(("regions.need", "change"))
    [letter] = sent_to(aceh_operator, send(MORNING))
    assert headlines(letter) == ["GILIRAN ANDA", f"{record.code}: giliran Anda. Dikembalikan untuk perbaikan."]
    assert "(dan 1 perubahan lain)" in letter.body


# --- Alike --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "lines"), [(4, 4), (5, 1), (6, 1)])
def test_five_alike_are_one_line(aceh, aceh_province_operator, ppsdm_head, count, lines):
    records = [act(TEN, "approve", need(aceh, aceh_province_operator), ppsdm_head) for _n in range(count)]
    read(TEN)
    [letter] = sent_to(aceh_province_operator, send(MORNING))
    found = headlines(letter)
    assert len(found) == 1 + lines
    if lines == 1:
        assert found[1] == f"{records[0].code} dan {count - 1} lainnya: Disetujui Kemnaker"
        assert ", ".join(r.code for r in records) in letter.body


def test_a_group_shows_ten_lines_and_counts_the_rest(aceh, aceh_province_operator):
    membership = aceh_province_operator.memberships.get()
    for number in range(13):
        record = need(aceh, aceh_province_operator)
        Notice.objects.create(
            user=aceh_province_operator,
            membership=membership,
            key=f"k{number}",
            kind="CHANGE",
            flow="regions.need",
            record_id=record.pk,
            record_code=record.code,
            action=f"act{number}",
            created_at=TEN,
            mail=Outbox.objects.get_or_create(
                key="k", defaults={"user": aceh_province_operator, "due_at": MORNING, "next_at": MORNING}
            )[0],
        )
    [letter] = send(MORNING)
    assert (letter.body.count("* KB-"), "dan 3 lagi" in letter.body) == (10, True)


# --- What may no longer be read -----------------------------------------------------------------------------


def hide(record, office) -> None:
    """The need now belongs to another office."""
    TrainingNeed.objects.filter(pk=record.pk).update(office=office)


def test_what_the_reader_may_no_longer_see_is_neither_mailed_nor_quoted(
    aceh, bali, aceh_province_operator, aceh_province_head, ppsdm_head
):
    record = act(TEN, "approve", need(aceh, aceh_province_operator), ppsdm_head, note="Rahasia.")
    read(TEN)
    hide(record, bali)
    assert send(MORNING) == []
    [line] = recent(aceh_province_operator)
    assert (line.headline, line.subject, line.quote, line.by, line.path, line.is_closed) == (
        f"{record.code}: Disetujui Kemnaker",
        "Tidak lagi dapat Anda buka.",
        "",
        "",
        "",
        True,
    )


def test_a_membership_that_ended_opens_nothing(aceh, bali, aceh_province_operator, ppsdm_head):
    Membership.objects.create(user=aceh_province_operator, organisation=bali, role="DINAS_OP")
    act(TEN, "approve", need(aceh, aceh_province_operator), ppsdm_head)
    read(TEN)
    Membership.objects.filter(user=aceh_province_operator, organisation=aceh).update(ended_at=TEN)
    assert sent_to(aceh_province_operator, send(MORNING)) == []
    assert [line.is_closed for line in recent(User.objects.get(pk=aceh_province_operator.pk))] == [True]


def test_the_capacity_it_was_meant_for_decides(aceh, bali, bali_operator, ppsdm_head):
    """Whoever acts elsewhere at the moment still gets it; another capacity that sees nothing takes nothing away."""
    second = Membership.objects.create(user=bali_operator, organisation=aceh, role="DINAS_HEAD")
    record = act(TEN, "approve", need(aceh, factories.member("DINAS_OP", aceh)), ppsdm_head)
    read(TEN)
    assert list(bali_operator.notices.values_list("membership", flat=True)) == [second.pk]
    [letter] = sent_to(bali_operator, send(MORNING))
    assert headlines(letter) == ["PERUBAHAN", f"{record.code}: Disetujui Kemnaker"]


@pytest.fixture
def club(aceh_operator, bali_operator):
    """A log without table that two people hear of, and a door to it."""
    open_to = {aceh_operator.pk, bali_operator.pk}
    people = [(user, user.memberships.get()) for user in (aceh_operator, bali_operator)]

    def tell(entry):
        kind = NoticeKind.MENTION if entry.data.get("named") else NoticeKind.TALK
        return [
            audience.News(people[:1], "Perihal", "Subject", "/forum/", kind=kind, at_once=True, unnamed=True),
            audience.News(people, "Perihal", "Subject", "/forum/", kind=NoticeKind.TALK),
        ]

    audience.register_news("tests.club", tell)
    audience.register_door("tests.club", lambda user, membership, pk: user.pk in open_to)
    yield open_to
    audience._news.pop("tests.club"), audience._doors.pop("tests.club")


def say(actor, **data):
    from accounts.services.log import record_event

    record_event("tests.club", 7, "UT-2027-0007", "create", actor, comment="Halo.", **data)


def test_news_are_told_by_the_first_that_names_a_person(club, aceh_operator, bali_operator, ppsdm_head):
    say(ppsdm_head, named=True)
    read(at("2027-03-02 10:00"))
    found = {n.user_id: (n.kind, n.role, n.organisation, n.comment) for n in Notice.objects.all()}
    assert found == {
        aceh_operator.pk: ("MENTION", "", "", "Halo."),
        bali_operator.pk: ("TALK", "PPSDM_HEAD", "PPSDM", "Halo."),
    }


def test_an_entry_of_a_log_without_table_asks_for_delivery_at_its_commit(
    club, ppsdm_head, django_capture_on_commit_callbacks
):
    read(at("2027-03-02 10:00"))
    with django_capture_on_commit_callbacks(execute=True):
        say(ppsdm_head)
        assert Notice.objects.count() == 0
    assert Notice.objects.count() == 2


def test_a_door_that_closed_keeps_the_conversation_inside(club, aceh_operator, bali_operator, ppsdm_head):
    for user in (aceh_operator, bali_operator):
        wants(user, TALK="DAILY", MENTION="DAILY")
    say(ppsdm_head)
    say(ppsdm_head)
    moment = Notice.objects.count()
    assert moment == 0
    from django.utils import timezone

    now = timezone.now()
    read(now)
    club.discard(aceh_operator.pk)
    left = send(now + (at("2027-03-12 07:00") - at("2027-03-02 07:00")))
    assert sent_to(aceh_operator, left) == []
    [letter] = sent_to(bali_operator, left)
    assert headlines(letter)[0] == "PERCAKAPAN" and "(dan 1 pesan sebelumnya)" in letter.body
    assert [(line.is_closed, line.quote) for line in recent(aceh_operator)] == [(True, ""), (True, "")]


# --- Cost ---------------------------------------------------------------------------------------------------


def test_a_mail_asks_as_often_for_thirty_notices_as_for_one(aceh, aceh_province_operator, ppsdm_head):
    counts = []
    for number in (1, 1, 30):
        for _n in range(number):
            act(TEN, "approve", need(aceh, aceh_province_operator), ppsdm_head)
        read(TEN)
        with CaptureQueriesContext(connection) as queries:
            assert len(sent_to(aceh_province_operator, send(MORNING))) == 1
        counts.append(len(queries))
    assert counts[1] == counts[2]  # the first round also makes the row of the mail server
