"""The words of papers as lines, and what differs between two of them. Plain Python: text in, pieces out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from html.parser import HTMLParser

BLOCKS = {"p", "li", "h1", "h2", "h3", "td", "th", "div", "tr", "br", "table", "ol", "ul", "section"}
LONGEST = 3000
"""Lines beyond which comparing word by word would keep the reader waiting."""
_WORD = re.compile(r"\s+|[^\s]+")


class _Lines(HTMLParser):
    """Collects the text between block elements; whatever stands in the head is no text."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self.parts: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag, attrs):
        if tag in {"head", "style", "svg"}:
            self.hidden += 1
        if tag in BLOCKS:
            self.flush()

    def handle_endtag(self, tag):
        if tag in {"head", "style", "svg"} and self.hidden:
            self.hidden -= 1
        if tag in BLOCKS:
            self.flush()

    def handle_data(self, data):
        if not self.hidden:
            self.parts.append(data)

    def flush(self):
        """End a line."""
        if line := " ".join("".join(self.parts).split()):
            self.lines.append(line)
        self.parts = []


def lines_of(html: str) -> list[str]:
    """The text of a paper's HTML, one line per block."""
    reader = _Lines()
    reader.feed(html)
    reader.flush()
    return reader.lines


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words: kept ("same"), taken out ("del") or put in ("ins")."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Block:
    """One changed or added or removed line; or a run of lines that stayed (`same`)."""

    pieces: tuple[Piece, ...] = ()
    same: tuple[str, ...] = ()

    @property
    def middle(self) -> tuple[str, ...]:
        """What lies between the first and the last of the lines that stayed."""
        return self.same[1:-1]

    @property
    def hidden(self) -> int:
        """How many that are."""
        return len(self.middle)

    @property
    def last(self) -> str:
        """The line before the next change."""
        return self.same[-1] if self.same else ""


def words_between(before: str, after: str) -> tuple[Piece, ...]:
    """Two texts word by word."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    if len(old) + len(new) > LONGEST:
        return tuple(Piece(kind, text) for kind, text in (("del", before), ("ins", after)) if text)
    found: list[Piece] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Piece("same", "".join(old[a:b])))
            continue
        found += [Piece(kind, "".join(part)) for kind, part in (("del", old[a:b]), ("ins", new[c:d])) if part]
    return tuple(found)


def difference(before: list[str], after: list[str]) -> list[Block]:
    """What differs between two papers, line by line; changed lines word by word."""
    if max(len(before), len(after)) > LONGEST:
        before, after = before[:LONGEST], after[:LONGEST]
    found: list[Block] = []
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Block(same=tuple(before[a:b])))
            continue
        old, new = before[a:b], after[c:d]
        for n in range(max(len(old), len(new))):
            was, now = old[n] if n < len(old) else "", new[n] if n < len(new) else ""
            alike = was and now and SequenceMatcher(None, was, now, autojunk=False).quick_ratio() > 0.4
            pieces = words_between(was, now) if alike else _instead(was, now)
            found.append(Block(pieces=pieces))
    return found


def _instead(was: str, now: str) -> tuple[Piece, ...]:
    return tuple(Piece(kind, text) for kind, text in (("del", was), ("ins", now)) if text)


def changed_lines(blocks: list[Block]) -> int:
    """How many lines differ."""
    return sum(1 for block in blocks if block.pieces)
