"""Matching: expected results of the procedure, facts typed by hand; each rule alone; what always holds."""

from __future__ import annotations

import dataclasses
import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partnerships.matching import (
    WEIGHTS,
    Gap,
    IntakeFacts,
    LineFacts,
    Taught,
    demand_for,
    judge,
    programmes_for,
)

TODAY = dt.date(2026, 7, 6)


def line(number: int, post: str, gaps, mode: str, urgency: str, region: str, people: int, **more) -> LineFacts:
    return LineFacts(
        line_id=number,
        post=post,
        gaps=tuple(Gap(theme, current, target) for theme, current, target in gaps),
        mode=mode,
        urgency=urgency,
        region_code=region,
        people=people,
        priority=Decimal(more.pop("priority", 60)),
        employment_status=more.pop("employment_status", "PNS"),
        **more,
    )


def intake(number: int, code: str, taught, posts: str, starts, seats: int, **more) -> IntakeFacts:
    return IntakeFacts(
        intake_id=number,
        program=code,
        taught=tuple(Taught(theme, entry, exit_) for theme, entry, exit_ in taught),
        posts=frozenset(posts.split()),
        starts=dt.date(*starts),
        seats_free=seats,
        **more,
    )


NEEDS = {
    1: line(1, "WASNAK", [("T01", 2, 4)], "BLENDED", "U1", "52", 11, rank="AHLI_MUDA", priority="68.9"),
    2: line(2, "MEDHI", [("T07", 1, 3)], "IN_COUNTRY", "U1", "52", 8, rank="AHLI_PERTAMA"),
    3: line(3, "PKERJA", [("T14", 1, 3)], "IN_COUNTRY", "U2", "5203", 6, rank="AHLI_PERTAMA"),
    4: line(4, "MEDHI", [("T07", 2, 4), ("T08", 2, 4)], "BLENDED", "U2", "32", 40, rank="AHLI_MUDA"),
    5: line(5, "MEDHI", [("T07", 0, 3)], "IN_COUNTRY", "U1", "3218", 2, employment_status="CPNS"),
    7: line(7, "PKERJA", [("T12", 2, 4)], "OVERSEAS", "U2", "3216", 9, rank="AHLI_MUDA", english="B1"),
    11: line(11, "PK3", [("T05", 2, 4)], "OVERSEAS", "U2", "35", 14, rank="AHLI_MUDA"),
    12: line(12, "INSTR", [("T18", 3, 5)], "OVERSEAS", "U3", "3515", 12, office_type="UPTP"),
    13: line(13, "WASNAK", [("T03", 3, 5), ("T04", 3, 5)], "OVERSEAS", "U2", "36", 12, rank="AHLI_MADYA"),
    15: line(15, "WASNAK", [("T06", 2, 3)], "IN_COUNTRY", "U3", "12", 20, rank="AHLI_MUDA"),
    16: line(16, "MEDHI", [("T07", 1, 3), ("T09", 1, 3)], "EXPERT_IN", "U1", "7206", 4, employment_status="PPPK"),
    17: line(17, "PK3", [("T03", 1, 3), ("T04", 1, 3)], "EXPERT_IN", "U1", "72", 10, rank="AHLI_PERTAMA"),
    19: line(19, "PKERJA", [("T14", 2, 4), ("T06", 2, 4)], "IN_COUNTRY", "U1", "53", 12, rank="AHLI_MUDA"),
    21: line(21, "ANAKER", [("T13", 1, 3), ("T24", 1, 3)], "BLENDED", "U2", "81", 4),
    22: line(22, "STRUKT", [("T23", 1, 3)], "IN_COUNTRY", "U2", "93", 5, rank="NONE"),
    23: line(23, "PTGANTAR", [("T11", 0, 2)], "ONLINE", "U2", "9671", 4, rank="NONE", english="A1"),
    24: line(24, "MEDHI", [("T07", 0, 3)], "IN_COUNTRY", "U1", "9401", 2, employment_status="CPNS"),
}
"""The demo needs that are approved now or later; numbers as in the procedure's table."""

