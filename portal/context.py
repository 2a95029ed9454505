"""What every page shows: navigation for the role acted in, what waits, unread notices, the other language."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.urls import NoReverseMatch, reverse, translate_url
from django.utils import timezone
from django.utils.http import escape_leading_slashes
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.roles import READERS, Role
from accounts.rules import zone_of
from accounts.services import reader_tag
from accounts.sessions import seconds_left
from forum.rules.access import MEMBERS
from forum.selectors.threads import unread_count as unread_threads
from notices.selectors import unread_count
from portal.demo import ON_ITS_WAY
from portal.kpi.scopes import scope_of
from workflow.reading import all_waiting

CACHE_SECONDS = 60


@dataclass(frozen=True)
class Item:
    """One entry of the navigation: label, icon, address name, and the tables whose waiting records count."""

    label: Any
    icon: str
    name: str
    flows: tuple[str, ...] = ()


@dataclass(frozen=True)
class Link:
    """An entry as shown to one reader."""

    label: Any
    icon: str
    url: str
    count: int
    current: bool


_NEED, _PROGRAM = "regions.need", "programs.program"
_PROPOSAL, _AGREEMENT = "partnerships.proposal", "partnerships.agreement"

_HOME = Item(_("Home"), "house", "home")
_NEEDS = Item(_("Needs"), "clipboard-data", "regions:needs")
_OWN_NEEDS = Item(_("Needs"), "clipboard-data", "regions:needs", (_NEED,))
_QUEUE = Item(_("Review queue"), "inboxes", "regions:queue", (_NEED,))
_CATALOGUE = Item(_("Programmes"), "mortarboard", "programs:catalogue")
_OFFERS = Item(_("Programmes"), "mortarboard", "programs:mine", (_PROGRAM,))
_PROPOSALS = Item(_("Proposals"), "shuffle", "partnerships:proposals", (_PROPOSAL,))
_AGREEMENTS = Item(_("Partnerships"), "diagram-3", "partnerships:agreements", (_AGREEMENT,))
_ALLOCATION = Item(_("Allocation"), "grid-3x3-gap", "partnerships:allocations", ("partnerships.allocation",))
_PARTICIPANTS = Item(
    _("Participants"),
    "people",
    "participants:nominations",
    ("participants.nomination", "participants.evaluation"),
)
_DEADLINES = Item(_("Deadlines"), "alarm", "deadlines")
_REVIEWS = Item(_("Reviews"), "clipboard-check", "partnerships:reviews", ("partnerships.review",))
_FIGURES = Item(_("Key figures"), "bar-chart", "kpi")
_DASHBOARD = Item(_("Dashboard"), "bar-chart", "dashboard")

PUBLIC = (
    Item(_("Home"), "house", "landing"),
    _CATALOGUE,
    Item(_("Partners"), "people", "partners"),
    Item(_("Map of needs"), "map", "map"),
    Item(_("Transparency"), "eye", "transparency"),
    Item(_("Guide"), "question-circle", "guide"),
)
_OFFICE = (_HOME, _OWN_NEEDS, _CATALOGUE, _PROPOSALS, _PARTICIPANTS, _DEADLINES)
_REVIEW = (_HOME, _QUEUE, _ALLOCATION, _PROPOSALS, _NEEDS, _AGREEMENTS)
_BUREAU = (_HOME, _OFFERS, _PROPOSALS, _AGREEMENTS, _NEEDS, _DEADLINES)
_PARTNER = (
    _HOME,
    Item(_("Our programmes"), "mortarboard", "programs:mine", (_PROGRAM,)),
    Item(_("Demand"), "bar-chart", "partnerships:demand"),
    _PROPOSALS,
    _AGREEMENTS,
    _DEADLINES,
)
BY_ROLE: dict[str, tuple[Item, ...]] = {
    Role.DINAS_OP: _OFFICE,
    Role.DINAS_HEAD: (
        _HOME,
        Item(_("To sign"), "pen", "regions:sign", (_NEED,)),
        _NEEDS,
        _CATALOGUE,
        _PROPOSALS,
        _DEADLINES,
    ),
    Role.PROV_VER: (
        _HOME,
        Item(_("Review queue"), "inboxes", "regions:province_queue", (_NEED,)),
        Item(_("Province"), "geo-alt", "regions:province"),
        _NEEDS,
        _CATALOGUE,
        _DEADLINES,
    ),
    Role.PPSDM_VER: _REVIEW,
    Role.PPSDM_HEAD: _REVIEW,
    Role.DITJEN_REV: (_HOME, _QUEUE, _NEEDS, _CATALOGUE, _PROPOSALS, _DEADLINES),
    Role.BIROKS_OFF: _BUREAU,
    Role.BIROKS_HEAD: _BUREAU,
    Role.LEGAL: (_HOME, _AGREEMENTS, _PROPOSALS, _CATALOGUE, _DEADLINES, _FIGURES),
    Role.SEKJEN: (_HOME, _DASHBOARD, _AGREEMENTS, _PROPOSALS, _NEEDS, _DEADLINES),
    Role.PARTNER_OFF: _PARTNER,
    Role.PARTNER_HEAD: _PARTNER,
    Role.NOMINEE: (_HOME, _PARTICIPANTS, Item(_("My data"), "shield-check", "participants:my_data"), _CATALOGUE),
    Role.EVAL: (_HOME, _PARTICIPANTS, _REVIEWS, _FIGURES, _OFFERS, _AGREEMENTS),
    Role.AUDITOR: (
        _HOME,
        Item(_("Audit trail"), "shield-check", "audit"),
        _NEEDS,
        _FIGURES,
        _PROPOSALS,
        _AGREEMENTS,
    ),
    Role.ADMIN: (
        _HOME,
        Item(_("Users"), "people", "accounts:people"),
        Item(_("Holidays"), "calendar-x", "holidays"),
        _CATALOGUE,
    ),
}
"""At most six entries per role, most used first; the first four are the phone's bottom bar."""


