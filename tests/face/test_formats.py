"""Dates, numbers and money in both languages."""

from __future__ import annotations

import datetime as dt

import pytest
from django.template import Context, Template
from django.utils import translation

from workflow import formats

UTC = dt.UTC
DEADLINE = dt.datetime(2026, 11, 30, 15, 59, tzinfo=UTC)


def test_a_moment_is_written_in_its_zone_in_indonesian():
    assert formats.moment(DEADLINE, "Asia/Makassar") == "30 November 2026 pukul 23.59 WITA"


def test_a_moment_is_written_in_its_zone_in_english():
    with translation.override("en"):
        assert formats.moment(DEADLINE, "Asia/Makassar") == "30 November 2026, 23:59 WITA"


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("Asia/Jakarta", "30 November 2026 pukul 22.59 WIB"),
        ("Asia/Pontianak", "30 November 2026 pukul 22.59 WIB"),
        ("Asia/Jayapura", "1 Desember 2026 pukul 00.59 WIT"),
        ("", "30 November 2026 pukul 22.59 WIB"),
        ("Nowhere/Atall", "30 November 2026 pukul 22.59 WIB"),
    ],
)
def test_the_same_moment_reads_differently_in_each_zone(zone, expected):
    assert formats.moment(DEADLINE, zone) == expected


def test_no_value_is_a_dash():
    assert [
        formats.moment(None),
        formats.day(None),
        formats.num(None),
        formats.num("x"),
        formats.percent(None),
    ] == ["–"] * 5


def test_august_is_shortened_as_people_write_it():
    assert formats.shortday(dt.date(2027, 8, 16)) == "16 Agt 2027"


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ((2027, 5, 3), (2027, 5, 21), "3–21 Mei 2027"),
        ((2027, 4, 12), (2027, 5, 7), "12 Apr–7 Mei 2027"),
        ((2026, 12, 28), (2027, 1, 4), "28 Des 2026–4 Jan 2027"),
        ((2027, 5, 3), (2027, 5, 3), "3 Mei 2027"),
    ],
)
def test_a_span_of_days_names_what_is_shared_once(first, last, expected):
    assert formats.daterange(dt.date(*first), dt.date(*last)) == expected


@pytest.mark.parametrize(
    ("value", "indonesian", "english"),
    [
        (1180, "1.180", "1,180"),
        (0, "0", "0"),
        (-1200, "−1.200", "−1,200"),
        (0.14, "0,14", "0.14"),
        (100, "100", "100"),
        (12.5, "12,5", "12.5"),
    ],
)
def test_numbers_follow_the_language(value, indonesian, english):
    with translation.override("en"):
        in_english = formats.num(value)
    assert (formats.num(value), in_english) == (indonesian, english)


def test_money_is_written_without_a_space_in_rupiah_and_with_its_code_otherwise():
    assert [formats.money(1950000), formats.money(1950000, "USD"), formats.money("12.5", "JPY")] == [
        "Rp1.950.000",
        "USD 1.950.000",
        "JPY 12,50",
    ]


def test_percent_and_file_size():
    assert [
        formats.percent(37),
        formats.percent(12.34, 1),
        formats.filesize(65_536),
        formats.filesize(2_200_000),
        formats.filesize(5 * 1024**2),
    ] == [
        "37%",
        "12,3%",
        "64 KB",
        "2,1 MB",
        "5 MB",
    ]


NOON = dt.datetime(2026, 11, 24, 5, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "tone"),
    [
        (dt.datetime(2026, 12, 20, tzinfo=UTC), ""),
        (dt.datetime(2026, 12, 1, 10, tzinfo=UTC), "amber"),
        (dt.datetime(2026, 11, 24, 10, tzinfo=UTC), "amber"),
        (dt.datetime(2026, 11, 24, 4, tzinfo=UTC), "red"),
        (dt.datetime(2026, 11, 22, 4, tzinfo=UTC), "red"),
    ],
)
def test_a_deadline_turns_amber_a_week_before_and_red_once_it_has_passed(moment, tone):
    assert formats.due_words(moment, "", NOON)[0] == tone


def test_days_left_are_counted_on_the_clocks_of_the_office():
    late_evening = dt.datetime(
        2026, 11, 24, 16, 30, tzinfo=UTC
    )  # already the 25th in Jayapura, still the 24th in Jakarta
    due = dt.datetime(2026, 11, 26, 10, tzinfo=UTC)
    assert [formats.days_left(due, z, late_evening) for z in ("Asia/Jakarta", "Asia/Jayapura")] == [2, 1]


def rendered(source: str, **values) -> str:
    return Template("{% load sinergi %}" + source).render(Context(values))


def test_a_meter_is_drawn_without_inline_style():
    found = rendered("{% meter 3 12 'Kursi' %}")
    assert ('width="25"' in found, 'aria-label="Kursi"' in found, "style=" in found) == (True, True, False)


@pytest.mark.parametrize(("value", "top", "width"), [(5, 0, "0"), (20, 10, "100"), (None, 10, "0"), (-4, 10, "0")])
def test_a_meter_stays_within_its_frame(value, top, width):
    assert f'<rect class="bar" width="{width}"' in rendered("{% meter value top %}", value=value, top=top)


def test_a_ring_shows_the_rounded_score():
    assert "<b>86</b>" in rendered("{% ring 85.6 %}")


def test_words_are_escaped():
    assert "<script>" not in rendered("{% meter 1 2 label %}{% icon name %}", label="<script>", name='"><script>')
