"""The whole portal as its operators run it, in real processes: parts are killed without warning and come back as
systemd would bring them back. PostgreSQL writes to disk (fsync), the broker keeps nothing, the mail server counts."""

from __future__ import annotations

import datetime as dt
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import requests
from celery import Celery
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection
from django.utils import timezone

from portal.environment import database
from portal.stack import processes, valkey
from portal.stack.places import ROOT, server_account
from portal.stack.postgres import prepare
from tests.stack.mail_sink import MailSink
from tests.stack.test_demo import free_port
from tests.stack.test_post_room_drill import CLOCK

PASSWORD = "kata-sandi-uji-kebakaran"
CELERY = [sys.executable, "-m", "celery", "-A", "portal"]
COMMANDS = {
    "web": [sys.executable, "-m", "gunicorn", "-c", "python:portal.gunicorn", "portal.wsgi"],
    "worker-a": [*CELERY, "worker", "-Q", "interactive,mail,bulk", "--concurrency", "2", "-n", "a@fire", "-l", "INFO"],
    "worker-b": [*CELERY, "worker", "-Q", "interactive,mail,bulk", "--concurrency", "2", "-n", "b@fire", "-l", "INFO"],
    "allocation": [*CELERY, "worker", "-Q", "allocation", "--concurrency", "1", "-n", "c@fire", "-l", "INFO"],
    "beat": [*CELERY, "beat", "--pidfile=", "-l", "INFO"],
    "beat by mistake": [*CELERY, "beat", "--pidfile=", "-l", "INFO"],
}
READY = {"web": "Booting worker", "beat": "beat: Starting", "beat by mistake": "beat: Starting"}
READY |= dict.fromkeys(("worker-a", "worker-b", "allocation"), " ready.")
RESTART_AFTER = 1.0
"""Seconds, as `RestartSec=1`."""


def known_password(*users) -> None:
    """Their sign-in works in processes with the portal's own settings, which know no fast hashes."""
    sealed = Argon2PasswordHasher().encode(PASSWORD, "garamgaram")
    for user in users:
        type(user).objects.filter(pk=user.pk).update(password=sealed)


@dataclass
class Part:
    """One process and how often it had to be started."""

    name: str
    starts: int = 0
    child: processes.Child | None = None
    held_down: bool = False


