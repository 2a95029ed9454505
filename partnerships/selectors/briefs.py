"""Reads on demand briefs, always for a user: the list, one brief with its lines, what is behind them, what changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import CharField, Q, Sum, Value
from django.db.models.functions import Cast, Concat
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.rules import capacity
from partnerships import brief_math as math
from partnerships.models import Audience, Brief, BriefChange, BriefLine, BriefSource, BriefStatus, Pledge
from partnerships.rules import briefs as rules
from partnerships.sentences import post_names, province_names, theme_names
from partnerships.services.brief_papers import place_of
from partnerships.services.pledges import AHEAD, homes, open_pledges, pledged_by_theme, with_open_seats
from programs.models import ProgramStatus
from regions.models import NeedCycle
from regions.models.vocabulary import term_label
from workflow.drawings import Pair, Pairs
from workflow.formats import num
from workflow.listing import Facet, Listing
from workflow.reading import get_seen, seen_by

FLOW = rules.FLOW
BARS = 8

REASONS = {
    math.NEW: gettext_lazy("New needs approved"),
    math.REVISED: gettext_lazy("Needs revised"),
    math.SEATS: gettext_lazy("Seats given"),
    math.SEATS_BACK: gettext_lazy("Seats given back"),
    math.TRAINED: gettext_lazy("Training completed"),
    math.TRAINED_BACK: gettext_lazy("Completion taken back"),
    math.MET: gettext_lazy("Recorded as met"),
    math.WITHDRAWN: gettext_lazy("Needs withdrawn"),
    math.CLOSED: gettext_lazy("Needs closed unmet"),
    math.MERGED: gettext_lazy("Needs merged"),
}
KINDS = {
    math.ADDED: gettext_lazy("added"),
    math.GONE: gettext_lazy("gone"),
    math.MORE: gettext_lazy("more"),
    math.FEWER: gettext_lazy("fewer"),
    math.SAME: gettext_lazy("same number"),
}


# --- Briefs


def briefs_seen_by(user):
    """The briefs that exist for this user, rows ready for a list."""
    return seen_by(user, FLOW)


def get_brief(user, code: str) -> Brief:
    """One brief through its only door; what the user may not see raises Http404."""
    return get_seen(user, FLOW, code=code.upper())


def valid_brief(user) -> Brief | None:
    """The edition that is valid now, if the user may read it."""
    return briefs_seen_by(user).filter(status=BriefStatus.PUBLISHED).first()


def cycle_to_count() -> NeedCycle | None:
    """The cycle a new brief belongs to: this year's, or the last one before."""
    return NeedCycle.objects.filter(year__lte=timezone.localdate().year).order_by("-year").first()


def brief_listing(request) -> Listing:
    """The list page."""
    return Listing(
        request,
        briefs_seen_by(request.user),
        facets=(
            Facet(
                "status",
                gettext_lazy("Status"),
                "status",
                lambda values: {s.code: s.label for s in Brief.flow.states if s.code in values},
            ),
            Facet("siklus", gettext_lazy("Cycle"), "cycle_id", lambda years: {y: str(y) for y in sorted(years)[::-1]}),
        ),
        sorts={
            "code": (gettext_lazy("Edition"), ("cycle_id", "edition")),
            "people": (gettext_lazy("People without a seat"), ("people",)),
            "counted": (gettext_lazy("Counted on"), ("counted_at",)),
        },
        default_sort="-code",
        search=lambda text: Q(code__icontains=text),
    )


# --- Lines


@dataclass(frozen=True)
class Line:
    """A line as one reader reads it."""

    line: BriefLine
    theme: str
    post: str
    place: str
    urgency: str
    is_sum: bool
    pledged: int = 0
    """Seats pledged by others, or by all for the centre, that nobody has yet."""
    own: int = 0
    """Of a partner's own pledges."""
    shared: bool = False
    """Whether the pledges are for several provinces together."""

    @property
    def total(self) -> int:
        """Every seat pledged that nobody has yet."""
        return self.pledged + self.own

    @property
    def left(self) -> int:
        """People for whom nobody has pledged."""
        return max(self.line.people - self.total, 0)


def lines_of(user, brief):
    """The lines of a brief that the user reads and that wait for somebody."""
    return BriefLine.objects.filter(brief=brief, audience__in=rules.audiences(user), people__gt=0)


def get_line(user, brief, number: int) -> BriefLine:
    """One line; the centre opens the sums, too, that others read."""
    known = set(rules.audiences(user)) | ({Audience.OUTSIDE} if rules.reads_small_groups(user) else set())
    line = BriefLine.objects.filter(brief=brief, audience__in=known, number=number).select_related("within").first()
    if line is None:
        raise Http404
    return line


