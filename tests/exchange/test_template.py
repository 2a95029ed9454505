"""Templates: what an office downloads, and that the portal understands it again."""

from __future__ import annotations

import io

import pytest
from django.utils import translation
from openpyxl import load_workbook

from exchange.books.reader import read_book
from exchange.books.template import text_file, workbook
from exchange.kinds.needs import NeedsKind
from exchange.kinds.needs_tables import TABLES
from tests import factories
from tests.regions.conftest import vocabulary  # noqa: F401 - a fixture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]
KIND = NeedsKind()


@pytest.fixture(autouse=True)
def _records(vocabulary):  # noqa: F811
    factories.cycle()
    for code in factories.THEMES:
        factories.theme(code)


@pytest.fixture
def english():
    with translation.override("en"):
        yield workbook(TABLES, KIND.examples(None, {}))


def test_each_table_has_a_sheet_with_a_locked_head_a_note_and_an_example(english):
    book = load_workbook(io.BytesIO(english))
    assert [(page.title, page.sheet_state) for page in book] == [
        ("Needs", "visible"),
        ("Lines", "visible"),
        ("Competencies", "visible"),
        ("How to fill this in", "visible"),
        ("Choices", "hidden"),
    ]
    page = book["Lines"]
    assert (page.freeze_panes, page.protection.sheet, page.protection.password) == ("B2", True, None)
    assert [page["C1"].protection.locked, page["C2"].protection.locked] == [True, False]
    assert [page.column_dimensions[letter].width > 10 for letter in "ABC"] == [True] * 3
    assert page["C1"].value == "Post *" and "Choose an entry from the list. Required." in page["C1"].comment.text
    assert (page["A2"].value, page["C2"].value) == ("EXAMPLE", "MEDHI · Industrial relations mediator")


def test_cells_are_checked_by_excel_down_to_row_2001(english):
    book = load_workbook(io.BytesIO(english))
    checks = {str(c.sqref): (c.type, c.formula1) for c in book["Lines"].data_validations.dataValidation}
    assert checks["C2:C2001"] == ("list", "list_line_post")
    assert checks["F2:F2001"] == ("whole", "0")
    assert checks["G2:G2001"][0] == "date"
    assert book.defined_names["list_line_post"].attr_text.startswith("'Choices'!$")
    assert book["Lines"]["G2"].number_format == "mmmm yyyy"


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_template_is_read_in_either_language_and_its_example_is_left_out(language):
    with translation.override(language):
        made = workbook(TABLES, KIND.examples(None, {})), text_file(TABLES, KIND.examples(None, {}))
    with translation.override("en" if language == "id" else "id"):
        for content in made:
            book = read_book(io.BytesIO(content), TABLES, KIND.examples(None, {}))
            assert [list(book.rows(table.name)) for table in TABLES] == [[], [], []]
            assert [set(book.parts[t.name].head.places) for t in TABLES] == [
                {c.name for c in t.columns} for t in TABLES
            ]


def test_the_example_speaks_the_readers_language():
    with translation.override("id"):
        (need,) = KIND.examples(None, {})["need"]
    assert (need["need_key"], need["contact_post"]) == ("CONTOH", "Kepala Bidang Hubungan Industrial")


def test_no_heading_stands_for_two_columns():
    """A text file holds all tables side by side: only what joins them may be called the same."""
    for language in ("id", "en"):
        with translation.override(language):
            headings = [str(column.heading) for table in TABLES for column in table.columns]
        double = {heading for heading in headings if headings.count(heading) > 1}
        assert len(double) == 2, double


def test_an_example_is_a_need_that_could_be_brought_in(aceh_operator):
    factories.post("MEDHI")
    tables = {t: [{k: v for k, v in row.items()} for row in rows] for t, rows in KIND.examples(None, {}).items()}
    for rows in tables.values():
        for row in rows:
            row["need_key"] = "7"
    with translation.override("en"):
        content = workbook(TABLES, {}, tables)
        book = read_book(io.BytesIO(content), TABLES)
        (item,) = KIND.read(book, aceh_operator, {})
    assert (item.action, item.problems, item.people, item.rows) == ("create", [], 2, 3)
