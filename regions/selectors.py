"""Reads on training needs, always for a user: one need, lists, queues, and who has filed in a province."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Case, CharField, Count, F, Max, Prefetch, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Left
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, OrganisationKind
from accounts.roles import Role
from regions.models import (
    CompetencyGap,
    FilingWindow,
    FunctionalPost,
    GapRating,
    NeedCycle,
    NeedLine,
    NeedStatus,
    Region,
    Theme,
    TrainingNeed,
)
from regions.models.vocabulary import Term, term_label
from workflow import working_days
from workflow.calendar import WIB, holidays
from workflow.engine import log_of
from workflow.listing import Facet, Listing
from workflow.models import LogEntry
from workflow.reading import get_seen, seen_by, waiting_for

FLOW = "regions.need"
IN_MINISTRY = (NeedStatus.MIN_REVIEW, NeedStatus.TECH_REVIEW)
LATE_AFTER = 5
"""Working days after which a need counts as waiting long in a queue."""


def with_rows(needs: QuerySet) -> QuerySet:
    """What a list row shows with it: lines with posts, gaps and themes."""
    lines = NeedLine.objects.select_related("post").order_by("position", "pk")
    return needs.prefetch_related(Prefetch("lines", lines), "lines__gaps__theme")


def needs_seen_by(user) -> QuerySet:
    """The needs that exist for a user, rows ready for a list."""
    return with_rows(seen_by(user, FLOW))


def get_need(user, code: str) -> TrainingNeed:
    """One need through its only door; what the user may not see raises Http404."""
    return get_seen(user, FLOW, code=code.upper())


def needs_waiting_for(user) -> QuerySet:
    """The needs where it is this user's turn, the most urgent first."""
    return with_rows(waiting_for(user, FLOW))


def next_waiting(user, after: TrainingNeed | None = None) -> TrainingNeed | None:
    """The need to review next: the most urgent that waits for the user, other than the one just dealt with."""
    waiting = waiting_for(user, FLOW)
    if after is not None:
        waiting = waiting.exclude(pk=after.pk)
    return waiting.first()


# --- Lists -----------------------------------------------------------------------------------------------------------


def _status_labels(codes) -> dict[str, str]:
    return {state.code: str(state.label) for state in TrainingNeed.flow.states if state.code in codes}


def _province_labels(codes) -> dict[str, str]:
    return {region.code: region.name for region in Region.objects.filter(code__in=codes)}


def _post_labels(codes) -> dict[str, str]:
    return {post.code: post.label for post in FunctionalPost.objects.filter(code__in=codes)}


def _theme_labels(codes) -> dict[str, str]:
    return {theme.code: theme.label for theme in Theme.objects.filter(code__in=codes)}


def _urgency_labels(codes) -> dict[str, str]:
    return {code: term_label("urgency", code) for code in Term.table().get("urgency", {}) if code in codes}


def _band_labels(codes) -> dict[str, Any]:
    names = {"A": _("A: 70 or more"), "B": _("B: 55 to 69"), "C": _("C: 40 to 54"), "D": _("D: below 40")}
    return {code: names[code] for code in "ABCD" if code in codes}


BAND = Case(
    When(score__gte=70, then=Value("A")),
    When(score__gte=55, then=Value("B")),
    When(score__gte=40, then=Value("C")),
    When(score__isnull=False, then=Value("D")),
    default=Value(""),
    output_field=CharField(),
)

