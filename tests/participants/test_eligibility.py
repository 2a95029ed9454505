"""What stands in a person's way, against expectations typed by hand."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path

import pytest
from django.utils import timezone, translation

from participants import eligibility
from participants.eligibility import CourseFacts, Journey, PersonFacts, judge, judge_journeys
from participants.models import NominationStatus as S
from participants.rules.conditions import course_facts, findings_of
from participants.sentences import SENTENCES, show_findings
from tests import factories
from tests import nomination_factories as make
from workflow.engine import perform

PERSON = PersonFacts(
    post="MEDHI",
    rank="AHLI_MUDA",
    employment_status="PNS",
    education="S1_D4",
    english="B1",
    years_in_post=5,
    birth_year=1986,
)
COURSE = CourseFacts(
    first_day=dt.date(2026, 9, 7),
    last_day=dt.date(2026, 9, 25),
    country="JP",
    is_abroad=True,
    all_posts=False,
    posts=frozenset({"MEDHI", "WASNAK"}),
    language="EN",
    min_language="B1",
    min_rank="AHLI_MUDA",
    min_years=5,
    min_age=30,
    max_age=45,
    min_education="S1_D4",
    employment_statuses=frozenset({"PNS"}),
)

# Changed field and value -> what is found. "!" certain, "?" to be checked.
TABLE = """
post               PKERJA        post!
post               WASNAK        -
rank               AHLI_PERTAMA  rank!
rank               AHLI_UTAMA    -
rank               MAHIR         rank!
rank               NONE          rank_unknown?
employment_status  PPPK          employment!
education          D3            education!
education          S3            -
english            A2            language!
english            NONE          language!
english            C1            -
years_in_post      4             years!
years_in_post      6             -
birth_year         1979          age_high!
birth_year         1980          age_edge?
birth_year         1981          -
birth_year         1995          -
birth_year         1996          age_edge?
birth_year         1997          age_low!
last_abroad_year   2025          abroad_declared!
last_abroad_year   2026          abroad_declared!
last_abroad_year   2024          abroad_declared_edge?
last_abroad_year   2023          -
"""


def codes(findings) -> list[str]:
    return [f"{finding.code}{'!' if finding.certain else '?'}" for finding in findings]


def rows():
    for row in TABLE.strip().splitlines():
        field, value, *expected = row.split()
        yield field, int(value) if value.isdigit() else value, [code for code in expected if code != "-"]


def test_a_person_who_meets_everything():
    assert judge(PERSON, COURSE) == []


@pytest.mark.parametrize(("field", "value", "expected"), list(rows()))
def test_one_thing_different(field, value, expected):
    assert codes(judge(replace(PERSON, **{field: value}), COURSE)) == expected


def test_everything_wrong_is_told_at_once_and_in_order():
    person = PersonFacts("PKERJA", "AHLI_PERTAMA", "PPPK", "D3", "A1", 1, 1970, 2025)
    assert codes(judge(person, COURSE)) == [
        "post!",
        "rank!",
        "years!",
        "age_high!",
        "education!",
        "employment!",
        "language!",
        "abroad_declared!",
    ]


@pytest.mark.parametrize(
    ("course", "english", "expected"),
    [
        ({"language": "ID"}, "NONE", []),
        ({"interpretation": "SIMULTANEOUS"}, "NONE", []),
        ({"min_language": ""}, "A2", ["language!"]),  # English without a level asks for B1
        ({"min_language": ""}, "B1", []),
        ({"language": "KO"}, "C2", ["language_other?"]),
        ({"language": "KO", "interpretation": "CONSECUTIVE"}, "NONE", []),
    ],
)
def test_language(course, english, expected):
    assert codes(judge(replace(PERSON, english=english), replace(COURSE, **course))) == expected


def test_a_request_without_a_course_asks_for_nothing():
    assert judge(PersonFacts("", "", "", "", "", 0, 2000, 2026), CourseFacts()) == []


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def other(starts, ends, *, is_open=False, is_abroad=True, country="KR", attended=False) -> Journey:
    return Journey(day(starts), day(ends), is_open, is_abroad, country, attended)


# The course runs 7 to 25 September 2026 in Japan.
JOURNEYS = [
    (other("2026-09-25", "2026-10-02", is_open=True), {}, ["double!"]),
    (other("2026-08-31", "2026-09-07", is_open=True, is_abroad=False), {}, ["double!"]),
    (other("2026-09-26", "2026-10-02", is_open=True), {}, []),
    (other("2026-09-10", "2026-09-11", is_open=False), {}, []),
    (other("2024-09-01", "2024-09-07", attended=True), {}, ["abroad_recently!"]),
    (other("2024-09-01", "2024-09-06", attended=True), {}, []),
    (other("2025-05-01", "2025-05-09", attended=False), {}, []),
    (other("2025-05-01", "2025-05-09", attended=True, is_abroad=False), {}, []),
    (other("2025-05-01", "2025-05-09", attended=True), {"is_abroad": False}, []),
    (other("2019-05-01", "2019-05-09", attended=True, country="JP"), {"no_prior_visit": True}, ["prior_visit!"]),
    (other("2019-05-01", "2019-05-09", attended=True, country="KR"), {"no_prior_visit": True}, []),
    (other("2019-05-01", "2019-05-09", attended=True, country="JP"), {}, []),
]


@pytest.mark.parametrize(("journey", "course", "expected"), JOURNEYS)
def test_other_nominations_of_the_same_person(journey, course, expected):
    assert codes(judge_journeys(replace(COURSE, **course), [journey])) == expected


def test_two_years_before_a_leap_day():
    leap = replace(COURSE, first_day=day("2028-02-29"), last_day=day("2028-03-10"))
    assert codes(judge_journeys(leap, [other("2026-02-20", "2026-02-28", attended=True)])) == ["abroad_recently!"]
    assert judge_journeys(leap, [other("2026-02-20", "2026-02-27", attended=True)]) == []


def test_two_journeys_say_a_thing_once():
    twice = [other("2025-05-01", "2025-05-09", attended=True), other("2025-08-01", "2025-08-09", attended=True)]
    assert codes(judge_journeys(COURSE, twice)) == ["abroad_recently!"]


def test_findings_are_sentences():
    with translation.override("en"):
        found = [f.as_json() for f in judge(replace(PERSON, years_in_post=1, employment_status="PPPK"), COURSE)]
        assert [shown.sentence for shown in show_findings(found)] == [
            "At least 5 years in the post are required; the person has 1.",
            "Only for PNS; the person is PPPK.",
        ]


def test_every_finding_has_its_sentence():
    source = Path(eligibility.__file__).read_text(encoding="utf-8")
    assert set(re.findall(r'Finding\(\s*"(\w+)"', source)) == set(SENTENCES)


# --- Across offices -----------------------------------------------------------------------------------------


@pytest.fixture
def elsewhere(abroad, bali, koica):
    """The same person, by the number, in an office of another province: a nomination at the same time."""
    own = make.person(abroad.line.need.office, 501)
    theirs = make.person(bali, 501, name="Nama Lain")
    there = make.seats(bali, koica)
    make.begins(there, (abroad.intake.starts - timezone.localdate()).days)
    return make.nomination(abroad, S.ORG_ENDORSED, who=own), make.nomination(there, S.SUBMITTED, who=theirs)


@pytest.mark.django_db
def test_ppsdm_finds_a_double_nomination_in_another_office_and_the_office_does_not(elsewhere):
    mine, _theirs = elsewhere
    assert codes(findings_of(mine, across_offices=True)) == ["double!"]
    assert codes(findings_of(mine, across_offices=False)) == []


@pytest.mark.django_db
def test_what_is_found_says_nothing_of_the_other_office(elsewhere, cast):
    mine, theirs = elsewhere
    done = perform(mine.flow, "screen", record=mine, actor=cast["PPSDM_VER"], answers={"papers_read": True})
    assert done.findings == [{"code": "double", "params": {}, "certain": True, "waivable": False}]


@pytest.mark.django_db
def test_a_draft_elsewhere_is_nobodys_business(abroad, bali, koica):
    mine = make.nomination(abroad, S.ORG_ENDORSED, who=make.person(abroad.line.need.office, 502))
    make.nomination(make.seats(bali, koica), S.DRAFT, who=make.person(bali, 502))
    assert findings_of(mine, across_offices=True) == []


@pytest.mark.django_db
def test_a_journey_of_another_office_within_two_years_is_found(abroad, bali, koica):
    mine = make.nomination(abroad, S.ORG_ENDORSED, who=make.person(abroad.line.need.office, 503))
    past = make.seats(bali, koica)
    make.begins(past, -200)
    make.nomination(past, S.CLOSED, who=make.person(bali, 503))
    assert codes(findings_of(mine, across_offices=True)) == ["abroad_recently!"]


@pytest.mark.django_db
def test_another_person_is_another_person(abroad, bali, koica):
    mine = make.nomination(abroad, S.ORG_ENDORSED, who=make.person(abroad.line.need.office, 504))
    make.nomination(make.seats(bali, koica), S.ACCEPTED, who=make.person(bali, 505))
    assert findings_of(mine, across_offices=True) == []


@pytest.mark.django_db
def test_a_programmes_conditions_become_facts(aceh, jica):
    of = make.seats(
        aceh,
        jica,
        min_rank="AHLI_MUDA",
        min_years=3,
        min_age=25,
        max_age=50,
        min_education="S1_D4",
        employment_statuses=["PNS"],
        no_prior_visit=True,
    )
    assert course_facts(of) == CourseFacts(
        first_day=of.intake.first_day,
        last_day=of.intake.ends,
        country="JP",
        is_abroad=True,
        all_posts=False,
        posts=frozenset({factories.post("MEDHI").code}),
        language="EN",
        interpretation="NONE",
        min_language="B1",
        min_rank="AHLI_MUDA",
        min_years=3,
        min_age=25,
        max_age=50,
        min_education="S1_D4",
        employment_statuses=frozenset({"PNS"}),
        no_prior_visit=True,
    )
