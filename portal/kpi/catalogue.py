"""What each figure means: its name, its formula in words, its unit, and what it would have to say to be a finding."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.kpi import bases

PERCENT, LEVELS, NUMBER, RATIO, DAYS, RUPIAH = "percent", "levels", "number", "ratio", "days", "rupiah"


@dataclass(frozen=True)
class Measure:
    """One number: its rows, and the words for what stands above and below the line."""

    name: str
    unit: str
    finding: Any
    """The sentence that a tile carries; `%(value)s` is the number with its unit."""
    formula: Any
    above: Any
    below: Any
    rows: Callable | None
    """(scope, period) -> the query of its rows; None: worked out from the log (`steps`)."""
    shape: str = ""
    """How its rows are shown and which record stands behind them; see `rows`."""
    tab: Any = ""
    """What it is called beside its siblings."""
    people: bool = False
    """Whether it counts people, so that small groups are withheld from those who may not know them."""
    heads: str = "pk"
    """The path to count for people, where one person stands behind several rows."""
    by_place: bool = False
    pending: Any = ""
    """What is left out because its time is not over, as a sentence with `%(count)s`."""
    waiting: Callable | None = None
    """(scope, period) -> the query of those rows."""
    in_scope: tuple[str, ...] = ("national", "province", "office", "partner")

    @property
    def is_share(self) -> bool:
        """Whether rows count as yes or no, so that either can be looked at alone."""
        return self.unit == PERCENT and self.rows is not None and self.shape != "intake"


@dataclass(frozen=True)
class Kpi:
    """One indicator with its measures; the first is the one the overview shows large."""

    code: str
    label: Any
    why: Any
    measures: tuple[Measure, ...]
    norm: Any = ""
    """What the procedure or the law says, where it says anything; no target was set otherwise."""
    falls: bool = False
    """Whether lower is better."""
    by_cycle: bool = True
    """Whether the rows belong to a cycle; otherwise the calendar year counts."""
    today_only: bool = False


def _pending(base: Callable) -> Callable:
    return lambda scope, period: base(scope, period, pending=True)


KPIS: tuple[Kpi, ...] = (
    Kpi(
        "K01",
        _("Needs matched within 90 days"),
        _("Whether an approved need finds seats soon."),
        (
            Measure(
                "matched",
                PERCENT,
                _("%(value)s of the approved needs got a seat within 90 days"),
                _(
                    "Approved needs with a first accepted proposal within 90 days, divided by approved needs "
                    "whose 90 days are over."
                ),
                _("needs with a seat within 90 days"),
                _("approved needs whose 90 days are over"),
                bases.matched_needs,
                "need",
                by_place=True,
                pending=_("%(count)s needs are still within their 90 days and not counted."),
                waiting=_pending(bases.matched_needs),
            ),
        ),
        norm=_("90 days after approval"),
    ),
    Kpi(
        "K02",
        _("Seats used"),
        _("Whether the seats that partners offer are taken up."),
        (
            Measure(
                "used",
                PERCENT,
                _("%(value)s of the seats offered are used"),
                _("People accepted for a seat, divided by the seats of intakes that begin in the period."),
                _("people accepted"),
                _("seats offered"),
                bases.offered_seats,
                "intake",
            ),
        ),
        by_cycle=False,
    ),
    Kpi(
        "K13",
        _("Agreements ending without a decision"),
        _("Whether somebody decides in time what comes after an agreement."),
        (
            Measure(
                "undecided",
                PERCENT,
                _("%(value)s of the agreements that end within 180 days wait for a decision"),
                _(
                    "Agreements in force that end within 180 days and for which neither a renewal nor the end "
                    "was decided, divided by all that end within 180 days. As of today."
                ),
                _("agreements without a decision"),
                _("agreements that end within 180 days"),
                bases.expiring_agreements,
                "agreement",
            ),
        ),
        norm=_("A decision 180 days before the end"),
        falls=True,
        by_cycle=False,
        today_only=True,
    ),
    Kpi(
        "K03",
        _("Seats outside Java"),
        _("Whether officers outside Java get their part of the seats."),
        (
            Measure(
                "outside",
                PERCENT,
                _("%(value)s of the seats go to officers outside Java"),
                _("People accepted from offices outside Java, divided by all people accepted."),
                _("people of offices outside Java"),
                _("people accepted"),
                bases.seats_outside_java,
                "nomination",
                people=True,
                by_place=True,
            ),
        ),
    ),
    Kpi(
        "K04",
        _("Women on the seats"),
        _("Whether women are put forward, and accepted, as often as men."),
        (
            Measure(
                "accepted",
                PERCENT,
                _("%(value)s of the people accepted are women"),
                _("Women accepted, divided by all people accepted."),
                _("women"),
                _("people accepted"),
                bases.women_accepted,
                "nomination",
                tab=_("Accepted"),
                people=True,
                by_place=True,
            ),
            Measure(
                "nominated",
                PERCENT,
                _("%(value)s of the people put forward are women"),
                _("Women put forward by their offices, divided by all people put forward."),
                _("women"),
                _("people put forward"),
                bases.women_nominated,
                "nomination",
                tab=_("Put forward"),
                people=True,
                by_place=True,
                in_scope=("national", "province", "office"),
            ),
        ),
    ),
    Kpi(
        "K05",
        _("Regencies and cities with an approved need"),
        _("Whether offices everywhere are heard, not only the large ones."),
        (
            Measure(
                "covered",
                PERCENT,
                _("%(value)s of the regencies and cities have an approved need"),
                _(
                    "Autonomous regencies and cities whose offices have a need approved in the period, divided "
                    "by all autonomous regencies and cities."
                ),
                _("regencies and cities with an approved need"),
                _("autonomous regencies and cities"),
                bases.regencies,
                "region",
                by_place=True,
            ),
        ),
    ),
    Kpi(
        "K06",
        _("Levels gained at work"),
        _("Whether the competency gap of the need becomes smaller."),
        (
            Measure(
                "gain",
                LEVELS,
                _("Trained officers stand %(value)s levels higher than before"),
                _(
                    "Level rated by the supervisor months after the training, minus the level filed in the "
                    "need; the mean over every person and competency rated in the period."
                ),
                _("levels gained in sum"),
                _("ratings"),
                bases.level_gains,
                "rating",
                people=True,
                heads="effect_id",
                by_place=True,
            ),
        ),
    ),
    Kpi(
        "K07",
        _("Follow-up plans on time"),
        _("Whether what was learnt is brought back to the office."),
        (
            Measure(
                "plans",
                PERCENT,
                _("%(value)s of the participants handed in a follow-up plan within 30 days"),
                _(
                    "Completed trainings with report and follow-up plan within 30 days, divided by completed "
                    "trainings whose 30 days are over."
                ),
                _("plans within 30 days"),
                _("trainings whose 30 days are over"),
                bases.follow_up_plans,
                "nomination",
                people=True,
                by_place=True,
                pending=_("%(count)s trainings are still within their 30 days and not counted."),
                waiting=_pending(bases.follow_up_plans),
            ),
        ),
        norm=_("30 days after completion"),
    ),
    Kpi(
        "K08",
        _("Answers on use at work"),
        _("Whether offices tell what became of the training (level 3)."),
        (
            Measure(
                "answers",
                PERCENT,
                _("%(value)s of the level-3 forms were answered"),
                _(
                    "Level-3 forms answered by participants and supervisors, divided by level-3 forms whose "
                    "time ended in the period."
                ),
                _("forms answered"),
                _("forms whose time ended"),
                bases.behaviour_forms,
                "form",
                people=True,
                heads="nomination_id",
                by_place=True,
                pending=_("%(count)s forms can still be answered and are not counted."),
                waiting=_pending(bases.behaviour_forms),
            ),
        ),
    ),
    Kpi(
        "K10",
        _("Lesson hours"),
        _("How much training reached people, and whether it is enough for the year."),
        (
            Measure(
                "hours",
                NUMBER,
                _("%(value)s lesson hours (JP) were credited"),
                _("Lesson hours credited with every training completed in the period, added up."),
                _("lesson hours"),
                _("trainings completed"),
                bases.hours_delivered,
                "nomination",
                tab=_("Lesson hours"),
                people=True,
                by_place=True,
            ),
            Measure(
                "enough",
                PERCENT,
                _("%(value)s of the officers with a seat reached 20 lesson hours"),
                _(
                    "Officers credited with at least 20 lesson hours in the period, divided by officers who "
                    "had a seat in it."
                ),
                _("officers with 20 lesson hours or more"),
                _("officers who had a seat"),
                bases.enough_hours,
                "person",
                tab=_("20 hours or more"),
                people=True,
                by_place=True,
            ),
        ),
        norm=_("20 lesson hours a year for each civil servant (PP 11/2017)"),
    ),
    Kpi(
        "K12",
        _("Colleagues reached"),
        _("How many colleagues learn from one person trained."),
        (
            Measure(
                "cascade",
                RATIO,
                _("Each person trained passed it on to %(value)s colleagues"),
                _("Colleagues reached by sharing sessions, divided by trainings completed in the period."),
                _("colleagues reached"),
                _("trainings completed"),
                bases.cascade,
                "nomination",
                people=True,
                by_place=True,
            ),
        ),
    ),
    Kpi(
        "K09",
        _("Days per step"),
        _("Where records wait, and whether time limits are kept."),
        (
            Measure(
                "days",
                DAYS,
                _("A step takes %(value)s working days"),
                _(
                    "The median of the working days from the move into a state to the move out of it, over all "
                    "steps that ended in the period."
                ),
                _("working days (median)"),
                _("steps that ended"),
                None,
                tab=_("Days"),
            ),
            Measure(
                "limit",
                PERCENT,
                _("%(value)s of the steps ended within their time limit"),
                _("Steps that ended by their due date, divided by steps that ended and had one."),
                _("steps within their limit"),
                _("steps with a time limit"),
                None,
                tab=_("Time limits"),
            ),
        ),
        norm=_("The limits in the tables of each procedure"),
        falls=True,
        by_cycle=False,
    ),
    Kpi(
        "K11",
        _("Contribution of partners"),
        _("What partners pay for the programmes, as far as they say it."),
        (
            Measure(
                "rupiah",
                RUPIAH,
                _("Partners contribute %(value)s"),
                _(
                    "Cost items paid by the partner with a disclosed amount, of programmes whose first intake "
                    "begins in the period; other currencies by the stored rate on or before that day."
                ),
                _("rupiah"),
                _("cost items with an amount"),
                bases.contributions,
                "cost",
            ),
        ),
        by_cycle=False,
    ),
)

SECTIONS = (
    (_("Are needs met and seats used?"), ("K01", "K02", "K13")),
    (_("Does everyone get a fair part?"), ("K03", "K04", "K05")),
    (_("What does training change?"), ("K06", "K07", "K08", "K10", "K12")),
    (_("What does it take?"), ("K09", "K11")),
)
BY_CODE = {kpi.code: kpi for kpi in KPIS}