def shown_lines(user, lines: Iterable[BriefLine]) -> list[Line]:
    """Lines of one brief with their names and what is pledged for them; a few queries for all."""
    lines = list(lines)
    theme, post, province = theme_names(), post_names(), province_names()
    pledged = open_pledges(lines) if lines and rules.reads_pledges(user) else {}
    partner = None if rules.sees_all_pledges(user) else capacity(user)[1].pk
    found = []
    for line in lines:
        given = pledged.get(line.within_id or line.pk, [])
        own = sum(p.open_seats for p in given if p.partner_id == partner)
        found.append(
            Line(
                line=line,
                theme=str(theme(line.theme_id)),
                post=str(post(line.post_id)),
                place=place_of(line, province),
                urgency=term_label("urgency", line.urgency),
                is_sum=line.audience == Audience.OUTSIDE,
                pledged=sum(p.open_seats for p in given) - own,
                own=own,
                shared=bool(line.within_id and given),
            )
        )
    return found


def _level():
    return Concat(
        Cast("current_level", CharField()), Value("-"), Cast("target_level", CharField()), output_field=CharField()
    )


def _named(names):
    def label_of(values):
        name = names()
        return dict(sorted(((v, str(name(v))) for v in values), key=lambda pair: pair[1]))

    return label_of


def _places(values) -> dict[str, str]:
    name = province_names()
    return {v: str(name(v)) for v in sorted(values)}


def _islands(values) -> dict[str, str]:
    return {v: v for v in sorted(values)}


def _urgencies(values) -> dict[str, str]:
    return {v: term_label("urgency", v) for v in sorted(values)}


def _levels(values) -> dict[str, str]:
    return {v: "{} → {}".format(*v.split("-")) if v.count("-") == 1 else v for v in sorted(values)}


LINE_FACETS = (
    Facet("tema", gettext_lazy("Competency"), "theme", _named(theme_names)),
    Facet("jabatan", gettext_lazy("Post"), "post", _named(post_names)),
    Facet("tingkat", gettext_lazy("Level"), "level", _levels, expression=_level()),
    Facet("urgensi", gettext_lazy("Urgency"), "urgency", _urgencies),
    Facet("pulau", gettext_lazy("Island group"), "island_group", _islands),
    Facet("provinsi", gettext_lazy("Province"), "province", _places),
)


def line_listing(request, brief) -> Listing:
    """The lines of a brief, most people first."""
    return Listing(
        request,
        lines_of(request.user, brief),
        facets=LINE_FACETS,
        sorts={
            "people": (gettext_lazy("Without a seat"), ("people",)),
            "requested": (gettext_lazy("Wanted"), ("requested",)),
            "number": (gettext_lazy("Line"), ("number",)),
        },
        default_sort="-people",
    )


def people_in(listing: Listing) -> int:
    """People in the lines an address asks for. Who needs two competencies stands in two lines, and counts twice."""
    return listing.found.order_by().aggregate(n=Sum("people", default=0))["n"]


def wishes(user, line: BriefLine) -> dict[str, list[tuple[str, str]]]:
    """How the people of a line would like to learn and how much English they know; numbers for the centre alone."""
    exact = rules.reads_small_groups(user)

    def told(counts: dict, vocabulary: str) -> list[tuple[str, str]]:
        ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
        label = {code: term_label(vocabulary, code) or _("not stated") for code in counts}
        return [(label[code], num(people) if exact else "") for code, people in ordered]

    return {"modes": told(line.modes, "delivery_mode"), "languages": told(line.languages, "language_level")}


def sources_of(user, line: BriefLine) -> list[BriefSource]:
    """The need lines behind a figure that this reader may see; those of a sum are those of its parts."""
    lines = line.parts.all() if line.audience == Audience.OUTSIDE else [line]
    return list(
        BriefSource.objects.filter(line__in=lines, need_line__need__in=seen_by(user, "regions.need").values("pk"))
        .select_related("need_line__need__office", "need_line__post")
        .order_by("-people", "pk")[:200]
    )


def most_wanted(user, brief) -> Pairs | None:
    """The competencies asked for most, each leading to its lines, with the seats pledged; two queries."""
    theme = theme_names()
    sums = lines_of(user, brief).order_by().values_list("theme").annotate(n=Sum("people")).order_by("-n", "theme")
    sums = list(sums[:BARS])
    pledged = pledged_by_theme() if sums and rules.reads_pledges(user) else {}
    rows = [Pair(str(theme(code)), people, pledged.get(code, 0), f"?tema={code}") for code, people in sums]
    return Pairs(rows) if rows else None


# --- What changed


@dataclass(frozen=True)
class Change:
    """A row that differs from the former edition."""

    change: BriefChange
    theme: str
    post: str
    place: str
    urgency: str
    kind: str
    reasons: list[tuple[str, str, str]]
    """(words, code of the proposal, people more or fewer); outside the centre the words alone."""


def more_or_fewer(people: int) -> str:
    """A difference with its sign."""
    return f"{'+' if people > 0 else '−'}{num(abs(people))}"


def country_reasons(brief) -> list[tuple[str, str]]:
    """What led from the former edition's people to this one's; the numbers add up to the difference."""
    return [(str(REASONS[reason]), more_or_fewer(people)) for reason, people in brief.reasons]


