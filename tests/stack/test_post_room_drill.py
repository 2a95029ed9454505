"""The drill: mail server away, broker away, workers killed in the middle. Nobody misses a thing, nobody gets it twice.

All processes are real: gunicorn, PostgreSQL, Valkey, Celery with its children, a mail server on a port. They live on
the clock of a Tuesday morning, so that mail leaves at once on whatever day this runs.
"""

from __future__ import annotations

import datetime as dt
import http.client
import os
import re
import signal
import statistics
import sys
import time
from collections import Counter, defaultdict
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
import time_machine
from celery import Celery
from django.conf import settings
from django.utils import timezone

from accounts.roles import Role
from notices.models import MailRoute, Notice, Outbox, Pending
from portal.queues import TASKS
from portal.stack import processes, valkey
from portal.stack.places import ROOT
from regions.models import NeedStatus
from tests import factories
from tests.stack.mail_sink import MailSink
from tests.stack.test_demo import free_port
from tests.stack.test_worker import CELERY, until

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
TUESDAY = dt.datetime(2027, 3, 2, 9, 0, tzinfo=ZoneInfo("Asia/Jakarta"))
EVENTS = {"mail server away": 60, "broker away": 60, "workers killed": 80}
OFFICES, PEOPLE = 20, 3
"""Two operators and the head of the office hear that a need was returned."""
PATIENCE = 2.5
"""Seconds a click may take at most when the broker does not answer."""
CLOCK = """
import os, time, time_machine
time_machine.travel(time.time() + float(os.environ["DRILL_CLOCK"]), tick=True).start()
"""


