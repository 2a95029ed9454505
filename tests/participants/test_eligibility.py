"""What stands in a person's way, against expectations typed by hand."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from participants import eligibility
from participants.eligibility import CourseFacts, Journey, PersonFacts, judge, judge_journeys
from participants.models import Nomination
from participants.models import NominationStatus as S
from participants.models.backgrounds import Background
from participants.names import folded, may_be_one
from participants.rules.balance import balance_sentence
from participants.rules.conditions import course_facts, findings_for, findings_of
from participants.sentences import SENTENCES, show_findings
from tests import factories
from tests import nomination_factories as make
from tests.proposal_factories import open_need, proposal
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


# --- Language tests, earlier visits -------------------------------------------------------------------------

# test and score asked for; test and score of the person -> what is found
TESTS = """
-          -     TOEFL_ITP  400   -
NONE       -     TOEFL_ITP  400   -
TOEFL_ITP  500   TOEFL_ITP  500   -
TOEFL_ITP  500   TOEFL_ITP  499   test_low!
TOEFL_ITP  500   TOEFL_ITP  -     test_missing?
TOEFL_ITP  500   IELTS      9     test_missing?
TOEFL_ITP  500   -          -     test_missing?
IELTS      6.5   IELTS      6,5   -
IELTS      6.5   IELTS      6,0   test_low!
JLPT       -     JLPT       N3    -
JLPT       3     JLPT       N3    test_unreadable?
IELTS      6.5   IELTS      nan   test_unreadable?
"""


@pytest.mark.parametrize("row", TESTS.strip().splitlines())
def test_a_test_and_its_score(row):
    wanted, least, test, score, *expected = ("" if part == "-" else part for part in row.split())
    course = replace(COURSE, language_test=wanted, language_score=float(least) if least else None)
    assert codes(judge(replace(PERSON, test=test, score=score), course)) == [code for code in expected if code]


@pytest.mark.parametrize(
    ("asked", "visited", "abroad", "expected"),
    [
        (True, {"JP"}, None, ["visit_declared!"]),
        (True, {"KR"}, None, []),
        (True, set(), 2015, ["visit_to_check?"]),
        (True, {"JP"}, 2015, ["visit_declared!"]),
        (False, {"JP"}, 2015, []),
    ],
)
def test_nobody_who_has_been_there_before(asked, visited, abroad, expected):
    person = replace(PERSON, visited=frozenset(visited), last_abroad_year=abroad)
    assert codes(judge(person, replace(COURSE, no_prior_visit=asked))) == expected


def test_every_condition_of_a_programme_is_looked_at():
    """One condition broken at a time, each gives its own reason; a condition without one would be left out here."""
    broken = {
        "all_posts": ({"posts": frozenset({"PKERJA"})}, {}, "post"),
        "min_rank": ({"min_rank": "AHLI_UTAMA"}, {}, "rank"),
        "min_years": ({"min_years": 6}, {}, "years"),
        "min_age": ({"min_age": 50}, {}, "age_low"),
        "max_age": ({"max_age": 30}, {}, "age_high"),
        "min_education": ({"min_education": "S3"}, {}, "education"),
        "employment_statuses": ({"employment_statuses": frozenset({"PPPK"})}, {}, "employment"),
        "min_language": ({"min_language": "C1"}, {}, "language"),
        "language_test": (
            {"language_test": "IELTS", "language_score": 7.0},
            {"test": "IELTS", "score": "6"},
            "test_low",
        ),
        "no_prior_visit": ({"no_prior_visit": True}, {"visited": frozenset({"JP"})}, "visit_declared"),
    }
    loose = CourseFacts(COURSE.first_day, COURSE.last_day, "JP", language="EN", all_posts=False, posts=COURSE.posts)
    found = {
        name: [f.code for f in judge(replace(PERSON, **person), replace(loose, **course))]
        for name, (course, person, _code) in broken.items()
    }
    assert found == {name: [code] for name, (_course, _person, code) in broken.items()}


# --- Properties ---------------------------------------------------------------------------------------------

PEOPLE = st.builds(
    PersonFacts,
    post=st.sampled_from(["MEDHI", "WASNAK", "PKERJA"]),
    rank=st.sampled_from(["", "NONE", "TERAMPIL", "MAHIR", "AHLI_PERTAMA", "AHLI_MUDA", "AHLI_MADYA", "AHLI_UTAMA"]),
    employment_status=st.sampled_from(["PNS", "PPPK", "CPNS"]),
    education=st.sampled_from(["SMA", "D3", "S1_D4", "S2", "S3"]),
    english=st.sampled_from(["NONE", "A1", "A2", "B1", "B2", "C1", "C2"]),
    years_in_post=st.integers(0, 45),
    birth_year=st.integers(1955, 2005),
    last_abroad_year=st.none() | st.integers(1990, 2026),
    test=st.sampled_from(["", "IELTS", "TOEFL_ITP"]),
    score=st.sampled_from(["", "5", "6,5", "550", "lulus"]),
    visited=st.frozensets(st.sampled_from(["JP", "KR"])),
)
COURSES = st.builds(
    CourseFacts,
    first_day=st.dates(dt.date(2024, 1, 1), dt.date(2028, 12, 31)) | st.none(),
    last_day=st.just(dt.date(2029, 1, 31)),
    country=st.sampled_from(["JP", "KR", ""]),
    is_abroad=st.booleans(),
    all_posts=st.booleans(),
    posts=st.frozensets(st.sampled_from(["MEDHI", "WASNAK"])),
    language=st.sampled_from(["", "ID", "EN", "KO"]),
    interpretation=st.sampled_from(["", "NONE", "CONSECUTIVE"]),
    min_language=st.sampled_from(["", "B1", "C1"]),
    language_test=st.sampled_from(["", "NONE", "IELTS"]),
    language_score=st.none() | st.floats(0, 9),
    min_rank=st.sampled_from(["", "AHLI_MUDA", "MAHIR"]),
    min_years=st.none() | st.integers(0, 20),
    min_age=st.none() | st.integers(18, 40),
    max_age=st.none() | st.integers(30, 60),
    min_education=st.sampled_from(["", "D3", "S1_D4", "S2"]),
    employment_statuses=st.frozensets(st.sampled_from(["PNS", "PPPK"])),
    no_prior_visit=st.booleans(),
)
JOURNEY = st.builds(
    Journey,
    starts=st.dates(dt.date(2020, 1, 1), dt.date(2027, 1, 1)),
    ends=st.dates(dt.date(2027, 1, 2), dt.date(2028, 1, 1)),
    is_open=st.booleans(),
    is_abroad=st.booleans(),
    country=st.sampled_from(["JP", "KR"]),
    attended=st.booleans(),
    is_certain=st.booleans(),
)


@given(PEOPLE)
def test_a_course_that_asks_for_nothing_refuses_nobody(person):
    assert judge(person, CourseFacts(first_day=dt.date(2026, 9, 7), language="ID")) == []


@pytest.mark.django_db
@hypothesis_settings(max_examples=60, deadline=None)
@given(PEOPLE, COURSES)
def test_every_finding_can_be_said_in_both_languages_and_stored(person, course):
    found = judge(person, course)
    assert len({f.code for f in found if f.code != "age_edge"}) == len([f for f in found if f.code != "age_edge"])
    for language in ("id", "en"):
        with translation.override(language):
            shown = show_findings([finding.as_json() for finding in found])
            assert all(one.sentence and one.sentence != one.code for one in shown)


MORE = {
    "years_in_post": lambda p: p.years_in_post + 3,
    "education": lambda p: "S3",
    "english": lambda p: "C2",
    "visited": lambda p: frozenset(),
    "last_abroad_year": lambda p: None,
}


@given(PEOPLE, COURSES, st.sampled_from(sorted(MORE)))
def test_more_experience_never_adds_what_is_certain(person, course, field):
    better = replace(person, **{field: MORE[field](person)})
    before, after = ({f.code for f in judge(one, course) if f.certain} for one in (person, better))
    assert after - before == set()


ASKED = ("min_rank", "min_years", "min_age", "max_age", "min_education", "language_test", "min_language")


@given(PEOPLE, COURSES, st.sampled_from(ASKED))
def test_to_ask_for_less_never_adds_a_finding(person, course, field):
    empty = None if field in {"min_years", "min_age", "max_age"} else ""
    if field == "min_language" and course.min_language == "":
        return
    wanted = "A1" if field == "min_language" else empty  # an English course without a level asks for B1
    less = judge(person, replace(course, **{field: wanted}))
    assert {f.code for f in less} - {f.code for f in judge(person, course)} == set()


@given(PEOPLE, COURSES)
def test_age_is_certain_only_where_the_year_of_birth_decides(person, course):
    found = {f.code for f in judge(person, course)}
    if course.first_day is None or not course.max_age:
        return
    certain = course.first_day.year - person.birth_year - 1 > course.max_age
    assert ("age_high" in found) == certain


@given(COURSES, st.lists(JOURNEY, max_size=5))
def test_journeys_say_each_thing_once_whatever_their_order(course, journeys):
    found = codes(judge_journeys(course, journeys))
    assert found == codes(judge_journeys(course, list(reversed(journeys))))
    assert len(set(found)) == len(found)


@given(COURSES, st.lists(JOURNEY, max_size=5))
def test_what_is_found_by_name_is_never_certain(course, journeys):
    guessed = [replace(journey, is_certain=False) for journey in journeys]
    assert [f for f in judge_journeys(course, guessed) if f.certain] == []


# --- The same person under another spelling or key ----------------------------------------------------------

ONE = [
    ("Siti Aminah, S.H.", "SITI  AMINAH"),
    ("Dr. Soekarno, M.M.", "Sukarno"),
    ("Moh. Hatta", "Muhammad Hatta S.E."),
    ("Drs. H. Djoko Santoso", "Joko Santoso"),
    ("Ma'rifah", "Marifah"),
]
TWO = [("Siti Aminah", "Siti Aminin"), ("Budi", "Budi Santoso"), ("", ""), ("S.H.", "S.H."), ("Siti Aminah", "")]


@pytest.mark.parametrize(("one", "other"), ONE)
def test_two_spellings_of_one_name(one, other):
    assert may_be_one(one, other)


@pytest.mark.parametrize(("one", "other"), TWO)
def test_two_names(one, other):
    assert not may_be_one(one, other)


@given(st.text(max_size=60))
def test_a_folded_name_folds_no_further(name):
    assert folded(folded(name)) == folded(name)


@pytest.mark.django_db
def test_a_row_sealed_with_the_former_key_is_found(abroad, bali, koica, settings):
    past = make.seats(bali, koica)
    make.begins(past, -200)
    make.nomination(past, S.CLOSED, who=make.person(bali, 506))
    settings.PERSONAL_DATA_KEYS = ["a new key of at least thirty-two characters", *settings.PERSONAL_DATA_KEYS]
    mine = make.nomination(abroad, S.ORG_ENDORSED, who=make.person(abroad.line.need.office, 506))
    assert codes(findings_of(mine, across_offices=True)) == ["abroad_recently!"]


@pytest.mark.django_db
def test_and_the_other_way_round(abroad, bali, koica, settings):
    mine = make.nomination(abroad, S.ORG_ENDORSED, who=make.person(abroad.line.need.office, 507))
    settings.PERSONAL_DATA_KEYS = ["a new key of at least thirty-two characters", *settings.PERSONAL_DATA_KEYS]
    past = make.seats(bali, koica)
    make.begins(past, -200)
    make.nomination(past, S.CLOSED, who=make.person(bali, 507))
    assert codes(findings_of(mine, across_offices=True)) == ["abroad_recently!"]


@pytest.mark.django_db
def test_a_number_that_no_key_opens_stops_nothing(abroad, settings):
    mine = make.nomination(abroad, S.ORG_ENDORSED)
    settings.PERSONAL_DATA_KEYS = [
        "a key that never sealed anything, long enough",
        "nor did this one, which is long too",
    ]
    assert findings_of(mine, across_offices=True) == []


@pytest.mark.django_db
def test_the_same_name_under_another_number_is_a_hint_for_ppsdm_alone(abroad, bali, koica, cast, browser):
    mine = make.nomination(abroad, S.SCREENING, who=make.person(abroad.line.need.office, 508, name="Siti Contoh, S.H."))
    past = make.seats(bali, koica)
    make.begins(past, -200)
    make.nomination(past, S.CLOSED, who=make.person(bali, 509, name="SITI CONTOH"))
    assert codes(findings_of(mine, across_offices=True)) == ["maybe_same?"]
    assert findings_of(mine, across_offices=False) == []
    sentence = "Somebody of the same name and year of birth"
    assert sentence in browser("PPSDM_VER").get(f"/en/peserta/calon/{mine.code}/").content.decode()
    assert sentence not in browser("DINAS_OP").get(f"/en/peserta/calon/{mine.code}/").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("other", [{"birth_year": 1986}, {"sex": "M"}, {"name": "Siti Lain"}])
def test_a_namesake_of_another_age_is_no_hint(abroad, bali, koica, other):
    mine = make.nomination(abroad, S.SCREENING, who=make.person(abroad.line.need.office, 510, name="Siti Contoh"))
    past = make.seats(bali, koica)
    make.begins(past, -200)
    make.nomination(past, S.CLOSED, who=make.person(bali, 511, **{"name": "Siti Contoh", **other}))
    assert findings_of(mine, across_offices=True) == []


@pytest.mark.django_db
@pytest.mark.usefixtures("vocabulary")
def test_what_a_person_tells_of_tests_and_visits_is_looked_at(aceh, jica):
    of = make.seats(aceh, jica, language_test="IELTS", language_score="6.5", no_prior_visit=True)
    record = make.nomination(of, S.DRAFT)
    assert codes(findings_of(record, across_offices=False)) == ["test_missing?"]
    Background.objects.create(
        person=record.person, english_test="IELTS", english_score="6,0", visits=[{"country": "Jepang", "year": 2015}]
    )
    assert codes(findings_of(record, across_offices=False)) == ["test_low!", "visit_declared!"]


@pytest.mark.django_db
def test_thirty_people_cost_as_many_queries_as_one(aceh, jica, django_assert_num_queries):
    of = make.seats(aceh, jica, people=40, no_prior_visit=True)
    for _n in range(30):
        make.nomination(of, S.SUBMITTED)
    rows = list(Nomination.objects.select_related("person"))
    findings_for(of, rows[:1], across_offices=True)  # the proposal keeps its programme from here on
    with CaptureQueriesContext(connection) as one:
        findings_for(of, rows[:1], across_offices=True)
    with django_assert_num_queries(len(one)):
        findings_for(of, rows, across_offices=True)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("outside", "java", "share", "sentence"),
    [
        (1, 2, 34, "The programme asks for 34% from outside Java; only 33% so far."),
        (1, 1, 34, "The programme asks for 34% from outside Java; 50% so far."),
        (1, 1, None, ""),
        (0, 0, 34, ""),
    ],
)
def test_a_third_from_outside_java_is_a_sentence_for_the_head(aceh, koica, outside, java, share, sentence):
    of = make.seats(aceh, koica, people=20, given=5, share_outside_java=share)
    on_java = proposal(
        open_need(factories.office("32"), people=5), of.program, of.status, seats_requested=5, seats_allotted=5
    )
    for seats, count in ((of, outside), (on_java, java)):
        for _n in range(count):
            make.nomination(seats, S.SHORTLISTED)
    with translation.override("en"):
        text = balance_sentence(make.nomination(of, S.SCREENING))
    counts = f"Chosen so far: {outside + java} women, 0 men; {outside} outside Java, {java} on Java."
    assert text == f"{counts} {sentence}".strip()
