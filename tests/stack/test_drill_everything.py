"""The fire drill: web, workers, beat, broker and database are killed without warning while people decide, mails leave,
a spreadsheet comes in and seats are allocated. Nothing is lost, nothing is done twice, and what does not need the dead
part keeps answering.

`EVERY_DRILL=full` (`make drills`): 300 acts, 5,000 rows of a spreadsheet, 200 pairs of approvers. Without it the same
with fewer of each. When what is killed follows from a seed and from how many acts are done, never from the clock.
"""

from __future__ import annotations

import collections
import datetime as dt
import os
import random
import re
import threading
import time
from collections import defaultdict
from functools import partial

import pytest
import time_machine
from django.db import connection
from django.utils import translation

from accounts.roles import Role
from exchange.kinds.needs_tables import TABLES
from exchange.models import Job, Phase
from notices.models import Notice, Outbox, Pending
from partnerships.models import AllocationRun, RunStatus
from partnerships.services import allocations
from portal.models import Errand, ParkedTask
from portal.stack import processes, valkey
from regions.models import NeedStatus, TrainingNeed
from tests import factories
from tests.exchange.filled import workbook
from tests.exchange.test_import_needs import many, one
from tests.partnerships import allocation_factories
from tests.races import at_once
from tests.regions.conftest import vocabulary  # noqa: F401 - a fixture
from tests.stack.portal_under_fire import Fire, Ledger, Person, known_password, pauses_are_over, plain
from tests.stack.test_post_room_drill import TUESDAY
from workflow.audit import broken_links
from workflow.models import Counter, LogEntry

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

FULL = os.environ.get("EVERY_DRILL") == "full"
ACTS = 300 if FULL else 60
ROWS = 5001 if FULL else 90
"""Of a spreadsheet: a need, a line and a competency are three."""
PAIRS = 200 if FULL else 10
TWICE = 50 if FULL else 5
OFFICES = 98 if FULL else 30
HANDS = 4
"""People who decide at the same time."""
SEED = 20261126
PAGES = (
    "/en/",
    "/healthz",
    "/en/masuk/",
    "/en/kebutuhan/{code}/",
    "/en/kebutuhan/",
    "/en/pemberitahuan/",
    "/en/beranda/",
)
RETURN = {"comments-0-text": "Jelaskan jumlah kasus."}


@pytest.fixture
def fire(folder):
    if not valkey.find_binary():
        pytest.skip(valkey.WARNING)
    usual = dict(connection.settings_dict)
    ahead = (TUESDAY - dt.datetime.now(dt.UTC)).total_seconds()
    with processes.Crew() as crew, time_machine.travel(TUESDAY, tick=True):
        made = Fire(crew, folder, ahead)
        crew.add(made)
        yield made
        connection.close()
        connection.settings_dict.update(usual)


class Cast:
    """Who is there, and what waits for them."""

    def __init__(self, jica):
        translation.activate("en")
        factories.cycle()
        Counter.next("KB-2026", 5000)  # codes the factories give out themselves
        for code in factories.THEMES:
            factories.theme(code)
        province = factories.office("11")
        self.verifier = factories.member(Role.PROV_VER, province)
        self.heads = [factories.member(Role.PPSDM_HEAD, factories.organisation("PPSDM")) for _number in range(2)]
        self.operator = factories.member(Role.DINAS_OP, factories.office("1171"))
        offices = [factories.office(f"11{number:02d}") for number in range(1, OFFICES + 1) if number != 71]
        self.writers = {office: factories.member(Role.DINAS_OP, office) for office in offices}
        self.needs = [self._need(offices[number % len(offices)], NeedStatus.PROV_REVIEW) for number in range(ACTS)]
        self.twice = [self._need(offices[number % len(offices)], NeedStatus.PROV_REVIEW) for number in range(TWICE)]
        self.pairs = [self._need(offices[number % len(offices)], NeedStatus.MIN_REVIEW) for number in range(PAIRS)]
        allocation_factories.scarce(jica, *[factories.office(code) for code in ("32", "51", "52", "94")], seats=7)
        self.run = allocation_factories.run(status=RunStatus.DRAFT)
        known_password(self.verifier, self.operator, *self.heads)

    def _need(self, office, status):
        return factories.need(office, status=status, created_by=self.writers[office])


