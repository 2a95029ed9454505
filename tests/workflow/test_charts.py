"""Charts: what is drawn, how it is made fit for a page, and what happens when nothing can be drawn."""

from __future__ import annotations

import datetime as dt
import re
import subprocess
import sys
import time
from concurrent.futures import CancelledError
from concurrent.futures import TimeoutError as TookTooLong
from decimal import Decimal
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext_lazy

from workflow.charts import Cell, Chart, Column, draw, palette, prepare, shapes
from workflow.charts.artist import Artist, DrawingFailed, artist
from workflow.charts.chart import DAY, NUMBER, PERCENT
from workflow.charts.downloads import csv_rows
from workflow.charts.drawing import ROOM, Clock, drawing, picture
from workflow.charts.svg import parts_of, tidy
from workflow.charts.theme import HREF, themed, titled, wrapped

pytestmark = pytest.mark.django_db
KINDS = [("Ditawarkan", palette.BEFORE), ("Terpakai", palette.SERIES[0])]
ROWS = [
    {
        "label": "Aceh & Papua",
        "n": 12,
        "text": "12%",
        "url": "/dasbor/?a=1&b=2",
        "hover": "Aceh: 12",
        "color": "#b42318",
    },
    {"label": "Bali", "n": 80, "text": "80%", "url": "", "hover": ""},
]
PARTS = [
    {"label": label, "kind": kind, "n": 3, "text": "3", "url": "/x/", "hover": kind}
    for label in ("JICA", "KOICA")
    for kind, _color in KINDS
]
SPECS = {
    "bars": shapes.bars([{**row, "color": "#0b5ba8", "mark": 40} for row in ROWS], top=100, track=True),
    "stacked": shapes.stacked(PARTS, KINDS),
    "paired": shapes.paired(PARTS, KINDS),
    "dots": shapes.dots([{**row, "color": "#0b5ba8"} for row in ROWS], reference=33, reference_text="Semua 33%"),
    "heat": shapes.heat(
        [{"row": "K3", "column": "Aceh", "n": 7, "text": "7", "url": "/x/", "hover": "K3, Aceh: 7"}],
        columns=["Aceh"], rows=["K3"], steps=(5, 20, 50, 100), turned=True,
    ),
    "spans": shapes.spans(
        [{"label": "Mediasi", "kind": "Terpakai", "begins": "2026-11-01", "ends": "2026-12-01", "text": "1 Des",
          "url": "/x/", "hover": "Mediasi"}],
        KINDS, first="2026-10-01", last="2027-01-01", today="2026-11-26", ticks=[{"day": "2026-11-01", "text": "Nov"}],
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def drawn(django_db_setup, django_db_blocker) -> dict[str, str]:
    """Every shape drawn once."""
    with django_db_blocker.unblock():
        found = {name: drawing(spec, patience=60) for name, spec in SPECS.items()}
        cache.clear()
    return found


# --- Drawings


@pytest.mark.parametrize("name", SPECS)
def test_every_shape_is_drawn(drawn, name):
    assert drawn[name] is not None and drawn[name].startswith("<svg")


@pytest.mark.parametrize("name", SPECS)
def test_inside_a_page_a_drawing_is_half_as_large_and_says_nothing_twice(drawn, name):
    """It stands beside its title, its summary and its table: assistive technology is not told a third time, and the
    strict policy of the portal allows no inline style."""
    made = tidy(drawn[name], "p")
    root = ElementTree.fromstring(made)
    assert root.get("aria-hidden") == "true"
    attributes = {key for node in root.iter() for key in node.attrib}
    assert attributes & {"style", "class", "role", "aria-label", "font-family", "onclick"} == set()
    assert len(made) < 0.6 * len(drawn[name])


def test_marks_lead_to_their_rows_without_standing_in_the_way_of_the_keyboard(drawn):
    """The table has the same links for the keyboard; here they serve the pointer alone."""
    links = [node for node in ElementTree.fromstring(tidy(drawn["bars"], "p")).iter() if node.tag == "a"]
    assert {link.get("href") for link in links} == {"/dasbor/?a=1&b=2"}
    assert {link.get("tabindex") for link in links} == {"-1"}
    assert "<a" not in tidy(drawn["bars"], "p", links=False)


def test_a_mark_says_what_it_is_under_the_pointer(drawn):
    assert "<title>K3, Aceh: 7</title>" in tidy(drawn["heat"], "p")


def test_a_drawing_of_many_parts_is_one_picture(drawn):
    """A heat map of the whole country has hundreds of fields, and a page no more than 1,500 elements."""
    fields = [
        {"row": f"T{r}", "column": f"P{c}", "n": 1, "text": "1 & 1", "url": "/x/", "hover": "h"}
        for r in range(12) for c in range(38)
    ]  # fmt: skip
    columns, rows = [f"P{c}" for c in range(38)], [f"T{r}" for r in range(12)]
    spec = shapes.heat(fields, columns=columns, rows=rows, steps=(5, 20, 50, 100), width=shapes.WIDE)
    made = draw(chart(spec=spec), Clock(60))["narrow"]
    assert made.startswith('<img src="data:image/svg+xml,%3Csvg%20xmlns=') and made.count("<") == 1
    source = unquote(made.split('"')[1].removeprefix("data:image/svg+xml,"))
    assert len([node for node in ElementTree.fromstring(source).iter() if node.tag.endswith("text")]) >= 12 * 38


def test_the_drawings_of_a_page_share_its_room():
    """However many charts a page has: those for which there is no room are one element each."""
    clock = Clock(60)
    made = [draw(chart(name=f"c{n}"), clock)["narrow"] for n in range(60)]
    assert sum(parts_of(each) for each in made if each.startswith("<svg")) <= ROOM
    assert made[0].startswith("<svg ") and made[-1].startswith("<img ")


def test_the_small_twin_of_a_large_drawing_is_one_picture():
    made = draw(chart(spec=SPECS["bars"], wide=SPECS["heat"]), Clock(60))
    assert made["narrow"].startswith("<img ") and made["wide"].startswith("<svg ")


def test_ids_of_two_drawings_on_a_page_do_not_meet():
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><g clip-path="url(#c1)"><path d="M0,0h9"/></g>'
        '<defs><clipPath id="c1"><path d="M0,0h1.2345"/></clipPath></defs></svg>'
    )
    made = tidy(svg, "usia-n")
    assert 'id="usia-n-c1"' in made and 'clip-path="url(#usia-n-c1)"' in made
    assert 'd="M0,0h1.2"' in made


@pytest.mark.parametrize("address", ["javascript:alert(1)", "//elsewhere.test/", "https://elsewhere.test/", ""])
def test_a_drawing_leads_nowhere_but_into_the_portal(address):
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="9">'
        f'<a xlink:href="{address}"><path d="M0,0h9" fill="#000"/></a></svg>'
    )
    assert "<a" not in tidy(svg, "p") and "<path" in tidy(svg, "p")


