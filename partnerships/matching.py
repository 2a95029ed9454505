"""Where a need line meets an intake: hard rules with reasons, and a score of 0 to 100 whose parts add up.

Plain Python. Source of the rules: the ministry's procedure for matches (hard filters, lead times, accepted
modes). One table of weights; the version below is stored with every result, so that a reader knows by which
rules a score was computed. `judge` answers for one pair; `partnerships.scoring_table` asks the same rules and parts
for many pairs at once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from regions.scoring import equity_points

RULES_VERSION = "1.0"

WEIGHTS = {
    "theme": 35,
    "level": 15,
    "schedule": 10,
    "seats": 10,
    "priority": 20,
    "equity": 5,
    "completion": 5,
}
"""Part -> most points; they add up to 100."""

LEAD_DAYS = {"overseas": 60, "in_country": 21, "online": 7}
"""Calendar days between today and the first day, at least."""

HORIZON_DAYS = {"U1": 183, "U2": 365, "U3": 730, "U4": 730, "": 730}
"""Urgency -> within how many days a training is of use; twice as late is of none."""

ALWAYS_ACCEPTED = ("IN_COUNTRY", "BLENDED")
GOES_ABROAD = ("OVERSEAS", "THIRD_COUNTRY")
MAY_GO_ABROAD = ("OVERSEAS", "BLENDED")
"""Preferred modes under which an office lets people travel."""

WAIVABLE = frozenset({"mode", "lead_time"})
"""What the ministry's verifier may waive with a reason; the rest are conditions of the partner or the law."""

RANKS = (
    ("AHLI_PERTAMA", "AHLI_MUDA", "AHLI_MADYA", "AHLI_UTAMA"),
    ("PEMULA", "TERAMPIL", "MAHIR", "PENYELIA"),
)
EDUCATION = ("SMA", "D3", "S1_D4", "S2", "S3")
LANGUAGE_LEVELS = ("NONE", "A1", "A2", "B1", "B2", "C1", "C2")
DEFAULT_LANGUAGE_LEVEL = "B1"
"""Asked where a programme in English names no level of its own."""
YEARS = {"LT2": (0, 1), "Y2_5": (2, 5), "Y5_10": (5, 10), "GT10": (10, 60)}
AGES = {"LT30": (17, 29), "A30_39": (30, 39), "A40_49": (40, 49), "GE50": (50, 70)}
"""Band -> (least, most); a condition fails only where nobody in the band can meet it."""

NEAR_FAILURES = 3
"""An excluded pair with more failures than this is not worth showing."""


@dataclass(frozen=True)
class Gap:
    """One competency of a line: from which level to which."""

    theme: str
    current: int
    target: int


@dataclass(frozen=True)
class Taught:
    """One competency of a programme: from which level to which."""

    theme: str
    entry: int
    exit: int


@dataclass(frozen=True)
class LineFacts:
    """A need line as the rules see it. Empty text means unknown; unknown never excludes."""

    line_id: int
    post: str
    gaps: tuple[Gap, ...]
    people: int
    """Still without a seat."""
    mode: str = ""
    priority: Decimal = Decimal(0)
    urgency: str = ""
    is_open: bool = True
    """The need is approved or being met."""
    office_id: int = 0
    office_type: str = ""
    office_suspended: bool = False
    region_code: str = ""
    is_remote: bool = False
    rank: str = ""
    employment_status: str = ""
    age_band: str = ""
    education: str = ""
    years_band: str = ""
    english: str = ""
    earliest_start: dt.date | None = None
    seats_won: int = 0
    """Seats the office already holds in this cycle."""
    completed: int = 0
    finished: int = 0
    """Of `finished` past participants of the office, `completed` passed."""

    @property
    def province(self) -> str:
        """Code of the office's province; empty for the centre."""
        return self.region_code[:2]