def test_nothing_is_lost_and_nothing_is_done_twice(fire, jica, vocabulary, capsys):  # noqa: F811
    began, cast, ledger = time.monotonic(), Cast(jica), Ledger()
    fire.take_over_database()
    fire.start()
    people = [Person(fire, cast.verifier, ledger) for _number in range(HANDS)]
    for person in people:
        person.sign_in()
    spent = {"building": time.monotonic() - began}

    same_form = _the_same_form_twice(fire, cast)
    at_the_same_instant = _two_approvers(fire, cast)

    spent["same instant"] = time.monotonic() - began
    loader = Person(fire, cast.operator, Ledger())
    job = _upload(loader)
    spent["spreadsheet read"] = time.monotonic() - began
    fight = Fight(fire, cast, people, ledger)
    _go_on(loader, job)
    with fire.looking():
        AllocationRun.objects.filter(pk=cast.run.pk).update(
            status=RunStatus.RUNNING, started_at=dt.datetime.now(dt.UTC)
        )
    fire.asker.send_task("partnerships.tasks.run_allocation", [cast.run.pk], queue="allocation")
    fight.everything_is_decided()
    spent["fire"] = time.monotonic() - began
    _settle(fire, cast, job)
    spent["settled"] = time.monotonic() - began

    with fire.looking(), capsys.disabled():
        print(f"\n{fight.table()}")
        print(
            f"same form twice {same_form}; two approvers at once {at_the_same_instant}; acts {ledger.done}/{ACTS} "
            f"({len(ledger.found_done)} whose answer was lost), answers {dict(ledger.answers)}, "
            f"longest {ledger.longest:.1f} s; mails {len({m.message_id for m in fire.sink.taken})} by Message-ID, "
            f"{len(fire.sink.taken)} raw; import {Job.objects.get(pk=job).outcome.get('counts')}; starts "
            f"{ {part.name: part.starts for part in fire.parts.values()} }; seconds passed "
            f"{ {what: round(moment) for what, moment in spent.items()} }"
        )
        _nothing_is_missing(fire, cast, ledger, job)


# --- Before the fire: the same instant -----------------------------------------------------------------------


def _the_same_form_twice(fire, cast) -> dict:
    """One person, two clicks: the same form, posted twice at the same moment."""
    person = Person(fire, cast.verifier, Ledger())
    person.sign_in()
    found = collections.Counter()
    for need in cast.twice:
        path = f"/en/kebutuhan/{need.code}/return/"
        form = _form(person.get(path).text) | RETURN
        twin = Person(fire, cast.verifier, person.ledger)
        twin.browser.cookies.update(person.browser.cookies)
        answers = at_once(*[partial(_click, who, path, form) for who in (person, twin)])
        found[tuple(sorted(answers))] += 1
    with fire.looking():
        entries = collections.Counter(_entries([need.code for need in cast.twice], "return").values())
    assert (found, entries) == ({(302, 409): TWICE}, {1: TWICE})
    return {"pairs": TWICE, "won": TWICE, "told of it": TWICE}


def _two_approvers(fire, cast) -> dict:
    """Two heads of the ministry open the same need and approve it at the same moment."""
    heads = [Person(fire, head, Ledger()) for head in cast.heads]
    for head in heads:
        head.sign_in()
    found = collections.Counter()
    for need in cast.pairs:
        path = f"/en/kebutuhan/{need.code}/approve/"
        forms = [_form(head.get(path).text) for head in heads]
        answers = at_once(*[partial(_click, head, path, form) for head, form in zip(heads, forms, strict=True)])
        found[tuple(sorted(answers))] += 1
    with fire.looking():
        entries = collections.Counter(_entries([need.code for need in cast.pairs], "approve").values())
    assert (found, entries) == ({(302, 409): PAIRS}, {1: PAIRS})
    return {"pairs": PAIRS, "won": PAIRS, "told of it": PAIRS}


