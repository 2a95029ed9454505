"""What a cell means in its column: text, numbers as people type them, dates, ticks, vocabularies with a suggestion."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from exchange.books import dates
from exchange.books.columns import Column
from workflow import formats

DOT = " · "
"""Between code and label in a cell."""
YES = {"ya", "yes", "y", "x", "v", "✓", "✔", "true", "benar", "1", "ada", "iya"}
NO = {"tidak", "no", "n", "false", "salah", "0", "-", "tdk", "belum"}
SHOWN = 80
"""Characters of a present value that a report repeats."""
_WIB = ZoneInfo("Asia/Jakarta")


class Misfit(Exception):
    """A cell that cannot be understood: what is wrong, what to do."""

    def __init__(self, problem: str, advice: str = ""):
        self.problem, self.advice = problem, advice
        super().__init__(problem)


def shown(cell: list | None) -> str:
    """A cell as the report repeats it."""
    if cell is None:
        return ""
    kind, value = cell
    if kind == "d":
        found = dt.datetime.fromisoformat(value) if _is_iso(value) else None
        text = (
            value if found is None else f"{found:%d/%m/%Y}" if found.time() == dt.time() else f"{found:%d/%m/%Y %H:%M}"
        )
    elif kind == "b":
        text = str(_("yes") if value else _("no"))
    else:
        text = str(value)
    text = " ".join(text.split())
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def _is_iso(text: str) -> bool:
    try:
        dt.datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def plain(text: str) -> str:
    """A text as comparing sees it: without case, accents of punctuation and doubled spaces."""
    return " ".join(re.sub(r"[^\w+]+", " ", text.casefold()).split())


@dataclass
class Vocabulary:
    """The entries of a column: known by code, by label in either language, by both, and by old names."""

    column: Column
    entries: list[tuple[str, str]]
    known: dict[str, str]

    @classmethod
    def of(cls, column: Column) -> Vocabulary:
        """The entries of a column, asked for in both languages."""
        entries = [(str(code), str(label)) for code, label in column.choices()]
        known: dict[str, str] = {}
        for language in ("id", "en"):
            with translation.override(language):
                for code, label in column.choices():
                    for name in (str(label), f"{code} {label}"):
                        known.setdefault(plain(name), str(code))
        known |= {plain(name): code for name, code in column.synonyms.items()}
        known |= {plain(code): code for code, _label in entries}
        return cls(column, entries, known)

    def code(self, text: str) -> str | None:
        """The entry that is meant; None where there is none."""
        found = self.known.get(plain(text))
        if found is None and "·" in text:
            found = self.known.get(plain(text.partition("·")[0]))
        return found

    def label(self, code: str) -> str:
        """An entry as a cell shows it."""
        return next((f"{code}{DOT}{label}" for known, label in self.entries if known == code), code)

    def nearest(self, text: str) -> str:
        """The entry that was probably meant; empty where none is near."""
        wanted = plain(text)
        close = difflib.get_close_matches(wanted, list(self.known), 1, 0.6)
        if close:
            return self.label(self.known[close[0]])
        words = {w for w in wanted.split() if len(w) > 3}
        rows = [(len(words & set(name.split())), -len(name), code) for name, code in self.known.items()]
        best = max(rows, default=(0, 0, ""))
        return self.label(best[2]) if best[0] else ""


class Understanding:
    """Turns the cells of a table into values. Vocabularies are asked for once per column."""

    def __init__(self) -> None:
        self._vocabularies: dict[int, Vocabulary] = {}

    def vocabulary(self, column: Column) -> Vocabulary:
        """The entries of a column."""
        if id(column) not in self._vocabularies:
            self._vocabularies[id(column)] = Vocabulary.of(column)
        return self._vocabularies[id(column)]

    def value(self, column: Column, cell: list | None) -> Any:
        """The value of a cell, None for an empty one. Raises Misfit."""
        if cell is None or (cell[0] == "s" and not cell[1].strip()):
            return None
        kind, raw = cell
        if kind == "f":
            raise Misfit(_("A formula stands here."), _("Copy the cell and paste it as a value."))
        if kind == "e":
            raise Misfit(_("The cell shows an error."), _("Enter the value itself."))
        if kind == "d" and not _is_iso(raw):
            kind = "s"
        if column.kind in {"code", "codes"}:
            return self._codes(column, kind, raw)
        return _READERS[column.kind](column, kind, raw)

    def _codes(self, column: Column, kind: str, raw: Any) -> Any:
        text = _as_text(kind, raw)
        vocabulary = self.vocabulary(column)
        if column.kind == "code":
            return self._code(vocabulary, text)
        if found := vocabulary.code(text):
            return [found]
        parts = re.split(r"[;\n|]", text) if re.search(r"[;\n|]", text) else text.split(",")
        codes = [self._code(vocabulary, part) for part in parts if part.strip()]
        return list(dict.fromkeys(codes)) or None

    def _code(self, vocabulary: Vocabulary, text: str) -> str:
        found = vocabulary.code(text)
        if found is None:
            raise Misfit(_("Not in the list."), vocabulary.nearest(text) or _("Choose an entry from the list."))
        return found


def _as_text(kind: str, raw: Any) -> str:
    if kind == "d":
        return shown([kind, raw])
    if kind == "b":
        return str(_("yes") if raw else _("no"))
    return str(raw).strip()


def _text(column: Column, kind: str, raw: Any) -> str:
    text = _as_text(kind, raw)
    if len(text) > column.longest:
        raise Misfit(
            ngettext(
                "The text is longer than %(limit)s character.",
                "The text is longer than %(limit)s characters.",
                column.longest,
            )
            % {"limit": formats.num(column.longest)},
            _("Shorten it."),
        )
    return text


def number(text: str) -> Decimal | None:
    """A number as people type it: "1.200", "1,200", "3,5", "1.200,50", "Rp 1.200"; None for what is none."""
    plainly = re.sub(r"[\s\u00a0\u202f]|^rp\.?", "", text.strip().lower())
    sign, digits = ("-", plainly[1:]) if plainly[:1] in {"-", "\u2212"} else ("", plainly)
    if re.fullmatch(r"\d{1,3}([.,]\d{3})+", digits) and len(set(re.findall(r"[.,]", digits))) == 1:
        digits = re.sub(r"[.,]", "", digits)
    elif re.fullmatch(r"\d{1,3}(\.\d{3})*,\d+", digits) or re.fullmatch(r"\d+,\d+", digits):
        digits = digits.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"\d{1,3}(,\d{3})+\.\d+", digits):
        digits = digits.replace(",", "")
    if not re.fullmatch(r"\d{1,15}(\.\d{1,10})?", digits):
        return None
    return Decimal(sign + digits)


def _numeric(kind: str, raw: Any) -> Decimal | None:
    if kind == "n":
        return Decimal(str(round(raw, 6)))
    return number(raw) if kind == "s" else None


def _decimal(column: Column, kind: str, raw: Any) -> Decimal:
    found = _numeric(kind, raw)
    if found is None:
        raise Misfit(_("Not a number."), _number_in(raw) or _("Enter a number only, for example 3.5."))
    return found


def _whole(column: Column, kind: str, raw: Any) -> int:
    found = _numeric(kind, raw)
    if found is None:
        raise Misfit(_("Not a number."), _number_in(raw) or _("Enter a number only, for example 12."))
    if found != found.to_integral_value():
        raise Misfit(_("Not a whole number."), _("Enter a whole number, for example 12."))
    if found < 0:
        raise Misfit(_("The number is below zero."), _("Enter 0 or more."))
    if found > 2_000_000_000:
        raise Misfit(_("The number is too large."), _("Check the number of digits."))
    return int(found)


def _number_in(raw: Any) -> str:
    """Advice for "4 orang"."""
    found = re.findall(r"\d[\d.,]*", str(raw))
    return _("Enter %(number)s only.") % {"number": found[0].rstrip(".,")} if len(found) == 1 else ""


def _date_of(kind: str, raw: Any, read: Callable[[str], dt.date | None]) -> dt.date | None:
    if kind == "d":
        return dt.datetime.fromisoformat(raw).date()
    if kind == "n":
        return dates.from_serial(raw)
    return read(raw) if kind == "s" else None


def _day(column: Column, kind: str, raw: Any) -> dt.date:
    found = _date_of(kind, raw, dates.day)
    if found is None:
        raise Misfit(_("Not a date."), _turned(raw) or _("Enter day, month and year, for example 13/05/2026."))
    if not dates.plausible(found):
        raise Misfit(_("This year cannot be right."), _("Check the year."))
    return found


def _turned(raw: Any) -> str:
    """Advice for 05/13/2026: no day has a thirteenth month."""
    found = re.fullmatch(r"\s*(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})\s*", str(raw))
    if found and dates.day(f"{found[2]}/{found[1]}/{found[3]}"):
        return _("The day comes first: %(date)s.") % {"date": f"{found[2]}/{found[1]}/{found[3]}"}
    return ""


def _month(column: Column, kind: str, raw: Any) -> dt.date:
    found = _date_of(kind, raw, dates.month)
    if found is None:
        raise Misfit(_("Not a month."), _turned(raw) or _("Enter month and year, for example April 2027."))
    if not dates.plausible(found):
        raise Misfit(_("This year cannot be right."), _("Check the year."))
    return found.replace(day=1)


def _moment(column: Column, kind: str, raw: Any) -> dt.datetime:
    if kind == "d":
        found = dt.datetime.fromisoformat(raw)
        return (found.replace(second=0, microsecond=0)).replace(tzinfo=_WIB)
    found = dates.moment(raw) if kind == "s" else None
    if found is None:
        raise Misfit(_("Not a date with a time."), _("Enter both, for example 13/05/2026 16:00."))
    if not dates.plausible(found):
        raise Misfit(_("This year cannot be right."), _("Check the year."))
    return found


def _tick(column: Column, kind: str, raw: Any) -> bool:
    if kind == "b":
        return bool(raw)
    text = str(raw).strip().casefold()
    if text in YES:
        return True
    if text in NO:
        return False
    raise Misfit(_("Neither yes nor no."), _("Enter yes or no."))


_READERS: dict[str, Callable[[Column, str, Any], Any]] = {
    "text": _text,
    "whole": _whole,
    "decimal": _decimal,
    "day": _day,
    "month": _month,
    "moment": _moment,
    "tick": _tick,
}