@dataclass(frozen=True)
class IntakeFacts:
    """One intake of a programme as the rules see it."""

    intake_id: int
    program: str
    taught: tuple[Taught, ...]
    starts: dt.date
    seats_free: int
    online_starts: dt.date | None = None
    posts: frozenset[str] = frozenset()
    all_posts: bool = False
    mode: str = "IN_COUNTRY"
    country: str = ""
    host_province: str = ""
    language: str = "ID"
    interpretation: str = "NONE"
    min_language: str = ""
    min_rank: str = ""
    min_years: int | None = None
    min_age: int | None = None
    max_age: int | None = None
    min_education: str = ""
    employment_statuses: frozenset[str] = frozenset()
    office_types: frozenset[str] = frozenset()
    invited: frozenset[int] | None = None
    """Ids of the offices that may take part; None: all."""
    is_offered: bool = True
    """Published, registration not closed by its table."""
    closes: dt.date | None = None
    needs_agreement: bool = False
    agreement_active: bool = False

    @property
    def is_abroad(self) -> bool:
        """Whether people leave the country."""
        return self.mode in GOES_ABROAD or (self.mode != "ONLINE" and self.country not in {"", "ID"})

    @property
    def first_day(self) -> dt.date:
        """The day the first phase begins, online or in person."""
        return min(self.starts, self.online_starts) if self.online_starts else self.starts


@dataclass(frozen=True)
class Part:
    """One named part of a score with the facts behind it; `key` names the sentence that explains it."""

    name: str
    points: Decimal
    most: int
    key: str
    params: dict[str, Any]

    def as_json(self) -> dict:
        """As stored: points as a number of one decimal."""
        return {
            "name": self.name,
            "points": float(self.points),
            "max": self.most,
            "key": self.key,
            "params": self.params,
        }


@dataclass(frozen=True)
class Failure:
    """One condition that is not met, with what it would take."""

    code: str
    params: dict[str, Any]

    @property
    def waivable(self) -> bool:
        """Whether the ministry may waive it with a reason."""
        return self.code in WAIVABLE

    def as_json(self) -> dict:
        """As stored."""
        return {"code": self.code, "params": self.params, "waivable": self.waivable}


@dataclass(frozen=True)
class Verdict:
    """The answer for one pair."""

    parts: tuple[Part, ...]
    failures: tuple[Failure, ...]
    names_post: bool = True
    """The programme is made for the line's post, not merely open to everyone."""

    @property
    def eligible(self) -> bool:
        """Every hard rule is met."""
        return not self.failures

    @property
    def score(self) -> Decimal:
        """0.0 to 100.0: the sum of the parts as shown."""
        return sum((part.points for part in self.parts), Decimal("0.0"))

    @property
    def waivable(self) -> bool:
        """Not eligible, but every failure may be waived."""
        return bool(self.failures) and all(f.waivable for f in self.failures)

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the failures."""
        return tuple(f.code for f in self.failures)

    @property
    def is_near(self) -> bool:
        """An excluded pair that is worth showing with what it fails."""
        if not 0 < len(self.failures) <= NEAR_FAILURES:
            return False
        return "theme" not in self.codes or self.names_post


# --- Hard rules -----------------------------------------------------------------------------------------


def _shared(line: LineFacts, intake: IntakeFacts) -> list[tuple[Gap, Taught]]:
    taught = {t.theme: t for t in intake.taught}
    return [(gap, taught[gap.theme]) for gap in line.gaps if gap.theme in taught]


def step(gap: Gap, taught: Taught) -> tuple[int, int, int] | None:
    """(Present level, target level, level at the end) where the level fits: entry not above the present, end above."""
    return (gap.current, gap.target, taught.exit) if taught.entry <= gap.current < taught.exit else None


def _steps(line: LineFacts, intake: IntakeFacts) -> tuple[tuple[int, int, int], ...]:
    """The steps of the shared themes whose level fits, in the line's order."""
    return tuple(found for gap, taught in _shared(line, intake) if (found := step(gap, taught)))


def _at_least(scale: tuple[str, ...], value: str, wanted: str) -> bool:
    """Whether a value reaches a wanted one on a scale; unknown values do."""
    if not wanted or value not in scale or wanted not in scale:
        return True
    return scale.index(value) >= scale.index(wanted)


def _rank_reaches(rank: str, wanted: str) -> bool:
    """Ranks compare within their own ladder; the other ladder does not count, no rank at all is unknown."""
    if not wanted or rank in {"", "NONE"}:
        return True
    ladder = next((ladder for ladder in RANKS if wanted in ladder), ())
    return not ladder or (rank in ladder and ladder.index(rank) >= ladder.index(wanted))


def _post(line: LineFacts, intake: IntakeFacts, today: dt.date) -> Failure | None:
    if intake.all_posts or line.post in intake.posts:
        return None
    return Failure("post", {"post": line.post})


