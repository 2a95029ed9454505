"""Lists as Excel files: typed cells, a head that stays in view, and a sheet that says what was asked for, and when."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from tempfile import SpooledTemporaryFile
from typing import Any

from django.http import FileResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from workflow import formats

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""Characters a sheet cannot hold."""
LONGEST = 32_000


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name, the head row, the rows and how wide each column is, in characters."""

    title: str
    head: list[str]
    rows: Iterable[Iterable[Any]]
    widths: tuple[int, ...] = ()


def about_sheet(user, facts: Iterable[tuple[str, Any]]) -> Sheet:
    """The sheet that says where the figures come from: the facts, then when and for whom the file was made."""
    organisation = getattr(user, "acting_organisation", None)
    maker = user.acting.role_label if organisation else _("Anyone")
    made = [
        (_("Made at"), formats.moment(timezone.now())),
        (_("Made for"), f"{maker}, {organisation}" if organisation else maker),
    ]
    return Sheet(_("About this file"), [_("What"), _("Value")], [*facts, *made], (30, 90))


def xlsx_response(sheets: Iterable[Sheet], name: str) -> FileResponse:
    """The sheets as one file, written row by row."""
    from openpyxl import Workbook  # heavy, and needed for downloads only

    book = Workbook(write_only=True)
    for sheet in sheets:
        page = book.create_sheet(sheet.title[:31])
        page.freeze_panes = "A2"
        for number, width in enumerate(sheet.widths):
            page.column_dimensions[_letter(number)].width = width
        page.append([_cell(page, text, bold=True) for text in sheet.head])
        for row in sheet.rows:
            page.append([_cell(page, value) for value in row])
    target = SpooledTemporaryFile(max_size=5_000_000)  # noqa: SIM115 - the response closes it
    book.save(target)
    target.seek(0)
    response = FileResponse(target, as_attachment=True, filename=name, content_type=CONTENT_TYPE)
    response["Cache-Control"] = "private, no-store"
    return response


def _letter(number: int) -> str:
    from openpyxl.utils import get_column_letter

    return get_column_letter(number + 1)


def _cell(page, value: Any, *, bold: bool = False):
    """Numbers and dates stay what they are; a text is a text even where it begins like a formula."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    if isinstance(value, Decimal):
        value = float(value)
    if value is None or isinstance(value, int | float) or hasattr(value, "isoformat"):
        return WriteOnlyCell(page, value)
    cell = WriteOnlyCell(page, _FORBIDDEN.sub("", str(value))[:LONGEST])
    cell.data_type = "s"
    if bold:
        cell.font = Font(bold=True)
    return cell
