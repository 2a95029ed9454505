"""Pages by key: a cursor names the last row seen, so that rows which come in meanwhile move nothing."""

from __future__ import annotations

import datetime as dt
import decimal
import hashlib
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.db.models import F, Q
from django.db.models.expressions import OrderBy

SALT = "api.cursor"


@dataclass(frozen=True)
class Key:
    """One column rows are sorted by; rows without a value come last, whichever the direction."""

    path: str
    down: bool

    def order(self, back: bool) -> OrderBy:
        """As the database sorts by it, or the other way round."""
        column, down = F(self.path), self.down is not back
        if back:
            return column.desc(nulls_first=True) if down else column.asc(nulls_first=True)
        return column.desc(nulls_last=True) if down else column.asc(nulls_last=True)

    def beyond(self, value: Any, back: bool) -> Q:
        """The rows that come strictly after a value; before it, when one goes back."""
        if value is None:
            return Q(**{f"{self.path}__isnull": False}) if back else Q(pk__in=[])
        found = Q(**{f"{self.path}__{'lt' if self.down is not back else 'gt'}": value})
        return found if back else found | Q(**{f"{self.path}__isnull": True})

    def same(self, value: Any) -> Q:
        """The rows with this very value."""
        return Q(**{f"{self.path}__isnull": True}) if value is None else Q(**{self.path: value})


@dataclass(frozen=True)
class Page:
    """Rows with the cursors of their neighbours; an empty cursor: nothing there."""

    rows: list[Any]
    after: str
    before: str


def keys_of(found) -> list[Key]:
    """The columns a list of `workflow.listing` is sorted by; the last one is unique."""
    keys = []
    for part in found.query.order_by:
        if isinstance(part, str):
            keys.append(Key(part.lstrip("-"), part.startswith("-")))
        else:
            keys.append(Key(part.expression.name, part.descending))
    return keys


def page_of(found, limit: int, cursor: str, about: str) -> Page:
    """The rows at a cursor. Raises ValueError where it was not made for this very question."""
    keys = keys_of(found)
    back, values = False, None
    if cursor:
        back, values = _read(cursor, about, len(keys))
    names = {f"_key_{number}": F(key.path) for number, key in enumerate(keys)}
    rows = found.annotate(**names)
    if values is not None:
        condition = Q(pk__in=[])
        for key, value in reversed(list(zip(keys, values, strict=True))):
            condition = key.beyond(value, back) | (key.same(value) & condition)
        rows = rows.filter(condition)
    rows = rows.order_by(*(key.order(back) for key in keys))
    shown = list(rows[: limit + 1])
    more, shown = len(shown) > limit, shown[:limit]
    if back:
        shown.reverse()
    if not shown:
        return Page([], "", "")
    at = [[getattr(row, name) for name in names] for row in (shown[0], shown[-1])]
    return Page(
        shown,
        _write(False, at[1], about) if more or back else "",
        _write(True, at[0], about) if (more if back else values is not None) else "",
    )


def _mark(about: str) -> str:
    return hashlib.sha256(about.encode()).hexdigest()[:12]


def _write(back: bool, values: list[Any], about: str) -> str:
    # Without a moment in it: the same page has the same links, and so the same entity tag.
    return signing.Signer(salt=SALT).sign_object([_mark(about), int(back), [_typed(v) for v in values]])


def _read(cursor: str, about: str, count: int) -> tuple[bool, list[Any]]:
    try:
        mark, back, values = signing.Signer(salt=SALT).unsign_object(cursor)
    except (signing.BadSignature, ValueError) as error:
        raise ValueError("not a cursor of this portal") from error
    if mark != _mark(about) or len(values) != count:
        raise ValueError("a cursor of another list")
    return bool(back), [_value(v) for v in values]


def _typed(value: Any) -> Any:
    match value:
        case dt.datetime():
            return {"t": value.isoformat()}
        case dt.date():
            return {"d": value.isoformat()}
        case decimal.Decimal():
            return {"n": str(value)}
    return value


def _value(value: Any) -> Any:
    match value:
        case {"t": text}:
            return dt.datetime.fromisoformat(text)
        case {"d": text}:
            return dt.date.fromisoformat(text)
        case {"n": text}:
            return decimal.Decimal(text)
    return value
