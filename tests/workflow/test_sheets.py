"""Files of lists: what is typed into the portal leaves it as text, numbers and dates keep their kind."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from decimal import Decimal
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from django.utils import translation
from openpyxl.utils.escape import unescape

from workflow.downloads import csv_cell, csv_pieces, csv_response
from workflow.sheets import Sheet, clean, file_name, sheet_title, xlsx_file, xlsx_response

HOSTILE = [
    '=HYPERLINK("http://x.example","k")',
    "+62 812 000",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "＝1+1",
]


def written(*sheets: Sheet) -> io.BytesIO:
    with xlsx_file(sheets) as made:
        return io.BytesIO(made.read())


def opened(*sheets: Sheet):
    return openpyxl.load_workbook(written(*sheets))


def cells(*row) -> list:
    """One row as a workbook gives it back."""
    book = opened(Sheet("Isi", [str(n) for n in range(len(row))], [row]))
    return [unescape(cell.value) if isinstance(cell.value, str) else cell.value for cell in book["Isi"][2]]


def test_numbers_dates_and_texts_keep_their_kind():
    noon = dt.datetime(2026, 11, 30, 12, 0, tzinfo=ZoneInfo("UTC"))
    row = (7, -5, 12.5, Decimal("72.5"), dt.date(2026, 11, 30), noon, "KB-2026-0001", "007", None, "", "-")
    days = [dt.datetime(2026, 11, 30), dt.datetime(2026, 11, 30, 19, 0)]
    assert cells(*row) == [7, -5, 12.5, 72.5, *days, "KB-2026-0001", "007", None, None, "-"]


def test_a_truth_a_day_before_excel_and_a_number_too_long_are_texts():
    with translation.override("en"):
        assert cells(True, False, dt.date(1888, 1, 2), 10**20, float("inf")) == [
            "yes", "no", "1888-01-02", "100000000000000000000", "inf",
        ]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_becomes_a_formula_in_a_workbook(text):
    target = written(Sheet(text, [text], [[text]]))
    page = zipfile.ZipFile(target).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in page and "hyperlink" not in page
    sheet = openpyxl.load_workbook(target).worksheets[0]
    assert [sheet["A1"].data_type, sheet["A2"].data_type] == ["s", "s"] or sheet["A2"].data_type == "inlineStr"
    assert sheet["A2"].value == text.replace("\r", "\n")
    assert sheet["A2"].quotePrefix is True


@pytest.mark.parametrize(
    ("text", "leaves"),
    [
        ("=1+1", "'=1+1"),
        ("+62 812", "'+62 812"),
        ("@x", "'@x"),
        ("-2+3", "'-2+3"),
        ("\t=1", "'\t'=1"),
        ("\r=1", "'\n'=1"),
        ("-5", "-5"),
        ("-5,5", "-5,5"),
        ("x,=1+1", "x,'=1+1"),
        ("x,-2+3", "x,'-2+3"),
        ("baris\n=1+1", "baris\n'=1+1"),
        ("Rp 5.000,- per hari", "Rp 5.000,- per hari"),
        ("- satu\n- dua", "'- satu\n- dua"),
        ("KB-2026-0001", "KB-2026-0001"),
        ("\x00\x07=1", "'=1"),
        ("", ""),
    ],
)
def test_no_text_becomes_a_formula_in_a_text_file(text, leaves):
    assert csv_cell(text) == leaves


def test_numbers_of_a_text_file_are_numbers():
    noon = dt.datetime(2026, 11, 30, 12, 0, tzinfo=ZoneInfo("UTC"))
    row = [-5, 12.5, Decimal("-72.5"), dt.date(2026, 11, 30), noon, None, float("-inf")]
    left = [-5, 12.5, Decimal("-72.5"), "2026-11-30", "2026-11-30 19:00", None, "'-inf"]
    assert [csv_cell(cell) for cell in row] == left


def test_a_text_file_is_what_indonesian_excel_opens():
    content = "".join(csv_pieces([["Kode", "Nama"], ["A;1", 'kata "x"'], ["B", "dua\nbaris"]]))
    assert content == '\ufeffKode;Nama\r\n"A;1";"kata ""x"""\r\nB;"dua\nbaris"\r\n'


def test_rows_leave_as_they_come():
    begun = []

    def rows():
        for number in range(1000):
            begun.append(number)
            yield [number]

    pieces = csv_pieces(rows())
    next(pieces)
    assert begun == []
    next(pieces)
    assert len(begun) == 200


@pytest.mark.parametrize(("text", "length"), [("x" * 32_767, 32_767), ("x" * 32_768, 32_767), ("😀" * 20_000, 32_766)])
def test_a_text_longer_than_a_cell_is_cut_with_a_sign(text, length):
    left = clean(text)
    assert len(left.encode("utf-16-le")) // 2 in (length, 32_767)
    assert left.endswith(" […]") == (left != text)
    assert cells(text) == [left]


def test_control_characters_and_halves_of_characters_do_not_leave():
    assert cells("a\x00b\x0bc\x1fd\ud800e\uffff", "_x0041_", " tepi ") == ["abcde", "_x0041_", " tepi "]


@pytest.mark.parametrize(
    ("title", "taken", "name"),
    [
        ("Kebutuhan [2026]: a/b?*\\", (), "Kebutuhan  2026   a b"),
        ("'kutip'", (), "kutip"),
        ("History", (), "History -"),
        ("", (), "-"),
        ("x" * 40, (), "x" * 31),
        ("Baris", ("baris",), "Baris (2)"),
        ("y" * 40, ("y" * 31,), "y" * 27 + " (2)"),
    ],
)
def test_sheets_have_names_that_excel_accepts(title, taken, name):
    assert sheet_title(title, taken) == name


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("../../etc/passwd.csv", "etc-passwd.csv"),
        ("=cmd|x.xlsx", "cmd-x.xlsx"),
        ('a"b\r\nSet-Cookie: x.csv', "a-b--Set-Cookie- x.csv"),
        ("-", "sinergi"),
    ],
)
def test_file_names_lead_nowhere(given, name):
    assert file_name(given) == name


def test_the_head_stays_in_view_and_offers_a_filter():
    page = opened(Sheet("Isi", ["Kode", "Orang"], [["A", 1], ["B", 2]], (20, 8), filters=True))["Isi"]
    assert (page.freeze_panes, page.auto_filter.ref) == ("A2", "A1:B3")
    assert [round(page.column_dimensions[letter].width) for letter in "AB"] == [21, 9]


def test_a_list_longer_than_a_sheet_goes_on_in_the_next(monkeypatch):
    monkeypatch.setattr("workflow.sheets.MOST_ROWS", 3)
    book = opened(Sheet("Isi", ["n"], ([n] for n in range(7))))
    assert {page.title: [row[0].value for row in page.iter_rows(min_row=2)] for page in book} == {
        "Isi": [0, 1, 2],
        "Isi (2)": [3, 4, 5],
        "Isi (3)": [6],
    }


def test_a_download_is_kept_by_nobody():
    response = xlsx_response([Sheet("Isi", ["n"], [[1]])], "daftar.xlsx")
    response.close()
    assert response["Cache-Control"] == "private, no-store"
    assert response["Content-Disposition"] == 'attachment; filename="daftar.xlsx"'
    named = csv_response([["n"]], 'a"b.csv')
    assert named["Content-Disposition"] == 'attachment; filename="a-b.csv"'
