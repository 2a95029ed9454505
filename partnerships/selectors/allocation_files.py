"""Results as files: every line in Excel for the centre, provinces as open data for everyone."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnerships.models import AllocationRun
from partnerships.selectors import allocation_results as results
from partnerships.selectors.allocation_runs import preset_label, rule_rows
from partnerships.sentences import province_name
from workflow import formats
from workflow.exports import Column
from workflow.listing import Listing
from workflow.sheets import Sheet, about_sheet

AT_ONCE = 500

WITHHELD = "withheld"
"""Stands in open data for a figure of a small group, or one from which such a figure could be worked out."""


def sheets_of(run: AllocationRun, listing: Listing, user) -> Iterator[Sheet]:
    """The lines as filtered, the provinces, and where the figures come from."""
    yield Sheet(
        _("Lines"),
        [column.head for column in LINE_COLUMNS],
        _line_rows(run, listing),
        tuple(column.width for column in LINE_COLUMNS),
    )
    yield Sheet(
        _("Provinces"),
        [_("Code"), _("Province"), _("Island group"), _("People"), _("Seats"), _("Coverage in %")],
        _province_rows(run),
        (8, 26, 22, 10, 10, 14),
    )
    filters = "; ".join(pill.label for pill in listing.pills) or _("none: every line")
    facts: list[tuple[str, Any]] = [
        (_("Run"), run.code),
        (_("Status"), str(run.state.label)),
        (_("Round"), run.round.code),
        (_("Calculated"), formats.moment(run.finished_at)),
        (_("Rules of scoring"), run.rules_version),
        (_("Preset"), preset_label(run)),
        *((row["label"], row["value"]) for row in rule_rows(run.rules)),
        (_("How far it is proven"), results.proof_sentence(run.figures)),
        (_("Frozen input (SHA-256)"), run.input_hash),
        (_("Filter"), filters),
        (_("Lines in this file"), listing.total),
    ]
    yield about_sheet(user, facts)


def _line_rows(run: AllocationRun, listing: Listing) -> Iterator[list[Any]]:
    rows = listing.found.iterator(AT_ONCE)
    while some := list(islice(rows, AT_ONCE)):
        for line in results.shown_lines(run, some):
            yield [column.value(line) for column in LINE_COLUMNS]


def _changes_of(line) -> str:
    if line.is_served:
        return ""
    if line.changes is None:
        return _("not computed")
    return " ".join(line.changes) or line.nothing_helps


LINE_COLUMNS = (
    Column(gettext_lazy("Need"), lambda line: line.row.line.need.code, 16, "code"),
    Column(gettext_lazy("Line"), lambda line: line.row.line.position, 6, "whole"),
    Column(gettext_lazy("Office"), lambda line: line.row.office.name, 34),
    Column(gettext_lazy("Province"), lambda line: str(province_name(line.row.province_code)), 22),
    Column(gettext_lazy("Island group"), lambda line: line.row.island_group, 20),
    Column(gettext_lazy("Competency"), lambda line: line.title, 40),
    Column(gettext_lazy("Post"), lambda line: line.row.line.post.label, 30),
    Column(gettext_lazy("People"), lambda line: line.row.wanted, 8, "whole"),
    Column(gettext_lazy("Seats"), lambda line: line.row.seats, 8, "whole"),
    Column(gettext_lazy("Result"), lambda line: str(line.tag["label"]), 18),
    Column(gettext_lazy("Score"), lambda line: line.row.score, 8, "decimal"),
    Column(gettext_lazy("Intakes"), lambda line: "; ".join(f"{s.intake} ({s.seats})" for s in line.seats), 50),
    Column(gettext_lazy("Why"), lambda line: " ".join(line.reasons), 70),
    Column(gettext_lazy("Would change if"), _changes_of, 50),
)
"""What stands of each line in a file."""


def _province_rows(run: AllocationRun) -> Iterator[list[Any]]:
    for p in results.coverage_of(run.figures, {}).places:
        yield [p.code, p.name, p.island, p.people, p.seats, p.now]


def public_rows(run: AllocationRun) -> Iterator[list[Any]]:
    """One row for each province, for spreadsheets; small groups withheld."""
    compared = results.comparator_of(run, "")
    yield [
        "run", "province_code", "province", "island_group", "people", "seats", "coverage_pct",
        "seats_compared", "coverage_compared_pct", "compared_with",
    ]  # fmt: skip
    for p in results.shown_result(run, compared, public=True).places:
        cells = [p.people, p.seats, p.now, p.seats_before, p.before]
        yield [run.code, p.code, p.name, p.island, *(WITHHELD if cell is None else cell for cell in cells), compared]


def public_data(run: AllocationRun) -> dict:
    """The public figures as one object; what is withheld is null."""
    compared = results.comparator_of(run, "")
    found = results.shown_result(run, compared, public=True).coverage
    return {
        "run": run.code,
        "round": run.round.code,
        "status": run.status,
        "ratified_on": timezone.localdate(run.ratified_at or run.status_since).isoformat(),
        "preset": run.preset,
        "rules": run.rules,
        "compared_with": compared,
        **results.sums_of(found.counted),
        "provinces": [
            {
                "code": p.code,
                "name": p.name,
                "island_group": p.island,
                "people": p.people,
                "seats": p.seats,
                "coverage_pct": p.now,
                "seats_compared": p.seats_before,
                "coverage_compared_pct": p.before,
            }
            for p in found.places
        ],
        "withheld": found.note,
    }
