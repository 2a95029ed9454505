"""The outbox: nothing lost, nothing doubled, one bad address holds nobody up, an outage costs nobody a try."""

from __future__ import annotations

import datetime as dt
import smtplib
import threading

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from notices import audience
from notices.models import MailRoute, Notice, Outbox
from notices.selectors import post_room_state
from notices.services import sending
from notices.tasks import send_outbox
from tests import factories
from tests.notices.post import act, at, headlines, need, read, sent_to, wants
from tests.notices.servers import Backend, refused
from workflow.engine import note
from workflow.letters import letter as any_letter

TEN = at("2027-03-02 10:00")
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def server(settings):
    settings.EMAIL_BACKEND = "tests.notices.servers.Backend"
    Backend.temper, Backend.closed, Backend.opened = {}, False, 0
    return Backend


def post(user, key="1", due=TEN, *, record=None, kind="CHANGE", **fields) -> Outbox:
    """A mail that waits, with one notice."""
    made = Outbox.objects.create(user=user, due_at=due, next_at=due, key=f"{user.pk}:{key}", **fields)
    Notice.objects.create(
        user=user,
        key=key,
        kind=kind,
        flow="tests.none",
        record_id=record or int(key),
        record_code=f"X-{key}",
        action="create",
        created_at=due,
        mail=made,
    )
    return made


@pytest.fixture
def people(db, aceh_regency):
    return [factories.member("DINAS_OP", aceh_regency) for _n in range(5)]


def state(row: Outbox) -> tuple:
    """(tries, whether it may have arrived, sent, given up)."""
    row.refresh_from_db()
    return row.attempts, row.in_doubt, row.sent_at is not None, row.given_up_at is not None


# --- One bad address ----------------------------------------------------------------------------------------


def test_neither_the_console_nor_the_row_repeats_the_address_that_was_refused(people, server, caplog):
    User.objects.filter(pk=people[0].pk).update(email="siti.aminah@example.test")
    row = post(people[0])
    server.temper = {"siti.aminah@example.test": refused("siti.aminah@example.test", 550)}
    sending.send_due(TEN)
    row.refresh_from_db()
    assert row.last_error == "SMTPRecipientsRefused: {'s***@example.test': (550, b'no')}"
    assert "s***@example.test" in caplog.text and "siti" not in caplog.text


def test_an_address_that_is_refused_for_good_is_given_up_after_two_tries_and_holds_nobody_up(people, server):
    rows = [post(user) for user in people]
    server.temper = {people[1].email: refused(people[1].email, 550)}
    assert (sending.send_due(TEN), state(rows[1])) == (4, (1, False, False, False))
    assert (sending.send_due(TEN + MINUTE), state(rows[1])) == (0, (2, False, False, True))
    assert rows[1].last_error.startswith("SMTPRecipientsRefused")
    assert (sending.send_due(TEN + dt.timedelta(days=30)), len(mail.outbox), server.opened) == (0, 4, 2)
    assert post_room_state() == {"waiting": 1, "failing": 0, "given_up": 1, "put_aside": 0}


def test_a_server_that_hangs_up_is_called_again_and_no_try_is_in_doubt(people, server):
    rows = [post(user) for user in people[:2]]
    server.temper = {people[0].email: smtplib.SMTPDataError(421, b"too many mails")}
    assert (sending.send_due(TEN), server.opened) == (1, 2)
    assert [state(row) for row in rows] == [(1, False, False, False), (1, False, True, False)]


def test_an_address_the_server_cannot_read_is_refused_for_good(people, server):
    row = post(people[0])
    server.temper = {people[0].email: smtplib.SMTPNotSupportedError("SMTPUTF8 is not supported")}
    sending.send_due(TEN)
    sending.send_due(TEN + MINUTE)
    assert state(row) == (2, False, False, True)


def test_an_address_that_is_refused_for_now_is_tried_with_growing_pauses_until_it_is_given_up(people, server):
    row = post(people[0])
    server.temper = {people[0].email: refused(people[0].email, 450)}
    now, pauses = TEN, []
    for _try in range(10):
        sending.send_due(now)
        row.refresh_from_db()
        pauses.append(round((row.next_at - now).total_seconds() / 60))
        now = row.next_at
    assert pauses == [1, 5, 15, 60, 240, 720, 1440, 1440, 1440, 1440]
    assert state(row) == (10, False, False, True)


def test_a_mail_that_cannot_be_written_holds_nobody_up(people, server, monkeypatch):
    rows = [post(user) for user in people]
    whole = sending.compose_notices

    def broken(row, *rest):
        if row.user_id == people[0].pk:
            raise ValueError("a broken template")
        return whole(row, *rest)

    monkeypatch.setattr(sending, "compose_notices", broken)
    assert (sending.send_due(TEN), state(rows[0])) == (4, (1, False, False, False))
    assert rows[0].last_error == "ValueError: a broken template" and rows[0].next_at == TEN + MINUTE