def _content(line: LineFacts, intake: IntakeFacts, today: dt.date) -> Failure | None:
    shared = _shared(line, intake)
    if not shared:
        return Failure(
            "theme",
            {"wanted": [g.theme for g in line.gaps], "taught": sorted(t.theme for t in intake.taught)},
        )
    if _steps(line, intake):
        return None
    gap, taught = shared[0]
    return Failure("level", {"theme": gap.theme, "current": gap.current, "entry": taught.entry, "exit": taught.exit})


def _works_elsewhere(intake: IntakeFacts) -> bool:
    """The expert works where the host is: training at home for that province, for nobody else."""
    return intake.mode == "EXPERT_IN" and bool(intake.host_province)


def _host(line: LineFacts, intake: IntakeFacts, today: dt.date) -> Failure | None:
    if not _works_elsewhere(intake) or intake.host_province == line.province:
        return None
    return Failure("host_elsewhere", {"province": intake.host_province})


def _mode(line: LineFacts, intake: IntakeFacts, today: dt.date) -> Failure | None:
    if not line.mode or _works_elsewhere(intake):
        return None
    fits = line.mode in MAY_GO_ABROAD if intake.is_abroad else intake.mode in ALWAYS_ACCEPTED
    if fits or intake.mode == line.mode:
        return None
    return Failure("mode", {"preferred": line.mode, "mode": "OVERSEAS" if intake.is_abroad else intake.mode})


def _language(line: LineFacts, intake: IntakeFacts, today: dt.date) -> Failure | None:
    if intake.language in {"", "ID"} or intake.interpretation not in {"", "NONE"}:
        return None
    if intake.language != "EN":
        # Only English levels are known of a line; a course in another language needs an interpreter.
        return Failure("language_other", {"language": intake.language})
    wanted = intake.min_language or DEFAULT_LANGUAGE_LEVEL
    if _at_least(LANGUAGE_LEVELS, line.english, wanted):
        return None
    return Failure("language", {"level": line.english, "wanted": wanted})


def _office_type(line: LineFacts, intake: IntakeFacts, today: dt.date) -> Failure | None:
    known = intake.office_types and line.office_type
    return Failure("office_type", {}) if known and line.office_type not in intake.office_types else None


def _rank(line: LineFacts, intake: IntakeFacts, today: dt.date) -> Failure | None:
    if _rank_reaches(line.rank, intake.min_rank):
        return None
    return Failure("rank", {"rank": line.rank, "wanted": intake.min_rank})


def _employment(line: LineFacts, intake: IntakeFacts, today: dt.date) -> Failure | None:
    status, wanted = line.employment_status, intake.employment_statuses
    if not wanted or not status or status in wanted:
        return None
    return Failure("employment", {"status": status, "wanted": sorted(wanted)})


def _years(line: LineFacts, intake: IntakeFacts, today: dt.date) -> Failure | None:
    short = intake.min_years and YEARS.get(line.years_band, (0, 99))[1] < intake.min_years
    return Failure("years", {"wanted": intake.min_years}) if short else None


def _age_high(line: LineFacts, intake: IntakeFacts, today: dt.date) -> Failure | None:
    too_old = intake.max_age and line.age_band in AGES and AGES[line.age_band][0] > intake.max_age
    return Failure("age_high", {"wanted": intake.max_age}) if too_old else None


def _age_low(line: LineFacts, intake: IntakeFacts, today: dt.date) -> Failure | None:
    too_young = intake.min_age and line.age_band in AGES and AGES[line.age_band][1] < intake.min_age
    return Failure("age_low", {"wanted": intake.min_age}) if too_young else None


def _education(line: LineFacts, intake: IntakeFacts, today: dt.date) -> Failure | None:
    if _at_least(EDUCATION, line.education, intake.min_education):
        return None
    return Failure("education", {"education": line.education, "wanted": intake.min_education})


def _lead_time(line: LineFacts, intake: IntakeFacts, today: dt.date) -> Failure | None:
    kind = "overseas" if intake.is_abroad else "online" if intake.mode == "ONLINE" else "in_country"
    starts = [(intake.starts, LEAD_DAYS[kind])]
    if intake.online_starts and intake.online_starts < intake.starts:
        starts.append((intake.online_starts, LEAD_DAYS["online"]))
    short = [(day, least) for day, least in starts if (day - today).days < least]
    if not short:
        return None
    day, least = short[0]
    return Failure("lead_time", {"days": (day - today).days, "least": least, "date": day.isoformat()})


