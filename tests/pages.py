"""Every page of the portal as its readers get it: from the URL configuration, the cast and the tables of the workflows.

The sample scenario must be in the database. Nothing is listed by hand: a new address, account kind or state is in.
`collect(full=True)` asks for everything for everybody and in both languages. Else one account of each kind asks for the
pages without arguments and a few of them for those with, and English is asked for once per shape of a page.
"""

from __future__ import annotations

import contextlib
import logging
import re
import time
from dataclasses import dataclass, field
from html import unescape

from django.apps import apps
from django.db import transaction
from django.db.models import CharField, TextField
from django.test import Client, override_settings
from django.urls import Resolver404, resolve
from django.utils import translation

from portal.demo import accounts
from portal.views import gallery
from tests.addresses import READERS, address, in_hand, patterns
from tests.demo_records import user
from tests.shapes import halves, shape
from workflow.engine import may_see, offered
from workflow.registry import workflows

LANGUAGES = {"id": "", "en": "/en"}
NO_PAGE = {"accounts:logout", "set_language", "demo_login"}
NOWHERE = "an address nobody has"
FRONT = {"home", "landing"}
"""Pages that every kind of account is asked for: all others are the same for accounts that `READERS` stand for."""
NOTHING_FOUND = "?q=zzqqxx"
CONTENT = re.compile(r"(?<=>)[^<]+|\d+|(?:href|value|id|for|name|content|action|aria-label)=\"[^\"]*\"")
FORM = re.compile(rb"<form[^>]*method=\"post\"(?![^>]*action=)", re.I)
FACETS = b'name="q"'
LINK = re.compile(r'(?:href|action)="(/[^"#]*)')


@dataclass(frozen=True)
class Page:
    """One answer in HTML: who asked for what, in which language, and what came."""

    reader: str
    language: str
    name: str
    method: str
    url: str
    status: int
    html: str = field(repr=False)
    policy: str = field(repr=False)
    shape: str
    ways: frozenset[str] = field(repr=False)

    def __str__(self):
        return f"{self.method} {self.url} ({self.reader or 'visitor'}, {self.status})"


class _Undone(Exception):
    """Takes back what a request has written."""


def readers(*, full: bool = False) -> list[str]:
    """Addresses of the accounts that ask, a visitor ("") first: one of each kind (roles), or all of them."""
    if full:
        return ["", *(account.address for account in accounts.ACCOUNTS)]
    kinds: dict[tuple, str] = {}
    ranked = sorted(accounts.ACCOUNTS, key=lambda a: (a.address not in READERS, not a.shown))
    for account in ranked:
        kinds.setdefault(account.roles, account.address)
    return [*READERS, *(address for address in kinds.values() if address not in READERS)]


def browsers(names) -> dict[str, Client]:
    """A client for each reader, signed in."""
    found = {}
    for name in names:
        found[name] = Client(raise_request_exception=True)
        if name:
            found[name].force_login(user(name))
    return found


def records() -> list[tuple[object, str]]:
    """(a record in every state of every table that occurs in the scenario, the state)."""
    found = []
    for entry in workflows():
        for state in entry.flow.states:
            if (record := entry.model._default_manager.filter(status=state.code).order_by("pk").first()) is not None:
                found.append((record, state.code))
    return found


