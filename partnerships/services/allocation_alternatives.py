"""What somebody could change about a line or an intake so that other pairs fit, or fit better.

Worked out once, from the facts a run's input was frozen from, and frozen beside it: a later explanation tries the same
changes with the same scores. Nothing is promised here; `partnerships.allocation.changes` names a change only after the
whole round was solved with it.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any

from partnerships.allocation.changes import Alternative
from partnerships.allocation.instance import Id, Pair
from partnerships.matching import (
    EDUCATION,
    LANGUAGE_LEVELS,
    RANKS,
    RULES,
    YEARS,
    IntakeFacts,
    LineFacts,
    ready_on,
    schedule_part,
)

MONTHS = (1, 2, 3)
MOST_OF_LINE = 8
"""Alternatives of one line alone that are kept, the smallest first; each may have to be solved."""
MOST_PAIRS = 60
"""Pairs in them, all together."""

Params = dict[str, Any]
Key = tuple[int, int]
"""(line, intake), by their keys."""


class AlternativeKey(StrEnum):
    """What would be different, in the order in which changes of equal size are tried: the office's own, then others'.

    All have what `changes` adds: `more` seats than now, `people` of the line in pairs the change opens, `intake` where
    that is a single one, and the `value` of a seat there.
    """

    PEOPLE_LANGUAGE = "people_language"
    """{wanted}: "3 other people proposed, with English at B1 or higher." """
    PEOPLE_RANK = "people_rank"
    """{wanted}: with this rank or a higher one of the same ladder."""
    PEOPLE_YEARS = "people_years"
    """{wanted}: with so many years of service, or more."""
    PEOPLE_EDUCATION = "people_education"
    """{wanted}: with this education or a higher one."""
    PEOPLE_AGE_MOST = "people_age_most"
    """{wanted}: not older."""
    PEOPLE_AGE_LEAST = "people_age_least"
    """{wanted}: not younger."""
    PEOPLE_STATUS = "people_status"
    """{wanted}: with one of these kinds of employment."""
    READY_EARLIER = "ready_earlier"
    """{months}: "The people are ready 2 months earlier"; never before the day the input was frozen."""
    READY_LATER = "ready_later"
    """{months}: "The people are ready 1 month later." """
    MODE = "mode"
    """{mode}: "The office also accepts overseas", for all lines of the need."""
    INVITED = "invited"
    """{programme}: "The office is invited", with all its lines."""
    REGISTRATION = "registration"
    """{programme}: "Registration is open again", for everyone."""
    STARTS_LATER = "starts_later"
    """{intake, months}: "The intake starts 1 month later", for everyone; the least that leaves enough time."""
    AGREEMENT = "agreement"
    """{programme}: "An agreement comes into force", for everyone."""


K = AlternativeKey
OWN = frozenset(K) - {K.INVITED, K.REGISTRATION, K.STARTS_LATER, K.AGREEMENT}
"""What the office itself can do."""
_ORDER = {key: place for place, key in enumerate(K)}

_LEAST = {
    "language": K.PEOPLE_LANGUAGE,
    "rank": K.PEOPLE_RANK,
    "years": K.PEOPLE_YEARS,
    "education": K.PEOPLE_EDUCATION,
}
"""Conditions where whoever meets a higher bar meets a lower one too."""
_EXACT = {"age_high": K.PEOPLE_AGE_MOST, "age_low": K.PEOPLE_AGE_LEAST, "employment": K.PEOPLE_STATUS}
_LEAD_TIME = next(rule for rule in RULES if "lead_time" in rule.codes)


@dataclass(frozen=True)
class Facts:
    """What is known when an input is frozen, by the keys of lines and intakes."""

    judged: Mapping[Key, tuple[bool, Decimal, list[dict]]]
    """Pairs that fit and near misses: whether it fits, the score, the unmet conditions."""
    lines: Mapping[int, LineFacts]
    """The lines that want people."""
    intakes: Mapping[int, IntakeFacts]
    line_ids: Mapping[int, str]
    intake_ids: Mapping[int, str]
    needs: Mapping[int, str]
    """A line's need."""
    closed: frozenset[Key]
    """Pairs that staff forbade or a partner turned down: no change opens them."""
    today: dt.date


@dataclass(frozen=True)
class _Miss:
    """A pair that fails one condition and no other; its score counts as if it were met."""

    line: int
    intake: int
    value: int
    params: Params


