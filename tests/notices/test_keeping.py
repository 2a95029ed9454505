"""What is old goes, what waits follows the calendar, what was deleted is not told, and "due in" counts days."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.conf import settings
from django.core import mail

from accounts.models import User
from accounts.services.log import record_event
from forum.models import Audience, Message
from notices import services, tasks
from notices.models import BatchItem, Notice, Outbox
from notices.services import follow_calendar, forget_old, keep_mark, keeping
from regions.models import TrainingNeed
from tests import factories
from tests.forum.factories import message, thread
from tests.notices.post import act, at, headlines, need, read, send, sent_to, told, wants
from workflow.calendar import calendar_changed, forget_holidays
from workflow.engine import perform
from workflow.models import Holiday, LogEntry

pytestmark = pytest.mark.django_db
NOW = at("2027-09-01 03:00")


def days(number: int) -> dt.datetime:
    """A moment some days before."""
    return NOW - dt.timedelta(days=number)


# --- What is old --------------------------------------------------------------------------------------------


def kept_notice(user, key: str, made: int, read_days_ago: int | None, row=None) -> None:
    made_notice = Notice.objects.create(
        user=user,
        key=key,
        kind="CHANGE",
        flow="tests.none",
        record_id=1,
        record_code="X-1",
        batch="b",
        created_at=days(made),
        read_at=None if read_days_ago is None else days(read_days_ago),
        mail=row,
    )
    BatchItem.objects.create(notice=made_notice, record_id=1, record_code="X-1")


def kept_mail(user, key: str, *, sent: int | None = None, dropped: int | None = None, **fields) -> Outbox:
    return Outbox.objects.create(
        user=user,
        key=key,
        due_at=days(800),
        next_at=days(800),
        sent_at=None if sent is None else days(sent),
        dropped_at=None if dropped is None else days(dropped),
        subject="Perihal",
        body="Isi",
        **fields,
    )


def test_what_was_read_half_a_year_ago_goes_with_its_records_and_what_is_unread_stays(aceh_operator):
    kept_notice(aceh_operator, "read, old", 181, 10)
    kept_notice(aceh_operator, "read, young", 179, 10)
    kept_notice(aceh_operator, "unread, old", 700, None)
    assert forget_old(NOW)["notices"] == 1
    assert set(Notice.objects.values_list("key", flat=True)) == {"read, young", "unread, old"}
    assert BatchItem.objects.count() == 2


def test_the_inbox_of_a_closed_account_goes_read_or_not(aceh_operator, bali_operator):
    for user in (aceh_operator, bali_operator):
        kept_notice(user, "unread", 181, None)
    kept_notice(bali_operator, "young", 179, None)
    User.objects.filter(pk=bali_operator.pk).update(is_active=False)
    assert forget_old(NOW)["notices"] == 1
    assert set(Notice.objects.values_list("user", "key")) == {(aceh_operator.pk, "unread"), (bali_operator.pk, "young")}


def test_a_message_that_is_gone_before_the_log_is_read_is_told_to_nobody(aceh_operator, aceh_head):
    room = thread(aceh_head, Audience.OFFICE)
    room.readers.update_or_create(user=aceh_operator, defaults={"follows": True})
    said = message(room, aceh_head, "", deleted_at=NOW)
    record_event("forum.thread", room.pk, room.code, "message", aceh_head, message=said.pk)
    read(at("2027-03-02 10:00"))
    assert told(aceh_operator) == []


def test_mails_go_after_ninety_days_and_those_that_wait_never(aceh_operator):
    old = kept_mail(aceh_operator, "sent, old", sent=91)
    kept_notice(aceh_operator, "unread", 95, None, old)
    kept_mail(aceh_operator, "sent, young", sent=89)
    kept_mail(aceh_operator, "dropped, old", dropped=91)
    kept_mail(aceh_operator, "waits")
    kept_mail(aceh_operator, "given up", given_up_at=days(400))
    assert forget_old(NOW) == {"notices": 0, "mails": 2, "letters": 0, "silenced": 0}
    assert set(Outbox.objects.values_list("key", flat=True)) == {"sent, young", "waits", "given up"}
    assert list(Notice.objects.values_list("key", "mail")) == [("unread", None)]


def test_that_somebody_got_a_letter_is_known_for_two_years_without_its_words(aceh_operator):
    for key, sent in (("young", 89), ("old", 91), ("older", 731)):
        kept_mail(aceh_operator, key, sent=sent, flow="forum.meeting", record_id=1, seq=1)
    assert forget_old(NOW) == {"notices": 0, "mails": 0, "letters": 1, "silenced": 2}
    assert set(Outbox.objects.values_list("key", "subject", "body")) == {("young", "Perihal", "Isi"), ("old", "", "")}
    assert forget_old(NOW)["silenced"] == 0


def test_many_go_in_pieces_and_the_log_stays(aceh_operator, ppsdm_head, monkeypatch):
    monkeypatch.setattr(keeping, "PIECE", 2)
    record_event("tests.none", 1, "X-1", "create", ppsdm_head)
    for number in range(5):
        kept_notice(aceh_operator, str(number), 200, 200)
    before = LogEntry.objects.count()
    assert (forget_old(NOW)["notices"], Notice.objects.count(), LogEntry.objects.count()) == (5, 0, before)


def test_every_night_asks_for_it():
    assert settings.CELERY_BEAT_SCHEDULE["forget-notices"]["task"] == tasks.forget.name


# --- What waits follows the calendar ------------------------------------------------------------------------


@pytest.fixture
def day_off():
    """Wednesday 3 March 2027 becomes a day off."""

    def make():
        Holiday.objects.create(date=dt.date(2027, 3, 3), label_id="Cuti bersama", label_en="Joint leave")
        forget_holidays()

    yield make
    forget_holidays()


def test_a_digest_whose_morning_became_a_day_off_leaves_on_the_next(aceh, aceh_province_operator, ppsdm_head, day_off):
    evening = at("2027-03-02 19:00")
    record = act(evening, "approve", need(aceh, aceh_province_operator), ppsdm_head)
    read(evening)
    day_off()
    calendar_changed.send(Holiday, now=at("2027-03-02 20:00"))
    assert send(at("2027-03-03 07:00")) == []
    [letter] = sent_to(aceh_province_operator, send(at("2027-03-04 07:00")))
    assert headlines(letter) == ["PERUBAHAN", f"{record.code}: Disetujui Kemnaker"]


def test_only_digests_move_and_only_once(aceh_operator, day_off):
    moment = at("2027-03-03 07:00")
    digest, letter, noon = (
        Outbox.objects.create(user=aceh_operator, key=str(n), due_at=due, next_at=due, is_digest=digest)
        for n, (due, digest) in enumerate([(moment, True), (moment, False), (at("2027-03-03 12:00"), True)])
    )
    day_off()
    now = at("2027-03-02 20:00")
    assert (follow_calendar(now), follow_calendar(now)) == (1, 0)
    found = dict(Outbox.objects.values_list("pk", "next_at"))
    assert found == {digest.pk: at("2027-03-04 07:00"), letter.pk: moment, noon.pk: noon.due_at}


# --- What was deleted ---------------------------------------------------------------------------------------


def test_a_message_that_was_deleted_before_the_mail_leaves_is_not_told(aceh_operator, aceh_head):
    room = thread(aceh_head, Audience.OFFICE)
    room.readers.update_or_create(user=aceh_operator, defaults={"follows": True})
    moment = at("2027-03-02 10:00")
    with time_machine.travel(moment, tick=False):
        first, second = message(room, aceh_head, "Rahasia pertama."), message(room, aceh_head, "Rahasia kedua.")
        for said in (first, second):
            record_event("forum.thread", room.pk, room.code, "message", aceh_head, message=said.pk)
    read(moment)
    assert [kind for kind, _action, _code in told(aceh_operator)] == ["TALK", "TALK"]
    assert set(Notice.objects.values_list("comment", flat=True)) == {""}  # no word of a message in the inbox
    Message.objects.filter(pk=first.pk).update(deleted_at=moment, text="")
    [letter] = sent_to(aceh_operator, send(at("2027-03-03 07:00")))
    assert headlines(letter)[0] == "PERCAKAPAN"
    assert ("pesan sebelumnya" in letter.body, "Rahasia" in letter.body) == (False, False)


def test_where_every_message_was_deleted_no_mail_leaves(aceh_operator, aceh_head):
    room = thread(aceh_head, Audience.OFFICE)
    room.readers.update_or_create(user=aceh_operator, defaults={"follows": True})
    moment = at("2027-03-02 10:00")
    with time_machine.travel(moment, tick=False):
        said = message(room, aceh_head, "Salah kirim.")
        record_event("forum.thread", room.pk, room.code, "message", aceh_head, message=said.pk)
    read(moment)
    Message.objects.filter(pk=said.pk).update(deleted_at=moment, text="")
    assert sent_to(aceh_operator, send(at("2027-03-03 07:00"))) == []
    assert Outbox.objects.get(user=aceh_operator).dropped_for == "READ"


# --- "Due in" counts days of the calendar -------------------------------------------------------------------


def due_need(office, creator, due: dt.datetime) -> TrainingNeed:
    record = factories.need(office, status="PROV_REVIEW", created_by=creator)
    began = at("2027-03-01 08:00")
    TrainingNeed.objects.filter(pk=record.pk).update(status_since=began, due_at=due)
    record.refresh_from_db()
    return record


@pytest.mark.parametrize(
    ("marked", "leaves", "says"),
    [
        ("2027-03-04 20:00", "2027-03-05 07:00", "tenggat hari ini"),
        ("2027-03-03 20:00", "2027-03-04 07:00", "tenggat 1 hari lagi"),
        ("2027-03-02 10:00", "2027-03-02 10:00", "tenggat 3 hari lagi"),
    ],
)
def test_the_days_left_are_those_on_the_day_the_mail_leaves(
    aceh_regency, aceh_operator, aceh_verifier, marked, leaves, says
):
    record = due_need(aceh_regency, aceh_operator, at("2027-03-05 23:59"))
    wants(aceh_verifier, DUE="AT_ONCE")
    with time_machine.travel(at(marked), tick=False):
        keep_mark(record, record.flow, 80)
    read(at(marked))
    [letter] = sent_to(aceh_verifier, send(at(leaves)))
    assert headlines(letter) == ["TENGGAT", f"{record.code}: {says}"]


def test_half_time_waits_for_the_morning_and_the_end_leaves_at_once(aceh_regency, aceh_operator, aceh_verifier):
    moment = at("2027-03-02 10:00")
    for mark in (50, 100):
        record = due_need(aceh_regency, aceh_operator, at("2027-03-12 23:59"))
        with time_machine.travel(moment, tick=False):
            keep_mark(record, record.flow, mark)
    read(moment)
    found = set(Notice.objects.filter(user=aceh_verifier).values_list("mark", "mail__due_at", "mail__is_digest"))
    assert found == {(50, at("2027-03-03 07:00"), True), (100, moment, False)}


def test_due_dates_of_different_days_are_never_one_line(aceh_regency, aceh_operator, aceh_verifier):
    moment = at("2027-03-02 10:00")
    for day in (4, 4, 4, 5, 5):
        record = due_need(aceh_regency, aceh_operator, at(f"2027-03-0{day} 23:59"))
        with time_machine.travel(moment, tick=False):
            keep_mark(record, record.flow, 80)
    read(moment)
    send(moment)
    [letter] = sent_to(aceh_verifier, mail.outbox)
    assert len(headlines(letter)) == 6


# --- A round that ends while something happens ---------------------------------------------------------------


def test_who_comes_while_a_round_ends_is_not_left_to_the_next_minute(need_aceh, aceh_head, aceh_verifier, monkeypatch):
    """The act is written after the round read its last stretch: the round asks for another one."""
    whole, asked = services.work_off, []

    def last_thing(*rest):
        perform(need_aceh.flow, "submit", record=need_aceh, actor=aceh_head)
        return whole(*rest)

    monkeypatch.setattr(services, "work_off", last_thing)
    monkeypatch.setattr(tasks, "deliver_soon", lambda: asked.append(Notice.objects.count()))
    tasks.deliver_pending()
    assert asked == [0]
    monkeypatch.setattr(services, "work_off", whole)
    assert (tasks.deliver_pending() > 0, asked, Notice.objects.count()) == (True, [0], 1)