STATUS = Facet("status", _("Status"), "status", _status_labels)
PROVINCE = Facet("province", _("Province"), "province", _province_labels, Left("office__region_code", 2))
PLACE = Facet("place", _("Regency or city"), "place", _province_labels, Left("office__region_code", 4))
"""Of every place in the country: offer it where a province is chosen."""
CYCLE = Facet("cycle", _("Cycle"), "cycle", lambda years: {year: str(year) for year in sorted(years, reverse=True)})
COUNTED = Q(submitted_at__isnull=False, office__kind=OrganisationKind.OFFICE) & ~Q(
    status__in=[NeedStatus.DRAFT, NeedStatus.WITHDRAWN, NeedStatus.MERGED]
)
"""What maps count: signed by a labour office, and neither withdrawn nor merged."""
ON_MAP = Facet(
    "map",
    _("Map of needs"),
    "on_map",
    lambda codes: {"1": _("Counted on the map")},
    Case(When(COUNTED, then=Value("1")), default=Value(""), output_field=CharField()),
)
POST = Facet("post", _("Post"), "lines__post", _post_labels)
THEME = Facet("theme", _("Competency"), "lines__gaps__theme", _theme_labels)
URGENCY = Facet("urgency", _("Urgency"), "urgency", _urgency_labels)
BAND_FACET = Facet("band", _("Priority band"), "band_code", _band_labels, BAND)

SORTS = {
    "score": (_("Score"), ("score",)),
    "due": (_("Due"), ("due_at",)),
    "filed": (_("Filed"), ("submitted_at",)),
    "people": (_("Number of people"), ("people_requested",)),
    "since": (_("Waiting since"), ("status_since",)),
}


def matches(text: str) -> Q:
    """Search by code, national number, office, place, theme or post, in either language."""
    offices = Organisation.objects.filter(
        Q(name_id__icontains=text)
        | Q(name_en__icontains=text)
        | Q(office__region__name_id__icontains=text)
        | Q(office__region__name_en__icontains=text)
    )
    themes = Theme.objects.filter(Q(label_id__icontains=text) | Q(label_en__icontains=text))
    posts = FunctionalPost.objects.filter(Q(label_id__icontains=text) | Q(label_en__icontains=text))
    inside = CompetencyGap.objects.filter(
        Q(theme__in=themes) | Q(competency_title__icontains=text) | Q(line__post__in=posts)
    )
    return (
        Q(code__icontains=text)
        | Q(national_number__icontains=text)
        | Q(office__in=offices)
        | Q(pk__in=inside.values("line__need"))
    )


def need_listing(request) -> Listing:
    """All needs the user may see, as filtered: the office's own, the province's, or the country's."""
    role = request.user.acting_role
    facets = [STATUS, POST, THEME, URGENCY, BAND_FACET]
    if role not in {Role.DINAS_OP, Role.DINAS_HEAD, Role.PROV_VER}:
        facets.insert(1, PROVINCE)
    facets.append(CYCLE)
    if request.GET.getlist("map"):
        facets.insert(0, ON_MAP)
    if role == Role.PROV_VER or request.GET.getlist("province") or request.GET.getlist("place"):
        facets.insert(1, PLACE)
    return Listing(
        request,
        needs_seen_by(request.user),
        facets=tuple(facets),
        sorts=SORTS,
        default_sort="-filed",
        search=matches,
    )


def queue_listing(request, tabs: list[Tab], facets: tuple[Facet, ...]) -> Listing:
    """A queue as filtered: the tab chosen in the address, else the first."""
    return Listing(
        request,
        chosen_tab(request, tabs).rows,
        facets=facets,
        sorts=SORTS,
        default_sort="due",
        search=matches,
        tabs={tab.name: tab.rows for tab in tabs},
    )


def chosen_tab(request, tabs: list[Tab]) -> Tab:
    """The tab the address names, else the first."""
    return next((tab for tab in tabs if tab.name == request.GET.get("tab")), tabs[0])


# --- The form --------------------------------------------------------------------------------------------------------


def cycle_for_new_needs() -> tuple[NeedCycle | None, FilingWindow | None, FilingWindow | None]:
    """(cycle a new need belongs to, window open now, window to come)."""
    window = FilingWindow.open_now()
    coming = None if window else FilingWindow.next_after()
    chosen = window or coming
    return (chosen.cycle if chosen else NeedCycle.objects.first()), window, coming


def filing_window(need: TrainingNeed) -> tuple[FilingWindow | None, FilingWindow | None]:
    """(window of the need's cycle open now, window of it to come)."""
    window = FilingWindow.open_now(cycle=need.cycle_id)
    return window, None if window else FilingWindow.next_after(cycle=need.cycle_id)


