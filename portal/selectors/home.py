"""Each role's home: what waits, since when, until when; a few figures; own records; what to do first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.roles import OFFICE, PARTNER, Role
from notices.lines import Line
from notices.selectors import recent
from participants.selectors.rosters import warnings_for
from partnerships.selectors.agreements import ending_soon
from portal.context import link_to
from portal.kpi.scopes import scope_of
from portal.selectors import figures
from portal.selectors.audit import events, in_words
from portal.selectors.deadlines import next_deadlines
from portal.selectors.rows import Row, rows
from regions.models import FilingWindow
from workflow import formats
from workflow.reading import all_waiting, seen_by

TASKS = 8
OWN = 5


@dataclass(frozen=True)
class Action:
    """A button in the head of the page."""

    label: Any
    url: str
    icon: str = "arrow-right"


@dataclass(frozen=True)
class Section:
    """A list of records of one's own."""

    title: Any
    rows: list[Row]
    url: str = ""
    empty: Any = ""
    note: Any = ""


@dataclass
class Home:
    """Everything the page shows."""

    title: str
    eyebrow: str
    tasks: list[Row] = field(default_factory=list)
    waiting: int = 0
    actions: list[Action] = field(default_factory=list)
    banner: dict | None = None
    figures: list[figures.Figure] = field(default_factory=list)
    figures_url: str = ""
    section: Section | None = None
    coverage: list[figures.Coverage] = field(default_factory=list)
    events: list = field(default_factory=list)
    starter: list[Any] = field(default_factory=list)
    starter_url: str = ""
    due: list[Row] = field(default_factory=list)
    notices: list[Line] = field(default_factory=list)
    ending: list[Any] = field(default_factory=list)
    """Agreements that end soon and that nobody has decided on, for those who can or are bound by them."""
    nothing: Any = ""


def home_for(user) -> Home:
    """The home of a person in the capacity they act in now. The number of queries does not depend on the
    data."""
    role, organisation = user.acting_role, user.acting_organisation
    home = Home(
        title=organisation.name,
        eyebrow=f"{formats.weekday(timezone.localdate())}, {formats.day(timezone.localdate())}",
    )
    _waiting(home, user)
    BUILDERS.get(role, _other)(home, user)
    home.actions = [action for action in home.actions if action.url]
    if role not in {Role.ADMIN, Role.NOMINEE}:
        home.due = next_deadlines(user)
    home.notices = recent(user)
    if role in {*OFFICE, *PARTNER, Role.BIROKS_OFF, Role.BIROKS_HEAD}:
        home.ending = ending_soon(user)
    if scope_of(user) is not None:
        home.figures_url = link_to("kpi")
    return home


def _waiting(home: Home, user) -> None:
    found = all_waiting(user, limit=TASKS)
    records = [record for w in found for record in w.first]
    far = timezone.now() + dt.timedelta(days=36500)
    records.sort(key=lambda r: (r.due_at or far, r.status_since))
    home.waiting = sum(w.count for w in found)
    home.tasks = _with_alerts(user, rows(records[:TASKS], at_work=True))
    home.nothing = _("Nothing waits for you.")


def _with_alerts(user, tasks: list[Row]) -> list[Row]:
    nominations = [row.record for row in tasks if row.record.flow.name == "participants.nomination"]
    alerts = warnings_for(user, nominations) if nominations else {}
    return [replace(row, alert=alerts.get(row.record.pk, "")) if row.record in nominations else row for row in tasks]


def _own(home: Home, user, flow: str, title, url: str, empty) -> None:
    records = seen_by(user, flow).order_by("-updated_at", "-pk")[:OWN]
    home.section = Section(title, rows(records), link_to(url), empty)


def _next(home: Home, label, otherwise: str, otherwise_label) -> Action:
    """The most urgent thing that waits, or the place to look when nothing does."""
    if home.tasks:
        return Action(label, home.tasks[0].url)
    return Action(otherwise_label, link_to(otherwise))


def _window_banner(home: Home, zone: str) -> None:
    """When filing closes or opens again."""
    now = timezone.now()
    window = FilingWindow.open_now(now)
    if window is not None:
        near = (window.closes_at - now).days < 14
        home.banner = {
            "tone": "amber" if near else "blue",
            "icon": "alarm" if near else "info-circle-fill",
            "title": _("Filing is open: %(window)s") % {"window": window},
            "text": _("It closes on %(weekday)s, %(moment)s. A need without a signature is not submitted.")
            % {
                "weekday": formats.weekday(window.closes_at),
                "moment": formats.moment(window.closes_at, zone),
            },
        }
        return
    coming = FilingWindow.next_after(now)
    text = _("The next window is not set yet. Drafts can be prepared at any time.")
    if coming is not None:
        text = _("It opens again on %(moment)s: %(window)s. Drafts can be prepared at any time.") % {
            "moment": formats.moment(coming.opens_at, zone),
            "window": coming,
        }
    home.banner = {"tone": "blue", "icon": "info-circle-fill", "title": _("Filing is closed"), "text": text}


# --- One builder per role -----------------------------------------------------------------------------------


def _operator(home: Home, user) -> None:
    _window_banner(home, user.acting_organisation.time_zone)
    home.actions = [
        Action(_("File a need"), link_to("regions:start"), "plus-lg"),
        Action(_("Look for a programme"), link_to("programs:catalogue"), "search"),
    ]
    home.figures = figures.office_figures(user, home.waiting, signs=False)
    home.coverage = figures.coverage(user)
    _own(home, user, "regions.need", _("Our needs"), "regions:needs", "")
    if not home.section.rows:
        home.section = None
        home.starter_url = link_to("regions:start")
        home.starter = [
            _("Start a need. Office, cycle and code are filled in at once."),
            _("Say who is to learn what: one post and one competency are enough to begin."),
            _("Attach the cover letter and one piece of evidence, then send it to the head of office."),
        ]