def test_words_from_records_stay_words(drawn):
    hostile = '<script>alert(1)</script> & "x" \'; datum.kind === 1'
    spec = shapes.paired([{**PARTS[0], "label": hostile, "kind": hostile}], [(hostile, "#0b5ba8")])
    made = tidy(drawing(spec, patience=60), "p")
    assert "<script" not in made and "&lt;script&gt;" in made
    ElementTree.fromstring(made)


def test_numbers_on_axes_follow_the_language(settings):
    from django.utils import translation

    spec = {
        "data": {"values": [{"n": 20000}]}, "mark": "bar", "width": 300,
        "encoding": {"x": {"field": "n", "type": "quantitative", "axis": {"format": ","}}},
    }  # fmt: skip
    with translation.override("id"):
        assert "20.000" in drawing(spec, patience=60)
    with translation.override("en"):
        assert "20,000" in drawing(spec, patience=60)


def test_colours_are_the_style_sheets():
    tokens = (Path(settings.BASE_DIR) / "assets" / "scss" / "_tokens.scss").read_text(encoding="utf-8")
    said = dict(re.findall(r"--sg-([\w-]+):\s*(#[0-9a-f]+)", tokens))
    assert tuple(said[f"d{n}"] for n in range(1, 6)) == palette.RAMP
    assert tuple(said[f"series-{n}"] for n in range(1, 5)) == palette.SERIES
    assert (said["ink-900"], said["ink-700"], said["ink-500"]) == (palette.INK_900, palette.INK_700, palette.INK_500)
    assert (said["before"], said["line"], said["danger"]) == (palette.BEFORE, palette.LINE, palette.LATE)


# --- When it does not work


def test_a_specification_that_cannot_be_drawn_gives_no_drawing():
    assert drawing({"mark": "nonsense", "data": {"values": []}}, patience=60) is None


def test_a_specification_loads_nothing_from_elsewhere():
    spec = {"data": {"url": "http://127.0.0.1:9/secret.csv"}, "mark": "bar", "encoding": {}}
    made = drawing(spec, patience=60)
    assert made is None or "secret" not in made