def copyable_needs(user, limit: int = 20) -> list[TrainingNeed]:
    """The office's former needs a new one can be copied from, newest first; drafts of a closed cycle too."""
    current = {"status": NeedStatus.DRAFT, "cycle_id__gte": timezone.localdate().year}
    return list(needs_seen_by(user).exclude(**current).order_by("-cycle_id", "-pk")[:limit])


def known_figures(office: Organisation) -> dict[str, dict[str, int]]:
    """{post: staff figures} from the office's newest line of each post, so that nobody types a headcount twice."""
    names = ("in_post", "formation_abk", "untrained", "retiring_3y")
    found: dict[str, dict[str, int]] = {}
    lines = NeedLine.objects.filter(need__office=office).exclude(in_post=0, formation_abk=0)
    for row in lines.order_by("pk").values("post_id", *names):
        found[row["post_id"]] = {name: row[name] for name in names}
    return found


def theme_use() -> dict[str, dict[str, int]]:
    """{post: {theme: how often needs asked for it}}: the most used come first in the form."""
    found: dict[str, dict[str, int]] = {}
    rows = CompetencyGap.objects.values("line__post_id", "theme_id").annotate(n=Count("pk"))
    for row in rows:
        found.setdefault(row["line__post_id"], {})[row["theme_id"]] = row["n"]
    return found


def themes_by_post() -> list[tuple[Theme, set[str]]]:
    """Every current theme with the posts it is meant for; an empty set means every post."""
    themes = Theme.objects.current().prefetch_related("posts")
    return [(t, set() if t.for_all_posts else {p.code for p in t.posts.all()}) for t in themes]


def line_of(need: TrainingNeed, pk: int) -> NeedLine | None:
    """One line of a need with its gaps."""
    return need.lines.select_related("post").prefetch_related("gaps__theme", "comments__author").filter(pk=pk).first()


def line_exists(pk: int) -> bool:
    """Whether any need has this line: one that none has was removed."""
    return NeedLine.objects.filter(pk=pk).exists()


def evidence_of(need: TrainingNeed, pk: int):
    """One file of evidence, or None."""
    return need.evidence.filter(pk=pk).first()


def upload_of(user, need: TrainingNeed, token: str):
    """A person's own upload to a need, or None."""
    return need.uploads.filter(owner=user, token=token).first()


def open_remarks(need: TrainingNeed) -> list:
    """The remarks of the last return, in the order of the form; ticked ones included."""
    if not need.return_count:
        return []
    return list(need.comments.filter(round=need.return_count).select_related("line", "author").order_by("pk"))


# --- One need --------------------------------------------------------------------------------------------------------


def proposal_to_reject(need: TrainingNeed) -> str:
    """The province's reason, where it proposed a rejection the ministry has not decided on yet."""
    if not need.rejection_proposed:
        return ""
    entry = log_of(need).filter(action="propose_reject").last()
    return entry.comment if entry else ""


def signature_of(need: TrainingNeed):
    """The log entry of the newest signature of the office, or None."""
    return log_of(need).filter(action__in=("submit", "resubmit")).last()


def technical_opinion(need: TrainingNeed):
    """The log entry of the newest technical opinion, or None."""
    return log_of(need).filter(action="recommend").last()


@dataclass(frozen=True)
class GapEffect:
    """A competency of a line: as filed, now, wanted, and how many trained people were rated for the level now."""

    label: str
    filed: int
    now: Any
    target: int
    rated: int


@dataclass(frozen=True)
class LineEffect:
    """What trainings changed in one line."""

    line: NeedLine
    gaps: list[GapEffect]


