"""The frozen input of a run: the instance a solver reads, and beside it the names and unmet conditions people read.

The instance holds codes and numbers only, the annex names of offices and programmes. Neither holds a person.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from partnerships.allocation import read, write
from partnerships.matching import RULES_VERSION, IntakeFacts, LineFacts, judge
from partnerships.models import (
    AllocationRun,
    AllocationSeat,
    PinKind,
    RunKind,
    RunStatus,
    Suggestion,
)
from partnerships.rules.proposals import OPEN_NEEDS
from partnerships.services import allocation_alternatives, remainder, suggestions
from partnerships.services.standing import fixed_beside, fixed_for, standing
from programs.models import Intake
from regions.models import NeedLine, Region


@dataclass(frozen=True)
class Frozen:
    """What a run is calculated from."""

    instance: dict
    annex: dict
    input_hash: str


def canonical(instance: dict) -> str:
    """The one text of an instance, whatever the order of its rows and keys."""
    return json.dumps(write(read(instance)), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def input_hash(instance: dict) -> str:
    """SHA-256 of the canonical text: equal inputs have equal hashes."""
    return hashlib.sha256(canonical(instance).encode()).hexdigest()


def line_id(line: NeedLine) -> str:
    """A need line's id in an instance: KB-2026-0007/1."""
    return f"{line.need.code}/{line.position}"


def intake_id(intake: Intake) -> str:
    """An intake's id in an instance: PR-2026-0003/1."""
    return f"{intake.program.code}/{intake.number}"


def lines_of(run: AllocationRun):
    """The need lines a run gives seats to."""
    return NeedLine.objects.filter(need__cycle=run.round.cycle_id, need__status__in=OPEN_NEEDS)


def lines_by_pk(keys):
    """The lines of a frozen input as a query."""
    return NeedLine.objects.filter(pk__in=list(keys))


def instance_now(run: AllocationRun) -> dict:
    """The instance as it would be frozen now, from the scores there are: for what is tried out before a start."""
    with one_moment():
        return remainder.build(run)[0] if run.kind == RunKind.REMAINDER else _Freezing(run).instance()


def freeze(run: AllocationRun) -> Frozen:
    """Everything a run is calculated from, as it is at one moment. Scores are brought up to date first."""
    suggestions.refresh_stale()
    with one_moment():
        if run.kind == RunKind.REMAINDER:
            instance, annex = remainder.build(run)
            return Frozen(instance, annex, input_hash(instance))
        return _Freezing(run).frozen()


