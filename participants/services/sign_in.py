"""The attendance list to print and sign: a field per day for everyone the reader sees. Always logged, never stored."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from workflow import formats, papers
from workflow.engine import Refused, note
from workflow.sheets import Sheet, about_sheet

KINDS = ("pdf", "xlsx")
TEMPLATE = "papers/rosters/sign_in.html"
DAYS_ON_A_PAGE = 5


def log_list(roster, actor, kind: str, people: int) -> None:
    """Who was handed the list."""
    note(roster.record.flow, roster.record, actor, "download", {"kind": f"sign-in.{kind}", **roster.reading(people)})


def _blocks(days: list[dt.date]) -> list[list[dt.date]]:
    """The days of each page; one page without days where none are set."""
    return [days[n : n + DAYS_ON_A_PAGE] for n in range(0, len(days), DAYS_ON_A_PAGE)] or [[]]


@sensitive_variables()
def pdf(roster, people, days: list[dt.date], *, language: str) -> bytes:
    """The list as PDF."""
    if not papers.can_make():
        raise Refused([_("This server cannot make PDFs. Ask the portal's administrator to install Pango.")])
    rows = [
        {"number": number, "name": n.person.shown_name, "office": n.office.name_id, "code": n.code}
        for number, n in enumerate(people, 1)
    ]
    values = {"roster": roster, "intake": roster.intake, "rows": rows, "blocks": _blocks(days)}
    return papers.pdf(TEMPLATE, values, language=language)


@sensitive_variables()
def sheets(roster, people, days: list[dt.date], user) -> list[Sheet]:
    """The list as a workbook."""
    head = [_("No."), _("Name"), _("Office"), *(formats.shortday(day) for day in days)]
    rows = [[number, n.person.shown_name, n.office.name, *("" for _day in days)] for number, n in enumerate(people, 1)]
    facts = [(_("Programme"), str(roster.title)), (_("Code"), roster.code)]
    return [Sheet(_("Attendance list"), head, rows, (6, 34, 40, *(14 for _day in days))), about_sheet(user, facts)]