def effect_of(need: TrainingNeed) -> list[LineEffect]:
    """What trainings changed in an approved need, line by line; counts only. Empty before approval."""
    if need.approved_at is None:
        return []
    families = {line.pk: {line.pk} for line in need.all_lines}
    leading = {line.continues_id: line.pk for line in need.all_lines if line.continues_id}
    while leading:  # back through the revisions, one query for each
        for former, line in leading.items():
            families[line].add(former)
        older = NeedLine.objects.filter(pk__in=leading, continues__isnull=False).values_list("pk", "continues")
        leading = {continues: leading[pk] for pk, continues in older}
    living = {former: line for line, family in families.items() for former in family}
    rated: Counter = Counter()
    standing = GapRating.objects.filter(effect__line__in=living, effect__taken_back_at__isnull=True)
    for line, theme in standing.order_by().values_list("effect__line", "gap__theme"):
        rated[living[line], theme] += 1
    return [
        LineEffect(
            line,
            [
                GapEffect(
                    gap.theme.label, gap.current_level, gap.level_now, gap.target_level, rated[line.pk, gap.theme_id]
                )
                for gap in line.gaps.all()
            ],
        )
        for line in need.all_lines
    ]


def relatives_of(user, need: TrainingNeed) -> dict[str, list[TrainingNeed]]:
    """Revisions before and after, and needs merged into this one, as far as the user may see them."""
    seen = seen_by(user, FLOW)
    return {
        "revisions": list(seen.filter(revises=need).order_by("revision")),
        "merged": list(with_rows(seen.filter(merged_into=need).exclude(revisions__pk=need.pk)).order_by("pk")),
    }


# --- Queues ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tab:
    """A saved filter of a queue."""

    name: str
    label: Any
    rows: Any
    empty: Any
    count: int = 0


def ministry_tabs(user) -> list[Tab]:
    """The queue of the ministry: mine, late, with technical units, all in the ministry, and last cycle's leftovers."""
    now = timezone.now()
    seen = needs_seen_by(user)
    inside = seen.filter(status__in=IN_MINISTRY)
    leftovers = seen.filter(
        status__in=[NeedStatus.APPROVED, NeedStatus.IN_FULFILMENT], cycle_id__lt=timezone.localdate().year
    )
    tabs = [
        Tab("mine", _("Waiting for me"), needs_waiting_for(user), _("Nothing waits for you.")),
        Tab("late", _("Overdue"), inside.filter(due_at__lt=now), _("Nothing is overdue.")),
        Tab(
            "technical",
            _("With technical units"),
            seen.filter(status=NeedStatus.TECH_REVIEW),
            _("No need is with a technical unit."),
        ),
        Tab(
            "proposed",
            _("Rejection proposed"),
            inside.filter(rejection_proposed=True),
            _("No province proposes a rejection."),
        ),
        Tab("all", _("All in the ministry"), inside, _("No need is with the ministry now.")),
        Tab(
            "leftovers",
            _("Earlier cycles"),
            leftovers,
            _("No approved need of an earlier cycle is still open."),
        ),
    ]
    return _counted(tabs)


def province_tabs(user) -> list[Tab]:
    """The queue of a province: mine, overdue, with the ministry, returned to offices, all filed."""
    now = timezone.now()
    seen = needs_seen_by(user)
    mine = needs_waiting_for(user)
    return _counted(
        [
            Tab("mine", _("Waiting for me"), mine, _("Everything has been reviewed.")),
            Tab("late", _("Overdue"), mine.filter(due_at__lt=now), _("Nothing is overdue.")),
            Tab(
                "returned",
                _("Returned to offices"),
                seen.filter(status=NeedStatus.RETURNED),
                _("No need is with an office for changes."),
            ),
            Tab(
                "ministry",
                _("With the ministry"),
                seen.filter(status__in=IN_MINISTRY),
                _("No need is with the ministry now."),
            ),
            Tab("all", _("All filed"), seen, _("No office of the province has filed a need yet.")),
        ]
    )


def queue_tabs(user) -> list[Tab]:
    """The tabs of the ministry's queue for this reader: nothing waits for an auditor."""
    return [tab for tab in ministry_tabs(user) if tab.name != "mine" or user.acting_role != Role.AUDITOR]


QUEUE_FACETS = (PROVINCE, POST, THEME, URGENCY, BAND_FACET)
PROVINCE_QUEUE_FACETS = (STATUS, POST, THEME, URGENCY)


