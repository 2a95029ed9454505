"""The sample scenario in browsers: its users, what they may see, and the steps several tests take."""

from __future__ import annotations

import datetime as dt

from django.test import Client
from django.utils import timezone

from accounts.models import User
from tests.browser.conftest import PHONE
from tests.browser.person import Person, paper
from tests.shapes import halves, shape

MEDIATION = "Mediation and negotiation in industrial relations"
PLACEMENT = "Migrant placement and protection"
DESK = (1366, 900)
BOTH = (PHONE, DESK)
LOOKED_AT: set[tuple[str, int]] = set()
"""(shape of a page or of its frame, width) that this process has looked at."""


class Cast:
    """The users of the scenario, each with a browser of their own, and what was found wrong on their pages."""

    def __init__(self, make_page, axe):
        self.make_page, self.axe, self.people, self.clients, self.wrong = make_page, axe, {}, {}, {}
        self.options: dict = {}
        """What every new browser is told, such as to run no script."""

    def __call__(self, address: str, size=DESK) -> Person:
        """The person with this address; an empty one for a visitor who has not signed in."""
        if address not in self.people:
            self.people[address] = Person(self.make_page(user_at(address), size=size, **self.options))
        return self.people[address]

    def look(self, person: Person, *sizes) -> None:
        """Note what is inaccessible or too wide on the page a person has open, at each of these sizes.

        A page that differs from others of this process in texts and rows only is not looked at again.
        """
        page = person.page
        if self.options.get("java_script_enabled") is False:
            return  # the check itself is a script
        usual = page.viewport_size
        parts = [shape(half)[0] for half in halves(page.content())]
        for width, height in sizes or ((usual["width"], usual["height"]),):
            new = {(part, width) for part in parts} - LOOKED_AT
            if not new:
                continue
            LOOKED_AT.update(new)
            page.set_viewport_size({"width": width, "height": height})
            page.evaluate("window.scrollTo(0, 0)")  # what the sticky header half covers would count as too small
            found = self.axe(page)
            if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                found.append("scrolls sideways")
            if found:
                self.wrong[f"{person.path} {width}"] = found
                print("WRONG", person.path, width, found)
        page.set_viewport_size(usual)

    def doors(self, path: str, *, shut: str, open_to: str = "") -> None:
        """To whom an address opens (200) and for whom it does not exist (404); visitors are sent to sign in."""
        expected = dict.fromkeys(open_to.split(), 200) | dict.fromkeys(shut.split(), 404) | {"": 302}
        assert {name: self.client(name).get(f"/en{path}").status_code for name in expected} == expected, path

    def found_by(self, path: str, people: str) -> set[str]:
        """Whom of these people the search leads from a record's code to the record."""
        question = f"/en/cari/?q={path.strip('/').split('/')[-1]}"
        return {
            name for name in people.split() if self.client(name).get(question).headers.get("Location") == f"/en{path}"
        }

    def client(self, address: str) -> Client:
        """A client with this person's session."""
        if address not in self.clients:
            self.clients[address] = Client()
            if address:
                self.clients[address].force_login(user_at(address))
        return self.clients[address]


def user_at(address: str) -> User | None:
    """A user of the scenario by the first part of the address."""
    return User.objects.get(email=f"{address}@example.test") if address else None


def days_from_now(count: int) -> str:
    """A date as a date field takes it."""
    return (timezone.localdate() + dt.timedelta(days=count)).isoformat()


def start(person: Person, record: str, name: str) -> None:
    """Open a record and press one of its acts."""
    if person.path != record:
        person.go(record)
    person.press(name)


def finish(cast, person: Person, name: str) -> None:
    """Press the button of the act's own page."""
    cast.look(person, *BOTH)
    person.press(name, person.form)


def act(cast, person: Person, record: str, name: str) -> None:
    """An act that asks for nothing."""
    start(person, record, name)
    finish(cast, person, name)


def fill_in_a_line(me: Person, post: str, theme: str) -> None:
    """Post, competency, from level 1 to 3, two people."""
    me.choose("Post", post)
    me.choose("Competency", theme)
    me.level("Current level", "Aware")
    me.level("Target level", "Medium")
    more = me.page.get_by_role("button", name="One more")
    if more.is_visible():
        me.tap(more)
    else:
        me.type("People to train", "2")


def explain_and_attach(cast, me: Person) -> None:
    """The reason, the cover letter and one file of evidence."""
    me.tick("High (6–12 months)")
    me.tick("Case load")
    me.type("The reason in one or two sentences", "Disputes rose from 17 to 41 in two years.")
    me.choose("Preferred delivery mode", "Overseas")
    cast.look(me, *BOTH)
    me.press("Continue to papers")
    me.type("Letter number", "560/123/Disnaker/2026")
    me.type("Letter date", days_from_now(0))
    me.attach("Signed letter (PDF)", paper("surat-pengantar.pdf", "Surat pengantar"))
    me.press("Attach the letter")
    me.choose("Type of evidence", "Case data")
    me.attach("File", paper("data-kasus.pdf", "Perkara hubungan industrial"))
    me.press("Upload the file")
    assert me.says("data-kasus.pdf is attached.")
    cast.look(me, *BOTH)
    me.press("Continue to checking")