def changes_of(user, brief):
    """The changed rows this reader may read, the largest first."""
    found = BriefChange.objects.filter(brief=brief)
    if not rules.reads_small_groups(user):
        found = found.filter(audience=Audience.ALL)
    return found.order_by("pk")


def shown_changes(user, rows: Iterable[BriefChange]) -> list[Change]:
    """Changed rows with their names and reasons. A reason's number may be a small group: the centre's alone."""
    theme, post, province = theme_names(), post_names(), province_names()
    exact = rules.reads_small_groups(user)
    found = []
    for row in rows:
        if exact:
            reasons = [(str(REASONS[reason]), code, more_or_fewer(people)) for reason, code, people in row.reasons]
        else:
            names = dict.fromkeys(str(REASONS[reason]) for reason, _code, _people in row.reasons)
            reasons = [(name, "", "") for name in names]
        found.append(
            Change(
                row,
                str(theme(row.theme_id)),
                str(post(row.post_id)),
                str(province(row.province)),
                term_label("urgency", row.urgency),
                str(KINDS[row.kind]),
                reasons,
            )
        )
    return found


# --- Pledges


PLEDGED, DRAFTED, OFFERED, DONE, CANCELLED = "PLEDGED", "DRAFTED", "OFFERED", "DONE", "CANCELLED"
STAGES = {
    PLEDGED: (gettext_lazy("Pledged, draft with the partner"), "blue", "pencil"),
    DRAFTED: (gettext_lazy("Submitted to the ministry"), "violet", "hourglass-split"),
    OFFERED: (gettext_lazy("Programme published"), "green", "check-circle-fill"),
    DONE: (gettext_lazy("Training held"), "green", "check2"),
    CANCELLED: (gettext_lazy("Cancelled"), "neutral", "x-circle"),
}


def stage_of(status: str) -> str:
    """How far a pledge has come, by the programme it opened."""
    if status in {ProgramStatus.DRAFT, ProgramStatus.RETURNED}:
        return PLEDGED
    if status in {ProgramStatus.SUBMITTED, ProgramStatus.VERIFICATION}:
        return DRAFTED
    if status in {ProgramStatus.CANCELLED, ProgramStatus.REJECTED}:
        return CANCELLED
    return OFFERED if status in AHEAD else DONE


@dataclass(frozen=True)
class ShownPledge:
    """A pledge as one reader reads it."""

    pledge: Pledge
    line: Line
    stage: tuple
    opens: bool
    """Whether the reader may open the programme."""
    edition: str = ""
    """The edition it was made for, where that is another one."""


def pledges_of(user, brief, line: BriefLine | None = None) -> list[ShownPledge]:
    """The pledges this reader may read: all for the centre, a partner's own for the partner, none for others."""
    if not rules.reads_pledges(user):
        return []
    rows = Pledge.objects.all() if rules.sees_all_pledges(user) else Pledge.objects.filter(partner=capacity(user)[1])
    made = list(rows.filter(line__brief=brief).select_related("line", "program", "partner", "scheme"))
    carried = [p for p in with_open_seats(rows.exclude(line__brief=brief)) if p.open_seats]
    where = homes(brief.pk, [*made, *carried])
    known = {
        one.pk: one
        for one in BriefLine.objects.filter(brief=brief, pk__in=set(where.values()))
        if one.audience != Audience.CENTRE or rules.reads_small_groups(user)
    }
    asked = {line.within_id or line.pk} if line is not None else known
    rows = [p for p in (*made, *carried) if where.get(p.pk) in known and where[p.pk] in asked]
    rows = sorted(rows, key=lambda p: -p.pk)[:500]
    lines = {one.line.pk: one for one in shown_lines(user, {where[p.pk]: known[where[p.pk]] for p in rows}.values())}
    ids = [p.program_id for p in rows]
    opens = set(seen_by(user, "programs.program").filter(pk__in=ids).values_list("pk", flat=True)) if ids else set()
    editions = dict(Brief.objects.filter(pk__in={p.line.brief_id for p in carried}).values_list("pk", "code"))
    return [
        ShownPledge(
            p,
            lines[where[p.pk]],
            STAGES[stage_of(p.program.status)],
            p.program_id in opens,
            editions.get(p.line.brief_id, ""),
        )
        for p in rows
    ]


def pledge_of(user, program) -> Pledge | None:
    """The pledge a programme came from, for those who may read both."""
    if not getattr(user, "is_authenticated", False):
        return None
    found = Pledge.objects.filter(program=program).select_related("line__brief").first()
    if found is None or not briefs_seen_by(user).filter(pk=found.line.brief_id).exists():
        return None
    return found


def pledge_by_key(user, key: str) -> Pledge | None:
    """What a page that was sent before has pledged already."""
    return Pledge.objects.filter(partner=capacity(user)[1], client_key=key).select_related("program").first()