class Collection:
    """Asks for pages and keeps those of a shape that has not been seen yet in that language."""

    def __init__(self, *, full: bool = False):
        self.full = full
        self.names = readers(full=full)
        self.browsers = browsers(self.names)
        self.users = {name: user(name) for name in self.names if name}
        self.pages: dict[tuple[str, str], Page] = {}
        self.faults: list[str] = []
        self.known: set[tuple[str, str]] = set()
        self.shapes: dict[int, tuple[str, frozenset[str]]] = {}
        self.seconds = 0.0
        self.typed: frozenset[str] = frozenset()
        self.answers = 0
        """How many HTML pages came, of whatever shape."""
        self.requests = 0
        self.resolved: dict[str, str] = {}
        self.opened: set[str] = set()
        """Names of the addresses that somebody got something from: a page, a file, or the word that it takes a POST."""
        self.files: set[str] = set()
        """Addresses that answer with a file: one reader is enough."""

    def ask(self, reader: str, name: str, url: str, method: str = "GET", language: str = "id") -> Page | None:
        """One request, taken back afterwards; the page when the answer is one."""
        response, where = None, LANGUAGES[language] + url
        if language == "en" and not url.startswith("/"):
            where = url
        self.requests += 1
        with contextlib.suppress(_Undone), transaction.atomic():
            browser = self.browsers[reader]
            try:
                response = browser.get(where) if method == "GET" else browser.post(where, {})
            except Exception as error:  # a fault of one page, told with its address at the end
                self.faults.append(f"{method} {where} ({reader or 'visitor'}): {error!r}")
                raise _Undone from error
            if getattr(response, "streaming", False):
                list(response.streaming_content)  # read to the end: closing it would close the database as well
            raise _Undone
        if response is None:
            return None
        self.note(response, url)
        if response.streaming or not response.get("Content-Type", "").startswith("text/html"):
            return None
        html = response.content.decode()
        if not html.lstrip().lower().startswith("<!doctype"):
            return None  # a part of a page
        self.answers += 1
        policy = response.get("Content-Security-Policy", "")
        parts = [self.shape_of(half) for half in halves(html)]
        kinds, ways = " ".join(part[0] for part in parts), parts[0][1] | parts[1][1]
        page = Page(reader, language, name, method, where, response.status_code, html, policy, kinds, ways)
        new = {(language, shape) for shape, _ways in parts} - self.known
        if new:  # the frame differs by role: a page is new if it or what is inside it is
            self.known |= new
            self.pages[language, page.shape] = page
        return page

    def shape_of(self, html: str) -> tuple[str, frozenset[str]]:
        """The shape, worked out once for pages that differ in texts and numbers only."""
        key = hash(CONTENT.sub("", html))
        if key not in self.shapes:
            self.shapes[key] = shape(html)
        return self.shapes[key]

    def note(self, response, url: str) -> None:
        """Remember that an address gave this reader something, and whether it was a file."""
        if response.status_code in {200, 405, 409, 422} or self.leads_on(response):
            match = getattr(response, "resolver_match", None)
            self.opened |= {match.view_name} if match else set()
        if response.status_code == 200 and not response.get("Content-Type", "").startswith("text/html"):
            self.files.add(url)

    @staticmethod
    def leads_on(response) -> bool:
        """Whether the answer sends the reader to another page than the one to sign in."""
        return response.status_code in {301, 302, 303} and "/masuk/" not in response.get("Location", "")

    def look(self, reader: str, name: str, url: str) -> None:
        """A page, what its form answers when nothing was typed, and what its list says when nothing is found."""
        before = len(self.pages)
        page = self.in_both(reader, name, url)
        if page is None or page.status != 200 or not (self.full or len(self.pages) > before):
            return
        if FORM.search(page.html.partition("<main")[2].encode()):
            self.in_both(reader, name, url, "POST")
        if FACETS in page.html.partition("<main")[2].encode() and "?" not in url:
            self.in_both(reader, name, url + NOTHING_FOUND)

    def in_both(self, reader: str, name: str, url: str, method: str = "GET") -> Page | None:
        """A page in Indonesian, and in English when it is new or everything is wanted."""
        before = len(self.pages)
        page = self.ask(reader, name, url, method)
        if page is not None and (self.full or len(self.pages) > before):
            self.ask(reader, name, url, method, "en")
        return page

    def addresses(self) -> None:
        """Every address of the URL configuration, for every reader."""
        for name, arguments in patterns():
            if name in NO_PAGE:
                continue
            try:
                url = address(name, arguments)
            except Exception as error:  # one address without a sample does not hide what is wrong with all others
                self.faults.append(f"{name}: {error}")
                continue
            for reader in self.names if self.full or name in FRONT else READERS:
                if self.full or url not in self.files:
                    self.look(reader, name, url)

    def states(self) -> None:
        """Records in every state, for all who see them, and the page of every act for the first who may do it."""
        tried = set()
        for record, state in records():
            flow = record.flow
            with translation.override("id"):
                page = record.get_absolute_url()
                base = getattr(record, "manage_url", "") or page
            seeing = [(reader, person) for reader, person in self.users.items() if may_see(flow, person, record)]
            acts = {reader: [o.transition.name for o in offered(person, record)] for reader, person in seeing}
            readers = sorted(acts, key=lambda reader: -len(acts[reader]))
            for reader in readers if self.full else readers[:3]:
                for url in {page, base}:
                    self.look(reader, f"{flow.name} {state}", url)
            for reader in readers:
                for act in acts[reader]:
                    if self.full or (flow.name, act) not in tried:
                        tried.add((flow.name, act))
                        self.look(reader, f"{flow.name} {act}", f"{base}{act}/")

    def links(self) -> None:
        """Addresses that no sample opened, through the links of the pages that were collected, until none is new."""
        seen = 0
        while seen < len(self.pages):
            pages = list(self.pages.values())[seen:]
            seen = len(self.pages)
            for page in pages:
                if page.language != "id":
                    continue
                for url in dict.fromkeys(LINK.findall(page.html)):
                    name = self.name_of(url)
                    if name and name not in self.opened | NO_PAGE:
                        self.look(page.reader, name, unescape(url))

    def name_of(self, url: str) -> str:
        """The name of an address of ours; nothing for any other."""
        path = url.partition("?")[0]
        if path not in self.resolved:
            self.resolved[path] = ""
            with translation.override("id"), contextlib.suppress(Resolver404):
                self.resolved[path] = resolve(path).view_name
        return self.resolved[path]

    def others(self) -> None:
        """Addresses that are still shut, for the kinds of accounts that `READERS` stand for."""
        for name, arguments in patterns():
            if name in self.unopened():
                url = address(name, arguments)
                for reader in self.names[len(READERS) :]:
                    self.look(reader, name, url)

    def in_hand(self) -> None:
        """What opens only for whoever works on a record."""
        for name, reader, url in in_hand():
            if reader not in self.browsers:
                self.browsers |= browsers([reader])
            self.look(reader, name, url)

    def previews(self) -> None:
        """The refusals and faults that are hard to come by, as the gallery shows them."""
        for name in (*gallery.PAGES, *gallery.BARE, "forms", "drawings"):
            self.look("admin", "gallery_page", f"/_components/{name}/")

    def unopened(self) -> set[str]:
        """Names of the addresses that gave nobody anything."""
        return {name for name, _arguments in patterns()} - self.opened - NO_PAGE


