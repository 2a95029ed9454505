"""A person against a programme: every condition that is not met, with its reason. Plain Python, as matching is.

Only the year of birth is known, so an age has a margin of a year: what is certain stands in the way, what is not is
left to whoever reads the papers.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from partnerships.matching import DEFAULT_LANGUAGE_LEVEL, EDUCATION, LANGUAGE_LEVELS, RANKS

YEARS_BETWEEN_JOURNEYS = 2
"""Whoever was trained abroad within so many years lets others go first."""

WAIVABLE = frozenset({"abroad_recently", "abroad_declared"})
"""What the head of PPSDM may set aside with a reason; the rest are conditions of the partner or of the calendar."""


@dataclass(frozen=True)
class PersonFacts:
    """A nominee as the rules see them; no name, no number."""

    post: str
    rank: str
    employment_status: str
    education: str
    english: str
    years_in_post: int
    birth_year: int
    last_abroad_year: int | None = None
    test: str = ""
    score: str = ""
    visited: frozenset[str] = frozenset()
    """Countries the person says they have been to, by code."""


@dataclass(frozen=True)
class CourseFacts:
    """What one intake asks of people. Empty values ask for nothing."""

    first_day: dt.date | None = None
    last_day: dt.date | None = None
    country: str = ""
    is_abroad: bool = False
    all_posts: bool = True
    posts: frozenset[str] = frozenset()
    language: str = "ID"
    interpretation: str = "NONE"
    min_language: str = ""
    language_test: str = ""
    language_score: float | None = None
    min_rank: str = ""
    min_years: int | None = None
    min_age: int | None = None
    max_age: int | None = None
    min_education: str = ""
    employment_statuses: frozenset[str] = frozenset()
    no_prior_visit: bool = False


@dataclass(frozen=True)
class Journey:
    """Another nomination of the same person: when, where, how far. Whose it is stays unknown to the rules."""

    starts: dt.date
    ends: dt.date
    is_open: bool
    is_abroad: bool
    country: str = ""
    attended: bool = False
    is_certain: bool = True
    """False: found by name and year of birth, under another number."""


@dataclass(frozen=True)
class Finding:
    """One condition that is not met, or cannot be decided from what is known."""

    code: str
    params: dict[str, Any]
    certain: bool = True

    @property
    def waivable(self) -> bool:
        """Whether the head of PPSDM may set it aside with a reason."""
        return self.code in WAIVABLE

    def as_json(self) -> dict:
        """As stored."""
        return {"code": self.code, "params": self.params, "certain": self.certain, "waivable": self.waivable}


def _reaches(scale: tuple[str, ...], value: str, wanted: str) -> bool:
    """Whether a value reaches a wanted one; a value the scale does not know is left to the reader of the papers."""
    if wanted not in scale or value not in scale:
        return True
    return scale.index(value) >= scale.index(wanted)


def _post(person: PersonFacts, course: CourseFacts) -> Iterable[Finding]:
    if not course.all_posts and person.post not in course.posts:
        yield Finding("post", {"post": person.post, "wanted": sorted(course.posts)})


def _rank(person: PersonFacts, course: CourseFacts) -> Iterable[Finding]:
    if not course.min_rank:
        return
    ladder = next((ladder for ladder in RANKS if course.min_rank in ladder), ())
    if person.rank in {"", "NONE"}:
        yield Finding("rank_unknown", {"wanted": course.min_rank}, certain=False)
    elif ladder and (person.rank not in ladder or ladder.index(person.rank) < ladder.index(course.min_rank)):
        yield Finding("rank", {"rank": person.rank, "wanted": course.min_rank})


def _years(person: PersonFacts, course: CourseFacts) -> Iterable[Finding]:
    if course.min_years and person.years_in_post < course.min_years:
        yield Finding("years", {"years": person.years_in_post, "wanted": course.min_years})


def _age(person: PersonFacts, course: CourseFacts) -> Iterable[Finding]:
    if course.first_day is None:
        return
    oldest = course.first_day.year - person.birth_year
    youngest = oldest - 1
    if course.max_age and youngest > course.max_age:
        yield Finding("age_high", {"wanted": course.max_age})
    elif course.max_age and oldest > course.max_age:
        yield Finding("age_edge", {"wanted": course.max_age}, certain=False)
    if course.min_age and oldest < course.min_age:
        yield Finding("age_low", {"wanted": course.min_age})
    elif course.min_age and youngest < course.min_age:
        yield Finding("age_edge", {"wanted": course.min_age}, certain=False)


def _education(person: PersonFacts, course: CourseFacts) -> Iterable[Finding]:
    if not _reaches(EDUCATION, person.education, course.min_education):
        yield Finding("education", {"education": person.education, "wanted": course.min_education})


def _employment(person: PersonFacts, course: CourseFacts) -> Iterable[Finding]:
    if course.employment_statuses and person.employment_status not in course.employment_statuses:
        wanted = sorted(course.employment_statuses)
        yield Finding("employment", {"status": person.employment_status, "wanted": wanted})


def asks_for_english(course: CourseFacts) -> str:
    """The English level a course asks for; "" where it asks for none."""
    if course.language != "EN" or course.interpretation not in {"", "NONE"}:
        return ""
    return course.min_language or DEFAULT_LANGUAGE_LEVEL


def _language(person: PersonFacts, course: CourseFacts) -> Iterable[Finding]:
    if course.language not in {"", "ID", "EN"} and course.interpretation in {"", "NONE"}:
        yield Finding("language_other", {"language": course.language}, certain=False)
        return
    wanted = asks_for_english(course)
    if wanted and not _reaches(LANGUAGE_LEVELS, person.english, wanted):
        yield Finding("language", {"level": person.english, "wanted": wanted})


def _number(text: str) -> float | None:
    """A score as people type it; None where it is no number (a level of JLPT, "lulus")."""
    try:
        found = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def _test(person: PersonFacts, course: CourseFacts) -> Iterable[Finding]:
    if course.language_test in {"", "NONE"}:
        return
    wanted = {"test": course.language_test, "wanted": course.language_score}
    score = _number(person.score)
    if person.test != course.language_test or not person.score.strip():
        yield Finding("test_missing", wanted, certain=False)
    elif course.language_score is not None and score is None:
        yield Finding("test_unreadable", wanted, certain=False)
    elif course.language_score is not None and score < course.language_score:
        yield Finding("test_low", {**wanted, "score": score})


def _visit(person: PersonFacts, course: CourseFacts) -> Iterable[Finding]:
    if not course.no_prior_visit:
        return
    if course.country in person.visited:
        yield Finding("visit_declared", {})
    elif person.last_abroad_year:
        yield Finding("visit_to_check", {"year": person.last_abroad_year}, certain=False)


OF_THE_PERSON = (_post, _rank, _years, _age, _education, _employment, _language, _test, _visit)


def judge(person: PersonFacts, course: CourseFacts) -> list[Finding]:
    """What the person's own data say; enough for the office that puts them forward."""
    found = [finding for rule in OF_THE_PERSON for finding in rule(person, course)]
    if course.is_abroad and course.first_day and person.last_abroad_year:
        years = course.first_day.year - person.last_abroad_year
        if years < YEARS_BETWEEN_JOURNEYS:
            found.append(Finding("abroad_declared", {"year": person.last_abroad_year}))
        elif years == YEARS_BETWEEN_JOURNEYS:
            found.append(Finding("abroad_declared_edge", {"year": person.last_abroad_year}, certain=False))
    return found