def _click(person: Person, path: str, form: dict) -> int:
    return person.send("POST", path, data=form).status_code


def _form(page: str) -> dict:
    """The hidden fields of a page's forms."""
    hidden = re.findall(r"<input[^>]*type=\"hidden\"[^>]*>", page)
    found = {}
    for field in hidden:
        name, value = re.search(r'name="([^"]+)"', field), re.search(r'value="([^"]*)"', field)
        if name:
            found[name.group(1)] = value.group(1) if value else ""
    return found


def _entries(codes, action: str) -> collections.Counter:
    found = LogEntry.objects.filter(record_code__in=codes, action=action).values_list("record_code", flat=True)
    return collections.Counter({code: 0 for code in codes}) + collections.Counter(found)


# --- The import ---------------------------------------------------------------------------------------------------


def _upload(loader: Person) -> int:
    """Through the page; the worker reads it before the fire begins."""
    loader.sign_in()
    page = loader.get("/en/kebutuhan/unggah/")
    content = workbook(TABLES, many(*[one(str(number)) for number in range(ROWS // 3)])).getvalue()
    answer = loader.send(
        "POST", "/en/kebutuhan/unggah/", data=_form(page.text), files={"file": ("isian.xlsx", content)}
    )
    assert answer.status_code == 302, plain(answer.text)
    loader.fire.time_recovery(
        "reading the spreadsheet", lambda: Job.objects.get().phase not in (Phase.WAITING, Phase.WORKING), 900
    )
    job = Job.objects.get()
    assert (job.phase, job.outcome["counts"]) == (Phase.ASKING, {"create": ROWS // 3})
    return job.pk


def _go_on(loader: Person, pk: int) -> None:
    with loader.fire.looking():
        path = f"/en/pekerjaan/{Job.objects.get(pk=pk).token}/"
    answer = loader.send("POST", f"{path}lanjut/", data={"csrfmiddlewaretoken": loader.browser.cookies["csrftoken"]})
    assert answer.status_code == 302, answer.status_code


# --- The fire -----------------------------------------------------------------------------------------------------


class Fight:
    """People go on deciding while one part after the other is killed."""

    def __init__(self, fire: Fire, cast: Cast, people, ledger: Ledger):
        self.fire, self.cast, self.people, self.ledger = fire, cast, people, ledger
        self.rows: list[tuple] = []
        self.waiting = iter(list(cast.needs))
        self.lock, self.faults = threading.Lock(), []
        self.begun = self.allowed = 0
        self.plan = [
            ("a web worker", lambda: self._part("web", child=True)),
            ("the web server", lambda: self._part("web")),
            ("a worker's child", lambda: self._part("worker-a", child=True)),
            ("a worker", lambda: self._part("worker-b")),
            ("the allocation worker", lambda: self._part("allocation")),
            ("beat", lambda: self._part("beat")),
            ("Redis", self._broker),
            ("PostgreSQL", self._database),
            ("web, workers, beat and Redis at once", self._all_at_once),
        ]
        random.Random(SEED).shuffle(self.plan)

    def everything_is_decided(self) -> None:
        """Every so many acts the next part dies."""
        threads = [threading.Thread(target=self._work, args=(person,), daemon=True) for person in self.people]
        for thread in threads:
            thread.start()
        for number, (what, strike) in enumerate(self.plan, start=1):
            threshold = number * ACTS // (len(self.plan) + 1)
            self.allowed = threshold + HANDS
            while self.ledger.done < threshold and any(thread.is_alive() for thread in threads):
                time.sleep(0.01)
            before, in_flight = self.ledger.done, self.begun - self.ledger.done
            self.allowed = (number + 1) * ACTS // (len(self.plan) + 1) - 1
            seconds = strike()
            self.rows.append((what, before, in_flight, self.ledger.done - before, seconds))
        self.allowed = ACTS + 1
        for thread in threads:
            thread.join(600 if FULL else 240)
            assert not thread.is_alive(), self.fire.tails()
        assert self.faults == []

    def _work(self, person: Person) -> None:
        try:
            while True:
                while self.begun >= self.allowed:  # so that whatever dies next dies with acts under way
                    time.sleep(0.01)
                with self.lock:
                    need = next(self.waiting, None)
                    self.begun += need is not None
                if need is None:
                    return
                if not person.press(f"/en/kebutuhan/{need.code}/return/", need.code, RETURN):
                    self.faults.append((need.code, "refused"))
        except BaseException as error:
            self.faults.append(repr(error)[:3000])

    def _part(self, name: str, *, child: bool = False) -> float:
        part, log = self.fire.parts[name], None
        if child:
            log = part.child.log
            known = processes.children_of(part.child.pid)
            self.fire.kill_child(name)
            return self.fire.time_recovery(
                f"child of {name}", lambda: len(set(processes.children_of(part.child.pid)) - set(known)) > 0 and log
            )
        starts = part.starts
        self.fire.kill(name)
        back = self.fire.is_back(name, starts)
        if name == "web":
            return self.fire.time_recovery(name, lambda: back() and self.fire.status("/en/") == 200)
        assert self.fire.status("/en/") == 200
        return self.fire.time_recovery(name, back)

    def _broker(self) -> float:
        """Down for some acts: people notice nothing but that mails come later."""
        self.fire.broker.kill()
        goal, code = self.ledger.done + ACTS // 30, self.cast.needs[0].code
        looker = self.people[0].browser
        answers = {}
        for path in PAGES:
            address = f"http://127.0.0.1:{self.fire.port}{path.format(code=code)}"
            answers[path] = looker.get(address, timeout=30).status_code
        assert answers == dict.fromkeys(PAGES, 200)
        assert self.fire.troubled() >= {"tasks", "cache"}
        until = time.monotonic() + 60
        while self.ledger.done < goal and time.monotonic() < until:
            time.sleep(0.05)
        assert self.ledger.done >= goal, "people cannot work without the broker"
        self.fire.broker.start()
        return self.fire.time_recovery("Redis", lambda: not self.fire.troubled() & {"tasks", "cache"})

    def _database(self) -> float:
        """What can live without it lives; the rest says so. The web is not started anew."""
        father, starts = self.fire.parts["web"].child.pid, self.fire.parts["web"].starts
        self.fire.database.kill()
        browser, port = self.people[0].browser, self.fire.port
        page = browser.get(f"http://127.0.0.1:{port}/en/kebutuhan/{self.cast.needs[0].code}/", timeout=30)
        assert (page.status_code, page.headers.get("Retry-After"), "does not answer" in page.text) == (503, "20", True)
        kept = browser.post(
            f"http://127.0.0.1:{port}/en/kebutuhan/{self.cast.needs[0].code}/return/",
            data={"csrfmiddlewaretoken": browser.cookies["csrftoken"], "comments-0-text": "Kalimat yang panjang ini"},
            timeout=30,
        )
        assert (kept.status_code, "Kalimat yang panjang ini" in kept.text) == (503, True)
        found = [self.fire.status(path) for path in ("/healthz", "/readyz", "/static/icons.svg")]
        assert found == [200, 503, 200]
        began = time.monotonic()
        self.fire.database.revive()
        revived = time.monotonic() - began
        seconds = self.fire.time_recovery("PostgreSQL", lambda: self.fire.status("/readyz") == 200)
        assert (self.fire.parts["web"].child.pid, self.fire.parts["web"].starts) == (father, starts)
        return round(revived + seconds, 1)

    def _all_at_once(self) -> float:
        starts = {name: part.starts for name, part in self.fire.parts.items()}
        for name in starts:
            self.fire.kill(name)
        self.fire.broker.kill()
        self.fire.broker.start()
        waiting = [self.fire.is_back(name, number) for name, number in starts.items()]
        return self.fire.time_recovery(
            "all at once", lambda: all(back() for back in waiting) and self.fire.status("/readyz") == 200, 240
        )

    def table(self) -> str:
        """What was killed, and what it cost."""
        head = ("killed (-9)", "acts done", "in flight", "done meanwhile", "seconds until it works again")
        return "\n".join(" | ".join(str(value) for value in line) for line in [head, *self.rows])


# --- Afterwards ---------------------------------------------------------------------------------------------------


def _settle(fire, cast, job: int) -> float:
    """Workers finish what is left. Pauses between tries are passed over, and work is asked for beside beat."""
    began = time.monotonic()
    give_up = began + (900 if FULL else 240)
    while True:
        with fire.looking():
            if fire.sink.idle() > 1:
                pauses_are_over()
            open_mails = Outbox.objects.filter(sent_at__isnull=True, dropped_at__isnull=True).count()
            told = Notice.objects.filter(action="return").count()
            phase = Job.objects.get(pk=job).phase
            status = AllocationRun.objects.get(pk=cast.run.pk).status
        at = (open_mails, told, phase, status)
        if at == (0, ACTS + TWICE, Phase.DONE, RunStatus.RESULT):
            return time.monotonic() - began
        assert time.monotonic() < give_up, (at, fire.tails())
        fire.ask(
            "notices.tasks.deliver_pending",
            "notices.tasks.send_outbox",
            "exchange.tasks.resume_jobs",
            "partnerships.tasks.resume_allocations",
        )
        time.sleep(1)


def _nothing_is_missing(fire, cast, ledger: Ledger, job: int) -> None:
    codes = [need.code for need in cast.needs]
    # What people were told is what the log holds, once each, and what the records say.
    assert sorted(ledger.accepted + ledger.found_done) == sorted(codes)
    assert _entries(codes, "return") == collections.Counter(codes)
    states = collections.Counter(TrainingNeed.objects.filter(code__in=codes).values_list("status", flat=True))
    assert states == {NeedStatus.RETURNED: ACTS}
    assert ledger.answers[500] == 0
    # Each writer was told once of each need, and each mail left once under its Message-ID.
    told = collections.Counter(Notice.objects.filter(action="return").values_list("user__email", "record_code"))
    expected = {(cast.writers[need.office].email, need.code): 1 for need in [*cast.needs, *cast.twice]}
    assert told == expected
    mailed = defaultdict(set)
    for taken in fire.sink.taken:
        for code in set(re.findall(r"KB-2026-\d+", taken.text)) & {*codes}:
            mailed[taken.to, code].add(taken.message_id)
    assert {place: len(ids) for place, ids in mailed.items()} == {
        (cast.writers[need.office].email, need.code): 1 for need in cast.needs
    }
    # The spreadsheet: every need, once.
    made = TrainingNeed.objects.filter(office=cast.operator.acting_organisation)
    assert (made.count(), made.values("client_key").distinct().count()) == (ROWS // 3, ROWS // 3)
    found = Job.objects.get(pk=job)
    assert found.items.filter(done_at__isnull=False, refusal="").count() == ROWS // 3
    # The allocation: the result that it has undisturbed.
    run = AllocationRun.objects.get(pk=cast.run.pk)
    same = {name: getattr(run, name) for name in ("instance", "annex", "input_hash", "rules_version", "rules")}
    calm = allocation_factories.run(status=RunStatus.RUNNING, **same)
    assert allocations.execute(calm.pk) == "finished"
    calm.refresh_from_db()
    assert (run.input_hash, run.result["seats"], run.figures["seats"]) == (
        calm.input_hash,
        calm.result["seats"],
        calm.figures["seats"],
    )
    assert LogEntry.objects.filter(record_code=run.code, action="finish").count() == 1
    # Nothing is left over, and the chain holds.
    left = (Pending.objects.count(), Errand.objects.count(), ParkedTask.objects.filter(state="WAITING").count())
    assert left == (0, 0, 0)
    assert broken_links()[0] == []