ABROAD = {"mode": "OVERSEAS", "language": "EN"}
PROGRAMMES = [
    intake(
        1,
        "JA1",
        [("T01", 2, 4), ("T02", 2, 4)],
        "WASNAK",
        (2026, 11, 16),
        2,
        mode="BLENDED",
        country="JP",
        language="EN",
        min_language="B1",
        online_starts=dt.date(2026, 11, 2),
        min_rank="AHLI_MUDA",
        min_years=5,
        max_age=50,
        closes=dt.date(2026, 7, 31),
    ),
    intake(
        2,
        "JA2",
        [("T03", 1, 4), ("T04", 1, 4), ("T05", 1, 4)],
        "WASNAK PK3",
        (2027, 1, 11),
        2,
        **ABROAD,
        country="JP",
        min_years=3,
    ),
    intake(
        3,
        "JA4",
        [("T11", 1, 3), ("T15", 1, 3)],
        "",
        (2026, 12, 1),
        16,
        mode="OVERSEAS",
        country="JP",
        language="EN",
        interpretation="CONSECUTIVE",
        all_posts=True,
        max_age=35,
    ),
    intake(4, "JA6", [("T05", 2, 4)], "PK3", (2026, 10, 5), 14, mode="EXPERT_IN", host_province="35"),
    intake(
        5,
        "KO1",
        [("T10", 1, 3), ("T11", 1, 3)],
        "PKERJA MEDHI",
        (2026, 9, 7),
        2,
        **ABROAD,
        country="KR",
        min_years=3,
        closes=dt.date(2026, 7, 12),
    ),
    intake(
        6,
        "KO2",
        [("T07", 1, 4), ("T08", 1, 4)],
        "MEDHI",
        (2026, 10, 12),
        18,
        mode="OVERSEAS",
        country="KR",
        language="EN",
        interpretation="CONSECUTIVE",
    ),
    intake(
        7,
        "KO3",
        [("T17", 2, 4), ("T18", 2, 4), ("T19", 2, 4)],
        "INSTR",
        (2026, 11, 3),
        15,
        mode="OVERSEAS",
        country="KR",
        language="EN",
        interpretation="CONSECUTIVE",
        office_types=frozenset({"UPTP", "UPTD_BLK"}),
    ),
    intake(8, "IL1", [("T01", 1, 3), ("T06", 1, 3)], "WASNAK", (2026, 8, 24), 120),
    intake(9, "IL2", [("T07", 1, 3), ("T08", 1, 3)], "MEDHI", (2026, 9, 21), 30),
    intake(
        10,
        "IL3",
        [("T11", 0, 3)],
        "PKERJA PTGANTAR",
        (2026, 9, 14),
        2,
        mode="ONLINE",
        language="EN",
        min_language="B2",
    ),
    intake(11, "IL5", [("T14", 1, 3)], "PKERJA", (2026, 10, 19), 40, mode="BLENDED"),
    intake(12, "PS1", [("T07", 0, 2)], "MEDHI", (2026, 9, 1), 30, employment_statuses=frozenset({"PNS", "CPNS"})),
]
LATER = [
    intake(13, "KO5", [("T12", 1, 3), ("T24", 1, 3)], "PKERJA ANAKER", (2026, 11, 2), 120),
    intake(
        14,
        "IL4",
        [("T12", 1, 3), ("T13", 1, 3)],
        "ANAKER",
        (2026, 12, 7),
        30,
        language="EN",
        interpretation="CONSECUTIVE",
    ),
]


def fits(number: int, offered=PROGRAMMES) -> set[str]:
    return {i.program for i, verdict in programmes_for(NEEDS[number], offered, TODAY) if verdict.eligible}


def failures(number: int, code: str) -> tuple[str, ...]:
    found = next(i for i in [*PROGRAMMES, *LATER] if i.program == code)
    return judge(NEEDS[number], found, TODAY).codes


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (1, {"JA1", "IL1"}),
        (2, {"PS1", "IL2"}),
        (4, {"KO2", "IL2"}),
        (7, set()),
        (11, {"JA2", "JA6"}),
        (12, {"KO3"}),
        (13, {"JA2"}),
        (15, {"IL1"}),
        (16, {"IL2"}),
        (17, set()),
        (19, {"IL5"}),
        (22, set()),
    ],
)
def test_approved_needs_find_the_programmes_the_procedure_expects(number, expected):
    assert fits(number) == expected


