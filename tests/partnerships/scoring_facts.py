"""Facts of lines and intakes with every edge: unknown values, both ladders of ranks, dates around the lead times."""

from __future__ import annotations

import datetime as dt

from hypothesis import strategies as st

from partnerships.matching import (
    AGES,
    EDUCATION,
    LANGUAGE_LEVELS,
    LEAD_DAYS,
    RANKS,
    YEARS,
    Gap,
    IntakeFacts,
    LineFacts,
    Taught,
)

TODAY = dt.date(2026, 7, 6)
MODES = ("IN_COUNTRY", "OVERSEAS", "THIRD_COUNTRY", "BLENDED", "ONLINE", "EXPERT_IN", "DEGREE")
THEMES = st.sampled_from(["T01", "T05", "T07"])
POSTS = st.sampled_from(["WASNAK", "MEDHI"])
EDGES = sorted(
    {days + more for days in (0, *LEAD_DAYS.values()) for more in (-1, 0, 1)} | {30, 31, 183, 366, 730, 1461}
)
DAYS = st.one_of(
    st.sampled_from(EDGES).map(lambda days: TODAY + dt.timedelta(days=days)),
    st.dates(dt.date(2026, 6, 1), dt.date(2031, 1, 1)),
)
COUNTS = st.one_of(st.integers(1, 40), st.integers(0, 3), st.integers(0, 5000))
RANKED = ("", "NONE", "OTHER", *RANKS[0], *RANKS[1])
ENGLISH = ("", "OTHER", *LANGUAGE_LEVELS)
SCHOOLS = ("", "OTHER", *EDUCATION)
EMPLOYED = ("PNS", "CPNS", "PPPK")
OFFICES = st.integers(1, 4)
OFFICE_TYPES = ("UPTP", "DISNAKER_KAB")
PROVINCES = ("", "11", "32", "94")


RARELY = st.sampled_from([False] * 6 + [True])


@st.composite
def lines(draw, number: int = 1) -> LineFacts:
    """Each fact is mostly one that excludes nothing, so that pairs fit often and often fail by a single one."""

    def mostly(usual, other):
        return draw(other) if draw(RARELY) else usual

    gaps = []
    for theme in draw(st.lists(THEMES, max_size=4)):
        current = draw(st.integers(0, 4))
        gaps.append(Gap(theme, current, draw(st.integers(current + 1, 5))))
    finished = draw(COUNTS)
    return LineFacts(
        line_id=number,
        post=draw(POSTS),
        gaps=tuple(gaps),
        people=draw(COUNTS),
        mode=mostly("BLENDED", st.sampled_from(("", *MODES))),
        priority=draw(st.decimals(0, 100, places=1)),
        urgency=draw(st.sampled_from(["", "U1", "U2", "U3", "U4", "U9"])),
        is_open=mostly(True, st.booleans()),
        office_id=draw(OFFICES),
        office_type=draw(st.sampled_from(("", *OFFICE_TYPES))),
        office_suspended=mostly(False, st.booleans()),
        region_code=draw(st.sampled_from(["", "11", "32", "3216", "94", "9401"])),
        is_remote=draw(st.booleans()),
        rank=draw(st.sampled_from(RANKED)),
        employment_status=draw(st.sampled_from(("", *EMPLOYED))),
        age_band=draw(st.sampled_from(("", "OTHER", *AGES))),
        education=draw(st.sampled_from(SCHOOLS)),
        years_band=draw(st.sampled_from(("", "OTHER", *YEARS))),
        english=draw(st.sampled_from(ENGLISH)),
        earliest_start=draw(st.none() | DAYS),
        seats_won=draw(st.integers(0, 2)),
        completed=draw(st.integers(0, finished)),
        finished=finished,
    )


@st.composite
def intakes(draw, number: int = 1) -> IntakeFacts:
    """The same for intakes."""

    def mostly(usual, other):
        return draw(other) if draw(RARELY) else usual

    taught = []
    for theme in draw(st.lists(THEMES, max_size=4)):
        entry = draw(st.integers(0, 4))
        taught.append(Taught(theme, entry, draw(st.integers(entry + 1, 5))))
    return IntakeFacts(
        intake_id=number,
        program=f"P{number}",
        taught=tuple(taught),
        starts=mostly(TODAY + dt.timedelta(150), DAYS),
        seats_free=draw(COUNTS),
        online_starts=mostly(None, st.none() | DAYS),
        posts=draw(st.frozensets(POSTS)),
        all_posts=draw(RARELY),
        mode=mostly("IN_COUNTRY", st.sampled_from(("", *MODES))),
        country=draw(st.sampled_from(["", "ID", "JP"])),
        host_province=draw(st.sampled_from(PROVINCES)),
        language=mostly("ID", st.sampled_from(["", "ID", "EN", "EN", "KO"])),
        interpretation=draw(st.sampled_from(["", "NONE", "CONSECUTIVE"])),
        min_language=draw(st.sampled_from(ENGLISH)),
        min_rank=mostly("", st.sampled_from(RANKED)),
        min_years=mostly(None, st.sampled_from([None, 0, 2, 5, 11])),
        min_age=mostly(None, st.sampled_from([None, 0, 30, 71])),
        max_age=mostly(None, st.sampled_from([None, 0, 29, 50])),
        min_education=mostly("", st.sampled_from(SCHOOLS)),
        employment_statuses=mostly(frozenset(), st.frozensets(st.sampled_from(EMPLOYED))),
        office_types=mostly(frozenset(), st.frozensets(st.sampled_from(OFFICE_TYPES))),
        invited=mostly(None, st.frozensets(OFFICES)),
        is_offered=mostly(True, st.booleans()),
        closes=mostly(None, DAYS | st.just(TODAY)),
        needs_agreement=mostly(False, st.booleans()),
        agreement_active=draw(st.booleans()),
    )


@st.composite
def blocks(draw) -> tuple[list[LineFacts], list[IntakeFacts]]:
    """A few lines and intakes; numbers are not in order, as in a portal."""
    of_lines = [draw(lines(number=90 - n)) for n in range(draw(st.integers(0, 5)))]
    of_intakes = [draw(intakes(number=50 - n)) for n in range(draw(st.integers(0, 5)))]
    return of_lines, of_intakes