@dataclass
class _Found:
    key: K
    params: Params
    size: int
    """How large a change it is, to try the smallest first."""
    values: dict[Key, int] = field(default_factory=dict)

    @property
    def place(self) -> tuple:
        return self.key not in OWN, self.size, _ORDER[self.key], sorted(self.values)


# --- Frozen -------------------------------------------------------------------------------------------------


def alternatives(facts: Facts) -> list[dict]:
    """Every alternative as the annex keeps it, the office's own and the smallest first."""
    misses = _misses(facts)
    of_line = [*_other_people(facts, misses), *_ready(facts)]
    shared = [*_modes(facts, misses), *_opened(facts, misses), *_started_later(facts, misses["lead_time"])]
    return [_kept(facts, found) for found in sorted([*_few(of_line), *shared], key=lambda found: found.place)]


def by_line(annex: Mapping[str, Any]) -> dict[Id, list[Alternative]]:
    """What `explain` may try for each line, in the frozen order; inputs frozen by older versions have nothing."""
    found: dict[Id, list[Alternative]] = defaultdict(list)
    for row in annex.get("alternatives", ()):
        pairs = [Pair(pair["line"], pair["intake"], pair["value"]) for pair in row["pairs"]]
        alternative = Alternative(row["key"], row["params"], pairs, own=row["own"])
        for line in dict.fromkeys(pair.line for pair in pairs):
            found[line].append(alternative)
    return dict(found)


def _kept(facts: Facts, found: _Found) -> dict:
    pairs = [
        {"line": facts.line_ids[line], "intake": facts.intake_ids[intake], "value": value}
        for (line, intake), value in sorted(found.values.items())
    ]
    return {"key": str(found.key), "params": found.params, "own": found.key in OWN, "pairs": pairs}


def _few(found: Iterable[_Found]) -> Iterator[_Found]:
    """The smallest of each line, as many as are kept."""
    count: dict[int, int] = defaultdict(int)
    pairs: dict[int, int] = defaultdict(int)
    for alternative in sorted(found, key=lambda found: found.place):
        line = next(iter(alternative.values))[0]
        if count[line] < MOST_OF_LINE and pairs[line] + len(alternative.values) <= MOST_PAIRS:
            count[line] += 1
            pairs[line] += len(alternative.values)
            yield alternative


def _misses(facts: Facts) -> dict[str, list[_Miss]]:
    """By condition: the pairs that fail it alone."""
    found: dict[str, list[_Miss]] = defaultdict(list)
    for (line, intake), (_eligible, score, failures) in facts.judged.items():
        if len(failures) == 1 and score is not None and line in facts.lines and (line, intake) not in facts.closed:
            [failure] = failures
            found[failure["code"]].append(_Miss(line, intake, round(10 * score), failure["params"]))
    return found


# --- What the office can change -----------------------------------------------------------------------------


def _other_people(facts: Facts, misses: Mapping[str, list[_Miss]]) -> Iterator[_Found]:
    """Other people of the same line who meet one more condition; the rest of the line stays as it is."""
    for code, key in _LEAST.items():
        groups: dict[tuple, list[tuple[int, _Miss]]] = defaultdict(list)
        for miss in misses[code]:
            scale, bar = _bar(code, miss.params["wanted"])
            groups[miss.line, scale].append((bar, miss))
        for (line, _scale), rows in groups.items():
            for bar in sorted({bar for bar, _miss in rows}):
                within = {(miss.line, miss.intake): miss.value for least, miss in rows if least <= bar}
                wanted = next(miss.params["wanted"] for least, miss in rows if least == bar)
                yield _Found(key, {"wanted": wanted}, _steps(code, facts.lines[line], wanted), within)
    for code, key in _EXACT.items():
        alike: dict[tuple, _Found] = {}
        for miss in misses[code]:
            wanted = miss.params["wanted"]
            found = alike.setdefault((miss.line, str(wanted)), _Found(key, {"wanted": wanted}, 1))
            found.values[miss.line, miss.intake] = miss.value
        yield from alike.values()


def _bar(code: str, wanted: Any) -> tuple[int, int]:
    """(the scale, the height on it) of what is asked for; ranks have two ladders."""
    if code == "years":
        return 0, wanted
    scales = {"language": (LANGUAGE_LEVELS,), "education": (EDUCATION,), "rank": RANKS}[code]
    number = next(number for number, scale in enumerate(scales) if wanted in scale)
    return number, scales[number].index(wanted)


