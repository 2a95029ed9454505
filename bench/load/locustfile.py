"""The last week of July: offices finish drafts and sign, provinces and ministry review, partners look at demand.

Started by `bench.load.week`, which gives the accounts (LOAD_ACCOUNTS, a JSON file). One user here is a person at work;
the time to think is divided by LOAD_HASTE, so that few users make the requests of many.
"""

from __future__ import annotations

import json
import os
import random
import re
from pathlib import Path

from locust import HttpUser, between, task

from bench.load.fields import form_with

ACCOUNTS = json.loads(Path(os.environ["LOAD_ACCOUNTS"]).read_text())
HASTE = float(os.environ.get("LOAD_HASTE", "10"))
NEED = re.compile(r'href="(/kebutuhan/(KB-[0-9]+-[0-9]+)/)"')
CODE = re.compile(r"KB-[0-9]+-[0-9]+")
WORDS = ("mediator", "pengawas", "semarang", "k3", "instruktur", "KB-2026-10500", "penempatan", "statistik")


class Person(HttpUser):
    """Somebody with an account: signed in from the start, as most are for the day."""

    abstract = True
    roles: tuple[str, ...] = ()
    wait_time = between(20 / HASTE, 40 / HASTE)

    def on_start(self):
        """Take an account of the role; its session was made before the run."""
        self.account = random.choice(ACCOUNTS[random.choice(self.roles)])  # noqa: S311
        for name, value in self.account["cookies"].items():
            self.client.cookies.set(name, value)

    def see(self, address: str, name: str = "") -> str:
        """Open a page; what it says."""
        with self.client.get(address, name=name or address, catch_response=True) as answer:
            if answer.status_code != 200 or (address != "/masuk/" and "/masuk/" in answer.url):
                answer.failure(f"{answer.status_code} {answer.url}")
                return ""
            return answer.text

    def send(self, page: str, wanted: str, address: str, name: str, **values: str) -> str:
        """Fill in the form of a page that has this field, or leads to this act, and send it; where it leads to. A
        refusal in words (somebody was faster) is an answer and counted as one of its own; a fault is not."""
        form = form_with(page, wanted)
        if form is None:
            return ""
        data = {**form["fields"], **values}
        head = {"Referer": self.host + address, "Accept": "application/json" if "autosave" in values else "text/html"}
        with self.client.post(
            form["action"] or address, data, name=name, catch_response=True, headers=head, allow_redirects=False
        ) as answer:
            if answer.status_code in {400, 403, 404, 409}:
                answer.request_meta["name"] = f"{name} refused {answer.status_code}"
                answer.success()
            elif answer.status_code not in {200, 302}:
                answer.failure(f"{answer.status_code}")
            return answer.headers.get("Location", "")

    @task(4)
    def home(self):
        """What waits."""
        self.see("/beranda/")

    @task(1)
    def inbox(self):
        """What is new."""
        self.see("/pemberitahuan/")

    @task(1)
    def search(self):
        """One of the usual questions."""
        self.see(f"/cari/?q={random.choice(WORDS)}", "/cari/?q=")  # noqa: S311

    @task(1)
    def forum(self):
        """Read a conversation, now and then say something."""
        found = re.findall(r'href="(/forum/UT-[0-9-]+/)', self.see("/forum/"))
        if not found:
            return
        address = random.choice(found)  # noqa: S311
        page = self.see(address, "/forum/[code]/")
        if random.random() < 0.1:  # noqa: S311
            self.send(page, "text", address, "POST message", text="Terima kasih, kami periksa dahulu.")

    @task(1)
    def machine(self):
        """An own program fetches needs."""
        if random.random() < 0.2:  # noqa: S311
            self.see("/api/v1/needs?limit=25", "/api/v1/needs")

    @task(1)
    def deadlines(self):
        """What comes when."""
        self.see("/tenggat/")

    @task(1)
    def public(self):
        """Pages for everybody."""
        self.see(random.choice(("/", "/program/", "/transparansi/")))  # noqa: S311

    @task(1)
    def sign_in(self):
        """The day begins: the log-in page and the costly check of a password."""
        if random.random() > 0.15:  # noqa: S311
            return
        self.client.cookies.clear()
        page = self.see("/masuk/")
        given = {"email": self.account["email"], "password": ACCOUNTS["password"]}
        self.send(page, "password", "/masuk/", "POST sign-in", **given)
        self.client.cookies.clear()
        for name, value in self.account["cookies"].items():
            self.client.cookies.set(name, value)


class Operator(Person):
    """An office finishes its drafts."""

    weight = 70
    roles = ("DINAS_OP",)

    @task(6)
    def write(self):
        """Open a draft and let the page save while typing, three times."""
        page = self.see("/kebutuhan/?status=DRAFT", "/kebutuhan/?status=")
        if found := NEED.findall(page):
            code = random.choice(found)[1]  # noqa: S311
        else:
            begun = CODE.search(self.send(page, "/kebutuhan/baru/", "/kebutuhan/", "POST need"))
            if not begun:
                return
            code = begun.group()
        address = f"/kebutuhan/{code}/isi/alasan/"
        page = self.see(address, "/kebutuhan/[code]/isi/alasan/")
        for number in range(3):
            self.send(
                page,
                "reason",
                address,
                "POST autosave",
                autosave="1",
                reason=f"Kesenjangan kompetensi, bagian {number}.",
            )
            self._sleep(self.wait_time() / 3)

    @task(3)
    def look(self):
        """The own list and one need."""
        found = NEED.findall(self.see("/kebutuhan/"))
        if found:
            self.see(random.choice(found)[0], "/kebutuhan/[code]/")  # noqa: S311

    @task(1)
    def export(self):
        """The list as a file."""
        self.see("/unduh/needs.csv")


class Head(Person):
    """The head of an office signs."""

    weight = 12
    roles = ("DINAS_HEAD",)

    @task(4)
    def sign(self):
        """What waits for a signature, and one of it."""
        self.see("/tanda-tangan/")
        found = NEED.findall(self.see("/kebutuhan/"))
        if found:
            self.see(random.choice(found)[0], "/kebutuhan/[code]/")  # noqa: S311


class Province(Person):
    """A province verifies."""

    weight = 8
    roles = ("PROV_VER",)

    @task(6)
    def endorse(self):
        """The queue, a need, and the act."""
        found = NEED.findall(self.see("/provinsi/antrean/"))
        if not found:
            return
        address = random.choice(found)[0]  # noqa: S311
        page = self.see(address, "/kebutuhan/[code]/")
        self.send(page, "/prov_endorse/", address, "POST endorse", checked="on", note="Sesuai.")


class Ministry(Person):
    """PPSDM and the technical units review; dashboards are theirs."""

    weight = 6
    roles = ("PPSDM_VER", "DITJEN_REV")

    @task(6)
    def review(self):
        """The queue and a need."""
        found = NEED.findall(self.see("/antrean/"))
        if found:
            self.see(random.choice(found)[0], "/kebutuhan/[code]/")  # noqa: S311

    @task(2)
    def filtered(self):
        """The list of the country."""
        self.see("/kebutuhan/?status=APPROVED&sort=-score", "/kebutuhan/?status=")

    @task(1)
    def dashboard(self):
        """How it stands."""
        self.see("/dasbor/")


class Partner(Person):
    """A partner looks for demand."""

    weight = 4
    roles = ("PARTNER_OFF",)

    @task(4)
    def demand(self):
        """The demand by province, the programmes on offer, proposals."""
        self.see("/mitra/permintaan/")
        self.see("/usulan/")