def test_what_is_not_ready_in_time_is_there_at_the_next_visit():
    spec = {**SPECS["bars"], "description": "asked for twice"}
    assert drawing(spec, patience=0) is None
    assert drawing(spec, patience=60).startswith("<svg")


def test_a_finished_drawing_is_kept_and_not_drawn_again():
    assert drawing(SPECS["bars"], patience=60) is not None
    assert drawing(SPECS["bars"], patience=0) is not None


def _artist(program: str, longest: float = 10.0) -> Artist:
    return Artist([sys.executable, "-c", program], longest)


def test_a_process_that_hangs_is_replaced():
    """A job at which it stands still fails once, not twice: what hung hangs again. The next job finds a new process."""
    hangs = "import sys, time; 'x' in sys.stdin.readline() and time.sleep(60); print('{\"drawing\": \"done\"}')"
    slow = _artist(hangs, 3.0)
    begun = time.monotonic()
    try:
        stuck, after = slow.draw({"spec": "x"}), slow.draw({"spec": "y"})
        with pytest.raises(DrawingFailed):
            stuck.result(timeout=20)
        assert time.monotonic() - begun < 6
        assert after.result(timeout=20) == "done"
    finally:
        slow.close()


def test_a_process_that_stops_reading_holds_nobody_up():
    """It is asked to draw more than a pipe holds and reads nothing."""
    deaf = _artist("import time; time.sleep(60)", 0.5)
    try:
        with pytest.raises(DrawingFailed):
            deaf.draw({"spec": "x" * 1_000_000}).result(timeout=20)
    finally:
        deaf.close()


def test_a_portal_that_is_told_to_end_does_not_wait_for_drawings():
    """Its own process here, with a drawing that hangs and five behind it."""
    program = (
        "import sys; from workflow.charts.artist import Artist;"
        "slow = Artist([sys.executable, '-c', 'import time; time.sleep(60)']);"
        "[slow.draw({'n': n}) for n in range(6)]; print('asked')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=settings.BASE_DIR, timeout=20, capture_output=True, check=True
    )
    assert done.stdout == b"asked\n"


def test_who_waits_for_a_closed_artist_is_told():
    slow = _artist("import time; time.sleep(60)")
    first, second = slow.draw({"n": 1}), slow.draw({"n": 2})
    while not first.running():
        time.sleep(0.01)
    slow.close()
    with pytest.raises((DrawingFailed, CancelledError)):
        first.result(timeout=20)
    with pytest.raises(CancelledError):
        second.result(timeout=20)


def test_a_drawing_that_failed_is_not_tried_again_at_once():
    """A page opened ten times must not have ten drawings fail, each with its time, while all others wait."""
    bad = {"mark": "nonsense", "data": {"values": []}, "description": "asked for twice, fails once"}
    assert drawing(bad, patience=60) is None
    known = dict(artist().on_the_way)
    assert drawing(bad, patience=60) is None
    assert {key: future for key, future in artist().on_the_way.items() if known.get(key) is not future} == {}


def test_drawings_that_nobody_waits_for_any_more_are_given_up(monkeypatch):
    monkeypatch.setattr("workflow.charts.drawing.HELD", 3)
    for n in range(9):
        drawing({**SPECS["bars"], "description": f"left alone {n}"}, patience=0)
    assert len(artist().on_the_way) == 3


def test_letters_no_picture_can_hold_are_left_out():
    """One control character in the title of a record would end the drawing process, at every visit."""
    spec = shapes.bars([{"label": "a\x01b\ufffe", "n": 1, "text": "1\x1f", "url": "", "hover": "\x0c"}], top=2)
    assert ">ab</text>" in tidy(drawing(spec, patience=60), "p")


def test_very_long_words_are_cut_and_words_of_the_renderer_are_words():
    """Names that mean something in JavaScript, another direction of writing, thousands of letters."""
    labels = ["constructor", "toString", "__proto__", "\u202eevil", "مرحبا", "x" * 5000, "", "Same", "Same"]
    spec = shapes.bars([{"label": label, "n": n, "text": f"<{n}>", "url": ""} for n, label in enumerate(labels)])
    made = tidy(drawing(spec, patience=60), "p")
    assert all(f"&lt;{n}&gt;" in made for n in range(len(labels)))
    assert len(made) < 10_000