def _years_before(day: dt.date, years: int) -> dt.date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February
        return day.replace(year=day.year - years, day=28)


def judge_journeys(course: CourseFacts, journeys: Iterable[Journey]) -> list[Finding]:
    """What the same person's other nominations say, in whichever office.

    Found by the number's fingerprint they are certain; found by name and year of birth they are left to the reader.
    """
    if course.first_day is None or course.last_day is None:
        return []
    known = list(journeys)
    sure = _of_journeys(course, [other for other in known if other.is_certain])
    found = [finding for finding in _JOURNEYS if finding.code in sure]
    if _of_journeys(course, [other for other in known if not other.is_certain]) - sure:
        found.append(Finding("maybe_same", {}, certain=False))
    return found


_JOURNEYS = (
    Finding("abroad_recently", {"years": YEARS_BETWEEN_JOURNEYS}),
    Finding("double", {}),
    Finding("prior_visit", {}),
)


def _of_journeys(course: CourseFacts, journeys: list[Journey]) -> set[str]:
    found = set()
    since = _years_before(course.first_day, YEARS_BETWEEN_JOURNEYS)
    for other in journeys:
        if other.is_open and other.starts <= course.last_day and other.ends >= course.first_day:
            found.add("double")
        if course.is_abroad and other.is_abroad and other.attended and since <= other.ends < course.first_day:
            found.add("abroad_recently")
        if course.no_prior_visit and other.attended and other.is_abroad and other.country == course.country:
            found.add("prior_visit")
    return found
