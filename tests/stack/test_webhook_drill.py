"""The drill of the webhooks: receivers that are down, that refuse, that cut the line after they took the message, and
workers killed in the middle. Every event arrives, and under one identity.

All processes are real: PostgreSQL, Valkey, Celery with its children, HTTPS servers on ports with certificates of an
authority of their own.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter, defaultdict

import pytest
from celery import Celery
from django.conf import settings
from django.utils import timezone

from notices.models import Attempt, Bookmark, Delivery, Webhook
from notices.services import webhooks
from portal.queues import TASKS
from portal.stack import processes, valkey
from portal.stack.places import ROOT
from tests import program_factories
from tests.notices import webhook_receivers as receivers
from tests.notices.webhook_receivers import Receiver, answer
from tests.stack.test_demo import free_port
from tests.stack.test_worker import CELERY, until
from workflow.models import LogEntry

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
CALLS = "notices.tasks.call_webhooks"
EVENTS = {"receivers down": 25, "workers killed": 50}
"""Events of each of the two partners."""


class Ledger:
    """What one receiver took, and its temper: of the messages met for the first time each so-manieth is answered 500,
    or taken and cut off without an answer."""

    REFUSE, SWALLOW = 9, 13

    def __init__(self, certificate: str):
        self.certificate, self.port = certificate, free_port()
        self.server: Receiver | None = None
        self.met: Counter[str] = Counter()
        self.took: dict[str, str] = {}
        self.confirmed: Counter[str] = Counter()
        self.hold, self.held, self.let_go = False, threading.Event(), threading.Event()
        self.last = time.monotonic()

    def open(self) -> None:
        self.server = Receiver(self.certificate, self._talk, port=self.port)

    def close(self) -> None:
        if self.server is not None:
            self.server.close()

    def _talk(self, line, got) -> None:
        identity, self.last = got.headers["webhook-id"], time.monotonic()
        self.met[identity] += 1
        is_first = self.met[identity] == 1
        if is_first and len(self.met) % self.REFUSE == 0:
            line.sendall(answer(500, b""))
            return
        self.took[identity] = got.content["data"]["code"]
        if self.hold:
            self.hold = False
            self.held.set()
            self.let_go.wait(30)
            return
        if is_first and len(self.met) % self.SWALLOW == 0:
            return
        line.sendall(answer(204, b""))
        self.confirmed[identity] += 1


class Drill:
    """Everything that runs, and how to hurt it."""

    def __init__(self, crew, folder, database_url):
        self.crew, self.folder = crew, folder
        self.broker = crew.add(valkey.Valkey(folder / "valkey", *(valkey.find_binary() or pytest.skip(valkey.WARNING))))
        self.broker.start()
        certificate = receivers.write_certificate(folder, "localhost")
        self.ledgers = [Ledger(certificate), Ledger(certificate)]
        self.environment = os.environ | {
            "DATABASE_URL": database_url,
            "REDIS_URL": self.broker.url,
            "SINERGI_DEMO": "1",
            "SECRET_KEY": settings.SECRET_KEY,
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "PYTHONWARNINGS": "ignore",
            "WEBHOOK_ALLOWED_ADDRESSES": "127.0.0.0/8,::1/128",
            "WEBHOOK_CA_FILE": receivers.write_authority(folder),
        }
        self.asker = Celery(broker=self.broker.url.replace("unix://", "redis+socket://", 1), set_as_current=False)
        self.killed: list[str] = []

    def start_worker(self, name: str):
        queues = ["-Q", "interactive,mail", "--concurrency", "2"]
        command = [*CELERY, "worker", *queues, "-n", f"{name}@drill", "-l", "INFO"]
        log = self.folder / f"{name}.log"
        return self.crew.start(name, command, log=log, env=self.environment, cwd=ROOT)

    def ask(self, number: int = 1) -> None:
        """What beat does every quarter of a minute."""
        for _n in range(number):
            self.asker.send_task(CALLS, queue=TASKS[CALLS].queue)

    def kill(self, pid: int, *, group: bool, what: str) -> None:
        """As the kernel does when memory is short: no warning, nothing is put in order."""
        (os.killpg if group else os.kill)(pid, signal.SIGKILL)
        self.killed.append(what)

    def pauses_are_over(self) -> None:
        """As if the pauses between two tries had passed, and the time for which a dead worker held a receiver."""
        Delivery.objects.waiting().update(next_at=timezone.now())
        Webhook.objects.update(rests_until=None, busy_until=None)

    def idle(self) -> float:
        return time.monotonic() - max(ledger.last for ledger in self.ledgers)

    def shown(self) -> str:
        again = sum(n - 1 for ledger in self.ledgers for n in ledger.confirmed.values())
        return (
            f"drill: {Delivery.objects.count()} deliveries, {Delivery.objects.waiting().count()} waiting, "
            f"{Attempt.objects.count()} attempts written down; at the receivers "
            f"{sum(len(ledger.took) for ledger in self.ledgers)} by identity, "
            f"{sum(sum(ledger.met.values()) for ledger in self.ledgers)} calls, {again} repeated after an answer "
            f"nobody could note; killed {self.killed}"
        )


@pytest.fixture
def drill(folder, test_database_url):
    with processes.Crew() as crew:
        found = Drill(crew, folder, test_database_url)
        crew.add(type("Doors", (), {"stop": lambda _self: [ledger.close() for ledger in found.ledgers]})())
        yield found


def publish(program, number: int) -> None:
    """So many acts on a programme, as the engine writes them down."""
    for _n in range(number):
        LogEntry(
            flow="programs.program",
            record_id=program.pk,
            record_code=program.code,
            action="publish",
            target="PUBLISHED",
            role="CLOCK",
        ).save(force_insert=True)


def test_no_event_is_lost_and_none_has_two_identities(
    drill, jica, jica_liaison, koica, koica_liaison, capsys, settings
):
    began = time.monotonic()
    settings.WEBHOOK_ALLOWED_ADDRESSES = ["127.0.0.0/8", "::1/128"]
    programs = [program_factories.program(jica), program_factories.program(koica)]
    hooks = []
    for person, ledger, program in zip((jica_liaison, koica_liaison), drill.ledgers, programs, strict=True):
        url = f"https://localhost:{ledger.port}/hook"
        hook, _secret = webhooks.make(person, url=url, description=program.code, events=["program.published"])
        hooks.append(hook)
    worker = drill.start_worker("first")
    until(lambda: " ready." in worker.tail(60))

    # A: nobody listens while things happen. Every receiver is left alone after three calls in vain.
    for program in programs:
        publish(program, EVENTS["receivers down"])
    drill.ask(2)
    until(lambda: Webhook.objects.filter(failures__gte=3, rests_until__isnull=False).count() == 2)
    assert Delivery.objects.delivered().count() == 0

    # B: the receivers are back, and the worker's children die in the middle of their calls ...
    for ledger in drill.ledgers:
        ledger.open()
    drill.pauses_are_over()
    drill.ask(2)
    until(lambda: sum(len(ledger.took) for ledger in drill.ledgers) > 15)
    for doomed in processes.children_of(worker.pid):
        drill.kill(doomed, group=False, what="child")
    for program in programs:
        publish(program, EVENTS["workers killed"])

    # ... then a whole worker whose message the receiver has taken and not yet answered.
    drill.ledgers[0].hold = True
    give_up = time.monotonic() + 30
    while not drill.ledgers[0].held.is_set():
        assert time.monotonic() < give_up, drill.shown()
        if drill.idle() > 1:
            drill.pauses_are_over()
        drill.ask()
        drill.ledgers[0].held.wait(0.3)
    drill.kill(worker.pid, group=True, what="worker")
    drill.ledgers[0].let_go.set()

    # Two workers at once finish what is left.
    for name in ("second", "third"):
        drill.start_worker(name)
    give_up = time.monotonic() + 90
    while webhooks.is_behind() or Delivery.objects.waiting().exists():
        assert time.monotonic() < give_up, drill.shown()
        if drill.idle() > 1:
            drill.pauses_are_over()
        drill.ask(2)
        time.sleep(0.3)

    with capsys.disabled():
        print(f"\n{drill.shown()}; {time.monotonic() - began:.0f} s")
    entries = LogEntry.objects.filter(flow="programs.program", action="publish")
    by_code = defaultdict(set)
    for seq, code in entries.values_list("seq", "record_code"):
        by_code[code].add(seq)
    expected = {hook.pk: by_code[hook.description] for hook in hooks}
    made = defaultdict(Counter)
    for hook_id, seq in Delivery.objects.values_list("webhook_id", "seq"):
        made[hook_id][seq] += 1
    assert made == {pk: Counter(seqs) for pk, seqs in expected.items()}
    assert Delivery.objects.delivered().count() == Delivery.objects.count()
    for hook, ledger in zip(hooks, drill.ledgers, strict=True):
        told = dict(hook.deliveries.values_list("identity", "record_code"))
        assert ledger.took == told
    most_in_flight = len(hooks) * len(drill.killed)
    assert sum(n - 1 for ledger in drill.ledgers for n in ledger.confirmed.values()) <= most_in_flight
    assert Bookmark.objects.get(reader="webhooks").seq >= max(entries.values_list("seq", flat=True))
