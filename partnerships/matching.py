"""Where a need line meets an intake: hard rules with reasons, and a score of 0 to 100 whose parts add up.

Plain Python. Source of the rules: the ministry's procedure for matches (hard filters, lead times, accepted
modes). One table of weights; the version below is stored with every result, so that a reader knows by which
rules a score was computed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
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


def _reached(line: LineFacts, intake: IntakeFacts) -> list[tuple[Gap, Taught]]:
    """The shared themes whose level fits: entry not above the present level, exit above it."""
    return [(gap, t) for gap, t in _shared(line, intake) if t.entry <= gap.current < t.exit]


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


def _open(line: LineFacts, intake: IntakeFacts, today: dt.date) -> Iterable[Failure]:
    if not line.is_open:
        yield Failure("need_not_approved", {})
    if line.people < 1:
        yield Failure("fully_served", {})
    if line.office_suspended:
        yield Failure("office_suspended", {})
    if not intake.is_offered:
        yield Failure("not_offered", {})
    elif intake.closes and intake.closes < today:
        yield Failure("registration_closed", {"date": intake.closes.isoformat()})
    if intake.invited is not None and line.office_id not in intake.invited:
        yield Failure("not_invited", {})
    if intake.seats_free < 1:
        yield Failure("no_seats", {})
    if intake.needs_agreement and not intake.agreement_active:
        yield Failure("agreement", {})


def _content(line: LineFacts, intake: IntakeFacts, today: dt.date) -> Iterable[Failure]:
    if not intake.all_posts and line.post not in intake.posts:
        yield Failure("post", {"post": line.post})
    shared = _shared(line, intake)
    if not shared:
        yield Failure(
            "theme",
            {"wanted": [g.theme for g in line.gaps], "taught": sorted(t.theme for t in intake.taught)},
        )
    elif not _reached(line, intake):
        gap, taught = shared[0]
        yield Failure("level", {"theme": gap.theme, "current": gap.current, "entry": taught.entry, "exit": taught.exit})


def _language(line: LineFacts, intake: IntakeFacts, today: dt.date) -> Iterable[Failure]:
    if intake.language in {"", "ID"} or intake.interpretation not in {"", "NONE"}:
        return
    if intake.language != "EN":
        # Only English levels are known of a line; a course in another language needs an interpreter.
        yield Failure("language_other", {"language": intake.language})
        return
    wanted = intake.min_language or DEFAULT_LANGUAGE_LEVEL
    if not _at_least(LANGUAGE_LEVELS, line.english, wanted):
        yield Failure("language", {"level": line.english, "wanted": wanted})


def _mode(line: LineFacts, intake: IntakeFacts, today: dt.date) -> Iterable[Failure]:
    if intake.mode == "EXPERT_IN" and intake.host_province:
        # The expert works where the host is: training at home for that province, for nobody else.
        if intake.host_province != line.region_code[:2]:
            yield Failure("host_elsewhere", {"province": intake.host_province})
        return
    if not line.mode:
        return
    fits = line.mode in MAY_GO_ABROAD if intake.is_abroad else intake.mode in ALWAYS_ACCEPTED
    if not fits and intake.mode != line.mode:
        yield Failure("mode", {"preferred": line.mode, "mode": "OVERSEAS" if intake.is_abroad else intake.mode})


def _lead_time(line: LineFacts, intake: IntakeFacts, today: dt.date) -> Iterable[Failure]:
    kind = "overseas" if intake.is_abroad else "online" if intake.mode == "ONLINE" else "in_country"
    starts = [(intake.starts, LEAD_DAYS[kind])]
    if intake.online_starts and intake.online_starts < intake.starts:
        starts.append((intake.online_starts, LEAD_DAYS["online"]))
    short = [(day, least) for day, least in starts if (day - today).days < least]
    if short:
        day, least = short[0]
        yield Failure("lead_time", {"days": (day - today).days, "least": least, "date": day.isoformat()})


def _person(line: LineFacts, intake: IntakeFacts, today: dt.date) -> Iterable[Failure]:
    if intake.office_types and line.office_type and line.office_type not in intake.office_types:
        yield Failure("office_type", {})
    if not _rank_reaches(line.rank, intake.min_rank):
        yield Failure("rank", {"rank": line.rank, "wanted": intake.min_rank})
    status = line.employment_status
    if intake.employment_statuses and status and status not in intake.employment_statuses:
        yield Failure("employment", {"status": status, "wanted": sorted(intake.employment_statuses)})
    if intake.min_years and YEARS.get(line.years_band, (0, 99))[1] < intake.min_years:
        yield Failure("years", {"wanted": intake.min_years})
    youngest, oldest = AGES.get(line.age_band, (0, 99))
    if intake.max_age and line.age_band in AGES and youngest > intake.max_age:
        yield Failure("age_high", {"wanted": intake.max_age})
    if intake.min_age and line.age_band in AGES and oldest < intake.min_age:
        yield Failure("age_low", {"wanted": intake.min_age})
    if not _at_least(EDUCATION, line.education, intake.min_education):
        yield Failure("education", {"education": line.education, "wanted": intake.min_education})


RULES = (_content, _mode, _language, _person, _lead_time, _open)
"""In the order in which failures are shown: what the training is first, formalities last."""


# --- The score ------------------------------------------------------------------------------------------


def _part(name: str, share: float | Decimal, key: str, **params) -> Part:
    """A part from its share of the most points, rounded to a tenth, so that what is shown adds up."""
    share = min(max(Decimal(str(share)), Decimal(0)), Decimal(1))
    points = (share * WEIGHTS[name]).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return Part(name, points, WEIGHTS[name], key, params)


def _theme_part(line: LineFacts, intake: IntakeFacts) -> Part:
    covered = len(_reached(line, intake))
    return _part("theme", covered / max(len(line.gaps), 1), "theme", covered=covered, wanted=len(line.gaps))


def _level_part(line: LineFacts, intake: IntakeFacts) -> Part:
    """The mean share of the way from present to target level that the programme takes people."""
    reached = _reached(line, intake)
    if not reached:
        return _part("level", 0, "level_none")
    ways = [(min(t.exit, gap.target) - gap.current) / (gap.target - gap.current) for gap, t in reached]
    gap, taught = reached[0]
    key = "level_full" if min(ways) == 1 else "level_partly"
    return _part(
        "level",
        sum(ways) / len(ways),
        key,
        current=gap.current,
        exit=min(taught.exit, gap.target),
        target=gap.target,
    )


def _schedule_part(line: LineFacts, intake: IntakeFacts, today: dt.date) -> Part:
    """Full when people are ready as it begins, falling to nothing at twice the time the urgency allows."""
    ready = max(line.earliest_start or today, today)
    wait = (intake.first_day - ready).days
    if wait < 0:
        return _part("schedule", 0, "schedule_early", days=-wait)
    horizon = HORIZON_DAYS.get(line.urgency, HORIZON_DAYS[""])
    key = "schedule_soon" if wait < 31 else "schedule_in_time" if wait <= horizon else "schedule_late"
    return _part("schedule", 1 - wait / (2 * horizon), key, months=max(1, round(wait / 30.4)), days=wait)


def _seats_part(line: LineFacts, intake: IntakeFacts) -> Part:
    free = max(intake.seats_free, 0)
    return _part("seats", free / max(line.people, 1), "seats", seats=free, people=line.people)


def _equity_part(line: LineFacts, intake: IntakeFacts) -> Part:
    """Up to 3 points for the region (as in the need's own score), 2 for an office still without a seat."""
    points = Decimal(equity_points(line.region_code, line.is_remote)) / 5 + (0 if line.seats_won else 2)
    key = "equity_first" if not line.seats_won else "equity_again"
    return _part("equity", points / WEIGHTS["equity"], key, seats=line.seats_won)


def _completion_part(line: LineFacts, intake: IntakeFacts) -> Part:
    if not line.finished:
        return _part("completion", 0.5, "completion_unknown")
    return _part(
        "completion",
        line.completed / line.finished,
        "completion",
        completed=line.completed,
        finished=line.finished,
    )


def judge(line: LineFacts, intake: IntakeFacts, today: dt.date) -> Verdict:
    """Whether a line fits an intake, and how well; excluded pairs are scored too: near misses and waivers."""
    failures = tuple(failure for rule in RULES for failure in rule(line, intake, today))
    parts = (
        _theme_part(line, intake),
        _level_part(line, intake),
        _schedule_part(line, intake, today),
        _seats_part(line, intake),
        _part("priority", Decimal(line.priority) / 100, "priority", score=float(line.priority)),
        _equity_part(line, intake),
        _completion_part(line, intake),
    )
    return Verdict(parts, failures, not intake.all_posts and line.post in intake.posts)


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