def _steps(code: str, line: LineFacts, wanted: Any) -> int:
    """How many steps what is asked for is above what the line states."""
    if code == "years":
        bands = list(YEARS)
        reaching = next((n for n, band in enumerate(bands) if YEARS[band][1] >= wanted), len(bands))
        return reaching - bands.index(line.years_band)
    scale, bar = _bar(code, wanted)
    stated = {"language": line.english, "education": line.education, "rank": line.rank}[code]
    if code == "rank" and stated not in RANKS[scale]:
        return bar + 1
    return bar - _bar(code, stated)[1]


def _ready(facts: Facts) -> Iterator[_Found]:
    """The line's people can leave some months earlier or later; pairs that fit go on to fit, worth more or less."""
    fitting = defaultdict(list)
    for (line, intake), (eligible, score, _failures) in facts.judged.items():
        if eligible and line in facts.lines and (line, intake) not in facts.closed:
            fitting[line].append((intake, round(10 * score)))
    for line, pairs in fitting.items():
        row = facts.lines[line]
        now = ready_on(row, facts.today)
        for key, sign in ((K.READY_EARLIER, -1), (K.READY_LATER, 1)):
            before = now
            for months in MONTHS:
                day = max(in_months(now, sign * months), facts.today)
                if day == before:
                    break  # it cannot be earlier than that
                before = day
                found = _Found(key, {"months": months}, months)
                for intake, value in pairs:
                    first = facts.intakes[intake].first_day
                    if more := _tenths((first - day).days, row.urgency) - _tenths((first - now).days, row.urgency):
                        found.values[line, intake] = value + more
                if any(found.values.get((line, intake), value) > value for intake, value in pairs):
                    yield found


def _modes(facts: Facts, misses: Mapping[str, list[_Miss]]) -> Iterable[_Found]:
    """The office also accepts how an intake is held; the mode is stated for the need, so for all its lines."""
    found: dict[tuple[str, str], _Found] = {}
    for miss in misses["mode"]:
        mode = miss.params["mode"]
        of_need = found.setdefault((facts.needs[miss.line], mode), _Found(K.MODE, {"mode": mode}, 1))
        of_need.values[miss.line, miss.intake] = miss.value
    return found.values()


# --- What a partner or the ministry can change: for everyone whom it concerns -------------------------------


def _opened(facts: Facts, misses: Mapping[str, list[_Miss]]) -> Iterable[_Found]:
    """An invitation concerns one office; a deadline or an agreement everyone who wants the programme."""
    found: dict[tuple, _Found] = {}
    for code, key in (
        ("not_invited", K.INVITED),
        ("registration_closed", K.REGISTRATION),
        ("agreement", K.AGREEMENT),
    ):
        for miss in misses[code]:
            programme = facts.intakes[miss.intake].program
            office = facts.lines[miss.line].office_id if key == K.INVITED else None
            opened = found.setdefault((key, programme, office), _Found(key, {"programme": programme}, 1))
            opened.values[miss.line, miss.intake] = miss.value
    return found.values()


def _started_later(facts: Facts, misses: Iterable[_Miss]) -> Iterator[_Found]:
    """An intake too near to prepare for starts as many months later as leave enough time."""
    of_intake = defaultdict(list)
    for miss in misses:
        of_intake[miss.intake].append(miss)
    for intake, rows in of_intake.items():
        now = facts.intakes[intake]
        for months in MONTHS:
            online = now.online_starts and in_months(now.online_starts, months)
            later = replace(now, starts=in_months(now.starts, months), online_starts=online)
            if _LEAD_TIME.check(facts.lines[rows[0].line], later, facts.today):
                continue
            found = _Found(K.STARTS_LATER, {"intake": facts.intake_ids[intake], "months": months}, months)
            for miss in rows:
                line = facts.lines[miss.line]
                before, after = (
                    _tenths((of.first_day - ready_on(line, facts.today)).days, line.urgency) for of in (now, later)
                )
                found.values[miss.line, intake] = miss.value + after - before
            yield found
            break


# --- Days ---------------------------------------------------------------------------------------------------


def in_months(day: dt.date, months: int) -> dt.date:
    """The same day of another month, or its last one."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


@cache
def _tenths(wait: int, urgency: str) -> int:
    """Ten times the points for the schedule, as they count in a value."""
    return int(10 * schedule_part(wait, urgency).points)
