"""Two people, one draft: which of three values of a field stands. Plain Python; fields are texts.

Each field has the value a page was opened with (`base`), the one stored now and the one typed. Where only one side
changed it, that side stands; where both did, differently, the person is asked. A page whose answer was lost on the way
still has its old base: what it wrote itself since (`own`) counts as its base, so that nobody clashes with themselves.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

MINE, STORED = "mine", "stored"
PAGES_REMEMBERED = 4
"""So many open pages of one part are remembered by what they wrote."""

_KEY = re.compile(r"[A-Za-z0-9_-]{8,48}")


def new_key() -> str:
    """A key for what a page is going to make: sent twice, it is made once."""
    return secrets.token_urlsafe(12)


def known_key(text: str) -> str:
    """A key that a page sent; anything that is not one counts as none."""
    return text if _KEY.fullmatch(text) else ""


def plain(value) -> str:
    """A value as comparing sees it: empty in any form is empty, line ends and spaces around it do not count."""
    if value is None or value is False or value in ("", [], ()):
        return ""
    if value is True:
        return "1"
    if isinstance(value, list | tuple):
        return ",".join(sorted(plain(part) for part in value))
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return str(getattr(value, "pk", value)).replace("\r\n", "\n").strip()


def mark(value) -> str:
    """A short mark of a value: equal values have equal marks. Empty for an empty value."""
    text = plain(value)
    return hashlib.sha256(text.encode()).hexdigest()[:10] if text else ""


def marks(values: Mapping) -> dict[str, str]:
    """The marks of many values; empty ones are left out."""
    return {name: found for name, value in values.items() if (found := mark(value))}


@dataclass(slots=True)
class Merged:
    """What came out, by field: those whose stored value stands although the page shows another; those both changed,
    and of these the ones to ask about."""

    stored: list[str] = field(default_factory=list)
    both: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    base: dict[str, str] = field(default_factory=dict)
    """The marks this page goes on from: its base, with what it has written itself."""


def own_since(own: Mapping, version: int) -> dict[str, str]:
    """The marks of what a page wrote after the version it still has: {field: [mark, version]} -> {field: mark}."""
    return {name: found for name, (found, since) in own.items() if since > version}


def merge(
    *,
    base: Mapping[str, str] | None,
    stored: Mapping,
    typed: Mapping,
    own: Mapping[str, str] | None = None,
    choices: Mapping[str, str] | None = None,
) -> Merged:
    """Decide field by field. `base` None: the page cannot say what it was opened with, so every difference is asked."""
    choices, result = choices or {}, Merged(base={**(base or {}), **(own or {})})
    result.base = {name: found for name, found in result.base.items() if found}
    for name in typed:
        now, wanted = mark(stored.get(name)), mark(typed[name])
        if now == wanted:
            continue
        before = result.base.get(name, "") if base is not None or name in (own or {}) else None
        if before == now:
            continue
        if before == wanted:
            result.stored.append(name)
            continue
        result.both.append(name)
        if choices.get(name) == STORED:
            result.stored.append(name)
        elif choices.get(name) != MINE:
            result.asked.append(name)
    return result


def remember(pages: Mapping[str, dict], page: str, written: Mapping[str, str], version: int) -> dict[str, dict]:
    """What a page has written, added to what is remembered; the pages that saved last are kept."""
    if not page:
        return dict(pages)
    mine = {**pages.get(page, {}), **{name: [found, version] for name, found in written.items()}}
    others = {name: kept for name, kept in pages.items() if name != page}
    names = sorted(others, key=lambda name: max((at for _m, at in others[name].values()), default=0))
    kept = names[len(names) - PAGES_REMEMBERED + 1 :] if len(names) >= PAGES_REMEMBERED else names
    return {name: others[name] for name in kept} | ({page: mine} if mine else {})