@pytest.mark.parametrize("shape", ["stacked", "paired"])
def test_rows_of_one_name_stay_two_rows(shape):
    rows = [{"label": "Same", "key": n, "kind": "k", "n": 3, "text": "3", "url": "", "hover": ""} for n in (1, 2)]
    spec = getattr(shapes, shape)(rows, [("k", "#0b5ba8")])
    assert [row["line"] for row in spec["data"]["values"]] == ["line 0", "line 1"]
    assert tidy(drawing(spec, patience=60), "p").count(">Same<") == 2


def test_lazy_words_and_exact_numbers_are_drawn():
    spec = shapes.bars([{"label": gettext_lazy("Province"), "n": Decimal("1.5"), "text": "x", "url": "", "hover": ""}])
    assert drawing(spec, patience=60).startswith("<svg")


def test_a_process_that_ended_is_started_again():
    """Each process answers one job and ends, as an idle one does; the next job finds a new one."""
    once = _artist('import sys; sys.stdin.readline(); print(\'{"drawing": "done"}\')')
    try:
        assert [once.draw({"n": n}).result(timeout=20) for n in range(3)] == ["done"] * 3
    finally:
        once.close()


def test_a_page_waits_for_nobody():
    slow = _artist("import time; time.sleep(60)", 1.0)
    begun = time.monotonic()
    try:
        with pytest.raises(TookTooLong):
            slow.draw({}).result(timeout=0.05)
        assert time.monotonic() - begun < 1.0
    finally:
        slow.close()


def test_the_drawing_process_inherits_no_secret():
    told = _artist("import os, sys, json; sys.stdin.readline(); print(json.dumps({'drawing': sorted(os.environ)}))")
    try:
        names = told.draw({}).result(timeout=20)
    finally:
        told.close()
    assert set(names) <= {"LANG", "PATH", "LC_CTYPE"}


# --- A chart


def chart(**changed) -> Chart:
    defaults = {
        "name": "usia", "title": "Judul", "summary": "Ringkasan", "spec": SPECS["bars"],
        "columns": [Column("Tempat"), Column("Orang", NUMBER), Column("Bagian", PERCENT)],
        "rows": [[Cell("Aceh", "/a/"), Cell(1200, "/b/"), 12.345], ["=Bali", None, None]],
    }  # fmt: skip
    return Chart(**{**defaults, **changed})


def test_a_chart_without_rows_draws_nothing():
    assert draw(chart(rows=[])) == {"narrow": "", "wide": "", "failed": False}


def test_a_chart_that_is_not_ready_says_so():
    spec = {**SPECS["bars"], "description": "never seen before"}
    assert draw(chart(spec=spec), Clock(0)) == {"narrow": "", "wide": "", "failed": True}


def test_several_charts_are_drawn_while_the_page_does_something_else():
    charts = [chart(name="a"), chart(name="b", spec=SPECS["dots"], wide=SPECS["heat"])]
    prepare(charts)
    assert [draw(each, Clock(60))["failed"] for each in charts] == [False, False]


def test_the_table_as_a_file_keeps_numbers_as_numbers():
    assert list(csv_rows(chart())) == [["Tempat", "Orang", "Bagian"], ["Aceh", "1200", "12.3"], ["=Bali", "", ""]]


def test_a_day_in_a_file_is_the_day_in_jakarta():
    """Half past eleven at night in Jakarta on 4 December; a quarter of an hour past midnight is the fifth."""
    late, early = (dt.datetime(2026, 12, 4, hour, 30, tzinfo=dt.UTC) for hour in (16, 17))
    made = chart(columns=[Column("a", DAY), Column("b", DAY), Column("c", DAY)], rows=[[late, early, late.date()]])
    assert list(csv_rows(made))[1] == ["2026-12-04", "2026-12-05", "2026-12-04"]


def test_a_picture_carries_its_finding_on_white():
    spec = titled(SPECS["bars"], "Papua mendapat dua belas dari seratus", "Sinergi", 360)
    assert spec["title"]["text"] == wrapped("Papua mendapat dua belas dari seratus", 45)
    assert picture(spec, "png").startswith(b"\x89PNG")
    assert b"Papua mendapat" in picture(spec, "svg")


def test_what_a_specification_says_itself_stands():
    assert themed({"config": {"bar": {"color": "red"}}})["config"]["bar"] == {"color": "red"}
    assert themed({})["config"]["axis"]["labelFontSize"] >= 12
    assert shapes.linked([{"url": "/x/", "hover": "h"}]) == [{"url": f"{HREF}/x/", "hover": "» h"}]
