"""The clock jumps, the broker is away for an hour: nothing is done twice, nothing gets stuck, nothing is forgotten."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from contextlib import contextmanager

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from accounts.roles import Role
from accounts.services import invite
from accounts.tasks import password_link_soon
from notices.models import Notice, Outbox
from notices.tasks import deliver_pending, send_outbox
from partnerships.models import AllocationRun, RunStatus
from partnerships.tasks import resume_allocations
from portal import errands
from portal.celery_app import app
from portal.models import Errand, ParkedTask
from portal.tasks import resume_errands
from regions.models import NeedStatus
from tests import factories
from tests.partnerships import allocation_factories
from tests.stack.test_post_room_drill import TUESDAY
from workflow import clock
from workflow.audit import broken_links
from workflow.engine import log_of, perform
from workflow.errands import promise
from workflow.models import LogEntry

pytestmark = pytest.mark.django_db(transaction=True)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture
def at():
    """`at(moment)`: the clock stands there, whatever it said before."""
    with time_machine.travel(TUESDAY, tick=False) as found:
        yield found.move_to


def returned(office, writer, verifier):
    need = factories.need(office, status=NeedStatus.PROV_REVIEW, created_by=writer)
    answers = {"comments": [{"field": "", "text": "Jelaskan."}]}
    perform(need.flow, "return", record=need, actor=verifier, answers=answers)
    return need


# --- The clock jumps ----------------------------------------------------------------------------------------------


def test_a_clock_that_jumps_a_day_ahead_and_back_acts_once(at, aceh, aceh_regency, aceh_verifier):
    """A need whose time is up by tomorrow: the CLOCK marks it when it is tomorrow, and not again when today returns."""
    need = factories.need(aceh_regency, status=NeedStatus.PROV_REVIEW)
    for moment in (TUESDAY, TUESDAY + 40 * DAY, TUESDAY - HOUR, TUESDAY + HOUR, TUESDAY + 40 * DAY):
        at(moment)
        clock.run()
        deliver_pending()
        send_outbox()
    entries = Counter(LogEntry.objects.filter(record_code=need.code).values_list("action", flat=True))
    assert [action for action, count in entries.items() if count > 1] == []
    notices = Counter(Notice.objects.values_list("user", "key"))
    assert set(notices.values()) <= {1}
    assert broken_links()[0] == []


def test_a_mail_is_neither_doubled_nor_stuck_when_the_clock_goes_back(at, aceh_regency, aceh_operator, aceh_verifier):
    at(TUESDAY + HOUR)
    with no_broker():
        returned(aceh_regency, aceh_operator, aceh_verifier)
        deliver_pending()
    at(TUESDAY)  # the mail is due in an hour now
    send_outbox()
    assert Outbox.objects.filter(sent_at__isnull=False).count() == 0
    at(TUESDAY + HOUR + dt.timedelta(minutes=1))
    send_outbox()
    at(TUESDAY)
    send_outbox()
    at(TUESDAY + DAY)
    send_outbox()
    told = Counter(letter.to[0] for letter in mail.outbox)
    assert told == {aceh_operator.email: 1}


def test_a_promise_made_before_the_clock_went_back_is_kept_when_its_time_comes(at, aceh_operator):
    at(TUESDAY + HOUR)
    promise("accounts.tasks.send_password_link", aceh_operator.pk)  # its row; the queue did it at once
    assert (len(mail.outbox), Errand.objects.count()) == (1, 0)
    Errand.objects.create(task="accounts.tasks.send_password_link", args=[aceh_operator.pk], next_at=timezone.now())
    at(TUESDAY)
    assert (errands.sweep(), len(mail.outbox)) == ([], 1)
    at(TUESDAY + HOUR)
    assert (len(errands.sweep()), len(mail.outbox), Errand.objects.count()) == (1, 2, 0)


# --- The broker is away for an hour -------------------------------------------------------------------------------


@contextmanager
def no_broker():
    """Tasks are for a broker on a port where nobody listens."""
    usual = app.conf.task_always_eager, app.conf.broker_url
    app.conf.task_always_eager, app.conf.broker_url = False, "redis://127.0.0.1:1/0"
    try:
        yield
    finally:
        app.conf.task_always_eager, app.conf.broker_url = usual


def test_what_happened_in_an_hour_without_broker_is_found_by_the_sweeps(
    at, aceh, aceh_regency, aceh_operator, aceh_verifier, jica, administrator_of_the_portal
):
    allocation_factories.scarce(jica, aceh)
    with no_broker():
        needs = [returned(aceh_regency, aceh_operator, aceh_verifier) for _number in range(5)]
        invite(
            email="baru@example.test",
            name="Baru",
            organisation=aceh_regency,
            role=Role.DINAS_OP,
            actor=administrator_of_the_portal,
        )
        password_link_soon(aceh_operator.email)
        run = allocation_factories.run(status=RunStatus.RUNNING)
    assert (mail.outbox, Notice.objects.count(), Errand.objects.count()) == ([], 0, 2)
    at(TUESDAY + HOUR)
    assert clock.run() == 0  # a run nobody has taken up is not given up that soon
    deliver_pending()
    send_outbox()
    resume_errands()
    resume_allocations()
    assert AllocationRun.objects.get(pk=run.pk).status == RunStatus.RESULT
    assert Notice.objects.filter(user=aceh_operator, action="return").count() == 5
    told = Counter(letter.to[0] for letter in mail.outbox)
    assert (told["baru@example.test"], told[aceh_operator.email]) == (1, 2)  # five returns in one mail, and the link
    assert (Errand.objects.count(), ParkedTask.objects.count()) == (0, 0)
    assert [[entry.action for entry in log_of(need)] for need in needs] == [["create", "return"]] * 5


@pytest.fixture
def administrator_of_the_portal(db):
    return factories.member(Role.ADMIN, factories.organisation("SETDITJEN"))
