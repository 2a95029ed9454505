"""What the components are shown with: a value for each state, none of it from the database."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace as Sample

from django.utils import timezone
from django.utils.translation import gettext as _

from workflow.drawings import Pair, Pairs, heat, stack, ways
from workflow.formats import num
from workflow.listing import FacetView, Option, Pill, WayOut
from workflow.registry import workflows
from workflow.templatetags.workflow_tags import Event
from workflow.turns import Holders, Outside, Post

COLOURS = (
    ("navy", "#0b2541", 15.5),
    ("brand-700", "#094684", 9.5),
    ("brand-600", "#0b5ba8", 6.8),
    ("brand-100", "#d9e9f8", 7.6),
    ("ink-900", "#14202e", 16.5),
    ("ink-700", "#384a5f", 9.1),
    ("ink-500", "#566579", 5.9),
    ("line-strong", "#75859a", 3.8),
    ("danger", "#b42318", 6.6),
    ("focus", "#ffd34d", 11.5),
    ("d1", "#dce9f6", 13.3),
    ("d2", "#a9cbea", 9.7),
    ("d3", "#6fa8da", 6.5),
    ("d4", "#2f78bd", 4.6),
    ("d5", "#0a4683", 9.5),
    ("series-2", "#b85309", 4.9),
    ("series-3", "#0f7a72", 5.2),
    ("series-4", "#6b4fc0", 6.0),
)
"""(token, value, contrast with the text that stands on it or around it)."""


def states() -> list[dict]:
    """Every workflow table with its states, as the status tag shows them."""
    return [{"name": entry.flow.label, "states": entry.flow.states} for entry in workflows()]


def offers() -> list[Sample]:
    """Acts of a record: one to do, one less urgent, one that ends something, one that is not possible yet."""

    def offer(name, label, style, *reasons):
        return Sample(transition=Sample(name=name, label=label, style=style), enabled=not reasons, reasons=reasons)

    return [
        offer("approve", _("Approve"), "primary"),
        offer("return", _("Return for changes"), "secondary"),
        offer("reject", _("Reject"), "danger"),
        offer("sign", _("Sign"), "secondary", _("The cover letter is missing.")),
    ]


def dues() -> list[dict]:
    """Deadlines: far away, near, today, over, none."""
    now = timezone.now()
    return [
        {"label": _("more than a week left"), "at": now + dt.timedelta(days=20)},
        {"label": _("a week or less"), "at": now + dt.timedelta(days=5, hours=1)},
        {"label": _("over"), "at": now - dt.timedelta(days=2)},
        {"label": _("none"), "at": None},
    ]


def figures() -> list[dict]:
    """Figures with what they were before: better, worse, without a comparison, leading to their rows."""
    return [
        {"label": _("Seats given"), "value": num(1180), "note": _("before: 1,042, up"), "tone": "up"},
        {"label": _("Lowest coverage"), "value": "12%", "note": _("before: 15%, down"), "tone": "down"},
        {"label": _("Waiting"), "value": "146", "url": "#daftar"},
        {"label": _("Median waiting time"), "value": "–", "note": _("no data yet")},
    ]


def bars() -> list[dict]:
    """Shares beside each other; one is marked, one is not known."""
    return [
        {"label": "Sumba Timur", "value": 22, "top": 100, "shown": "22%", "strong": True},
        {"label": "Nusa Tenggara Timur", "value": 19, "top": 100, "shown": "19%", "tone": "grey"},
        {"label": "Indonesia", "value": 37, "top": 100, "shown": "37%", "tone": "grey"},
        {"label": "Papua Pegunungan", "nothing": _("no data")},
    ]


def steps() -> list[dict]:
    """A road with two steps behind, one under way and two ahead."""
    day = dt.date(2026, 11, 12)
    names = (_("Draft"), _("Signature"), _("Province"), _("Ministry"), _("Allocation"))
    kinds = ("done", "done", "now", "todo", "todo")
    return [
        {"number": n, "label": name, "state": kind, "at": day if kind == "done" else None}
        for n, (name, kind) in enumerate(zip(names, kinds, strict=True), 1)
    ]


def events() -> list[Event]:
    """Three entries of a history: a return with a reason, a change of content, the beginning."""
    at = dt.datetime(2026, 11, 24, 2, 32, tzinfo=dt.UTC)
    changes = {"changes": [{"label": _("Number of people"), "before": "12", "after": "8"}]}
    reason = _("More inspectors than the staff records show.")
    verifier, operator = _("Provincial verifier"), _("Office operator")
    return [
        Event(_("Returned for changes"), at, verifier, "Disnaker NTT", reason, "amber", "arrow-counterclockwise", {}),
        Event(_("Content changed"), at - dt.timedelta(days=1), operator, "", "", "neutral", "pencil", changes),
        Event(
            _("Created"), at - dt.timedelta(days=3), operator, "Disnakertrans Sumba Timur", "", "blue", "plus-lg", {}
        ),
    ]


def tasks() -> list[dict]:
    """Parts of a form: not begun, under way, done, not yet possible; and one thing to do with its hint."""
    return [
        {"title": _("Check the office and the officers"), "url": "#tugas", "state_label": _("Done"), "tone": "line"},
        {"title": _("Fill in the lines"), "url": "#tugas", "state_label": _("Being filled in"), "tone": "blue"},
        {"title": _("Give the reason"), "url": "#tugas", "state_label": _("Not started")},
        {"title": _("Check and send"), "state_label": _("Cannot start yet"), "tone": "line", "icon": "lock"},
    ]


def run(failed: bool = False) -> list[dict]:
    """Long work: under way, or stopped at its third step."""
    done = {"state": "done", "icon": "check-circle-fill"}
    third = {"state": "failed", "icon": "x-octagon-fill"} if failed else {"state": "now", "icon": "arrow-repeat"}
    return [
        {"label": _("Data frozen"), "note": _("1,284 lines"), **done},
        {"label": _("Conditions checked"), "note": _("18,406 pairs"), **done},
        {"label": _("Seats being shared out"), **third},
        {"label": _("Fairness and reasons"), "state": "todo", "icon": "circle"},
    ]


def comparison() -> dict:
    """Two candidates for one line."""
    columns = [Sample(score=88, title="K3 konstruksi", by="KOICA"), Sample(score=81, title="Pasar kerja", by="JICA")]
    rows = [
        (_("Competency"), 35, (35, 30)),
        (_("Level"), 20, (20, 14)),
        (_("Seats"), 15, (9, 12)),
    ]
    said = _("18 seats for 41 people interested")
    return {
        "columns": columns,
        "rows": [
            {"label": name, "most": most, "cells": [Sample(points=p, max=most, sentence=said) for p in points]}
            for name, most, points in rows
        ],
    }


def summary() -> list[dict]:
    """Answers to check: given, to be changed, left out."""
    return [
        {"label": _("Number of people"), "value": 3, "change_url": "#berkas"},
        {"label": _("Justification"), "value": "", "change_url": "#berkas"},
    ]


def tabs() -> list[dict]:
    """Views of a list: the present one, one with a count, one without."""
    return [
        {"url": "#daftar", "label": _("All"), "current": True, "count": 146},
        {"url": "#daftar", "label": _("Over"), "count": 0},
        {"url": "#daftar", "label": _("History")},
    ]


def parts() -> list[Sample]:
    """The parts of a score with their sentences."""
    return [
        Sample(label=_("Competency"), points=35, max=35, sentence=_("All competencies of the line are taught.")),
        Sample(label=_("Seats"), points=9, max=15, sentence=_("18 seats for 41 people interested")),
        Sample(label=_("Prerequisites"), points=0, max=15, sentence=""),
    ]


class SampleListing:
    """A list with one filter on, the second of six pages, sorted by its first column."""

    text, sort, default_sort, size, clear_url = "", "code", "code", 25, "?"
    total, is_filtered = 146, True
    previous_url = next_url = "#daftar"
    urls = Sample(xlsx="#daftar", csv="#daftar")
    page = Sample(start_index=26, end_index=50)
    way_out = WayOut("Papua", 6, "#daftar")
    rows = (
        {"code": "KB-2027-0517", "title": "Analisis informasi pasar kerja", "people": 6, "tone": "amber"},
        {"code": "KB-2027-0498", "title": "Pengawas ketenagakerjaan", "people": 1180, "tone": "blue"},
    )

    @property
    def views(self) -> list[FacetView]:
        """Two facets, the second longer than what is shown at once."""
        states = [Option("A", _("Verified"), 38, True, "#daftar"), Option("B", _("Returned"), 0, False, "#daftar")]
        places = [
            Option(f"P{n}", name, 1000 - 90 * n, False, "#daftar")
            for n, name in enumerate(
                ("Aceh", "Riau", "Jambi", "Banten", "Bali", "Papua", "Maluku", "Gorontalo", "Lampung"), 1
            )
        ]
        return [FacetView("s", _("Status"), states, 1), FacetView("p", _("Province"), places, 0)]

    @property
    def pills(self) -> list[Pill]:
        """The one filter that is on."""
        return [Pill(f"{_('Status')}: {_('Verified')}", "#daftar")]

    def sort_url(self, name: str) -> str:
        """Nowhere: nothing is sorted here."""
        return "#daftar"

    def direction(self, name: str) -> str:
        """Sorted by the code, from the first."""
        return "ascending" if name == "code" else "none"


def drawings() -> dict:
    """The small drawings of homes: a bar in pieces, levels, pairs, waiting times, a table of heat, spans of days."""
    pieces = [("draft", _("Draft"), 3), ("sign", _("Awaiting signature"), 3), ("returned", _("To be changed"), 1)]
    pieces += [("review", _("Under review"), 8), ("approved", _("Approved, no seat yet"), 4)]
    pieces += [("seated", _("With a seat"), 2)]
    themes = {"T01": "Pemeriksaan norma K3", "T07": "Mediasi hubungan industrial"}
    islands = {"Sumatera": "Sumatera", "Jawa": "Jawa", "Papua": "Papua"}
    counts = {("T01", "Sumatera"): 20, ("T01", "Jawa"): 40, ("T07", "Jawa"): 12, ("T07", "Papua"): 5}
    waits = [(str(days), count, days > 4) for days, count in enumerate((38, 31, 27, 21, 17, 6, 4))]
    return {
        "stack": stack((name, label, count, "#gambar") for name, label, count in pieces),
        "ways": ways([(themes["T01"], 2, 4, 3, "#gambar"), (themes["T07"], 1.5, 3, 8, "#gambar")]),
        "pairs": Pairs([Pair(themes["T07"], 52, 75, "#gambar"), Pair(themes["T01"], 22, 2)]),
        "ageing": Sample(bars=[*waits, ("7+", 2, True)], highest=38, limit=5, first_late="5", late=12, waiting=146),
        "heat": heat(counts, themes, islands, lambda _row, _column: "#gambar"),
        "spans": Sample(
            rows=[
                Sample(label=label, table=_("Training need"), low=low, middle=mid, high=high, x1=x1, xm=xm, x2=x2)
                for label, low, mid, high, x1, xm, x2 in (
                    (_("Provincial verification"), 2, 4, 9, "12", "24", "54"),
                    (_("Ministry verification"), 3, 7, 16, "18", "42", "97"),
                )
            ]
        ),
    }


def holders() -> dict[str, Holders]:
    """Who has a record: two posts, a body outside, a post nobody holds."""
    verifier, day = _("Provincial verifier"), timezone.localdate() - dt.timedelta(days=9)
    return {
        "held": Holders(
            posts=(
                Post("PROV_VER", verifier, "Disnaker Provinsi Bali"),
                Post("PPSDM_VER", _("Needs verifier, PPSDM"), "PPSDM Ketenagakerjaan"),
            )
        ),
        "outside": Holders(
            posts=(Post("BIROKS_OFF", _("Cooperation officer"), "Biro Kerja Sama"),),
            outside=(Outside(_("Ministry of Foreign Affairs"), day, 9),),
        ),
        "unheld": Holders(unheld=(verifier,)),
    }