def _counted(tabs: list[Tab]) -> list[Tab]:
    return [Tab(tab.name, tab.label, tab.rows, tab.empty, tab.rows.order_by().count()) for tab in tabs]


@dataclass(frozen=True)
class Ageing:
    """How long a queue has been waiting, in working days."""

    waiting: int
    late: int
    median: float
    done_today: int
    bars: list[tuple[str, int, bool]] = field(default_factory=list)
    """(days, how many, beyond the limit)."""

    limit = LATE_AFTER
    first_late = str(LATE_AFTER)
    """The first bar beyond the limit, as it is labelled."""

    @property
    def highest(self) -> int:
        """The longest bar."""
        return max((n for _days, n, _late in self.bars), default=0) or 1


def ageing_of(rows: QuerySet, user, acts: tuple[str, ...]) -> Ageing:
    """Waiting times of a queue, and how many decisions of the kinds in `acts` the user's unit took today."""
    zone, closed = ZoneInfo(WIB), holidays()
    today = timezone.localtime(timezone=zone).date()
    since = rows.order_by().values_list("status_since", flat=True)
    waits = [working_days.between(moment.astimezone(zone).date(), today, closed) for moment in since]
    last = LATE_AFTER + 2
    bars = [
        (f"{day}+" if day == last else str(day), sum(min(w, last) == day for w in waits), day >= LATE_AFTER)
        for day in range(last + 1)
    ]
    start = dt.datetime.combine(timezone.localdate(), dt.time.min, timezone.get_current_timezone())
    decided = LogEntry.objects.filter(
        flow=FLOW, action__in=acts, at__gte=start, organisation=user.acting_organisation_name
    )
    return Ageing(
        waiting=len(waits),
        late=sum(w >= LATE_AFTER for w in waits),
        median=median(waits) if waits else 0,
        done_today=decided.values("record_id").distinct().count(),
        bars=bars,
    )


# --- Province --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Filing:
    """One regency or city of a province: has its office filed in this cycle?"""

    region: Region
    office: str
    needs: int
    people: int
    waiting: int
    latest: Any

    @property
    def has_filed(self) -> bool:
        """At least one need of the cycle has left the office."""
        return self.needs > 0


def filing_of_province(user, province: str, cycle: NeedCycle | None) -> list[Filing]:
    """Every regency and city of a province with what it has filed in a cycle; those that have not filed come first."""
    regions = Region.objects.filter(parent_id=province, is_autonomous=True).order_by("code")
    offices = {
        o.region_code: o.name
        for o in Organisation.objects.filter(
            kind=OrganisationKind.OFFICE, region_code__startswith=province, type_code__startswith="DISNAKER"
        )
    }
    filed = {
        row["office__region_code"]: row
        for row in seen_by(user, FLOW)
        .filter(cycle=cycle, office__kind=OrganisationKind.OFFICE)
        .exclude(status__in=[NeedStatus.DRAFT, NeedStatus.WITHDRAWN, NeedStatus.MERGED])
        .order_by()
        .values("office__region_code")
        .annotate(
            n=Count("pk"),
            people=Sum("people_requested"),
            waiting=Count("pk", filter=Q(status=NeedStatus.PROV_REVIEW)),
            latest=Max("submitted_at"),
        )
    }
    nothing = {"n": 0, "people": 0, "waiting": 0, "latest": None}
    rows = [
        Filing(
            region=region,
            office=offices.get(region.code, ""),
            needs=(row := filed.get(region.code, nothing))["n"],
            people=row["people"] or 0,
            waiting=row["waiting"],
            latest=row["latest"],
        )
        for region in regions
    ]
    return sorted(rows, key=lambda f: (f.has_filed, f.region.code))


# --- The head of office ----------------------------------------------------------------------------------------------


def last_signed_by_office(user, limit: int = 5) -> list[TrainingNeed]:
    """The needs the office signed last."""
    return list(
        needs_seen_by(user).filter(submitted_at__isnull=False).order_by(F("submitted_at").desc(nulls_last=True))[:limit]
    )