@pytest.mark.parametrize(("number", "expected"), [(3, {"IL5"}), (5, {"PS1"}), (24, {"PS1"})])
def test_needs_approved_later_find_theirs(number, expected):
    assert fits(number) == expected


@pytest.mark.parametrize(("number", "expected"), [(7, {"KO5"}), (21, {"IL4", "KO5"})])
def test_programmes_published_later_are_found(number, expected):
    assert fits(number, PROGRAMMES + LATER) == expected


def test_need_7_misses_ko1_on_the_theme():
    assert "theme" in failures(7, "KO1") and "post" not in failures(7, "KO1")


@pytest.mark.parametrize(("number", "code"), [(16, "KO2"), (17, "JA2")])
def test_expert_wishes_reach_a_course_abroad_with_a_waiver(number, code):
    found = next(i for i in PROGRAMMES if i.program == code)
    verdict = judge(NEEDS[number], found, TODAY)
    assert (verdict.eligible, verdict.waivable, verdict.codes) == (False, True, ("mode",))


def test_need_23_misses_il3_on_the_level_of_english():
    assert failures(23, "IL3") == ("language",)


def test_need_22_has_nothing_near_either():
    assert programmes_for(NEEDS[22], PROGRAMMES, TODAY) == []


def test_ja1_offers_two_seats_for_the_eleven_people_of_need_1():
    verdict = judge(NEEDS[1], PROGRAMMES[0], TODAY)
    seats = next(part for part in verdict.parts if part.name == "seats")
    assert (seats.key, seats.params, seats.points) == ("seats", {"seats": 2, "people": 11}, Decimal("1.8"))


def test_the_whole_score_of_one_pair_by_hand():
    """Need 1 and IL1, Labour inspection 2 to 4, taught 1 to 3, 49 days ahead, 120 seats for 11 people."""
    verdict = judge(NEEDS[1], PROGRAMMES[7], TODAY)
    assert [(p.name, p.points, p.key) for p in verdict.parts] == [
        ("theme", Decimal("35.0"), "theme"),
        ("level", Decimal("7.5"), "level_partly"),
        ("schedule", Decimal("8.7"), "schedule_in_time"),
        ("seats", Decimal("10.0"), "seats"),
        ("priority", Decimal("13.8"), "priority"),
        ("equity", Decimal("3.0"), "equity_first"),
        ("completion", Decimal("2.5"), "completion_unknown"),
    ]
    assert verdict.score == Decimal("80.5")


# --- Each rule alone: one fact changed on a pair that fits ----------------------------------------------

LINE, INTAKE = NEEDS[1], PROGRAMMES[0]
YOUNG = dataclasses.replace(LINE, english="B2", years_band="Y5_10", age_band="A30_39", education="S1_D4")


@pytest.mark.parametrize(
    ("expected", "of_line", "of_intake"),
    [
        ("need_not_approved", {"is_open": False}, {}),
        ("fully_served", {"people": 0}, {}),
        ("office_suspended", {"office_suspended": True}, {}),
        ("not_offered", {}, {"is_offered": False}),
        ("registration_closed", {}, {"closes": dt.date(2026, 7, 5)}),
        ("not_invited", {"office_id": 7}, {"invited": frozenset({8})}),
        ("no_seats", {}, {"seats_free": 0}),
        ("agreement", {}, {"needs_agreement": True}),
        ("post", {"post": "PK3"}, {}),
        ("theme", {"gaps": (Gap("T09", 1, 3),)}, {}),
        ("level", {"gaps": (Gap("T01", 1, 3),)}, {}),
        ("level", {"gaps": (Gap("T01", 4, 5),)}, {}),
        ("language", {"english": "A2"}, {}),
        ("language", {"english": "NONE"}, {}),
        ("language_other", {}, {"language": "JA"}),
        ("mode", {"mode": "IN_COUNTRY"}, {}),
        ("mode", {"mode": "ONLINE"}, {}),
        ("host_elsewhere", {}, {"mode": "EXPERT_IN", "host_province": "35"}),
        ("lead_time", {}, {"starts": dt.date(2026, 9, 3), "online_starts": None}),
        ("lead_time", {}, {"online_starts": dt.date(2026, 7, 12)}),
        ("rank", {"rank": "AHLI_PERTAMA"}, {}),
        ("rank", {"rank": "PENYELIA"}, {}),
        ("years", {"years_band": "LT2"}, {}),
        ("age_high", {"age_band": "GE50"}, {"max_age": 45}),
        ("age_low", {"age_band": "LT30"}, {"min_age": 35}),
        ("education", {"education": "D3"}, {"min_education": "S1_D4"}),
        ("employment", {"employment_status": "PPPK"}, {"employment_statuses": frozenset({"PNS"})}),
        ("office_type", {"office_type": "DISNAKER_KAB"}, {"office_types": frozenset({"UPTP"})}),
    ],
)
def test_one_unmet_condition_excludes_and_is_named(expected, of_line, of_intake):
    assert judge(YOUNG, INTAKE, TODAY).codes == ()
    verdict = judge(dataclasses.replace(YOUNG, **of_line), dataclasses.replace(INTAKE, **of_intake), TODAY)
    assert verdict.codes == (expected,)


