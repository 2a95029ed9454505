"""Reads of matching, always for a user: candidates of a need, lines that fit a programme, pairs to propose."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Sum
from django.db.models.functions import Left
from django.http import Http404
from django.utils.translation import gettext_lazy

from accounts.roles import OFFICE, PARTNER, Role
from accounts.rules import capacity
from partnerships.matching import RULES_VERSION, WEIGHTS
from partnerships.models import HOLDING, OPEN_PROPOSALS, Proposal, Scoring, Suggestion
from partnerships.rules import proposals as rules
from partnerships.rules.proposals import OPEN_NEEDS
from partnerships.selectors.demand import may_read_demand
from partnerships.sentences import (
    PART_LABELS,
    ShownFailure,
    ShownPart,
    post_name,
    show_failures,
    show_parts,
)
from programs.models import Intake, Program
from regions.models import NeedLine
from workflow.engine import may_see
from workflow.listing import Facet, Listing
from workflow.reading import get_seen, seen_by

SHOWN = 3
"""Programmes compared side by side."""
NEAR_SHOWN = 12


@dataclass(frozen=True)
class Candidate:
    """One scored pair, ready to show."""

    suggestion: Suggestion
    parts: list[ShownPart]
    failures: list[ShownFailure]
    proposal: Proposal | None = None
    """The open or successful proposal of this pair, if there is one."""

    @property
    def intake(self) -> Intake:
        return self.suggestion.intake

    @property
    def program(self) -> Program:
        return self.suggestion.intake.program

    @property
    def line(self) -> NeedLine:
        return self.suggestion.line

    @property
    def score(self):
        return self.suggestion.score

    @property
    def eligible(self) -> bool:
        return self.suggestion.eligible

    @property
    def waivable(self) -> bool:
        return self.suggestion.waivable


@dataclass(frozen=True)
class Row:
    """One criterion of the comparison."""

    name: str
    label: str
    most: int
    cells: list[ShownPart]


@dataclass(frozen=True)
class Dated:
    """When results were computed, and whether they are being computed again."""

    computed_at: object = None
    stale: bool = True
    version: str = RULES_VERSION


@dataclass(frozen=True)
class Comparison:
    """The candidates of one line: compared, further ones, and excluded ones with what they miss."""

    columns: list[Candidate]
    more: list[Candidate]
    excluded: list[Candidate]
    rows: list[Row]


def _dated(scoring: Scoring | None) -> Dated:
    if scoring is None:
        return Dated()
    return Dated(scoring.computed_at, scoring.stale, scoring.rules_version or RULES_VERSION)


def need_results(need) -> Dated:
    """When the candidates of a need were computed."""
    return _dated(Scoring.objects.filter(need=need).first())


def program_results(program) -> Dated:
    """When the demand for a programme was computed."""
    return _dated(Scoring.objects.filter(program=program).first())


def is_matched(need) -> bool:
    """Only approved needs are matched."""
    return need.status in OPEN_NEEDS


def get_line(user, code: str, position: int) -> NeedLine:
    """A line of a need the user may see, or Http404."""
    need = get_seen(user, "regions.need", code=code)
    line = (
        NeedLine.objects.filter(need=need, position=position)
        .select_related("post", "need__office", "need__cycle")
        .prefetch_related("gaps__theme")
        .first()
    )
    if line is None:
        raise Http404
    return line


def _visible(user):
    """Results about programmes that exist for the user."""
    programs = seen_by(user, "programs.program").order_by().values("pk")
    return (
        Suggestion.objects.filter(intake__program__in=programs)
        .select_related("intake__program__partner")
        .order_by("-eligible", "-waivable", "-score", "intake__starts", "pk")
    )


def _candidates(suggestions: Iterable[Suggestion], proposals: Iterable[Proposal]) -> list[Candidate]:
    known = {(p.line_id, p.intake_id): p for p in proposals}
    return [
        Candidate(s, show_parts(s.parts), show_failures(s.failures), known.get((s.line_id, s.intake_id)))
        for s in suggestions
    ]


def _live(user):
    """Proposals the user sees that are open or hold seats."""
    return seen_by(user, "partnerships.proposal").filter(status__in=[*OPEN_PROPOSALS, *HOLDING])


def comparison(user, line: NeedLine) -> Comparison:
    """The candidates of one line, best first; three queries."""
    found = _candidates(_visible(user).filter(line=line), _live(user).filter(line=line))
    eligible = [c for c in found if c.eligible]
    excluded = sorted((c for c in found if not c.eligible), key=lambda c: (not c.waivable, len(c.failures), -c.score))
    columns = _one_per_program(eligible)[:SHOWN]
    more = [c for c in eligible if c not in columns]
    rows = [
        Row(name, PART_LABELS[name], most, [_part(c, name, most) for c in columns]) for name, most in WEIGHTS.items()
    ]
    return Comparison(columns, more, _one_per_program(excluded)[:NEAR_SHOWN], rows)


def _one_per_program(candidates: list[Candidate]) -> list[Candidate]:
    """The best intake of each programme: three sessions of one course are no comparison."""
    best: dict[int, Candidate] = {}
    for candidate in candidates:
        best.setdefault(candidate.intake.program_id, candidate)
    return list(best.values())


def _part(candidate: Candidate, name: str, most: int) -> ShownPart:
    empty = ShownPart(name, PART_LABELS[name], 0, most, "")
    return next((part for part in candidate.parts if part.name == name), empty)


@dataclass
class LineCandidates:
    """A need line with its best programmes (each with its best intake) and how many there are."""

    line: NeedLine
    top: list[Candidate] = field(default_factory=list)
    eligible: int = 0
    near: int = 0


def candidates_of_need(user, need) -> list[LineCandidates]:
    """Every line of a need with its best candidates; as many queries for thirty lines as for one."""
    lines = list(
        NeedLine.objects.filter(need=need).select_related("post").prefetch_related("gaps__theme").order_by("position")
    )
    rows = _visible(user).filter(line__need=need)
    scored: dict[int, list[Candidate]] = {line.pk: [] for line in lines}
    for candidate in _candidates(rows, _live(user).filter(line__need=need)):
        scored[candidate.suggestion.line_id].append(candidate)
    found = []
    for line in lines:
        fitting = _one_per_program([c for c in scored[line.pk] if c.eligible])
        near = _one_per_program([c for c in scored[line.pk] if not c.eligible])
        found.append(LineCandidates(line, fitting[:SHOWN], len(fitting), len(near)))
    return found


def proposals_of_need(user, need):
    """The proposals of a need that exist for the user."""
    return seen_by(user, "partnerships.proposal").filter(line__need=need).order_by("-pk")


# --- The other direction ------------------------------------------------------------------------------------


def own_lines_for(user, program) -> list[Candidate]:
    """For an office: its own lines that fit a programme, near misses after them."""
    _role, organisation = capacity(user)
    rows = (
        Suggestion.objects.filter(intake__program=program, line__need__office=organisation)
        .select_related("intake__program", "line__post", "line__need")
        .prefetch_related("line__gaps__theme")
        .order_by("-eligible", "-waivable", "-score", "pk")
    )
    return _candidates(rows, _live(user).filter(intake__program=program))


def fitting_counts(user, programs) -> dict[int, int]:
    """Of the office's own lines, how many fit each of these programmes; one query, programmes without any left out."""
    _role, organisation = capacity(user)
    rows = (
        Suggestion.objects.filter(eligible=True, intake__program__in=programs, line__need__office=organisation)
        .order_by()
        .values_list("intake__program")
        .annotate(n=Count("line", distinct=True))
    )
    return dict(rows)


