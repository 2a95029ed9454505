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
from forum.selectors.actions import OpenActions, open_actions
from forum.selectors.meetings import coming_meetings
from forum.selectors.threads import unread_threads
from participants.selectors.rosters import warnings_for
from partnerships.selectors.agreements import ending_soon
from portal.context import link_to
from portal.kpi.scopes import scope_of
from portal.selectors import figures
from portal.selectors import home_charts as charts
from portal.selectors.audit import events, in_words
from portal.selectors.changes import Changes, changes_for
from portal.selectors.deadlines import next_deadlines
from portal.selectors.rows import Row, prepare, rows
from regions.models import FilingWindow
from regions.selectors import Ageing, ageing_of, needs_waiting_for
from workflow import formats
from workflow.drawings import Pairs, Stack, Ways
from workflow.reading import all_waiting, seen_by

TASKS = 8
OWN = 5
TALKS = 4


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
    late: int = 0
    """How much of what waits is overdue."""
    actions: list[Action] = field(default_factory=list)
    banner: dict | None = None
    figures: list[figures.Figure] = field(default_factory=list)
    more_figures: list[Action] = field(default_factory=list)
    """Where figures are looked at closely."""
    zone: str = ""
    section: Section | None = None
    coverage: list[figures.Coverage] = field(default_factory=list)
    events: list = field(default_factory=list)
    starter: list[Any] = field(default_factory=list)
    starter_url: str = ""
    due: list[Row] = field(default_factory=list)
    changes: Changes | None = None
    people: Stack | None = None
    """Where an office's people are, as one bar."""
    gaps: Ways | None = None
    posts: Pairs | None = None
    fitting: list[Any] = field(default_factory=list)
    """Programmes that fit an office's lines best."""
    filing: charts.FilingShare | None = None
    ageing: Ageing | None = None
    ageing_url: str = ""
    demand: Pairs | None = None
    intakes: list[Any] = field(default_factory=list)
    """A partner's intakes that have not ended, with the seats taken."""
    steps: charts.StepTimes | None = None
    ending: list[Any] = field(default_factory=list)
    """Agreements that end soon and that nobody has decided on, for those who can or are bound by them."""
    agreed: OpenActions = field(default_factory=OpenActions)
    """What meetings asked of one's own office, and what its own meetings asked of others, until it is closed."""
    meetings: list[Any] = field(default_factory=list)
    """The next meetings the reader is asked to or organises, with the answer they still owe."""
    talks: list[Any] = field(default_factory=list)
    """Conversations the reader follows in which others have written."""
    nothing: Any = ""

    @property
    def every_row(self) -> list[Row]:
        """The rows of all lists, whose titles are fetched together."""
        own = self.section.rows if self.section else []
        return [*self.tasks, *own, *self.due, *(change.row for change in self.changes.rows)]


def home_for(user, before=None) -> Home:
    """The home of a person in the capacity they act in now, with what changed since the visit before. The number of
    queries does not depend on the data."""
    role, organisation = user.acting_role, user.acting_organisation
    home = Home(
        title=organisation.name,
        zone=organisation.time_zone,
        eyebrow=f"{formats.weekday(timezone.localdate())}, {formats.day(timezone.localdate())}",
    )
    _waiting(home, user)
    BUILDERS.get(role, _other)(home, user)
    home.actions = [action for action in home.actions if action.url]
    if role not in {Role.ADMIN, Role.NOMINEE}:
        home.due = next_deadlines(user)
    home.changes = changes_for(user, before)
    home.agreed = open_actions(user)
    home.meetings = coming_meetings(user)
    home.talks = unread_threads(user, TALKS)
    if role in {*OFFICE, *PARTNER, Role.BIROKS_OFF, Role.BIROKS_HEAD}:
        home.ending = ending_soon(user)
    scope = scope_of(user)
    if scope is not None:
        dashboard = link_to("dashboard") if scope.is_national else ""
        links = [Action(_("Dashboard"), dashboard), Action(_("All key figures"), link_to("kpi"))]
        home.more_figures = [link for link in links if link.url]
    prepare(row.record for row in home.every_row)
    return home


def _waiting(home: Home, user) -> None:
    found = all_waiting(user, limit=TASKS)
    records = [record for w in found for record in w.first]
    far = timezone.now() + dt.timedelta(days=36500)
    records.sort(key=lambda r: (r.due_at or far, r.status_since))
    home.waiting, home.late = sum(w.count for w in found), sum(w.late for w in found)
    home.tasks = _with_alerts(user, rows(records[:TASKS], at_work=True, later=True))
    home.nothing = _("Nothing waits for you.")


def _with_alerts(user, tasks: list[Row]) -> list[Row]:
    nominations = [row.record for row in tasks if row.record.flow.name == "participants.nomination"]
    alerts = warnings_for(user, nominations) if nominations else {}
    return [replace(row, alert=alerts.get(row.record.pk, "")) if row.record in nominations else row for row in tasks]


def _own(home: Home, user, flow: str, title, url: str, empty) -> None:
    records = seen_by(user, flow).order_by("-updated_at", "-pk")[:OWN]
    home.section = Section(title, rows(records, later=True), link_to(url), empty)


def _ageing(home: Home, user, queue: str) -> None:
    """How long the reader's own queue has waited."""
    home.ageing = ageing_of(needs_waiting_for(user), user, ())
    home.ageing_url = link_to(queue)


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
    home.people = charts.people_by_state(user)
    home.gaps = charts.gaps(user)
    home.fitting = charts.fitting_programs(user)
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
    home.figures = figures.head_figures(user, home.waiting)
    home.people = charts.people_by_state(user)
    home.posts = charts.people_by_post(user)
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
    home.filing = charts.filing(user)
    filed, total = (home.filing.filed, home.filing.total) if home.filing else (0, 0)
    home.figures = figures.province_figures(user, home.waiting, home.late, filed, total)
    _ageing(home, user, "regions:province_queue")
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
    if user.acting_role in {Role.PPSDM_VER, Role.PPSDM_HEAD}:
        home.actions.append(Action(_("Demand brief"), link_to("partnerships:briefs"), "file-earmark-text"))
    home.figures = figures.ministry_figures(user, home.waiting, home.late)
    _ageing(home, user, "regions:queue")
    home.demand = charts.need_and_seats()
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
    home.figures = figures.bureau_figures(user, home.waiting, home.late)
    _partnerships(home, user)


def _signer(home: Home, user) -> None:
    home.actions = [
        _next(home, _("Give a decision"), "partnerships:agreements", _("Partnerships")),
        Action(_("Deadlines"), link_to("deadlines"), "alarm"),
    ]
    home.figures = figures.signer_figures(user, home.waiting, home.late)
    _partnerships(home, user)


def _partner(home: Home, user) -> None:
    waiting = [row for row in home.tasks if row.record.flow.name == "partnerships.proposal"]
    publish = Action(_("Offer a programme"), link_to("programs:start"), "plus-lg")
    demand = Action(_("Demand by competency"), link_to("partnerships:demand"), "bar-chart")
    answer = [Action(_("Answer proposals"), waiting[0].url, "check2")] if waiting else []
    brief = Action(_("Demand brief"), link_to("partnerships:briefs"), "file-earmark-text")
    home.actions = [*answer, publish, brief] if answer else [publish, demand, brief]
    home.figures = figures.partner_figures(user, home.waiting, home.late)
    home.intakes = charts.intake_fill(user)
    home.demand = charts.need_and_seats()
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
    home.steps = charts.step_times(user)
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