def _approved(line: LineFacts, intake: IntakeFacts, today: dt.date) -> Failure | None:
    return None if line.is_open else Failure("need_not_approved", {})


def _waiting(line: LineFacts, intake: IntakeFacts, today: dt.date) -> Failure | None:
    return Failure("fully_served", {}) if line.people < 1 else None


def _suspended(line: LineFacts, intake: IntakeFacts, today: dt.date) -> Failure | None:
    return Failure("office_suspended", {}) if line.office_suspended else None


def _offered(line: LineFacts, intake: IntakeFacts, today: dt.date) -> Failure | None:
    if not intake.is_offered:
        return Failure("not_offered", {})
    if intake.closes and intake.closes < today:
        return Failure("registration_closed", {"date": intake.closes.isoformat()})
    return None


def _invited(line: LineFacts, intake: IntakeFacts, today: dt.date) -> Failure | None:
    if intake.invited is None or line.office_id in intake.invited:
        return None
    return Failure("not_invited", {})


def _seats_left(line: LineFacts, intake: IntakeFacts, today: dt.date) -> Failure | None:
    return Failure("no_seats", {}) if intake.seats_free < 1 else None


def _agreement(line: LineFacts, intake: IntakeFacts, today: dt.date) -> Failure | None:
    missing = intake.needs_agreement and not intake.agreement_active
    return Failure("agreement", {}) if missing else None


@dataclass(frozen=True, eq=False)
class Rule:
    """A hard rule with the facts it looks at: equal facts, equal answer. Who judges many pairs relies on that."""

    check: Callable[[LineFacts, IntakeFacts, dt.date], Failure | None]
    codes: tuple[str, ...]
    line: tuple[str, ...] = ()
    intake: tuple[str, ...] = ()


POST = Rule(_post, ("post",), ("post",), ("all_posts", "posts"))
CONTENT = Rule(_content, ("theme", "level"), ("gaps",), ("taught",))

RULES = (
    POST,
    CONTENT,
    Rule(_host, ("host_elsewhere",), ("province",), ("mode", "host_province")),
    Rule(_mode, ("mode",), ("mode",), ("mode", "host_province", "is_abroad")),
    Rule(_language, ("language_other", "language"), ("english",), ("language", "interpretation", "min_language")),
    Rule(_office_type, ("office_type",), ("office_type",), ("office_types",)),
    Rule(_rank, ("rank",), ("rank",), ("min_rank",)),
    Rule(_employment, ("employment",), ("employment_status",), ("employment_statuses",)),
    Rule(_years, ("years",), ("years_band",), ("min_years",)),
    Rule(_age_high, ("age_high",), ("age_band",), ("max_age",)),
    Rule(_age_low, ("age_low",), ("age_band",), ("min_age",)),
    Rule(_education, ("education",), ("education",), ("min_education",)),
    Rule(_lead_time, ("lead_time",), (), ("starts", "online_starts", "mode", "is_abroad")),
    Rule(_approved, ("need_not_approved",), ("is_open",)),
    Rule(_waiting, ("fully_served",), ("people",)),
    Rule(_suspended, ("office_suspended",), ("office_suspended",)),
    Rule(_offered, ("not_offered", "registration_closed"), (), ("is_offered", "closes")),
    Rule(_invited, ("not_invited",), ("office_id",), ("invited",)),
    Rule(_seats_left, ("no_seats",), (), ("seats_free",)),
    Rule(_agreement, ("agreement",), (), ("needs_agreement", "agreement_active")),
)
"""In the order in which failures are shown: what the training is first, formalities last. At most one of each."""

CODES = tuple(code for rule in RULES for code in rule.codes)
"""Every failure there is, in that order."""


# --- The score ------------------------------------------------------------------------------------------


def _part(name: str, share: float | Decimal, key: str, **params) -> Part:
    """A part from its share of the most points, rounded to a tenth, so that what is shown adds up."""
    share = min(max(Decimal(str(share)), Decimal(0)), Decimal(1))
    points = (share * WEIGHTS[name]).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return Part(name, points, WEIGHTS[name], key, params)


def theme_part(covered: int, wanted: int) -> Part:
    """The share of the line's competencies that is taught at a fitting level."""
    return _part("theme", covered / max(wanted, 1), "theme", covered=covered, wanted=wanted)


