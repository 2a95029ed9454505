"""Tasks that failed for good: put aside without anybody's data, counted, run again or dismissed by operators."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from celery.exceptions import Ignore
from django.core import mail
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from accounts.tasks import send_password_link
from portal import errands, parking
from portal.celery_app import app
from portal.models import Errand, ParkedState, ParkedTask
from portal.queues import QUEUES, TASKS, VISIBILITY
from portal.tasks import forget_parked
from workflow.engine import Refused
from workflow.errands import promise
from workflow.models import LogEntry

pytestmark = pytest.mark.django_db
PAGE = "/en/tugas/"
LETTER = "accounts.tasks.send_password_link"


@pytest.fixture
def operator(client, db):
    """Whoever keeps the portal running, signed in; no business role."""
    user = User.objects.create_user("operator@kemnaker.example", "kata-sandi-uji", name="Operator", is_staff=True)
    client.force_login(user)
    return user


def parked(task="exchange.tasks.run_job", args=(7,), text="boom") -> ParkedTask:
    try:
        raise ValueError(text)
    except ValueError as error:
        parking.park(task, args, error)
    return ParkedTask.objects.latest("pk")


# --- Queues and limits --------------------------------------------------------------------------------------


def test_every_task_has_a_named_queue_and_limits_that_fit_the_broker():
    app.loader.import_default_modules()
    ours = {name for name in app.tasks if not name.startswith("celery.")}
    assert ours == set(TASKS)
    found = {name: app.amqp.router.route({}, name)["queue"].name for name in ours}
    assert found == {name: place.queue for name, place in TASKS.items()}
    assert set(found.values()) == set(QUEUES)
    assert [name for name, place in TASKS.items() if not place.soft < place.hard <= VISIBILITY / 2] == []
    assert {name: (app.tasks[name].soft_time_limit, app.tasks[name].time_limit) for name in ours} == {
        name: (place.soft, place.hard) for name, place in TASKS.items()
    }


def test_what_beat_asks_for_exists():
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= set(TASKS)


# --- Putting aside ------------------------------------------------------------------------------------------


def test_the_same_failure_is_one_row_that_counts():
    first = parked()
    assert parked(text="again").pk == first.pk
    other = parked(args=(8,))
    first.refresh_from_db()
    assert (first.count, first.text, first.queue, other.count) == (2, "again", "bulk", 1)


def test_a_row_repeats_nothing_that_an_error_quotes():
    found = parked(
        args=("siti@kemnaker.go.id", 3),
        text="no mail to siti@kemnaker.go.id, Key (nip)=(198001012006041001), 'Siti', 198001012006041001\nDETAIL",
    )
    assert found.text == "no mail to s***@kemnaker.go.id, Key (nip)…, …, …"
    assert (found.args, found.whole) == ([None, 3], False)
    assert re.fullmatch(r"tests/portal/test_parked_tasks.py:\d+ parked", found.trace)


class _Message:
    """A task as a worker sees it."""

    def __init__(self, number: str, again: bool):
        self.id, self.delivery_info = number, {"redelivered": again}
        self.called_directly = self.is_eager = False
        self.args = [5]


class _Task:
    name = "partnerships.tasks.run_allocation"

    def __init__(self, again: bool):
        self.request = _Message("abc", again)


def test_a_message_that_killed_two_processes_is_not_begun_a_third_time():
    parking.before_start(_Task(again=False), (5,))
    parking.before_start(_Task(again=True), (5,))
    assert not ParkedTask.objects.exists()
    with pytest.raises(Ignore):
        parking.before_start(_Task(again=True), (5,))
    found = ParkedTask.objects.get()
    assert (found.task, found.args, found.error, found.queue) == (_Task.name, [5], "WorkerKilled", "allocation")


def test_a_later_run_that_goes_well_settles_it():
    found = parked(_Task.name, (5,))
    parking.after_success(_Task(again=False))
    found.refresh_from_db()
    assert found.state == ParkedState.SETTLED


def test_a_database_that_went_away_parks_nothing():
    parking.after_failure(_Task(again=False), args=(5,), exception=OperationalError("gone"))
    assert not ParkedTask.objects.exists()
    parking.after_failure(_Task(again=False), args=(5,), exception=ValueError("wrong"))
    assert ParkedTask.objects.count() == 1


# --- Promised work ------------------------------------------------------------------------------------------


@pytest.fixture
def no_mail_server(monkeypatch):
    """The mail server is away until the test says it is back."""
    state = {"away": True}
    send = mail.EmailMessage.send

    def falter(letter, *args, **kwargs):
        if state["away"]:
            raise ConnectionRefusedError("nobody listens")
        return send(letter, *args, **kwargs)

    monkeypatch.setattr(mail.EmailMessage, "send", falter)
    return state


def test_a_promise_outlives_queue_and_mail_server_and_leaves_once(aceh_operator, no_mail_server):
    now = timezone.now()
    promise(LETTER, aceh_operator.pk)
    first = Errand.objects.get()
    assert errands.sweep(now) == []  # the queue has it
    assert errands.sweep(now + dt.timedelta(hours=1)) == [first.pk]  # the queue lost it; the mail server is away
    assert (Errand.objects.get().attempts, len(mail.outbox)) == (1, 0)
    no_mail_server["away"] = False
    assert errands.do(first.pk, now=now + dt.timedelta(hours=1, seconds=30)) == ""  # its pause is not over
    assert errands.do(first.pk, now=now + dt.timedelta(hours=1, minutes=1)) == "done"
    assert errands.do(first.pk) == ""
    (letter,) = mail.outbox
    assert (letter.to, letter.extra_headers["Message-ID"]) == (
        [aceh_operator.email],
        f"<sinergi-letter-{first.pk}@localhost>",
    )
    assert not Errand.objects.exists()


def test_after_its_last_try_a_promise_waits_for_an_operator(aceh_operator, no_mail_server):
    promise(LETTER, aceh_operator.pk)
    now = timezone.now()
    for _try in range(9):
        now += dt.timedelta(days=1, minutes=1)
        errands.sweep(now)
    found = ParkedTask.objects.get()
    assert (found.task, found.args, found.error) == (LETTER, [aceh_operator.pk], "ConnectionRefusedError")
    assert not Errand.objects.exists()


def test_what_is_undone_promises_nothing(aceh_operator):
    from django.db import transaction

    with transaction.atomic():
        promise(LETTER, aceh_operator.pk)
        transaction.set_rollback(True)
    assert not Errand.objects.exists()


def test_a_letter_to_nobody_is_kept_without_a_letter():
    send_password_link(0)
    assert mail.outbox == []


def test_what_was_settled_long_ago_is_forgotten_and_what_waits_stays():
    for number, (state, days) in enumerate([("WAITING", 400), ("SETTLED", 181), ("DISMISSED", 181), ("AGAIN", 179)]):
        found = parked(args=(number,))
        when = timezone.now() - dt.timedelta(days=days)
        ParkedTask.objects.filter(pk=found.pk).update(state=state, last_at=when, changed_at=when)
    assert forget_parked() == 2
    assert set(ParkedTask.objects.values_list("state", flat=True)) == {"WAITING", "AGAIN"}


# --- The page -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["aceh_head", "ppsdm_head", "jica_liaison"])
def test_for_everybody_else_the_page_does_not_exist(client, request, who):
    found = parked()
    client.force_login(request.getfixturevalue(who))
    answers = [
        client.get(PAGE),
        client.get(f"{PAGE}{found.pk}/"),
        client.post(f"{PAGE}{found.pk}/", {"act": "again"}),
        client.post(f"{PAGE}{found.pk}/", {"act": "dismiss", "reason": "tidak perlu"}),
    ]
    assert [answer.status_code for answer in answers] == [404] * 4
    found.refresh_from_db()
    assert found.state == ParkedState.WAITING


def test_operators_see_what_needs_a_look(client, operator):
    assert "No task needs a look" in client.get(PAGE).content.decode()
    found = parked()
    html = client.get(PAGE).content.decode()
    assert [word in html for word in (found.code, "exchange.tasks.run_job", "bulk", "ValueError")] == [True] * 4
    detail = client.get(f"{PAGE}{found.pk}/").content.decode()
    assert [word in detail for word in ("boom", "test_parked_tasks.py", "Run again", "Dismiss")] == [True] * 4
    assert "Nothing here" in client.get(f"{PAGE}?keadaan=DISMISSED").content.decode()
    assert client.get(f"{PAGE}{found.pk + 1}/").status_code == 404


def test_one_row_and_many_cost_the_same(client, operator):
    parked()
    client.get(PAGE)
    with CaptureQueriesContext(connection) as one:
        client.get(PAGE)
    for number in range(20):
        parked(args=(100 + number,))
    with CaptureQueriesContext(connection) as many:
        client.get(PAGE)
    assert (len(many), len(many) <= 20) == (len(one), True)


def test_run_again_promises_the_task_and_stands_in_the_log(client, operator, aceh_operator):
    found = parked(LETTER, (aceh_operator.pk,))
    assert client.post(f"{PAGE}{found.pk}/", {"act": "again"}).status_code == 302
    found.refresh_from_db()
    assert (found.state, list(Errand.objects.values_list("task", "args"))) == ("AGAIN", [(LETTER, [aceh_operator.pk])])
    entry = LogEntry.objects.get(flow="portal.task")
    assert (entry.action, entry.record_code, entry.data) == ("run_again", found.code, {"task": LETTER})
    client.post(f"{PAGE}{found.pk}/", {"act": "again"})  # a second click
    assert (Errand.objects.count(), LogEntry.objects.filter(flow="portal.task").count()) == (1, 1)


def test_a_task_is_dismissed_with_a_reason(client, operator):
    found = parked()
    refused = client.post(f"{PAGE}{found.pk}/", {"act": "dismiss", "reason": ""})
    assert (refused.status_code, ParkedTask.objects.get().state) == (400, "WAITING")
    assert client.post(f"{PAGE}{found.pk}/", {"act": "dismiss", "reason": "The record is gone"}).status_code == 302
    found.refresh_from_db()
    assert (found.state, found.reason) == ("DISMISSED", "The record is gone")
    entry = LogEntry.objects.get(flow="portal.task")
    assert (entry.action, entry.comment) == ("dismiss", "The record is gone")
    with pytest.raises(Refused):
        parking.run_again(found.pk, actor=operator)


def test_a_task_whose_arguments_were_not_kept_is_not_run_again(client, operator):
    found = parked(args=("siti@kemnaker.go.id",))
    assert "cannot be run again" in client.get(f"{PAGE}{found.pk}/").content.decode()
    client.post(f"{PAGE}{found.pk}/", {"act": "again"})
    assert ParkedTask.objects.get().state == "WAITING"