# --- The server ---------------------------------------------------------------------------------------------


def test_an_outage_costs_no_mail_a_try_and_is_asked_about_ever_more_rarely(people, server):
    rows = [post(user) for user in people]
    server.closed = True
    pauses, now = [], TEN
    for _round in range(7):
        assert sending.send_due(now) == 0
        route = MailRoute.objects.get()
        pauses.append((route.next_at - now).total_seconds() / 60)
        assert sending.send_due(now + dt.timedelta(seconds=1)) == 0 and MailRoute.objects.get() == route
        now = route.next_at
    assert pauses == [0.5, 1, 2, 5, 10, 15, 15]
    assert (route.failing_since, route.failures) == (TEN, 7) and "111 refused" in route.last_error
    assert {state(row) for row in rows} == {(0, False, False, False)}
    server.closed = False
    assert (sending.send_due(now), sorted(m.to[0] for m in mail.outbox)) == (5, sorted(u.email for u in people))
    route.refresh_from_db()
    assert (route.failing_since, route.failures, route.next_at, route.last_error) == (None, 0, None, "")


def test_three_lines_that_break_in_a_row_are_the_server(people, server):
    rows = [post(user) for user in people]
    server.temper = {user.email: smtplib.SMTPServerDisconnected("gone") for user in people}
    assert sending.send_due(TEN) == 0
    assert [state(row) for row in rows] == [(1, True, False, False)] * 3 + [(0, False, False, False)] * 2
    assert MailRoute.objects.get().next_at > TEN
    server.temper = {}
    assert sending.send_due(TEN + 2 * MINUTE) == 5 and len(mail.outbox) == 5


def crowd(office, domains: int) -> list[User]:
    """Twelve people at some domains."""
    people = [factories.member("DINAS_OP", office) for _n in range(12)]
    for number, user in enumerate(people):
        user.email = f"{number}@office{number % domains}.example.test"
        user.save()
    return people


def test_a_server_that_refuses_everybody_is_the_server_and_no_flood_of_given_up_mails(aceh_regency, server, db):
    people = crowd(aceh_regency, 3)
    rows = [post(user) for user in people]
    server.temper = {user.email: refused(user.email, 554) for user in people}
    now = TEN
    for _round in range(2):
        assert sending.send_due(now) == 0
        now = MailRoute.objects.get().next_at + MINUTE
    assert sum(state(row)[3] for row in rows) <= 5  # ten tries went out, not twenty-four
    server.temper = {}
    assert sending.send_due(now) >= 7


def test_a_domain_that_takes_no_mail_at_all_holds_nobody_else_up(aceh_regency, people, server, db):
    gone = crowd(aceh_regency, 1)
    for user in gone:
        post(user, due=TEN - MINUTE)
    row = post(people[0])
    server.temper = {user.email: refused(user.email, 550) for user in gone}
    assert (sending.send_due(TEN), state(row)) == (1, (1, False, True, False))


def test_refusals_between_which_mails_leave_are_those_of_the_addresses(aceh_regency, server, db):
    people = crowd(aceh_regency, 3)
    for user in people:
        post(user)
    server.temper = {user.email: refused(user.email, 550) for user in people[::2]}
    assert (sending.send_due(TEN), MailRoute.objects.get().next_at) == (6, None)


def test_a_mail_that_cannot_be_put_on_the_line_is_not_the_servers_fault(people, server):
    rows = [post(user) for user in people]
    for user in people[:4]:
        User.objects.filter(pk=user.pk).update(email=f"a\n{user.pk}@example.test")
    assert sending.send_due(TEN) == 1
    assert [state(row) for row in rows] == [(1, False, False, False)] * 4 + [(1, False, True, False)]
    assert MailRoute.objects.get().failing_since is None


def test_our_own_address_refused_is_the_server_too(people, server):
    row = post(people[0])
    server.temper = {people[0].email: smtplib.SMTPSenderRefused(553, b"who are you", "sinergi@example.test")}
    assert (sending.send_due(TEN), state(row)) == (0, (0, False, False, False))
    assert "who are you" in MailRoute.objects.get().last_error


def test_one_line_carries_a_whole_round(people, server):
    for user in people:
        post(user)
    assert (sending.send_due(TEN), server.opened) == (5, 1)


# --- In doubt -----------------------------------------------------------------------------------------------


def test_a_worker_killed_in_the_middle_is_repeated_under_the_same_name(people, server):
    row = post(people[0])
    ready = sending._take(row.pk, TEN)  # written down, and then the lights go out
    assert state(row) == (1, True, False, False)
    assert sending.send_due(TEN + MINUTE) == 0  # nobody knows whether it left, or is leaving still
    assert sending.send_due(TEN + 2 * MINUTE) == 1
    assert mail.outbox[0].extra_headers["Message-ID"] == ready.message.extra_headers["Message-ID"]
    assert state(row) == (2, False, True, False)