def collect(*, full: bool = False) -> Collection:
    """All distinct pages, each with who asked for it."""
    began = time.process_time()
    logging.disable(logging.WARNING)  # thousands of refusals are what is asked for
    try:
        found = Collection(full=full)
        with contextlib.nullcontext() if full else override_settings(ROOT_URLCONF="tests.plain_refusals"):
            found.addresses()  # refusals as a bare word: hundreds look the same
            found.states()
            found.in_hand()
            found.others()
            found.links()
        found.previews()
        for reader in found.names:
            found.look(reader, NOWHERE, "/tidak-ada/")
    finally:
        logging.disable(logging.NOTSET)
    found.typed = typed()
    found.seconds = time.process_time() - began
    return found


def typed() -> frozenset[str]:
    """Every text that somebody wrote or that belongs to a vocabulary: it may be in any language."""
    found = set()
    for model in apps.get_models():
        names = [f.attname for f in model._meta.concrete_fields if isinstance(f, CharField | TextField)]
        for row in model._default_manager.values_list(*names) if names else ():
            found |= {" ".join(text.split()) for text in row if isinstance(text, str) and text}
    return frozenset(found)


def covering(pages: list[Page]) -> list[Page]:
    """As few pages as hold every kind of element that occurs on any of them: each is looked at once, in its place."""
    left, chosen = set().union(*(page.ways for page in pages)), []
    rest = list(pages)
    while left:
        best = max(rest, key=lambda page: len(page.ways & left))
        chosen.append(best)
        rest.remove(best)
        left -= best.ways
        rest = [page for page in rest if page.ways & left]
    return chosen