@contextmanager
def one_moment() -> Iterator[None]:
    """All reads see the same moment, whatever others write meanwhile. Inside another transaction it is that one's."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


class _Freezing:
    """The reads behind an instance; as many queries for thirty lines as for three."""

    def __init__(self, run: AllocationRun):
        self.run, self.rules = run, run.rules
        self.lines = list(
            lines_of(run)
            .select_related("need__office__office__region", "post")
            .prefetch_related("gaps__theme")
            .order_by("need__code", "position", "pk")
        )
        self.line_of = {line.pk: line for line in self.lines}
        self.pins = list(run.pins.select_related("line__need", "intake__program"))
        self.standing = standing(cycle=run.round.cycle_id)
        self.tailor_made, self.outside = fixed_beside(self.line_of)
        self.locked = self._locked()
        wanted = {intake for _line, intake in self.locked} | {pin.intake_id for pin in self.pins}
        on_offer = suggestions.intakes_on_offer()
        self.intakes = list(
            Intake.objects.filter(Q(pk__in=on_offer.values("pk")) | Q(pk__in=wanted))
            .select_related("program__partner")
            .order_by("program__code", "number")
        )
        self.intake_of = {intake.pk: intake for intake in self.intakes}
        self.ids = {line.pk: line_id(line) for line in self.lines}
        self.intake_ids = {intake.pk: intake_id(intake) for intake in self.intakes}
        self.closed = {(p.line_id, p.intake_id) for p in self.pins if p.kind == PinKind.FORBID}
        self.closed |= {pair for pair, stands in self.standing.items() if stands.refused}
        self.judged = {
            (line, intake): (eligible, score, failures)
            for line, intake, eligible, score, failures in Suggestion.objects.filter(
                line__in=lines_of(run).order_by().values("pk"), intake__in=on_offer.order_by().values("pk")
            ).values_list("line", "intake", "eligible", "score", "failures")
        }
        self.regions = {
            region.code: region
            for region in Region.objects.filter(
                code__in={code for line in self.lines for code in _codes(line.need.office.region_code)}
            )
        }

    # --- The instance ---

    def frozen(self) -> Frozen:
        """Instance, annex and hash."""
        instance = write(read(self.instance()))
        return Frozen(instance, self.annex(), input_hash(instance))

    def instance(self) -> dict:
        """The object of format alloc-1."""
        rules = self.rules
        offices = {line.need.office_id: line.need.office for line in self.lines}
        floors = self.floors()
        programs = {intake.program_id: intake.program for intake in self.intakes}
        return {
            "format": "alloc-1",
            "regions": [
                {"id": office.code, "province": office.region_code[:2], "floor": floors[office.pk]}
                for office in offices.values()
            ],
            "lines": [
                {
                    "id": self.ids[line.pk],
                    "region": line.need.office.code,
                    "seats": self.wanted(line),
                    "need": line.need.code,
                }
                for line in self.lines
            ],
            "partners": [{"id": code} for code in sorted({p.partner.code for p in programs.values()})],
            "programmes": [{"id": p.code, "partner": p.partner.code} for p in programs.values()],
            "intakes": [self.intake(intake) for intake in self.intakes],
            "pairs": [
                {"line": self.ids[line], "intake": self.intake_ids[intake], "value": value}
                for (line, intake), value in self.pairs().items()
            ],
            "locked": self.named(self.locked),
            "previous": self.previous(),
            "rules": {
                "mode": rules["mode"],
                "equity": rules["equity"],
                "keep_bonus": rules["keep_bonus"],
            },
        }

    def wanted(self, line: NeedLine) -> int:
        """People of a line who do not already hold a seat that was made for them."""
        return max(line.requested_total - self.tailor_made[line.pk], 0)

    def intake(self, intake: Intake) -> dict:
        """Its seats without those of other cycles' needs, its smallest group, and the limits of the rules."""
        held = self.outside[intake.pk]
        row = {
            "id": self.intake_ids[intake.pk],
            "programme": intake.program.code,
            "max": max(intake.seats - held, 0),
            "min": max((intake.min_cohort or 0) - held, 0),
        }
        limits = {name: self.rules[name] for name in ("region_max", "province_max") if self.rules[name] is not None}
        return row | limits

    def _locked(self) -> dict[tuple[int, int], int]:
        """Seats the run may not move, by pair; a pin says how many there are in all."""
        pins = {(p.line_id, p.intake_id): p for p in self.pins if p.kind == PinKind.PIN}
        fixed = fixed_for(self.run, self.standing, pins)
        return {pair: seats for pair, seats in fixed.items() if pair[0] in self.line_of}

    def pairs(self) -> dict[tuple[int, int], int]:
        """Pairs that may get seats with the value of one: ten times the score."""
        return {
            pair: round(10 * score)
            for pair, (eligible, score, _failures) in self.judged.items()
            if eligible and pair not in self.closed
        }

    def stands(self) -> list[dict]:
        """Locked pairs that may get no further seat, with the value of one, so that figures count what is held."""
        open_pairs, found = self.pairs(), []
        for pair in self.locked:
            if pair not in open_pairs:
                score = self.judged[pair][1] if pair in self.judged else None
                score = score or (self.standing[pair].score if pair in self.standing else None)
                found.append(
                    {
                        "line": self.ids[pair[0]],
                        "intake": self.intake_ids[pair[1]],
                        "value": round(10 * (score or 0)),
                    }
                )
        return found

    def named(self, seats: dict[tuple[int, int], int]) -> list[dict]:
        return [
            {"line": self.ids[line], "intake": self.intake_ids[intake], "seats": count}
            for (line, intake), count in seats.items()
            if count
        ]

    def floors(self) -> dict[int, int]:
        """Guaranteed seats by office: never more than its people."""
        people = Counter()
        for line in self.lines:
            people[line.need.office_id] += self.wanted(line)
        served = {self.line_of[line].need.office_id for line, _intake in self.locked}
        floor, whom = self.rules["floor"], self.rules["floor_for"]
        found = dict.fromkeys(people, 0)
        for line in self.lines:
            office = line.need.office
            region = self.region(office)
            under = (whom == "remote" and bool(region and region.is_remote)) or (
                whom == "zero" and office.pk not in served
            )
            found[office.pk] = min(floor, people[office.pk]) if under else 0
        return found

    def region(self, office) -> Region | None:
        profile = getattr(office, "office", None)
        return profile.region if profile else None

    def previous(self) -> list[dict]:
        """The seats of the last ratified run of the cycle."""
        run = previous_run(self.run)
        if run is None:
            return []
        rows = AllocationSeat.objects.filter(run=run).select_related("line__need", "intake__program")
        return [{"line": line_id(r.line), "intake": intake_id(r.intake), "seats": r.seats} for r in rows]

    # --- The annex ---

    def annex(self) -> dict:
        """Names, arrival, decisions of staff and unmet conditions, as they were when the input was frozen."""
        failures, unrelated = self.unmet()
        programs = {intake.program_id: intake.program for intake in self.intakes}
        partners = {p.partner_id: p.partner for p in programs.values()}
        offices = {line.need.office_id: line.need.office for line in self.lines}
        return {
            "taken_at": timezone.now().isoformat(),
            "run": self.run.code,
            "round": self.run.round.code,
            "rules_version": RULES_VERSION,
            "rules": self.rules,
            "lines": {self.ids[line.pk]: self.line_names(line) for line in self.lines},
            "intakes": {self.intake_ids[intake.pk]: _intake_names(intake) for intake in self.intakes},
            "programmes": {
                p.code: {"title_id": p.title_id, "title_en": p.title_en, "partner": p.partner.code}
                for p in programs.values()
            },
            "partners": {o.code: {"name_id": o.name_id, "name_en": o.name_en} for o in partners.values()},
            "regions": {office.code: self.office_names(office) for office in offices.values()},
            "arrival": [self.ids[line.pk] for line in sorted(self.lines, key=_arrival)],
            "pins": [self.pin(p) for p in self.pins if p.kind == PinKind.PIN],
            "forbidden": [self.pin(p) for p in self.pins if p.kind == PinKind.FORBID],
            "standing": self.stands(),
            "failures": failures,
            "unrelated": unrelated,
            "alternatives": self.alternatives(),
        }

    def line_names(self, line: NeedLine) -> dict:
        office, need = line.need.office, line.need
        themes = [gap.theme_id for gap in line.gaps.all()]
        return {
            "pk": line.pk,
            "need": need.code,
            "position": line.position,
            "office": office.code,
            "name_id": office.name_id,
            "name_en": office.name_en,
            "region": office.region_code,
            "province": office.region_code[:2],
            "island": self.island(office),
            "theme": themes[0] if themes else "",
            "themes": themes,
            "post": line.post_id,
            "people": line.requested_total,
            "submitted": need.submitted_at.isoformat() if need.submitted_at else None,
        }

    def office_names(self, office) -> dict:
        region = self.regions.get(office.region_code)
        return {
            "name_id": office.name_id,
            "name_en": office.name_en,
            "region": office.region_code,
            "region_id": region.name_id if region else "",
            "region_en": region.name_en if region else "",
            "province": office.region_code[:2],
            "island": self.island(office),
        }

    def island(self, office) -> str:
        province = self.regions.get(office.region_code[:2])
        return province.island_group if province else ""

    def pin(self, pin) -> dict:
        return {
            "line": self.ids.get(pin.line_id) or line_id(pin.line),
            "intake": self.intake_ids.get(pin.intake_id) or intake_id(pin.intake),
            "seats": pin.seats,
            "reason": pin.reason,
        }

    @cached_property
    def line_facts(self) -> dict[int, LineFacts]:
        """The lines as the rules of matching see them."""
        return {f.line_id: f for f in suggestions.line_facts(lines_of(self.run))}

    @cached_property
    def intake_facts(self) -> dict[int, IntakeFacts]:
        """The intakes on offer as the rules of matching see them."""
        return {f.intake_id: f for f in suggestions.intake_facts(suggestions.intakes_on_offer())}

    def alternatives(self) -> list[dict]:
        """What could be changed so that other pairs fit, or fit better."""
        facts = allocation_alternatives.Facts(
            judged=self.judged,
            lines={line.pk: self.line_facts[line.pk] for line in self.lines if self.wanted(line)},
            intakes=self.intake_facts,
            line_ids=self.ids,
            intake_ids=self.intake_ids,
            needs={line.pk: line.need.code for line in self.lines},
            closed=frozenset(self.closed),
            today=timezone.localdate(),
        )
        return allocation_alternatives.alternatives(facts)

    def unmet(self) -> tuple[dict[str, list[dict]], dict[str, int]]:
        """By line: related programmes that do not fit with every unmet condition, and how many are not related.

        Related: made for the post, or teaching one of the competencies. Of each programme the intake that misses least.
        """
        facts, intakes = self.line_facts, self.intake_facts
        by_post, by_theme = defaultdict(set), defaultdict(set)
        for key, intake in intakes.items():
            for post in intake.posts:
                by_post[post].add(key)
            for taught in intake.taught:
                by_theme[taught.theme].add(key)
        today, programs = timezone.localdate(), {intake.program for intake in intakes.values()}
        failures, unrelated = {}, {}
        for line in self.lines:
            of_line = facts[line.pk]
            related = set(by_post[of_line.post]).union(*(by_theme[gap.theme] for gap in of_line.gaps))
            fitting, best = set(), {}
            for key in sorted(related):
                if (line.pk, key) in self.judged:
                    eligible, _score, missed = self.judged[line.pk, key]
                else:
                    verdict = judge(of_line, intakes[key], today)
                    eligible, missed = verdict.eligible, [f.as_json() for f in verdict.failures]
                program = intakes[key].program
                if eligible:
                    fitting.add(program)
                elif program not in best or len(missed) < len(best[program]["failures"]):
                    best[program] = {"intake": self.intake_ids[key], "programme": program, "failures": missed}
            rows = [row for program, row in best.items() if program not in fitting]
            rows.sort(key=lambda row: (len(row["failures"]), row["intake"]))
            if rows:
                failures[self.ids[line.pk]] = rows
            unrelated[self.ids[line.pk]] = len(programs - {intakes[key].program for key in related})
        return failures, unrelated


def previous_run(run: AllocationRun) -> AllocationRun | None:
    """The last ratified run of the cycle, whose seats the rules may ask to keep."""
    return (
        AllocationRun.objects.filter(round__cycle=run.round.cycle_id, status=RunStatus.RATIFIED)
        .exclude(pk=run.pk)
        .order_by("-status_since", "-pk")
        .first()
    )


def _codes(region_code: str) -> tuple[str, str]:
    return region_code, region_code[:2]


def _arrival(line: NeedLine) -> tuple:
    """Needs in the order in which they were submitted."""
    return (line.need.submitted_at or line.need.created_at, line.need.code, line.position)


def _intake_names(intake: Intake) -> dict:
    program = intake.program
    return {
        "pk": intake.pk,
        "programme": program.code,
        "number": intake.number,
        "title_id": program.title_id,
        "title_en": program.title_en,
        "partner": program.partner.code,
        "starts": intake.starts.isoformat(),
        "ends": intake.ends.isoformat(),
        "seats": intake.seats,
    }