class Fire:
    """Everything that runs, what kills it, and what brings it back."""

    def __init__(self, crew: processes.Crew, folder: Path, clock: float, **environment):
        self.crew, self.folder = crew, folder
        self.database = crew.add(prepare(folder, server_account()))
        self.database.start()
        self.database.ensure_database("fire")
        self.broker = crew.add(valkey.Valkey(folder / "valkey", *valkey.find_binary()))
        self.broker.start()
        self.sink = MailSink(free_port())
        self.port = free_port()
        (folder / "clock").mkdir()
        (folder / "clock" / "sitecustomize.py").write_text(CLOCK)
        self.environment = os.environ | {
            "DATABASE_URL": self.database.url("fire"),
            "REDIS_URL": self.broker.url,
            "SINERGI_DEMO": "1",
            "SECRET_KEY": settings.SECRET_KEY,
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "PYTHONWARNINGS": "ignore",
            "PYTHONPATH": str(folder / "clock"),
            "DRILL_CLOCK": str(clock),
            "STATIC_ROOT": str(folder / "static"),
            "MEDIA_ROOT": str(folder / "media"),
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(self.sink.port),
            "EMAIL_TLS": "0",
            "PORT": str(self.port),
            "WEB_WORKERS": "2",
            **environment,
        }
        self.parts = {name: Part(name) for name in COMMANDS}
        self.asker = Celery(broker=self.broker.url.replace("unix://", "redis+socket://", 1), set_as_current=False)
        self.recovered: dict[str, float] = {}
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._restart_what_died, daemon=True)

    # --- Beginning and end ---

    def take_over_database(self) -> None:
        """What the test has written so far is the portal's data from now on, for the test as well."""
        binaries = self.database.binaries.folder
        connection.close()
        source, target = os.environ["DATABASE_URL"], self.database.url("fire")
        source = re.sub(r"/[^/?]+(\?|$)", rf"/{connection.settings_dict['NAME']}\1", source, count=1)
        dump = self.folder / "fire.dump"
        for command in (
            [str(binaries / "pg_dump"), "--format=custom", "--no-owner", f"--file={dump}", source],
            [str(binaries / "pg_restore"), "--no-owner", "--exit-on-error", f"--dbname={target}", str(dump)],
        ):
            subprocess.run(command, check=True, capture_output=True, text=True)
        entry = database(target)
        connection.settings_dict.update({key: entry[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")})

    def start(self, *names: str) -> None:
        """All of it, or the parts named; waits until each has said that it is there."""
        (self.folder / "static").mkdir(exist_ok=True)
        collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v", "0"]
        self.crew.run("static", collect, log=self.folder / "static.log", env=self.environment, cwd=ROOT)
        self.sink.open()
        for name in names or COMMANDS:
            self._start(self.parts[name])
        for name in names or COMMANDS:
            self.wait_for(name)
        self._watch.start()

    def stop(self) -> None:
        """Called by the crew."""
        self._over.set()
        if self._watch.is_alive():
            self._watch.join()
        for part in self.parts.values():
            if part.child:
                part.child.stop(patience=1)
        self.sink.close()

    def _start(self, part: Part) -> None:
        log = self.folder / f"{part.name}-{part.starts + 1}.log"
        command = COMMANDS[part.name]
        if part.name.startswith("beat"):
            command = [*command, "--schedule", str(self.folder / f"{part.name}-schedule")]
        part.child = processes.start(part.name, command, log=log, env=self.environment, cwd=ROOT)
        part.starts += 1

    def _restart_what_died(self) -> None:
        while not self._over.wait(0.1):
            for part in self.parts.values():
                if part.child and part.child.ended() and not part.held_down:
                    if self._over.wait(RESTART_AFTER):
                        return
                    self._start(part)

    def wait_for(self, name: str, patience: float = 60) -> None:
        """Until the part says in its log that it works."""
        part, give_up = self.parts[name], time.monotonic() + patience
        while READY[name] not in part.child.log.read_text(errors="replace"):
            assert time.monotonic() < give_up, (name, part.child.tail(40))
            time.sleep(0.1)

    # --- Killing ---

    def kill(self, name: str) -> None:
        """The whole part: father and children, as the kernel does when memory is short."""
        with suppress(ProcessLookupError):  # dead already, and not yet brought back
            os.killpg(self.parts[name].child.pid, signal.SIGKILL)

    def kill_child(self, name: str) -> None:
        """One of its children."""
        os.kill(processes.children_of(self.parts[name].child.pid)[0], signal.SIGKILL)

    def time_recovery(self, what: str, found, patience: float = 150) -> float:
        """Wait until it is so again; how long it took is kept."""
        began = time.monotonic()
        while not found():
            assert time.monotonic() - began < patience, (what, self.tails())
            time.sleep(0.05)
        self.recovered[what] = round(time.monotonic() - began, 1)
        return self.recovered[what]

    def is_back(self, name: str, starts: int):
        """Whether the part has been started more often than so, and works."""
        part = self.parts[name]
        return lambda: part.starts > starts and READY[name] in part.child.log.read_text(errors="replace")

    # --- Looking ---

    def tails(self) -> str:
        """The ends of all logs, for whoever has to find out."""
        return "\n".join(f"--- {part.name}\n{part.child.tail(12)}" for part in self.parts.values() if part.child)

    def status(self, path: str) -> int:
        """What an address answers to somebody without a session; 0 where nobody answers."""
        try:
            return requests.get(f"http://127.0.0.1:{self.port}{path}", timeout=20, allow_redirects=False).status_code
        except requests.RequestException:
            return 0

    def troubled(self) -> set[str]:
        """The parts that /readyz complains of."""
        return {*requests.get(f"http://127.0.0.1:{self.port}/readyz", timeout=20).json()["troubled"]}

    def ask(self, *tasks: str) -> None:
        """What beat does by itself a little later; while the broker is away nothing."""
        for task in tasks:
            try:
                from portal.queues import TASKS

                self.asker.send_task(task, queue=TASKS[task].queue, retry=False)
            except Exception:  # every broker has its own
                return

    @contextmanager
    def looking(self):
        """Read the database with a fresh line: the former one may lead to a server that is no more."""
        connection.close()
        yield
        connection.close()


@dataclass
class Ledger:
    """What the portal answered to people, and what they had to find out for themselves."""

    accepted: list[str] = field(default_factory=list)
    found_done: list[str] = field(default_factory=list)
    """The answer was lost; the second look showed that it had been done."""
    answers: Counter = field(default_factory=Counter)
    longest: float = 0.0

    @property
    def done(self) -> int:
        return len(self.accepted) + len(self.found_done)


class Person:
    """Somebody at a browser: signs in, opens, presses, looks again when the line breaks."""

    def __init__(self, fire: Fire, user, ledger: Ledger):
        self.fire, self.user, self.ledger = fire, user, ledger
        self.browser = requests.Session()
        self.browser.headers["Accept-Language"] = "en"
        self.browser.headers["Origin"] = f"http://127.0.0.1:{fire.port}"

    def url(self, path: str) -> str:
        return path if path.startswith("http") else f"http://127.0.0.1:{self.fire.port}{path}"

    def send(self, method: str, path: str, **more) -> requests.Response | None:
        """The answer; None where the line broke."""
        began = time.monotonic()
        try:
            answer = self.browser.request(method, self.url(path), timeout=60, allow_redirects=False, **more)
        except requests.RequestException:
            self.ledger.answers["line broke"] += 1
            return None
        self.ledger.answers[answer.status_code] += 1
        self.ledger.longest = max(self.ledger.longest, time.monotonic() - began)
        return answer

    def get(self, path: str, patience: float = 240) -> requests.Response:
        """Open a page, again and again while the portal cannot answer."""
        give_up = time.monotonic() + patience
        while (answer := self.send("GET", path)) is None or answer.status_code in (500, 502, 503):
            assert time.monotonic() < give_up, (path, answer and answer.text[:500], self.fire.tails())
            time.sleep(0.2)
        return answer

    def sign_in(self) -> None:
        """Through the page."""
        page = self.get("/en/masuk/")
        found = {"email": self.user.email, "password": PASSWORD, "csrfmiddlewaretoken": token_of(page.text)}
        answer = self.send("POST", "/en/masuk/", data=found)
        assert answer is not None and answer.status_code == 302, answer and answer.text[:3000]

    def press(self, path: str, code: str, values: dict, **more) -> bool:
        """Carry out an act with its form: True where this person's own click did it. Whoever loses the answer looks
        again and repeats, as people do; that it was done then counts as done."""
        lost = False
        while True:
            page = self.get(path)
            if page.status_code == 409 and lost:  # the page says that the record has moved on
                self.ledger.found_done.append(code)
                return True
            assert page.status_code == 200, (code, page.status_code, plain(page.text))
            form = {"csrfmiddlewaretoken": token_of(page.text), "version": version_of(page.text), **values}
            answer = self.send("POST", path, data=form, **more)
            if answer is not None and answer.status_code == 302:
                self.ledger.accepted.append(code)
                return True
            if answer is None or answer.status_code >= 500:
                lost = True
                continue
            if answer.status_code == 409 and lost:
                self.ledger.found_done.append(code)
                return True
            assert answer.status_code in (200, 409), (code, answer.status_code, plain(answer.text))
            return False


def token_of(page: str) -> str:
    """What the form proves itself with."""
    return re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page).group(1)


def version_of(page: str) -> str:
    """Which version of the record the person has seen."""
    found = re.search(r'name="version"[^>]*value="(\d+)"|value="(\d+)"[^>]*name="version"', page)
    return next((group for group in found.groups() if group), "") if found else ""


def plain(page: str) -> str:
    """The words of a page, for a failing test."""
    body = page.split("<main", 1)[-1]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))[:1500]


def pauses_are_over() -> None:
    """As if the pauses between two tries had passed: mails, promised work, jobs without a sign of life."""
    from exchange.models import Job, Phase
    from notices.models import MailRoute, Outbox
    from portal.models import Errand

    before = timezone.now() - dt.timedelta(minutes=2)
    Outbox.objects.filter(sent_at__isnull=True, dropped_at__isnull=True).update(next_at=before)
    MailRoute.objects.update(next_at=None)
    Errand.objects.update(next_at=before)
    Job.objects.filter(phase__in=(Phase.WAITING, Phase.WORKING)).update(created_at=before, beat_at=before)
