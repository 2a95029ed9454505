"""The shape of a page: what is left of its HTML without texts, ids and the number of rows.

Two pages of one shape are equally accessible and equally valid, so that only one of them needs a slow check.
"""

from __future__ import annotations

import hashlib
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
TOLD = {"class", "type", "role", "scope", "lang", "tabindex", "rel", "method", "enctype", "autocomplete", "inputmode"}
"""Attributes whose value makes a difference; of all others only the name counts."""
LEFT_OUT = {"id", "for", "href", "value", "name", "data-value"}
SPEECH = {"path", "circle", "rect", "line", "g", "text", "use"}
"""Drawings differ by their data; what they are called is on the element around them."""


def _label(tag: str, attributes) -> str:
    if tag in {"html", "body"}:
        return tag  # language and role of the whole page: no reason to look at everything on it again
    told = []
    for name, value in sorted(attributes):
        if name in TOLD:
            told.append(f"{name}={' '.join(sorted((value or '').split()))}")
        elif name not in LEFT_OUT:
            told.append(name)
    return f"{tag}[{','.join(told)}]"


class _Reader(HTMLParser):
    """Collects the shape of every element from the inside out, and each element with the two it stands in."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.ways: set[str] = set()
        self.open: list[list] = [["", "", set(), False, "", ""]]
        """Tag, way, shapes of the children, whether it holds text, its label, the label of what it stands in."""

    def handle_starttag(self, tag, attrs):
        if tag in SPEECH:
            return
        label, outer, beyond = _label(tag, attrs), self.open[-1][4], self.open[-1][5]
        way = hashlib.sha1((self.open[-1][1] + label).encode(), usedforsecurity=False).hexdigest()
        self.ways.add(f"{beyond} {outer} {label}")
        self.open.append([tag, way, set(), False, label, outer])
        if tag in VOID:
            self.handle_endtag(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_data(self, data):
        if data.strip():
            self.open[-1][3] = True

    def handle_endtag(self, tag):
        if tag in SPEECH or all(tag != inner[0] for inner in self.open[1:]):
            return
        while len(self.open) > 1:
            name, way, children, text, *_labels = self.open.pop()
            own = f"{way}{text}{sorted(children)}"
            self.open[-1][2].add(hashlib.sha1(own.encode(), usedforsecurity=False).hexdigest())
            if name == tag:
                return


def shape(html: str) -> tuple[str, frozenset[str]]:
    """(the page's shape, every kind of element in it with the two elements around it)."""
    reader = _Reader()
    reader.feed(html)
    while len(reader.open) > 1:
        reader.handle_endtag(reader.open[-1][0])
    return hashlib.sha1(str(sorted(reader.open[0][2])).encode(), usedforsecurity=False).hexdigest(), frozenset(
        reader.ways
    )


def halves(html: str) -> tuple[str, str]:
    """(the frame around a page, which differs by role; what is inside it)."""
    before, _main, rest = html.partition("<main")
    inside, _end, after = rest.partition("</main>")
    return before + after, inside