def link_to(name: str) -> str:
    """The address with this name, or an empty string where no such page exists."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def counts_key(user) -> str:
    """Where a reader's counts are kept; each capacity has its own."""
    return f"portal.counts.{user.pk}.{user.acting.pk if user.acting else 0}"


class Shell:
    """The frame around one page. Everything is worked out when a template asks for it, once."""

    def __init__(self, request):
        self.request = request
        user = getattr(request, "user", None)
        self.user = user if user is not None and user.is_authenticated else None

    demo = property(lambda self: settings.DEMO)
    support_email = property(lambda self: settings.SUPPORT_EMAIL)

    @property
    def session_seconds(self) -> int:
        """Until the reader's session ends, if they do nothing more."""
        return seconds_left(self.request.session)

    @property
    def sample_on_its_way(self) -> bool:
        """Whether the demo's worker still calculates the national round."""
        return settings.DEMO and bool(cache.get(ON_ITS_WAY))

    @property
    def eager_mode(self) -> bool:
        """Whether to tell the people who run the portal that tasks run inside requests."""
        return settings.EAGER_MODE and not settings.DEMO and bool(self.user and self.user.is_staff)

    @cached_property
    def counts(self) -> dict[str, int]:
        """What waits for the reader, by table, and unread notices; kept a minute or until the next act."""
        if self.user is None:
            return {}
        key = counts_key(self.user)
        found = cache.get(key)
        if found is None:
            found = {w.entry.flow.name: w.count for w in all_waiting(self.user, limit=0)}
            found["unread"] = unread_notices(self.user)
            found["talks"] = unread_threads(self.user) if self.talks_here else 0
            cache.set(key, found, CACHE_SECONDS)
        return found

    @property
    def fills_in_needs(self) -> bool:
        """Whether this person's device may keep drafts of needs."""
        return bool(self.user and self.user.acting_role == Role.DINAS_OP)

    @cached_property
    def reader(self) -> str:
        """A mark of whom this page was made for, so that scripts notice when somebody else sits down."""
        return reader_tag(self.user) if self.user else ""

    @property
    def now(self):
        """The moment the page was made, for its printed foot."""
        return timezone.now()

    @property
    def zone(self) -> str:
        """The reader's clock."""
        return zone_of(self.user)

    @property
    def address(self) -> str:
        """Where a printed page is found again."""
        return settings.SITE_URL + self.request.get_full_path()

    @property
    def unread(self) -> int:
        """Unread notices."""
        return self.counts.get("unread", 0)

    @property
    def talks_here(self) -> bool:
        """Whether the forum is for the role acted in: everybody but nominees, whose matters stand on their own page."""
        return bool(self.user and self.user.acting_role in {*MEMBERS, *READERS})

    @property
    def unread_talks(self) -> int:
        """Conversations the reader follows in which others have written."""
        return self.counts.get("talks", 0)

    @cached_property
    def nav(self) -> list[Link]:
        """The role's entries; an entry whose page does not exist is left out."""
        items = PUBLIC if self.user is None else BY_ROLE.get(self.user.acting_role, (_HOME, _CATALOGUE))
        found = []
        for item in items:
            if url := link_to(item.name):
                count = sum(self.counts.get(flow, 0) for flow in item.flows)
                found.append(Link(item.label, item.icon, url, count, False))
        current = self._current(found)
        return [Link(n.label, n.icon, n.url, n.count, n.url == current) for n in found]

    def _current(self, links: list[Link]) -> str:
        """The entry whose address the page's address begins with; the longest wins."""
        path = self.request.path
        roots = {link_to("landing")}
        fits = [n.url for n in links if n.url == path or (n.url not in roots and path.startswith(n.url))]
        return max(fits, key=len, default="")

    @property
    def bottom(self) -> list[Link]:
        """The first four entries, for the bar at a phone's lower edge."""
        return self.nav[:4]

    @cached_property
    def links(self) -> dict[str, str]:
        """Addresses the frame itself needs."""
        names = {
            "landing": "landing",
            "home": "home",
            "search": "search",
            "catalogue": "programs:catalogue",
            "map": "map",
            "transparency": "transparency",
            "guide": "guide",
            "how": "how",
            "contact": "contact",
            "partners": "partners",
            "results": "results",
            "agreements": "published_agreements",
            "accessibility": "accessibility",
            "privacy": "privacy",
            "login": "accounts:login",
            "logout": "accounts:logout",
            "switch": "accounts:switch",
            "settings": "accounts:settings",
            "inbox": "notices:inbox",
            "delegations": "accounts:delegations",
            "my_data": "participants:my_data",
        }
        if self.talks_here:
            names |= {"forum": "forum:threads", "meetings": "forum:meetings"}
        if self.user is not None and scope_of(self.user) is not None:
            names |= {"figures": "kpi", "reviews": "partnerships:reviews"}
            if scope_of(self.user).is_national:
                names["dashboard"] = "dashboard"
        if self.user is not None and self.user.is_staff:
            names |= {"dispatch": "notices:desk", "tasks": "parked_tasks"}
        return {key: link_to(name) for key, name in names.items()}

    @property
    def languages(self) -> list[dict]:
        """The same page in each language."""
        now = (get_language() or settings.LANGUAGE_CODE)[:2]
        path = escape_leading_slashes(self.request.get_full_path())  # "//name" would lead to another site
        found = []
        for code, name in (("id", "Bahasa Indonesia"), ("en", "English")):
            url = path if code == now else translate_url(path, code)
            if code != now and url == path:  # the page has no twin (a refusal): lead to the other front page
                url = "/en/" if code == "en" else "/"
            found.append({"code": code, "name": name, "url": url, "current": code == now})
        return found

    @property
    def initials(self) -> str:
        """Two letters for the avatar."""
        words = [w for w in str(self.user.name).replace("_", " ").split() if w[0].isalpha()] if self.user else []
        return "".join(w[0] for w in words[:2]).upper() or "?"

    @property
    def capacities(self) -> list:
        """The memberships of the signed-in person, to switch between."""
        return self.user.current_memberships if self.user else []


def unread_notices(user) -> int:
    """How many notices a person has not read; the post room says so itself."""
    return unread_count(user)


def shell(request) -> dict:
    """The context processor: one lazy object."""
    return {"shell": Shell(request)}
