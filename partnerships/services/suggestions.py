"""Facts from records, and the stored results of matching: computed in bulk, dated, never edited."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal

from django.db import transaction
from django.db.models import F, Prefetch, Q, Sum
from django.utils import timezone

from partnerships.matching import (
    RULES_VERSION,
    Gap,
    IntakeFacts,
    LineFacts,
    Taught,
    Verdict,
    demand_for,
    judge,
    programmes_for,
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
from programs.models import Intake, Program
from programs.models.offers import Visibility
from regions.models import CompetencyGap, NeedLine, TrainingNeed

IN_FORCE = (AgreementStatus.ACTIVE, AgreementStatus.UNDER_AMENDMENT)

REFRESH_HOURS = 20
"""Dates pass: lead times and deadlines make a result old even when nothing was changed."""


# --- Facts --------------------------------------------------------------------------------------------------


def lines_of_open_needs():
    """Every line that is matched now."""
    return NeedLine.objects.filter(need__status__in=OPEN_NEEDS)


def intakes_on_offer():
    """Every intake that is suggested now."""
    return Intake.objects.filter(program__status__in=OFFERED, starts__gt=timezone.localdate())


def line_facts(lines) -> list[LineFacts]:
    """Need lines as the rules see them; five queries however many lines there are."""
    rows = list(
        lines.select_related("need__office__office__region").prefetch_related(
            Prefetch("gaps", CompetencyGap.objects.order_by("pk"))
        )
    )
    offices = {line.need.office_id for line in rows}
    cycles = {line.need.cycle_id for line in rows}
    held = Proposal.objects.filter(status__in=HOLDING)
    taken = dict(
        held.filter(line__in=[line.pk for line in rows])
        .order_by()
        .values_list("line")
        .annotate(n=Sum("seats_allotted"))
    )
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
        _line(line, taken.get(line.pk, 0), won.get((line.need.office_id, line.need.cycle_id), 0), past) for line in rows
    ]


def _line(line: NeedLine, taken: int, won: int, past: dict) -> LineFacts:
    need, office = line.need, line.need.office
    profile = getattr(office, "office", None)
    completed, finished = past.get(office.pk, (0, 0))
    return LineFacts(
        line_id=line.pk,
        post=line.post_id,
        gaps=tuple(Gap(g.theme_id, g.current_level, g.target_level) for g in line.gaps.all()),
        people=max(line.requested_total - taken, 0),
        mode=need.preferred_mode,
        priority=need.score or Decimal(0),
        urgency=need.urgency,
        is_open=need.status in OPEN_NEEDS,
        office_id=office.pk,
        office_type=office.type_code,
        office_suspended=office.suspended,
        region_code=office.region_code,
        is_remote=bool(profile and profile.region.is_remote),
        rank=line.rank,
        employment_status=line.employment_status,
        age_band=line.age_band,
        education=line.education,
        years_band=line.years_in_post_band,
        english=line.language_level,
        earliest_start=line.earliest_start,
        seats_won=won,
        completed=completed,
        finished=max(finished, completed),
    )


def intake_facts(intakes) -> list[IntakeFacts]:
    """Intakes as the rules see them; five queries however many intakes there are."""
    rows = list(
        intakes.select_related("program__scheme").prefetch_related(
            "program__themes", "program__posts", "program__selected_offices"
        )
    )
    partners = {intake.program.partner_id for intake in rows}
    today = timezone.localdate()
    in_force = defaultdict(set)
    for partner, program in (
        Agreement.objects.filter(partner__in=partners, status__in=IN_FORCE, track=Track.CENTRAL)
        .filter(Q(ends__isnull=True) | Q(ends__gte=today))
        .values_list("partner", "program")
    ):
        in_force[partner].add(program)
    return [_intake(intake, in_force[intake.program.partner_id]) for intake in rows]


def _intake(intake: Intake, agreements: set[int | None]) -> IntakeFacts:
    program = intake.program
    by_list = program.visibility in {Visibility.SELECTED, Visibility.INVITATION}
    return IntakeFacts(
        intake_id=intake.pk,
        program=program.code,
        taught=tuple(Taught(t.theme_id, t.entry_level, t.exit_level) for t in program.themes.all()),
        starts=intake.starts,
        online_starts=intake.online_starts,
        seats_free=intake.seats_free,
        posts=frozenset(post.code for post in program.posts.all()),
        all_posts=program.all_posts,
        mode=program.delivery_mode,
        country=program.country,
        host_province=program.host_province,
        language=program.language,
        interpretation=program.interpretation,
        min_language=program.min_language_level,
        min_rank=program.min_rank,
        min_years=program.min_years,
        min_age=program.min_age,
        max_age=program.max_age,
        min_education=program.min_education,
        employment_statuses=frozenset(program.employment_statuses),
        office_types=frozenset(program.office_types),
        invited=frozenset(o.pk for o in program.selected_offices.all()) if by_list else None,
        is_offered=program.status in OFFERED,
        closes=timezone.localdate(program.internal_deadline) if program.internal_deadline else None,
        needs_agreement=program.needs_agreement or program.scheme.needs_agreement,
        agreement_active=bool(agreements & {None, program.pk}),
    )


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


def _lock(**of) -> Scoring:
    return Scoring.objects.select_for_update().get(**of)


def _done(scoring: Scoring, now: dt.datetime) -> None:
    scoring.computed_at, scoring.stale, scoring.rules_version = now, False, RULES_VERSION
    scoring.save(update_fields=["computed_at", "stale", "rules_version"])


def _row(line_id: int, intake_id: int, verdict: Verdict, now: dt.datetime) -> Suggestion:
    return Suggestion(
        line_id=line_id,
        intake_id=intake_id,
        eligible=verdict.eligible,
        score=verdict.score,
        parts=[part.as_json() for part in verdict.parts],
        failures=[failure.as_json() for failure in verdict.failures],
        waivable=verdict.waivable,
        rules_version=RULES_VERSION,
        computed_at=now,
        stale=False,
    )


FIELDS = [
    "eligible",
    "score",
    "parts",
    "failures",
    "waivable",
    "rules_version",
    "computed_at",
    "stale",
]


def _replace(old, rows: list[Suggestion]) -> None:
    """Put new results in place of old ones. In a fixed order, so that two tasks never wait for each other."""
    rows.sort(key=lambda row: (row.line_id, row.intake_id))
    kept = [
        row.pk
        for row in Suggestion.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["line", "intake"],
            update_fields=FIELDS,
            batch_size=500,
        )
    ]
    old.exclude(pk__in=kept).delete()


def recompute_need(need_id: int) -> int:
    """Judge every line of a need against every intake on offer; returns how many results are kept."""
    # In a transaction of its own: the new row's key holds the need's row, which an acceptance may want.
    Scoring.objects.get_or_create(need_id=need_id)
    return _recompute_need(need_id)


@transaction.atomic
def _recompute_need(need_id: int) -> int:
    scoring, now = _lock(need_id=need_id), timezone.now()
    lines = line_facts(lines_of_open_needs().filter(need=need_id))
    intakes = intake_facts(intakes_on_offer()) if lines else []
    today = timezone.localdate()
    rows = [
        _row(line.line_id, intake.intake_id, verdict, now)
        for line in lines
        for intake, verdict in programmes_for(line, intakes, today)
    ]
    _replace(Suggestion.objects.filter(line__need=need_id), rows)
    _done(scoring, now)
    return len(rows)


def recompute_program(program_id: int) -> int:
    """Judge every intake of a programme against every line that waits; returns how many results are kept."""
    Scoring.objects.get_or_create(program_id=program_id)
    return _recompute_program(program_id)


@transaction.atomic
def _recompute_program(program_id: int) -> int:
    scoring, now = _lock(program_id=program_id), timezone.now()
    intakes = intake_facts(intakes_on_offer().filter(program=program_id))
    lines = line_facts(lines_of_open_needs()) if intakes else []
    today = timezone.localdate()
    rows = [
        _row(line.line_id, intake.intake_id, verdict, now)
        for intake in intakes
        for line, verdict in demand_for(intake, lines, today)
    ]
    _replace(Suggestion.objects.filter(intake__program=program_id), rows)
    _done(scoring, now)
    return len(rows)


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
    """Compute whatever is due, each need and programme in its own transaction; returns how many it were."""
    needs, programs = stale_work(now)
    for program_id in programs:
        recompute_program(program_id)
    for need_id in needs:
        recompute_need(need_id)
    return len(needs) + len(programs)