class Drill:
    """Everything that runs, and how to hurt it."""

    def __init__(self, crew, folder, database_url, clock: float):
        self.crew, self.folder = crew, folder
        self.broker = crew.add(valkey.Valkey(folder / "valkey", *(valkey.find_binary() or pytest.skip(valkey.WARNING))))
        self.broker.start()
        self.sink = MailSink(free_port(), refuse=9, cut=13, swallow=17)
        self.port = free_port()
        (folder / "clock").mkdir()
        (folder / "clock" / "sitecustomize.py").write_text(CLOCK)
        self.environment = os.environ | {
            "DATABASE_URL": database_url,
            "REDIS_URL": self.broker.url,
            "SINERGI_DEMO": "1",
            "SECRET_KEY": settings.SECRET_KEY,
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "PYTHONWARNINGS": "ignore",
            "PYTHONPATH": str(folder / "clock"),
            "DRILL_CLOCK": str(clock),
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(self.sink.port),
            "EMAIL_TLS": "0",
            "PORT": str(self.port),
            "WEB_WORKERS": "1",
        }
        self.asker = Celery(broker=self.broker.url.replace("unix://", "redis+socket://", 1), set_as_current=False)
        self.clicks: dict[str, list[float]] = {}
        self.killed: list[str] = []

    def start_web(self) -> None:
        """A real web process."""
        command = [sys.executable, "-m", "gunicorn", "-c", "python:portal.gunicorn", "portal.wsgi"]
        self.web = self.crew.start("web", command, log=self.folder / "web.log", env=self.environment, cwd=ROOT)

    def start_worker(self, name: str):
        """A real worker with two children."""
        queues = ["-Q", "interactive,mail", "--concurrency", "2"]
        command = [*CELERY, "worker", *queues, "-n", f"{name}@drill", "-l", "INFO"]
        log = self.folder / f"{name}.log"
        return self.crew.start(name, command, log=log, env=self.environment, cwd=ROOT)

    def ask(self, *names: str) -> None:
        """What beat does every minute."""
        for task in (f"notices.tasks.{name}" for name in names):
            self.asker.send_task(task, queue=TASKS[task].queue)

    def kill(self, pid: int, *, group: bool, what: str) -> None:
        """As the kernel does when memory is short: no warning, nothing is put in order."""
        (os.killpg if group else os.kill)(pid, signal.SIGKILL)
        self.killed.append(what)

    def pauses_are_over(self) -> None:
        """As if the pause between two tries had passed. Only while nobody is sending: who is at it holds its mail."""
        before = timezone.now() - dt.timedelta(minutes=1)  # the clocks of the processes differ by a breath
        Outbox.objects.filter(sent_at__isnull=True, dropped_at__isnull=True).update(next_at=before)
        MailRoute.objects.update(next_at=None)

    def has_settled(self, notices: int) -> bool:
        """Whether everybody is told and no mail waits."""
        waiting = Outbox.objects.filter(sent_at__isnull=True, dropped_at__isnull=True)
        return Notice.objects.count() == notices and not waiting.exists()

    def mailed(self) -> dict[tuple[str, str], set[str]]:
        """(address, code of a need) -> the identities of the mails that tell of it."""
        found = defaultdict(set)
        for taken in self.sink.taken:
            for code in re.findall(r"KB-2026-\d+", taken.text):
                found[taken.to, code].add(taken.message_id)
        return found

    def sent_twice(self) -> int:
        """Mails that came again although the server had confirmed them: their worker died before it wrote that down."""
        confirmed = Counter(taken.message_id for taken in self.sink.taken if taken.confirmed)
        return sum(number - 1 for number in confirmed.values())

    def shown(self) -> str:
        """What the drill found, in figures."""
        ids = {taken.message_id for taken in self.sink.taken}
        slow = {phase: f"{statistics.median(t):.2f}/{max(t):.2f}" for phase, t in self.clicks.items()}
        waiting = Outbox.objects.filter(sent_at__isnull=True, dropped_at__isnull=True)
        return (
            f"drill: {sum(map(len, self.clicks.values()))} events, {Notice.objects.count()} notices, "
            f"{Outbox.objects.count()} rows of the outbox, {waiting.count()} waiting, "
            f"{Outbox.objects.filter(sent_at__isnull=False).count()} sent, {Pending.objects.count()} put aside; "
            f"at the mail server {len(ids)} by Message-ID, {len(self.sink.taken)} raw "
            f"({self.sent_twice()} repeated after a confirmation nobody could note), "
            f"answers {dict(self.sink.fates)}; killed {self.killed}; clicks (median/max s) {slow}"
        )

    def click(self, phase: str, need, session: str) -> None:
        """The verifier of the province returns a need, by a form of the web process."""
        token = "a" * 32
        body = urlencode(
            {
                "csrfmiddlewaretoken": token,
                "version": need.version,
                "comments-0-text": "Jelaskan jumlah kasus.",
            }
        )
        headers = {
            "Host": "localhost",
            "Cookie": f"sessionid={session}; csrftoken={token}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        began = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("POST", f"/kebutuhan/{need.code}/return/", body, headers)
            answer = connection.getresponse()
            page = answer.read().decode()
        finally:
            connection.close()
        self.clicks.setdefault(phase, []).append(time.monotonic() - began)
        assert answer.status == 302, (phase, answer.status, re.sub(r"\s+", " ", page)[:2000], self.web.tail(40))


@pytest.fixture
def drill(folder, test_database_url):
    ahead = (TUESDAY - dt.datetime.now(dt.UTC)).total_seconds()
    with processes.Crew() as crew, time_machine.travel(TUESDAY, tick=True):
        found = Drill(crew, folder, test_database_url, ahead)
        crew.add(type("Sink", (), {"stop": lambda _self: found.sink.close()})())
        yield found


@pytest.fixture
def offices(aceh):
    """Twenty offices of one province: two operators and a head in each."""
    found = {}
    for number in range(OFFICES):
        office = factories.office(f"11{number + 1:02d}")
        found[office] = [factories.member(role, office) for role in (Role.DINAS_OP, Role.DINAS_OP, Role.DINAS_HEAD)]
    return found


@pytest.fixture
def needs(offices):
    """Ten needs of each office, with the verifier of the province; the offices take turns."""
    return [
        factories.need(office, status=NeedStatus.PROV_REVIEW, created_by=people[0])
        for _number in range(sum(EVENTS.values()) // OFFICES)
        for office, people in offices.items()
    ]


def test_nothing_is_lost_and_nothing_doubled(drill, offices, needs, aceh_verifier, client, capsys):
    began = time.monotonic()
    client.force_login(aceh_verifier)
    session, waiting = client.cookies["sessionid"].value, iter(needs)

    def return_needs(phase: str, number: int) -> None:
        for _number in range(number):
            drill.click(phase, next(waiting), session)

    drill.start_web()
    worker = drill.start_worker("first")
    until(lambda: " ready." in worker.tail(60))

    # A: the mail server refuses every connection while things happen.
    return_needs("mail server away", EVENTS["mail server away"])
    until(lambda: MailRoute.objects.filter(failing_since__isnull=False).exists())
    until(lambda: Notice.objects.count() == PEOPLE * EVENTS["mail server away"])
    assert (drill.sink.taken, Outbox.objects.filter(given_up_at__isnull=False).count()) == ([], 0)

    # B: the broker goes as well. Whoever clicks notices nothing.
    drill.broker.stop()
    return_needs("broker away", EVENTS["broker away"])
    assert max(drill.clicks["broker away"]) < PATIENCE
    assert Notice.objects.count() == PEOPLE * EVENTS["mail server away"]

    # C: everything is back, the worker finds its broker again, and workers die. First the children in the middle of
    # sending ...
    drill.broker.start()
    drill.pauses_are_over()
    drill.sink.open()
    drill.ask("deliver_pending", "send_outbox")
    until(lambda: len(drill.sink.taken) > 20)
    for doomed in processes.children_of(worker.pid):
        drill.kill(doomed, group=False, what="child")
    return_needs("workers killed", EVENTS["workers killed"] // 2)

    # ... then a whole worker whose mail the server has taken and not yet confirmed.
    drill.sink.hold_next()
    return_needs("workers killed", 1)
    assert drill.sink.held.wait(30), drill.shown()
    drill.kill(worker.pid, group=True, what="worker")
    drill.sink.let_go()
    return_needs("workers killed", EVENTS["workers killed"] // 2 - 1)

    # Two workers at once finish what is left.
    drill.pauses_are_over()
    for name in ("second", "third"):
        drill.start_worker(name)
    give_up = time.monotonic() + 90
    while not drill.has_settled(PEOPLE * len(needs)):
        assert time.monotonic() < give_up, drill.shown()
        if drill.sink.idle() > 1:  # nobody is sending: a mail that is being sent stays with its sender
            drill.pauses_are_over()
        drill.ask(*["deliver_pending", "send_outbox"] * 2)
        time.sleep(0.5)

    with capsys.disabled():
        print(f"\n{drill.shown()}; {time.monotonic() - began:.0f} s")
    expected = {(person.pk, need.code) for need in needs for person in offices[need.office]}
    told = Counter(Notice.objects.values_list("user", "record_code"))
    assert told == Counter(expected)
    assert drill.sent_twice() <= drill.killed.count("child") + drill.killed.count("worker") * 2
    mailed = drill.mailed()
    by_address = {(person.email, need.code): 1 for need in needs for person in offices[need.office]}
    assert {place: len(ids) for place, ids in mailed.items()} == by_address
    sent = {f"{number}" for number in Outbox.objects.filter(sent_at__isnull=False).values_list("pk", flat=True)}
    assert {re.match(r"<sinergi-(\d+)-", taken.message_id).group(1) for taken in drill.sink.taken} == sent
    assert Counter(Outbox.objects.filter(sent_at__isnull=True).values_list("dropped_for", flat=True)).keys() <= {
        "MERGED"
    }