@pytest.mark.parametrize(
    ("of_line", "of_intake"),
    [
        ({"rank": "NONE"}, {}),
        ({"rank": ""}, {}),
        ({"years_band": ""}, {}),
        ({"years_band": "Y2_5"}, {}),
        ({"age_band": "GE50"}, {"max_age": 50}),
        ({"english": ""}, {}),
        ({"english": "NONE"}, {"interpretation": "SIMULTANEOUS"}),
        ({"english": "NONE"}, {"language": "ID"}),
        ({"office_id": 8}, {"invited": frozenset({8})}),
        ({}, {"needs_agreement": True, "agreement_active": True}),
        ({}, {"closes": TODAY}),
        ({}, {"starts": TODAY + dt.timedelta(days=60), "online_starts": None}),
        ({"mode": "IN_COUNTRY"}, {"mode": "IN_COUNTRY", "country": ""}),
        ({"mode": "DEGREE"}, {"mode": "DEGREE"}),
        ({"mode": ""}, {}),
    ],
)
def test_what_is_met_or_unknown_does_not_exclude(of_line, of_intake):
    verdict = judge(dataclasses.replace(YOUNG, **of_line), dataclasses.replace(INTAKE, **of_intake), TODAY)
    assert verdict.codes == ()


@pytest.mark.parametrize(("mode", "days"), [("IN_COUNTRY", 21), ("ONLINE", 7), ("OVERSEAS", 60)])
def test_lead_times_differ_by_mode(mode, days):
    wish = dataclasses.replace(YOUNG, mode=mode)
    offer = dataclasses.replace(INTAKE, mode=mode, country="", online_starts=None)
    just = dataclasses.replace(offer, starts=TODAY + dt.timedelta(days=days))
    short = dataclasses.replace(offer, starts=TODAY + dt.timedelta(days=days - 1))
    assert judge(wish, just, TODAY).codes == ()
    assert judge(wish, short, TODAY).failures[0].params == {
        "days": days - 1,
        "least": days,
        "date": short.starts.isoformat(),
    }


def test_people_who_are_not_ready_yet_get_no_points_for_the_schedule():
    later = dataclasses.replace(YOUNG, earliest_start=dt.date(2027, 1, 1))
    part = next(p for p in judge(later, INTAKE, TODAY).parts if p.name == "schedule")
    assert (part.points, part.key, part.params) == (Decimal("0.0"), "schedule_early", {"days": 60})


def test_both_directions_agree():
    for number in NEEDS:
        ours = {i.program: v for i, v in programmes_for(NEEDS[number], PROGRAMMES, TODAY)}
        theirs = {
            offer.program: verdict
            for offer in PROGRAMMES
            for found, verdict in demand_for(offer, NEEDS.values(), TODAY)
            if found.line_id == number
        }
        assert ours == theirs


# --- What always holds --------------------------------------------------------------------------------------

THEMES = st.sampled_from(["T01", "T05", "T07", "T08"])
DAYS = st.dates(dt.date(2026, 7, 1), dt.date(2028, 1, 1))


