"""Files that want to harm, and files that went wrong: each is refused or read, in bounded time and memory."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile

import pytest
from django.utils import translation

from exchange.books import opening_process
from exchange.books.columns import Column, Table
from exchange.books.opening import Unreadable
from exchange.books.opening_process import MEMORY
from exchange.books.reader import read_book
from portal.stack.places import ROOT
from tests.exchange.hostile import ROW, TYPES, book, sheet

THINGS = Table(
    "thing",
    "Things",
    (
        Column("name", "Name", required=True, longest=200),
        Column("count", "Count", kind="whole"),
        Column("day", "Day", kind="day"),
        Column("kind", "Kind", kind="code", choices=lambda: [("MEDHI", "Mediator"), ("PKERJA", "Placement officer")]),
        Column("ready", "Ready", kind="tick"),
    ),
)


@pytest.fixture(autouse=True)
def _english():
    translation.activate("en")


def rows(file) -> list[dict]:
    return [row.values for row in read_book(file, (THINGS,)).rows("thing")]


def refused(file) -> str:
    with pytest.raises(Unreadable) as found:
        read_book(file, (THINGS,))
    return found.value.key


def zeros(size: int) -> bytes:
    return b"<worksheet><sheetData>" + b" " * size + b"</sheetData></worksheet>"


def ole(mark: str) -> io.BytesIO:
    return io.BytesIO(opening_process.OLE + b"\0" * 600 + mark.encode("utf-16-le") + b"\0" * 600)


ENTITY = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
LAUGHS = '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
FILES = {
    "nothing": (lambda: io.BytesIO(b""), "empty"),
    "spaces": (lambda: io.BytesIO(b"  \r\n \r\n"), "empty"),
    "pdf": (lambda: io.BytesIO(b"%PDF-1.7 ..."), "pdf"),
    "picture": (lambda: io.BytesIO(b"\x89PNG\r\n\x1a\n...."), "picture"),
    "web page named .xls": (lambda: io.BytesIO(b"<html><table><tr><td>Name"), "web_page"),
    "old .xls": (lambda: ole("Workbook"), "old_format"),
    "password": (lambda: ole("EncryptedPackage"), "password"),
    "binary noise": (lambda: io.BytesIO(bytes(range(256)) * 40), "not_a_sheet"),
    "half a zip": (lambda: io.BytesIO(book().getvalue()[:900]), "damaged"),
    "zip of something": (
        lambda: book(
            without=(
                "xl/workbook.xml",
                "xl/worksheets/sheet1.xml",
                "xl/_rels/workbook.xml.rels",
                "xl/styles.xml",
                "xl/sharedStrings.xml",
            )
        ),
        "not_a_sheet",
    ),
    "sheet missing": (lambda: book(without=("xl/worksheets/sheet1.xml",)), "damaged"),
    "broken xml": (lambda: book("<worksheet><sheetData><row"), "damaged"),
    "macros": (lambda: book(more={"xl/vbaProject.bin": b"x"}), "macros"),
    "old macro sheet": (lambda: book(more={"xl/macrosheets/sheet1.xml": "<a/>"}), "macros"),
    "xlsb": (lambda: book(more={"xl/workbook.bin": b"x"}), "binary"),
    "ods": (
        lambda: book(more={"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<a/>"}),
        "ods",
    ),
    "word": (lambda: book(more={"word/document.xml": "<a/>"}), "not_a_sheet"),
    "entity in the sheet": (lambda: book(prolog=ENTITY), "doctype"),
    "laughs in the texts": (lambda: book(strings=LAUGHS + "<sst><si><t>&b;</t></si></sst>"), "doctype"),
    "entity in a part nobody reads": (lambda: book(more={"docProps/core.xml": ENTITY + "<a>&x;</a>"}), "doctype"),
    "entity in UTF-16": (lambda: book(more={"docProps/app.xml": (ENTITY + "<a/>").encode("utf-16")}), "doctype"),
    "bomb by ratio": (lambda: book(more={"xl/media/a.xml": zeros(20_000_000)}), "bomb"),
    "bomb by size": (lambda: book(more={f"xl/media/{n}.xml": b"<a>" + bytes(4_900_000) for n in range(32)}), "bomb"),
    "bomb by count": (lambda: book(more={f"xl/a/{n}.xml": "<a/>" for n in range(2_001)}), "bomb"),
    "too many rows": (
        lambda: book(sheet("".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(2, 20_003)))),
        "too_many_rows",
    ),
    "bomb of texts": (
        lambda: book(strings="<sst>" + f"<si><t>{'y' * 9_000}</t></si>" * 2_800 + "</sst>"),
        "bomb",
    ),
    "only a head": (lambda: book(sheet("", head="")), "empty"),
    "no head": (lambda: book(sheet(ROW, head="")), "no_head"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_bad_file_is_refused_for_its_reason(name):
    make, reason = FILES[name]
    assert refused(make()) == reason


def test_every_reason_is_a_sentence_with_a_way_out():
    from exchange.books.refusals import sentence

    keys = {reason for _make, reason in FILES.values()} - {"no_head"} | {"too_much", "too_large", "no_rows", "damaged"}
    told = {key: sentence(key, limit=20_000) for key in keys}
    assert len(set(told.values())) == len(keys)
    assert all(text.count(". ") >= 1 and text.endswith(".") for text in told.values())


def test_what_is_nested_is_never_unpacked():
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("huge", bytes(30_000_000))
    assert rows(book(more={"xl/embeddings/object.xlsx": inner.getvalue()})) == [
        {"name": "first", "count": 3, "day": None, "kind": None, "ready": None}
    ]


def test_a_million_empty_rows_and_a_false_dimension_cost_neither_time_nor_memory():
    empty = "".join(f'<row r="{n}"/>' for n in range(3, 1_000_003))
    file = book(sheet(ROW + empty, before='<dimension ref="A1:XFD1048576"/>'))
    assert len(file.getvalue()) < 6_000_000
    measure = (
        "import resource, subprocess, sys\n"
        "done = subprocess.run([sys.executable, '-m', 'exchange.books.opening_process'], stdin=sys.stdin.buffer,"
        " capture_output=True)\n"
        "use = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "print(done.stdout.count(b'\"row\"'), use.ru_maxrss // 1024, round(use.ru_utime + use.ru_stime))\n"
    )
    path = ROOT / "var"
    path.mkdir(exist_ok=True)
    with (path / "million.xlsx").open("w+b") as given:
        given.write(file.getvalue())
        given.seek(0)
        done = subprocess.run([sys.executable, "-c", measure], stdin=given, capture_output=True, cwd=ROOT, check=True)
    (path / "million.xlsx").unlink()
    filled, megabytes, seconds = map(int, done.stdout.split())
    assert filled == 2
    assert megabytes < 300 and seconds <= 10, (megabytes, seconds)


def test_the_reading_process_may_take_less_than_was_promised():
    assert MEMORY < 300 * 1024 * 1024


# --- What is read, and how -------------------------------------------------------------------------------------------


def cells(*parts: str) -> io.BytesIO:
    return book(sheet(f'<row r="2">{"".join(parts)}</row>'))


def text(place: str, value: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'


NAME = text("A2", "one")


def problems(file) -> list[tuple[str, str, str, str]]:
    found = next(read_book(file, (THINGS,)).rows("thing"))
    return [(p.column, p.value, p.problem, p.advice) for p in found.problems]


def test_formulas_errors_and_odd_cells_are_named_with_their_place():
    file = cells(NAME, '<c r="B2"><f>HYPERLINK("http://x","y")</f><v>7</v></c>', '<c r="C2" t="e"><v>#REF!</v></c>')
    assert problems(file) == [
        ("B", '=HYPERLINK("http://x","y")', "A formula stands here.", "Copy the cell and paste it as a value."),
        ("C", "#REF!", "The cell shows an error.", "Enter the value itself."),
    ]


def test_an_unknown_entry_gets_the_nearest_one_as_a_suggestion():
    assert problems(cells(NAME, text("D2", "Mediatr"))) == [("D", "Mediatr", "Not in the list.", "MEDHI · Mediator")]


def test_control_characters_escapes_and_long_cells_do_no_harm():
    assert rows(cells(text("A2", "a_x0000_b_x000D_c\u200bd_x0007_")))[0]["name"] == "ab\nc\u200bd"
    long = problems(cells(text("A2", "z" * 40_000)))
    assert long == [("A", "z" * 79 + "…", "The text is longer than 200 characters.", "Shorten it.")]


def test_dates_count_from_1900_or_1904_as_the_book_says():
    row = '<row r="2">' + NAME + '<c r="C2" s="{style}"><v>45425</v></c></row>'
    first, second = rows(book(sheet(row.format(style=1)))), rows(book(sheet(row.format(style=2))))
    later = rows(book(sheet(row.format(style=1)), properties='<workbookPr date1904="1"/>'))
    assert [found[0]["day"].isoformat() for found in (first, second, later)] == [
        "2024-05-13",
        "2024-05-13",
        "2028-05-14",
    ]


def test_rich_text_is_read_as_its_text_without_ruby():
    strings = "<sst><si><r><t>be</t></r><r><t>st</t></r><rPh><t>ruby</t></rPh></si></sst>"
    assert rows(book(sheet('<row r="2"><c r="A2" t="s"><v>0</v></c></row>'), strings=strings))[0]["name"] == "best"


def test_hidden_sheets_hidden_rows_merges_and_links_are_read_and_said():
    hidden = ROW.replace('<row r="2">', '<row r="2" hidden="1">')
    file = book(
        sheet(hidden, after='<mergeCells><mergeCell ref="A2:A3"/></mergeCells>'),
        state='state="veryHidden"',
        more={"xl/externalLinks/externalLink1.xml": "<a/>"},
    )
    found = read_book(file, (THINGS,))
    assert [row.values["name"] for row in found.rows("thing")] == ["first"]
    assert found.remarks == [
        "The sheet “Things” is hidden. It was read.",
        "“Things”: 1 hidden row was read.",
        "“Things”: cells are merged (A2:A3). A merged value counts for its first row only.",
        "The file refers to other files. They were not opened.",
    ]


def head(*names: str) -> str:
    return '<row r="1">' + "".join(text(f"{'ABCDEFG'[n]}1", name) for n, name in enumerate(names)) + "</row>"


def test_headings_stand_in_any_order_and_case_and_what_is_unknown_is_said():
    file = book(sheet(ROW, head=head("  NAME * ", "count", "Colour", "Count", "Redy")))
    found = read_book(file, (THINGS,))
    assert next(found.rows("thing")).values == {"name": "first", "count": 3, "ready": None}
    assert found.remarks == [
        "“Things”: columns the portal does not know were left out: “Colour” (C).",
        "“Things”: the heading “Count” stands twice; column D was left out.",
        "“Things”: the heading “Redy” was read as “Ready”.",
    ]


def test_missing_columns_are_named():
    with pytest.raises(Unreadable, match="“Things” lacks columns: “Name”. Add them"):
        read_book(book(sheet(ROW, head=head("Count", "Day"))), (THINGS,))


CSV = {
    "utf-8 with mark": "\ufeffName;Count;Day\r\nDésa;1.200;13 Mei 2024\r\n".encode(),
    "utf-8": 'Name,Count,Day\nDésa,"1,200",2024-05-13\n'.encode(),
    "windows": "Name;Count;Day\r\nD\xe9sa;1200;13/05/2024\r\n".encode("cp1252"),
    "utf-16": "Name\tCount\tDay\r\nDésa\t1 200\t13.05.2024\r\n".encode("utf-16"),
    "excel says": "sep=|\r\nName|Count|Day\r\nDésa|1200|13-05-2024\r\n".encode(),
}


@pytest.mark.parametrize("name", CSV)
def test_text_files_are_read_in_every_common_coat(name):
    found = rows(io.BytesIO(CSV[name]))
    assert [(r["name"], r["count"], r["day"].isoformat()) for r in found] == [("Désa", 1200, "2024-05-13")]


def test_the_archive_of_a_good_book_is_what_the_bad_ones_are_made_of():
    assert TYPES.startswith("<?xml") and rows(book())[0]["count"] == 3