def _head(home: Home, user) -> None:
    _window_banner(home, user.acting_organisation.time_zone)
    home.actions = [
        Action(_("Sign"), link_to("regions:sign"), "pen"),
        Action(_("All our needs"), link_to("regions:needs"), "clipboard-check"),
    ]
    home.figures = figures.office_figures(user, home.waiting, signs=True)
    home.coverage = figures.coverage(user)
    home.nothing = _("Nothing waits for your signature.")
    _own(
        home,
        user,
        "regions.need",
        _("Our needs"),
        "regions:needs",
        _("Your office has no needs yet. The operator starts one."),
    )


def _province(home: Home, user) -> None:
    _window_banner(home, user.acting_organisation.time_zone)
    home.actions = [
        _next(home, _("Review next"), "regions:province", _("Who has filed")),
        Action(_("Review queue"), link_to("regions:province_queue"), "inbox"),
    ]
    home.figures = figures.province_figures(user, home.waiting)
    home.nothing = _("Everything is reviewed.")
    _own(
        home,
        user,
        "regions.need",
        _("Needs in the province"),
        "regions:needs",
        _("No office here has filed yet."),
    )


def _reviewer(home: Home, user) -> None:
    home.actions = [
        _next(home, _("Review next"), "regions:queue", _("Review queue")),
        Action(_("All needs"), link_to("regions:needs"), "clipboard-check"),
    ]
    home.figures = figures.ministry_figures(user, home.waiting)
    home.nothing = _("Everything is reviewed.")
    _own(
        home,
        user,
        "regions.need",
        _("Needs, latest change first"),
        "regions:needs",
        _("No needs have been filed yet."),
    )


def _partnerships(home: Home, user) -> None:
    _own(
        home,
        user,
        "partnerships.agreement",
        _("Partnerships, latest change first"),
        "partnerships:agreements",
        _("No partnership yet. They arise from accepted proposals."),
    )


def _bureau(home: Home, user) -> None:
    home.actions = [
        _next(home, _("Decide next"), "partnerships:agreements", _("Partnerships")),
        Action(_("Programmes"), link_to("programs:mine"), "mortarboard"),
    ]
    home.figures = figures.bureau_figures(user, home.waiting)
    _partnerships(home, user)


def _signer(home: Home, user) -> None:
    home.actions = [
        _next(home, _("Give a decision"), "partnerships:agreements", _("Partnerships")),
        Action(_("Deadlines"), link_to("deadlines"), "alarm"),
    ]
    home.figures = figures.signer_figures(user, home.waiting)
    _partnerships(home, user)


def _partner(home: Home, user) -> None:
    waiting = [row for row in home.tasks if row.record.flow.name == "partnerships.proposal"]
    publish = Action(_("Offer a programme"), link_to("programs:start"), "plus-lg")
    demand = Action(_("Demand by competency"), link_to("partnerships:demand"), "bar-chart")
    answer = [Action(_("Answer proposals"), waiting[0].url, "check2")] if waiting else []
    home.actions = [*answer, publish] if answer else [publish, demand]
    home.figures = figures.partner_figures(user, home.waiting)
    _own(home, user, "programs.program", _("Our programmes"), "programs:mine", "")
    if not home.section.rows:
        home.section = None
        home.starter_url = link_to("programs:start")
        home.starter = [
            _("Describe the programme: title, competencies with levels, dates and seats."),
            _("Attach the General Information (GI) and say who pays what."),
            _("Your head of office releases it. The Bureau of Cooperation publishes it."),
        ]


def _evaluator(home: Home, user) -> None:
    home.actions = [_next(home, _("Evaluate next"), "programs:catalogue", _("Programmes"))]
    home.figures = figures.evaluator_figures(user, home.waiting)
    home.nothing = _("No programme waits for evaluation.")
    _own(
        home,
        user,
        "programs.program",
        _("Programmes"),
        "programs:catalogue",
        _("No programme has been published yet."),
    )


def _auditor(home: Home, user) -> None:
    home.actions = [
        Action(_("Search the trail"), link_to("audit"), "search"),
        Action(_("Check the chain"), f"{reverse('audit')}?periksa=1", "layers"),
    ]
    home.figures = figures.auditor_figures()
    home.events = [in_words(entry) for entry in events()[:TASKS]]
    home.nothing = _("Auditors read everything and decide nothing.")


def _administrator(home: Home, user) -> None:
    home.actions = [
        Action(_("Invite a person"), link_to("accounts:invite"), "person-plus"),
        Action(_("Users"), link_to("accounts:people"), "people"),
    ]
    home.figures = figures.administrator_figures()
    home.nothing = _("Administrators keep accounts. Decisions are made by others.")


def _other(home: Home, user) -> None:
    home.actions = [Action(_("Look at the programmes"), link_to("programs:catalogue"), "mortarboard")]


BUILDERS: dict[str, Callable[[Home, Any], None]] = {
    Role.DINAS_OP: _operator,
    Role.DINAS_HEAD: _head,
    Role.PROV_VER: _province,
    Role.PPSDM_VER: _reviewer,
    Role.PPSDM_HEAD: _reviewer,
    Role.DITJEN_REV: _reviewer,
    Role.BIROKS_OFF: _bureau,
    Role.BIROKS_HEAD: _bureau,
    Role.LEGAL: _signer,
    Role.SEKJEN: _signer,
    Role.PARTNER_OFF: _partner,
    Role.PARTNER_HEAD: _partner,
    Role.EVAL: _evaluator,
    Role.AUDITOR: _auditor,
    Role.ADMIN: _administrator,
}