@st.composite
def lines(draw):
    gaps = {}
    for theme in draw(st.lists(THEMES, min_size=1, max_size=3)):
        current = draw(st.integers(0, 4))
        gaps[theme] = Gap(theme, current, draw(st.integers(current + 1, 5)))
    return LineFacts(
        line_id=draw(st.integers(1, 50)),
        post=draw(st.sampled_from(["WASNAK", "MEDHI"])),
        gaps=tuple(gaps.values()),
        people=draw(st.integers(0, 60)),
        mode=draw(st.sampled_from(["", "IN_COUNTRY", "OVERSEAS", "BLENDED", "ONLINE", "EXPERT_IN"])),
        priority=draw(st.decimals(0, 100, places=1)),
        urgency=draw(st.sampled_from(["", "U1", "U2", "U3", "U4"])),
        region_code=draw(st.sampled_from(["11", "32", "3216", "94", ""])),
        is_remote=draw(st.booleans()),
        rank=draw(st.sampled_from(["", "NONE", "AHLI_PERTAMA", "AHLI_MADYA", "MAHIR"])),
        english=draw(st.sampled_from(["", "NONE", "A2", "B2"])),
        earliest_start=draw(st.none() | DAYS),
        seats_won=draw(st.integers(0, 3)),
        finished=(finished := draw(st.integers(0, 9))),
        completed=draw(st.integers(0, finished)),
    )


@st.composite
def intakes(draw):
    taught = {}
    for theme in draw(st.lists(THEMES, max_size=3)):
        entry = draw(st.integers(0, 4))
        taught[theme] = Taught(theme, entry, draw(st.integers(entry + 1, 5)))
    return IntakeFacts(
        intake_id=draw(st.integers(1, 50)),
        program="P",
        taught=tuple(taught.values()),
        starts=draw(DAYS),
        online_starts=draw(st.none() | DAYS),
        seats_free=draw(st.integers(0, 60)),
        posts=frozenset(draw(st.lists(st.sampled_from(["WASNAK", "MEDHI"])))),
        all_posts=draw(st.booleans()),
        mode=draw(st.sampled_from(["IN_COUNTRY", "OVERSEAS", "BLENDED", "ONLINE", "EXPERT_IN"])),
        country=draw(st.sampled_from(["", "ID", "JP"])),
        host_province=draw(st.sampled_from(["", "11", "94"])),
        language=draw(st.sampled_from(["ID", "EN", "KO"])),
        interpretation=draw(st.sampled_from(["NONE", "CONSECUTIVE"])),
        min_rank=draw(st.sampled_from(["", "AHLI_MUDA"])),
        is_offered=draw(st.booleans()),
    )


@given(lines(), intakes())
def test_parts_add_up_and_stay_within_their_bounds(need, offer):
    verdict = judge(need, offer, TODAY)
    assert verdict.score == sum(part.points for part in verdict.parts)
    assert 0 <= verdict.score <= 100
    assert [part.name for part in verdict.parts] == list(WEIGHTS)
    assert all(0 <= part.points <= part.most == WEIGHTS[part.name] for part in verdict.parts)
    assert all(part.points == part.points.quantize(Decimal("0.1")) for part in verdict.parts)


def test_the_weights_add_up_to_a_hundred():
    assert sum(WEIGHTS.values()) == 100


@given(lines(), intakes())
def test_an_excluded_pair_names_why_and_an_eligible_one_covers_a_theme(need, offer):
    verdict = judge(need, offer, TODAY)
    assert verdict.eligible == (len(verdict.failures) == 0)
    if verdict.eligible:
        assert verdict.parts[0].points > 0 and offer.seats_free >= 1


@given(lines(), st.lists(intakes(), max_size=6, unique_by=lambda i: i.intake_id), st.randoms())
@settings(max_examples=60)
def test_the_order_in_which_programmes_arrive_does_not_matter(need, offers, random):
    shuffled = list(offers)
    random.shuffle(shuffled)
    assert programmes_for(need, offers, TODAY) == programmes_for(need, shuffled, TODAY)


@given(lines(), intakes(), st.integers(1, 40))
def test_more_free_seats_never_lower_a_score_or_exclude(need, offer, more):
    before = judge(need, offer, TODAY)
    after = judge(need, dataclasses.replace(offer, seats_free=offer.seats_free + more), TODAY)
    assert after.score >= before.score
    assert set(after.codes) <= set(before.codes)


@given(lines(), intakes())
def test_a_higher_priority_never_lowers_a_score(need, offer):
    before = judge(need, offer, TODAY)
    after = judge(dataclasses.replace(need, priority=Decimal(100)), offer, TODAY)
    assert after.score >= before.score and after.codes == before.codes
