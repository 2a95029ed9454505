"""What the pages before a result show: rounds with their runs, the list of checks, pins, how far a calculation is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from partnerships import allocation_charts as charts
from partnerships.models import AllocationPin, AllocationRound, AllocationRun, RunStatus
from partnerships.rules import allocation_presets as presets
from partnerships.rules.allocation_steps import STEPS, failure_sentence, place_of, step_label
from partnerships.rules.proposals import OPEN_NEEDS
from partnerships.selectors import allocation_results as results
from partnerships.selectors.allocations import rounds_seen_by, runs_seen_by
from partnerships.sentences import province_name
from partnerships.services.allocation_preflight import Check, preflight
from regions.models import NeedCycle
from workflow import formats


def preset_label(run: AllocationRun) -> str:
    """The preset a run was given, or that its rules are its own."""
    known = presets.preset(run.preset)
    return str(known.label) if known else _("own settings")


# --- Overview -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RunRow:
    """A run in the overview."""

    run: AllocationRun
    preset: str
    seats: str
    lowest: str
    gini: str
    other: AllocationRun | None
    """The solved run before it in the same round, to compare with."""


@dataclass(frozen=True)
class RoundRow:
    """A round with its runs, newest first."""

    round: AllocationRound
    runs: list[RunRow]

    @property
    def is_decided(self) -> bool:
        """Whether a run of it was ratified."""
        return any(row.run.is_public for row in self.runs)


def overview(user) -> list[RoundRow]:
    """Every round the user may know of."""
    exact = results.reads_everything(user)
    found = []
    for round_ in rounds_seen_by(user):
        rows, before = [], None
        for run in reversed(round_.seen_runs):
            rows.append(_row(run, before, exact))
            if run.is_solved:
                before = run
        found.append(RoundRow(round_, rows[::-1]))
    return found


def _row(run: AllocationRun, before: AllocationRun | None, exact: bool) -> RunRow:
    figures = run.figures if run.is_solved else {}
    found = results.coverage_of(figures, {}, public=not exact)
    sums, low = results.sums_of(found.counted), results.lowest_of(found.places)
    seats = formats.NOTHING
    if figures:
        words = {"seats": formats.num(sums["seats"]), "offered": formats.num(figures.get("seats_offered", 0))}
        seats = _("%(seats)s of %(offered)s") % words if found.is_whole else formats.num(sums["seats"])
    return RunRow(
        run=run,
        preset=preset_label(run),
        seats=seats,
        lowest=f"{formats.percent(low[0].now)} {charts.named(low)}" if low else formats.NOTHING,
        gini=formats.decimal(results.gini_of(found.counted), 2),
        other=before if run.is_solved else None,
    )


def next_cycle() -> NeedCycle | None:
    """The latest cycle with approved needs: the one a new round gives seats to."""
    return NeedCycle.objects.filter(needs__status__in=OPEN_NEEDS).order_by("-year").first()


def draft_of(user, round_: AllocationRound) -> AllocationRun | None:
    """The newest run of a round whose rules can still be changed."""
    return runs_seen_by(user).filter(round=round_, status=RunStatus.DRAFT).first()


# --- Before a run -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Point:
    """One point of the list before a run, with where to go to put it right."""

    check: Check
    url: str
    label: str

    @property
    def tag(self) -> dict[str, Any]:
        """Colour, icon and word."""
        if self.check.ok:
            return {"tone": "green", "icon": "check-circle-fill", "label": _("In order")}
        if self.check.blocks:
            return {"tone": "red", "icon": "x-octagon-fill", "label": _("Missing")}
        return {"tone": "amber", "icon": "exclamation-triangle", "label": _("To note")}


def checks_of(run: AllocationRun) -> list[Point]:
    """The list of checks, what blocks first, then what is to be noted, then what is in order."""
    found = []
    for check in preflight(run):
        url, label = ("", "") if check.ok else _way_out(check)
        found.append(Point(check, url, label))
    return sorted(found, key=lambda p: (p.check.ok, not p.check.blocks))


def _way_out(check: Check) -> tuple[str, str]:
    match check.key:
        case "needs" | "undecided":
            return reverse("regions:queue"), _("Open the review queue")
        case "seats" | "lead_time" | "smallest_group":
            return reverse("programs:catalogue"), _("See the programmes")
        case "other_run":
            return reverse("partnerships:allocation_progress", args=[check.params["code"]]), _("Open that run")
        case "pins":
            return "#pin", _("See the list below")
        case "rules":
            return "#id_preset_0", _("Change the rules")
    return "", ""


def pins_of(run: AllocationRun) -> list[AllocationPin]:
    """Pairs pinned or forbidden in a run, ready to show."""
    return list(run.pins.select_related("line__need__office", "line__post", "intake__program__partner"))


# --- While it runs ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """One step of a calculation."""

    label: Any
    state: str
    """done, now, failed or todo."""
    icon: str
    note: str = ""


@dataclass(frozen=True)
class Progress:
    """How far a calculation is."""

    is_open: bool
    """Whether there is something to wait for, or a failure to read; otherwise the run is elsewhere."""
    steps: list[Step]
    step: str
    label: str
    done: int
    of: int
    seconds: int
    failure: str

    @property
    def elapsed(self) -> str:
        """ "2 minutes 41 seconds"."""
        minutes, seconds = divmod(self.seconds, 60)
        words = {"minutes": formats.num(minutes), "seconds": formats.num(seconds)}
        return (_("%(minutes)s min %(seconds)s s") if minutes else _("%(seconds)s s")) % words


_ICONS = {"done": "check-circle-fill", "now": "arrow-repeat", "failed": "exclamation-octagon-fill", "todo": "circle"}


def progress_of(run: AllocationRun) -> Progress:
    """The steps of a run: done, now, to come; where it failed, and why."""
    step = run.progress.get("step", "")
    failed = bool(run.failure)
    if failed:
        step = (run.failure.get("params") or {}).get("step") or step
    now = place_of(step)
    lines, of = run.progress.get("lines_done"), run.progress.get("lines_of")
    steps = []
    for place, (name, label) in enumerate(STEPS.items()):
        state = "done" if place < now else ("failed" if failed else "now") if place == now else "todo"
        told = name == "explain" and state == "now" and of
        note = _("%(done)s of %(of)s lines") % {"done": formats.num(lines), "of": formats.num(of)} if told else ""
        steps.append(Step(label, state, _ICONS[state], note))
    until = run.finished_at or timezone.now()
    return Progress(
        is_open=run.status in {RunStatus.RUNNING, RunStatus.FAILED},
        steps=steps,
        step=step,
        label=step_label({"step": step}),
        done=max(now, 0),
        of=len(STEPS),
        seconds=max(int((until - run.started_at).total_seconds()), 0) if run.started_at else 0,
        failure=failure_sentence(run.failure),
    )


# --- Acts ---------------------------------------------------------------------------------------------------


def facts_of(run: AllocationRun) -> list[dict]:
    """What every act on a run is decided on."""
    rows = [
        (_("Round"), run.round.code),
        (_("Rules"), preset_label(run)),
    ]
    if run.is_solved:
        figures = run.figures
        low = figures.get("lowest")
        rows += [
            (
                _("Seats given"),
                _("%(seats)s of %(offered)s, for %(people)s people")
                % {
                    "seats": formats.num(figures.get("seats", 0)),
                    "offered": formats.num(figures.get("seats_offered", 0)),
                    "people": formats.num(figures.get("people", 0)),
                },
            ),
            (_("Provinces without a seat"), formats.num(figures.get("provinces_without", 0))),
        ]
        if low:
            rows.append(
                (_("Lowest coverage"), f"{formats.percent(100 * low['ratio'])}, {province_name(low['province'])}")
            )
    return [{"label": label, "value": value} for label, value in rows]


def rule_rows(rules: dict) -> list[dict]:
    """A set of rules as labels and values."""
    steps = "; ".join(
        _("up to %(share)s: %(bonus)s a seat")
        % {"share": formats.percent(step["upto_pct"]), "bonus": formats.num(step["bonus"])}
        for step in rules.get("equity") or []
    )
    floor = rules.get("floor") or 0
    whom = presets.FLOOR_FOR.get(rules.get("floor_for", ""), "")
    none = _("none")
    rows = [
        ("mode", _("Order of the aims"), str(presets.MODES.get(rules.get("mode", ""), rules.get("mode", "")))),
        ("equity", _("Equity steps"), steps or none),
        ("floor", _("Guaranteed seats for each office"), f"{formats.num(floor)}: {whom}" if floor else none),
        ("region_max", _("Most seats for one regency or city in one intake"), _number(rules.get("region_max"))),
        ("province_max", _("Most seats for one province in one intake"), _number(rules.get("province_max"))),
        ("keep_bonus", _("Weight of each seat of the last plan that stays"), formats.num(rules.get("keep_bonus") or 0)),
        (
            "gap",
            _("Accepted distance from the proven best"),
            formats.percent(100 * (rules.get("gap") or 0), 3) if rules.get("gap") else _("none: full proof"),
        ),
        ("time_limit", _("Time limit in seconds"), formats.num(rules.get("time_limit") or 0)),
    ]
    return [{"name": name, "label": label, "value": value} for name, label, value in rows]


def _number(value: int | None) -> str:
    return _("no limit") if value is None else formats.num(value)