def get_program_for_demand(user, slug: str) -> Program:
    """A programme whose demand the user may read: the partner's own, or any for the ministry."""
    program = get_seen(user, "programs.program", slug=slug)
    if not may_read_demand(user):
        raise PermissionDenied("programs.program.demand")
    return program


def demand_for_program(program):
    """The scored lines for a programme as a query, fitting ones first."""
    return (
        Suggestion.objects.filter(intake__program=program)
        .select_related("intake__program", "line__post", "line__need__office")
        .prefetch_related("line__gaps__theme")
    )


def _post_names(codes) -> dict:
    return {code: post_name(code) for code in sorted(codes)}


DEMAND_FACETS = (
    Facet("angkatan", gettext_lazy("Intake"), "intake__number"),
    Facet("jabatan", gettext_lazy("Post"), "line__post", _post_names),
)
DEMAND_SORTS = {
    "score": (gettext_lazy("Score"), ("score",)),
    "people": (gettext_lazy("People"), ("line__requested_total",)),
}


def demand_listing(request, program) -> Listing:
    """The lines that fit a programme, as filtered."""
    rows = demand_for_program(program).filter(eligible=True)
    return Listing(request, rows, facets=DEMAND_FACETS, sorts=DEMAND_SORTS, default_sort="-score")


