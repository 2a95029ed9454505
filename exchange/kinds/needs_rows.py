"""The rows of a file by the need they speak of; what belongs to no need is said."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from exchange.books.columns import Book, Problem, Row
from exchange.books.values import plain
from exchange.kinds import needs_tables as tables


@dataclass
class Bundle:
    """The rows that speak of one need."""

    key: str
    need: Row | None = None
    lines: list[Row] = field(default_factory=list)
    gaps: list[Row] = field(default_factory=list)
    extra: list[Problem] = field(default_factory=list)

    @property
    def first(self) -> Row:
        return next(row for row in (self.need, *self.lines, *self.gaps) if row is not None)

    @property
    def count(self) -> int:
        return (self.need is not None) + len(self.lines) + len(self.gaps)


def _twice(row: Row, other: Row) -> Problem:
    return row.problem(
        "need_key",
        _("The same number stands in row %(row)d as well.") % {"row": other.number},
        _("Give each need a number of its own."),
    )


def bundles(book: Book) -> list[Bundle]:
    """The rows by need, in the order of the file. What belongs to no need is a bundle of its own and a problem."""
    found: dict[str, Bundle] = {}
    for row in book.rows("need"):
        key = plain(row.values.get("need_key") or "") or f"?{row.number}"
        if key in found:
            # Whose the lines with this number are, nobody can tell: neither is brought in.
            found[f"{key}?{row.number}"] = twin = Bundle(str(row.values.get("need_key") or ""), row)
            twin.extra.append(_twice(row, found[key].need))
            if not found[key].extra:
                found[key].extra.append(_twice(found[key].need, row))
        else:
            found[key] = Bundle(str(row.values.get("need_key") or ""), row)
    for table in ("line", "gap"):
        for row in book.rows(table):
            number = row.values.get("need_key")
            bundle = found.get(plain(number)) if number else None
            if bundle is None:
                bundle = found.setdefault(
                    f"?{plain(number or '')}{'' if number else row.number}", Bundle(str(number or ""))
                )
                if number and not bundle.extra:
                    sentence = _("There is no need with this number on the sheet “%(sheet)s”.")
                    advice = _("Add a row for it there, or correct the number.")
                    bundle.extra.append(row.problem("need_key", sentence % {"sheet": tables.NEEDS.title}, advice))
            (bundle.lines if table == "line" else bundle.gaps).append(row)
    return list(found.values())