def test_a_mail_whose_place_was_taken_while_it_left_has_left_all_the_same(people, server, monkeypatch):
    row = post(people[0])
    take = sending._take

    def overtaken(pk, now):
        ready = take(pk, now)
        Outbox.objects.filter(pk=pk).update(dropped_at=TEN, dropped_for="MERGED")
        return ready

    monkeypatch.setattr(sending, "_take", overtaken)
    assert (sending.send_due(TEN), state(row), row.dropped_at, row.dropped_for) == (
        1,
        (1, False, True, False),
        None,
        "",
    )


def test_a_mail_in_doubt_takes_nothing_in_that_could_be_put_away_with_it(people, server):
    user = people[0]
    tried, later = post(user, "1"), post(user, "2", TEN + MINUTE)
    server.temper = {user.email: smtplib.SMTPServerDisconnected("gone")}
    sending.send_due(TEN)
    server.temper = {}
    assert sending.send_due(TEN + MINUTE) == 2
    assert [headlines(m)[1] for m in mail.outbox] == ["X-1: Dibuat", "X-2: Dibuat"]
    assert (state(tried)[2], state(later)[2]) == (True, True)


def test_what_was_overtaken_while_in_doubt_moves_to_the_mail_of_the_later_event(people, server):
    user = people[0]
    tried = post(user, "1", record=7)
    server.temper = {user.email: smtplib.SMTPServerDisconnected("gone")}
    sending.send_due(TEN)
    server.temper = {}
    post(user, "2", TEN + dt.timedelta(seconds=30), record=7)
    sending.send_due(TEN + MINUTE)
    assert [(headlines(m)[1], "(dan 1 perubahan sebelumnya)" in m.body) for m in mail.outbox] == [("X-2: Dibuat", True)]
    tried.refresh_from_db()
    assert tried.dropped_for == "MERGED"


def test_mails_that_piled_up_during_an_outage_leave_as_one(people, server):
    user = people[0]
    rows = [post(user, str(n), TEN + n * MINUTE) for n in range(1, 4)]
    server.closed = True
    sending.send_due(TEN + 5 * MINUTE)
    server.closed = False
    assert sending.send_due(TEN + 6 * MINUTE) == 1
    assert headlines(mail.outbox[0]) == ["PERUBAHAN", "X-1: Dibuat", "X-2: Dibuat", "X-3: Dibuat"]
    for row in rows:
        row.refresh_from_db()
    assert [row.dropped_for for row in rows] == ["", "MERGED", "MERGED"]


# --- Sharing the work ---------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_workers_share_the_mails_and_double_none(aceh_regency, server):
    people = [factories.member("DINAS_OP", aceh_regency) for _n in range(12)]
    for user in people:
        post(user)
    counts, start = [], threading.Barrier(3)

    def work():
        start.wait()
        try:
            counts.append(send_outbox(TEN))
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _n in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(counts) == 12
    assert sorted(m.to[0] for m in mail.outbox) == sorted(user.email for user in people)


@pytest.mark.django_db(transaction=True)
def test_a_mail_somebody_holds_is_skipped_and_not_waited_for(aceh_regency, server):
    held, free = post(factories.member("DINAS_OP", aceh_regency)), post(factories.member("DINAS_OP", aceh_regency))
    locked, done = threading.Event(), threading.Event()

    def hold():
        try:
            with transaction.atomic():
                Outbox.objects.select_for_update().get(pk=held.pk)
                locked.set()
                done.wait(20)
        finally:
            connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    locked.wait(20)
    try:
        assert (sending.send_due(TEN), state(free)[2], state(held)[2]) == (1, True, False)
    finally:
        done.set()
        holder.join()


def test_what_is_urgent_leaves_before_digests(people, server):
    post(people[0], due=TEN - MINUTE, is_digest=True)
    post(people[1], due=TEN - dt.timedelta(seconds=30))
    sending.send_due(TEN)
    assert [m.to[0] for m in mail.outbox] == [people[1].email, people[0].email]


def test_the_same_event_has_one_row_per_person(people):
    post(people[0])
    with pytest.raises(IntegrityError), transaction.atomic():
        Outbox.objects.create(user=people[0], due_at=TEN, next_at=TEN, key=f"{people[0].pk}:1")


# --- Letters of their own -----------------------------------------------------------------------------------


