"""Facts from records, and the stored results of matching: computed in bulk, dated, never edited."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal

from django.db import transaction
from django.db.models import F, Q, Sum
from django.utils import timezone

from partnerships.matching import (
    RULES_VERSION,
    Gap,
    IntakeFacts,
    LineFacts,
    Taught,
    Verdict,
    judge,
)
from partnerships.models import (
    HOLDING,
    Agreement,
    AgreementStatus,
    Proposal,
    Scoring,
    Suggestion,
    Track,
)
from partnerships.rules.proposals import OFFERED, OPEN_NEEDS
from partnerships.scoring_table import ScoringTable
from partnerships.services import suggestion_store
from programs.models import Intake, Program, ProgramTheme
from programs.models.offers import Visibility
from regions.models import CompetencyGap, NeedLine, TrainingNeed

IN_FORCE = (AgreementStatus.ACTIVE, AgreementStatus.UNDER_AMENDMENT)

BATCH = 100
"""Needs computed in one transaction."""
FEW_PROGRAMS = 5
"""When more programmes than this are due, computing everything once takes less than computing each."""

REFRESH_HOURS = 20
"""Dates pass: lead times and deadlines make a result old even when nothing was changed."""


# --- Facts --------------------------------------------------------------------------------------------------


def lines_of_open_needs():
    """Every line that is matched now."""
    return NeedLine.objects.filter(need__status__in=OPEN_NEEDS)


def intakes_on_offer():
    """Every intake that is suggested now; suspended partners receive no proposals."""
    return Intake.objects.filter(
        program__status__in=OFFERED, program__partner__suspended=False, starts__gt=timezone.localdate()
    )


_OF_LINE = (
    "pk",
    "post",
    "requested_total",
    "need__preferred_mode",
    "need__score",
    "need__urgency",
    "need__status",
    "need__cycle",
    "need__office",
    "need__office__type_code",
    "need__office__suspended",
    "need__office__region_code",
    "need__office__office__region__is_remote",
    "rank",
    "employment_status",
    "age_band",
    "education",
    "years_in_post_band",
    "language_level",
    "earliest_start",
)


def line_facts(lines) -> list[LineFacts]:
    """Need lines as the rules see them; five queries however many lines there are, and columns, not records."""
    rows = list(lines.values(*_OF_LINE))
    ids = [row["pk"] for row in rows]
    offices = {row["need__office"] for row in rows}
    cycles = {row["need__cycle"] for row in rows}
    gaps = defaultdict(list)
    for line, theme, current, target in (
        CompetencyGap.objects.filter(line__in=ids)
        .order_by("pk")
        .values_list("line", "theme", "current_level", "target_level")
    ):
        gaps[line].append(Gap(theme, current, target))
    held = Proposal.objects.filter(status__in=HOLDING)
    taken = dict(held.filter(line__in=ids).order_by().values_list("line").annotate(n=Sum("seats_allotted")))
    won = {
        (office, cycle): seats
        for office, cycle, seats in held.filter(line__need__office__in=offices, line__need__cycle__in=cycles)
        .order_by()
        .values_list("line__need__office", "line__need__cycle")
        .annotate(n=Sum("seats_allotted"))
    }
    past = {
        office: (completed, accepted)
        for office, completed, accepted in TrainingNeed.objects.filter(office__in=offices, people_completed__gt=0)
        .order_by()
        .values_list("office")
        .annotate(c=Sum("people_completed"), a=Sum("people_accepted"))
    }
    return [
        _line(
            row,
            tuple(gaps[row["pk"]]),
            taken.get(row["pk"], 0),
            won.get((row["need__office"], row["need__cycle"]), 0),
            *past.get(row["need__office"], (0, 0)),
        )
        for row in rows
    ]


def _line(row: dict, gaps: tuple[Gap, ...], taken: int, won: int, completed: int, finished: int) -> LineFacts:
    return LineFacts(
        line_id=row["pk"],
        post=row["post"],
        gaps=gaps,
        people=max(row["requested_total"] - taken, 0),
        mode=row["need__preferred_mode"],
        priority=row["need__score"] or Decimal(0),
        urgency=row["need__urgency"],
        is_open=row["need__status"] in OPEN_NEEDS,
        office_id=row["need__office"],
        office_type=row["need__office__type_code"],
        office_suspended=row["need__office__suspended"],
        region_code=row["need__office__region_code"],
        is_remote=bool(row["need__office__office__region__is_remote"]),
        rank=row["rank"],
        employment_status=row["employment_status"],
        age_band=row["age_band"],
        education=row["education"],
        years_band=row["years_in_post_band"],
        english=row["language_level"],
        earliest_start=row["earliest_start"],
        seats_won=won,
        completed=completed,
        finished=max(finished, completed),
    )


_OF_PROGRAM = (
    "pk",
    "code",
    "status",
    "partner",
    "visibility",
    "all_posts",
    "delivery_mode",
    "country",
    "host_province",
    "language",
    "interpretation",
    "min_language_level",
    "min_rank",
    "min_years",
    "min_age",
    "max_age",
    "min_education",
    "employment_statuses",
    "office_types",
    "internal_deadline",
    "needs_agreement",
    "scheme__needs_agreement",
)


def intake_facts(intakes) -> list[IntakeFacts]:
    """Intakes as the rules see them; six queries however many intakes there are, and columns, not records."""
    rows = list(intakes.values_list("program", "pk", "starts", "online_starts", "seats", "seats_taken"))
    programs = _program_facts({program for program, *_row in rows})
    return [
        IntakeFacts(
            intake_id=pk, starts=starts, online_starts=online_starts, seats_free=seats - taken, **programs[program]
        )
        for program, pk, starts, online_starts, seats, taken in rows
    ]


def _program_facts(ids: set[int]) -> dict[int, dict]:
    """What all intakes of a programme have in common, by programme."""
    rows = list(Program.objects.filter(pk__in=ids).order_by().values(*_OF_PROGRAM))
    taught, posts, invited = defaultdict(list), defaultdict(list), defaultdict(list)
    for program, *offer in ProgramTheme.objects.filter(program__in=ids).values_list(
        "program", "theme", "entry_level", "exit_level"
    ):
        taught[program].append(Taught(*offer))
    for found, through, column in (
        (posts, Program.posts.through, "functionalpost"),
        (invited, Program.selected_offices.through, "organisation"),
    ):
        for program, other in through.objects.filter(program__in=ids).values_list("program", column):
            found[program].append(other)
    in_force = defaultdict(set)
    for partner, program in (
        Agreement.objects.filter(partner__in={row["partner"] for row in rows}, status__in=IN_FORCE, track=Track.CENTRAL)
        .filter(Q(ends__isnull=True) | Q(ends__gte=timezone.localdate()))
        .values_list("partner", "program")
    ):
        in_force[partner].add(program)
    return {
        row["pk"]: _program(row, taught[row["pk"]], posts[row["pk"]], invited[row["pk"]], in_force[row["partner"]])
        for row in rows
    }


def _program(row: dict, taught: list[Taught], posts: list[str], invited: list[int], agreements: set) -> dict:
    by_list = row["visibility"] in {Visibility.SELECTED, Visibility.INVITATION}
    return {
        "program": row["code"],
        "taught": tuple(taught),
        "posts": frozenset(posts),
        "all_posts": row["all_posts"],
        "mode": row["delivery_mode"],
        "country": row["country"],
        "host_province": row["host_province"],
        "language": row["language"],
        "interpretation": row["interpretation"],
        "min_language": row["min_language_level"],
        "min_rank": row["min_rank"],
        "min_years": row["min_years"],
        "min_age": row["min_age"],
        "max_age": row["max_age"],
        "min_education": row["min_education"],
        "employment_statuses": frozenset(row["employment_statuses"]),
        "office_types": frozenset(row["office_types"]),
        "invited": frozenset(invited) if by_list else None,
        "is_offered": row["status"] in OFFERED,
        "closes": timezone.localdate(row["internal_deadline"]) if row["internal_deadline"] else None,
        "needs_agreement": row["needs_agreement"] or row["scheme__needs_agreement"],
        "agreement_active": bool(agreements & {None, row["pk"]}),
    }


def _intakes_worth_judging(lines: list[LineFacts]):
    """Intakes on offer but for those that neither teach what a line wants nor are made for its post: never shown."""
    themes = {gap.theme for line in lines for gap in line.gaps}
    named = Q(posts__in={line.post for line in lines}, all_posts=False)
    return intakes_on_offer().filter(program__in=Program.objects.filter(Q(themes__theme__in=themes) | named))


def _lines_worth_judging(intakes: list[IntakeFacts]):
    """Lines that wait, by the same measure."""
    themes = {taught.theme for intake in intakes for taught in intake.taught}
    posts = {post for intake in intakes if not intake.all_posts for post in intake.posts}
    wanting = CompetencyGap.objects.filter(theme__in=themes).values("line")
    return lines_of_open_needs().filter(Q(pk__in=wanting) | Q(post__in=posts))


def judge_pair(line: NeedLine, intake: Intake) -> Verdict:
    """One pair as it stands this moment, for the one who proposes it."""
    [of_line] = line_facts(NeedLine.objects.filter(pk=line.pk))
    [of_intake] = intake_facts(Intake.objects.filter(pk=intake.pk))
    return judge(of_line, of_intake, timezone.localdate())


# --- Stored results -----------------------------------------------------------------------------------------


def mark_need_stale(need_id: int) -> None:
    """The results of a need no longer hold; they stay readable, dated, until they are computed again."""
    Scoring.objects.update_or_create(need_id=need_id, defaults={"stale": True})
    Suggestion.objects.filter(line__need=need_id).update(stale=True)


def mark_program_stale(program_id: int) -> None:
    """The results of a programme no longer hold."""
    Scoring.objects.update_or_create(program_id=program_id, defaults={"stale": True})
    Suggestion.objects.filter(intake__program=program_id).update(stale=True)


def _done(scorings: list[Scoring], now: dt.datetime) -> None:
    Scoring.objects.filter(pk__in=[scoring.pk for scoring in scorings]).update(
        computed_at=now, stale=False, rules_version=RULES_VERSION
    )


def _lock(**of) -> list[Scoring]:
    return list(Scoring.objects.select_for_update().filter(**of).order_by("pk"))


def recompute_need(need_id: int) -> int:
    """Judge every line of a need against every intake on offer; returns how many results are kept."""
    # In a transaction of its own: the new row's key holds the need's row, which an acceptance may want.
    Scoring.objects.get_or_create(need_id=need_id)
    return _recompute_needs([need_id])


@transaction.atomic
def _recompute_needs(need_ids: list[int]) -> int:
    scorings, now = _lock(need__in=need_ids), timezone.now()
    lines = line_facts(lines_of_open_needs().filter(need__in=need_ids))
    intakes = intake_facts(_intakes_worth_judging(lines)) if lines else []
    table = ScoringTable(lines, intakes, timezone.localdate())
    kept = suggestion_store.replace(Suggestion.objects.filter(line__need__in=need_ids), table, now)
    _done(scorings, now)
    return kept


def recompute_program(program_id: int) -> int:
    """Judge every intake of a programme against every line that waits; returns how many results are kept."""
    Scoring.objects.get_or_create(program_id=program_id)
    return _recompute_program(program_id)


@transaction.atomic
def _recompute_program(program_id: int) -> int:
    scorings, now = _lock(program=program_id), timezone.now()
    intakes = intake_facts(intakes_on_offer().filter(program=program_id))
    lines = line_facts(_lines_worth_judging(intakes)) if intakes else []
    table = ScoringTable(lines, intakes, timezone.localdate())
    kept = suggestion_store.replace(Suggestion.objects.filter(intake__program=program_id), table, now)
    _done(scorings, now)
    return kept


def stale_work(now: dt.datetime | None = None) -> tuple[list[int], list[int]]:
    """(ids of needs, ids of programmes) whose results are missing, marked, of older rules or another day."""
    now = now or timezone.now()
    old = Q(stale=True) | ~Q(rules_version=RULES_VERSION) | Q(computed_at__isnull=True)
    aged = old | Q(computed_at__lt=now - dt.timedelta(hours=REFRESH_HOURS))
    needs = TrainingNeed.objects.filter(
        Q(status__in=OPEN_NEEDS, scoring__isnull=True)
        | Q(status__in=OPEN_NEEDS, scoring__in=Scoring.objects.filter(aged))
        | Q(scoring__in=Scoring.objects.filter(stale=True))
    )
    # A need's own results cover every programme on offer, so an offer is only swept when it changed: marked,
    # or seats moved after it was computed and nobody lived to mark it.
    programs = Program.objects.filter(
        Q(status__in=OFFERED, scoring__isnull=True)
        | Q(scoring__in=Scoring.objects.filter(old))
        | Q(
            status__in=OFFERED,
            intakes__proposals__sent_at__isnull=False,
            intakes__proposals__status_since__gt=F("scoring__computed_at"),
        )
    )
    return (
        list(needs.order_by("pk").values_list("pk", flat=True).distinct()),
        list(programs.order_by("pk").values_list("pk", flat=True).distinct()),
    )


def refresh_stale(now: dt.datetime | None = None) -> int:
    """Compute whatever is due; returns how many needs and programmes it were."""
    needs, programs = stale_work(now)
    if len(programs) > FEW_PROGRAMS:
        rematch_all()
        return len(needs) + len(programs)
    for program_id in programs:
        recompute_program(program_id)
    _recompute_in_batches(needs)
    return len(needs) + len(programs)


def rematch_all() -> int:
    """Judge every line that waits against every intake on offer, whatever is due; returns how many results are kept.

    What is kept for a need covers every programme, so needs are all there is to compute. A programme is undated
    meanwhile and dated at the end, unless it was marked again: then, or if this is cut short, the sweep finds it.
    """
    due, now = stale_work()[0], timezone.now()
    needs = TrainingNeed.objects.filter(Q(status__in=OPEN_NEEDS) | Q(pk__in=due)).order_by("pk")
    of_programs = _undate_programs()
    kept = _recompute_in_batches(list(needs.values_list("pk", flat=True)))
    Scoring.objects.filter(pk__in=of_programs, stale=False, computed_at=None).update(
        computed_at=now, rules_version=RULES_VERSION
    )
    return kept


@transaction.atomic
def _undate_programs() -> list[int]:
    offered = Program.objects.filter(status__in=OFFERED, scoring__isnull=True)
    Scoring.objects.bulk_create([Scoring(program=program) for program in offered.only("pk")], ignore_conflicts=True)
    found = [scoring.pk for scoring in _lock(program__isnull=False)]
    Scoring.objects.filter(pk__in=found).update(stale=False, computed_at=None)
    return found


def _recompute_in_batches(need_ids: list[int]) -> int:
    """Some needs at a time, each batch in its own transaction, so that nobody waits long for a row."""
    known = set(Scoring.objects.filter(need__in=need_ids).values_list("need", flat=True))
    Scoring.objects.bulk_create(
        [Scoring(need_id=pk) for pk in need_ids if pk not in known], ignore_conflicts=True, batch_size=500
    )
    batches = (need_ids[begin : begin + BATCH] for begin in range(0, len(need_ids), BATCH))
    return sum(_recompute_needs(batch) for batch in batches)