def level_part(steps: tuple[tuple[int, int, int], ...]) -> Part:
    """The mean share of the way from present to target level that the programme takes people.

    A step is (present level, target level, level at the programme's end) of one competency.
    """
    if not steps:
        return _part("level", 0, "level_none")
    ways = [(min(end, target) - current) / (target - current) for current, target, end in steps]
    current, target, end = steps[0]
    key = "level_full" if min(ways) == 1 else "level_partly"
    return _part("level", sum(ways) / len(ways), key, current=current, exit=min(end, target), target=target)


def schedule_part(wait: int, urgency: str) -> Part:
    """Full when people are ready as it begins, falling to nothing at twice the time the urgency allows."""
    if wait < 0:
        return _part("schedule", 0, "schedule_early", days=-wait)
    horizon = HORIZON_DAYS.get(urgency, HORIZON_DAYS[""])
    key = "schedule_soon" if wait < 31 else "schedule_in_time" if wait <= horizon else "schedule_late"
    return _part("schedule", 1 - wait / (2 * horizon), key, months=max(1, round(wait / 30.4)), days=wait)


def seats_part(free: int, people: int) -> Part:
    """Free seats for each person who waits."""
    free = max(free, 0)
    return _part("seats", free / max(people, 1), "seats", seats=free, people=people)


def priority_part(priority: Decimal) -> Part:
    """The need's own score."""
    return _part("priority", Decimal(priority) / 100, "priority", score=float(priority))


def equity_part(region_code: str, is_remote: bool, seats_won: int) -> Part:
    """Up to 3 points for the region (as in the need's own score), 2 for an office still without a seat."""
    points = Decimal(equity_points(region_code, is_remote)) / 5 + (0 if seats_won else 2)
    key = "equity_first" if not seats_won else "equity_again"
    return _part("equity", points / WEIGHTS["equity"], key, seats=seats_won)


def completion_part(completed: int, finished: int) -> Part:
    """The share of the office's past participants who passed; half where there are none."""
    if not finished:
        return _part("completion", 0.5, "completion_unknown")
    return _part("completion", completed / finished, "completion", completed=completed, finished=finished)


def ready_on(line: LineFacts, today: dt.date) -> dt.date:
    """The first day on which the line's people can leave."""
    return max(line.earliest_start or today, today)


def judge(line: LineFacts, intake: IntakeFacts, today: dt.date) -> Verdict:
    """Whether a line fits an intake, and how well; excluded pairs are scored too: near misses and waivers."""
    answers = (rule.check(line, intake, today) for rule in RULES)
    steps = _steps(line, intake)
    parts = (
        theme_part(len(steps), len(line.gaps)),
        level_part(steps),
        schedule_part((intake.first_day - ready_on(line, today)).days, line.urgency),
        seats_part(intake.seats_free, line.people),
        priority_part(line.priority),
        equity_part(line.region_code, line.is_remote, line.seats_won),
        completion_part(line.completed, line.finished),
    )
    return Verdict(parts, tuple(failure for failure in answers if failure), names_post(line.post, intake))


def names_post(post: str, intake: IntakeFacts) -> bool:
    """Whether the programme is made for a post, not merely open to everyone."""
    return not intake.all_posts and post in intake.posts


def programmes_for(
    line: LineFacts, intakes: Iterable[IntakeFacts], today: dt.date
) -> list[tuple[IntakeFacts, Verdict]]:
    """Intakes for one line: eligible ones by score, then near misses by how little they miss."""
    judged = ((intake, judge(line, intake, today)) for intake in intakes)
    return sorted(_worth_showing(judged), key=lambda pair: (*_place(pair[1]), pair[0].starts, pair[0].intake_id))


def demand_for(intake: IntakeFacts, lines: Iterable[LineFacts], today: dt.date) -> list[tuple[LineFacts, Verdict]]:
    """Lines for one intake, in the same order."""
    judged = ((line, judge(line, intake, today)) for line in lines)
    return sorted(_worth_showing(judged), key=lambda pair: (*_place(pair[1]), pair[0].line_id))


def _worth_showing(judged):
    return [pair for pair in judged if pair[1].eligible or pair[1].is_near]


def _place(verdict: Verdict) -> tuple:
    return not verdict.eligible, not verdict.waivable, len(verdict.failures), -verdict.score