@pytest.fixture
def invitations(aceh, aceh_province_operator):
    """Notes on a need that leave as letters to two people."""
    people = [aceh_province_operator, factories.member("DINAS_OP", aceh)]
    wanted = {"text": "Datanglah."}

    def compose(user, membership, record, entry):
        if wanted["text"] is None:
            return None
        assert user.acting == membership
        file = ("rapat.ics", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "text/calendar; method=REQUEST; charset=utf-8")
        return audience.Letter(f"{record.code} {entry.data['number']}", wanted["text"], "<p>x</p>", [file])

    audience.register_letter(
        "regions.need",
        ["change"],
        compose,
        listeners=lambda record, entry: [(user, user.memberships.get()) for user in people],
        due=lambda record, entry: wanted.get("due"),
    )
    yield people, wanted
    audience._letters.pop(("regions.need", "change"))


def invite(record, actor, number: int, moment=TEN):
    import time_machine

    with time_machine.travel(moment, tick=False):
        note(record.flow, record, actor, "change", {"number": number})
    read(moment)


def test_a_letter_leaves_once_with_its_file_and_is_a_notice_without_mail(aceh, invitations, ppsdm_head, server):
    people, _wanted = invitations
    record = need(aceh, people[0])
    invite(record, ppsdm_head, 1)
    read(TEN)
    assert sorted(Outbox.objects.values_list("key", "seq", "flow")) == sorted(
        (f"letter:{row.seq}:{row.user_id}", row.seq, "regions.need") for row in Outbox.objects.all()
    )
    assert (sending.send_due(TEN), sending.send_due(TEN)) == (2, 0)
    sent = sent_to(people[0], mail.outbox)[0]
    assert (sent.subject, sent.body) == (f"{record.code} 1", "Datanglah.")
    assert 'text/calendar; method="REQUEST"' in sent.message().as_string() and "rapat.ics" in sent.message().as_string()
    assert set(Notice.objects.values_list("kind", "mail")) == {("MEETING", None)}


def test_a_later_letter_replaces_one_that_has_not_left(aceh, invitations, ppsdm_head, server):
    people, _wanted = invitations
    record = need(aceh, people[0])
    for number in (1, 2, 3):
        invite(record, ppsdm_head, number, TEN + number * MINUTE)
    assert sending.send_due(TEN + 4 * MINUTE) == 2
    assert {m.subject for m in mail.outbox} == {f"{record.code} 3"}
    assert sorted(Outbox.objects.values_list("dropped_for", flat=True)) == ["", "", *["MERGED"] * 4]


def test_a_letter_that_is_no_longer_wanted_does_not_leave(aceh, invitations, ppsdm_head, server):
    people, wanted = invitations
    invite(need(aceh, people[0]), ppsdm_head, 1)
    wanted["text"] = None
    people[1].memberships.update(ended_at=TEN)
    assert sending.send_due(TEN) == 0
    assert sorted(Outbox.objects.values_list("dropped_for", flat=True)) == ["CLOSED", "READ"]


def test_a_letter_keeps_quiet_hours_unless_it_must_be_known_before(aceh, invitations, ppsdm_head, server):
    people, wanted = invitations
    night = at("2027-03-02 21:00")
    invite(need(aceh, people[0]), ppsdm_head, 1, night)
    assert set(Outbox.objects.values_list("due_at", flat=True)) == {at("2027-03-03 07:00")}
    wanted["due"] = at("2027-03-03 06:00")
    invite(need(aceh, people[0]), ppsdm_head, 2, night)
    assert set(Outbox.objects.filter(due_at=night).values_list("user", flat=True)) == {user.pk for user in people}


def test_who_did_it_gets_the_letter_where_it_is_meant_for_them_and_no_notice(aceh, invitations, server):
    people, _wanted = invitations
    invite(need(aceh, people[0]), people[0], 1)
    assert set(Outbox.objects.values_list("user", flat=True)) == {user.pk for user in people}
    assert list(Notice.objects.values_list("user", flat=True)) == [people[1].pk]


# --- Odds and ends ------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_event_read_again_makes_no_second_row(aceh, aceh_province_operator, ppsdm_head):
    from notices.models import Bookmark

    wants(aceh_province_operator, CHANGE="AT_ONCE")
    act(TEN, "approve", need(aceh, aceh_province_operator), ppsdm_head)
    read(TEN)
    Bookmark.objects.update(seq=0)
    read(TEN + MINUTE)
    assert (Outbox.objects.count(), Notice.objects.count()) == (1, 1)


@pytest.mark.django_db
def test_a_closed_account_gets_nothing(people, server):
    row = post(people[0])
    User.objects.filter(pk=people[0].pk).update(is_active=False)
    sending.send_due(TEN)
    row.refresh_from_db()
    assert (mail.outbox, row.dropped_for) == ([], "CLOSED")


def test_the_subject_of_a_letter_is_one_line():
    made = any_letter("Rapat\nBcc: x@example.test", "t", "<p>t</p>", to="a@example.test")
    assert made.subject == "Rapat Bcc: x@example.test"