def demand_candidates(user, suggestions: Iterable[Suggestion], program) -> list[Candidate]:
    """The same rows ready to show, with the proposals the user knows of."""
    return _candidates(suggestions, _live(user).filter(intake__program=program))


def demand_totals(program) -> dict[str, int]:
    """Of a programme's results: fitting lines, people on them, offices and provinces."""
    fitting = Suggestion.objects.filter(intake__program=program, eligible=True)
    lines = NeedLine.objects.filter(pk__in=fitting.values("line"))
    return lines.aggregate(
        lines=Count("pk"),
        people=Sum("requested_total", default=0),
        offices=Count("need__office", distinct=True),
        provinces=Count(Left("need__office__region_code", 2), distinct=True),
    )


# --- Proposing ----------------------------------------------------------------------------------------------


def get_pair(user, line_id: int, intake_id: int | None) -> tuple[NeedLine, Intake | None]:
    """A line and an intake the user may propose. Http404 for what does not exist for the user."""
    if capacity(user)[0] not in rules.SIDE_OF:
        raise PermissionDenied("partnerships.proposal.propose")
    lines = NeedLine.objects.select_related("post", "need__office", "need__cycle").prefetch_related("gaps__theme")
    line = lines.filter(pk=line_id).first()
    intake = None
    if intake_id is not None:
        intake = (
            Intake.objects.filter(pk=intake_id, program__in=seen_by(user, "programs.program").order_by())
            .select_related("program__partner", "program__scheme")
            .first()
        )
    if line is None or (intake_id is not None and intake is None) or not _may_pair(user, line, intake):
        raise Http404
    return line, intake


def _may_pair(user, line, intake) -> bool:
    role, organisation = capacity(user)
    if role not in PARTNER:
        return may_see(line.need.flow, user, line.need)
    # A partner knows needs only as demand for its own programmes, and only approved ones.
    return intake is not None and intake.program.partner_id == organisation.pk and line.need.status in OPEN_NEEDS


def may_propose_line(user, line: NeedLine) -> bool:
    """Whether to show the button: the own office, or the ministry's verifier."""
    role, organisation = capacity(user)
    if not rules.may_propose(user) or line.need.status not in OPEN_NEEDS:
        return False
    return role == Role.PPSDM_VER or (role in OFFICE and line.need.office_id == organisation.pk)


# --- One by one, for the JSON interface ---------------------------------------------------------------------


def results_of_line(user, line: NeedLine):
    """Every result of a line about programmes that exist for the user, as a query."""
    return _with_line(_visible(user).filter(line=line))


def results_of_program(user, program):
    """Of a programme's results those a reader may know: all of them as demand, an office its own."""
    if may_read_demand(user):
        return _with_line(demand_for_program(program))
    _role, organisation = capacity(user)
    return _with_line(Suggestion.objects.filter(intake__program=program, line__need__office=organisation))


def _with_line(rows):
    related = ("intake__program__partner", "line__post", "line__need__office")
    return rows.select_related(*related).prefetch_related(None).prefetch_related("line__gaps__theme")


def get_result(user, pk: int) -> Suggestion:
    """One result whose need and programme exist for the user, or that is part of a demand they read; else Http404."""
    found = _with_line(Suggestion.objects.filter(pk=pk)).first()
    if found is None:
        raise Http404
    program = get_seen(user, "programs.program", pk=found.intake.program_id)
    if not may_read_demand(user):
        get_seen(user, "regions.need", pk=found.line.need_id)
    elif capacity(user)[0] in PARTNER and program.partner_id != capacity(user)[1].pk:
        raise Http404
    return found


def shown_results(user, suggestions: list[Suggestion]) -> list[Candidate]:
    """Results ready to show, with the proposals the user knows of; one query."""
    live = _live(user).filter(line__in={s.line_id for s in suggestions}, intake__in={s.intake_id for s in suggestions})
    return _candidates(suggestions, live)
