"""What a rendered page says: texts with the language they are marked as, and what gives away a slip.

Looks for texts of the other language's catalogue, for raw dates, numbers and values, and for leftovers of templates.
"""

from __future__ import annotations

import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import polib
from django.conf import settings

from tests.shapes import VOID

SILENT = {"script", "style", "code", "pre", "template", "textarea", "option"}
"""Not words of the portal: data, what people typed, lists of names."""
SPOKEN = {"aria-label", "title", "placeholder", "alt", "aria-description"}
BOTH = {"Data", "Status", "Program", "Sinergi", "Total", "Hotel", "Email", "E-mail", "Format", "PDF", "Excel", "CSV"}
"""Spelled alike in both languages although they mean a translation."""

MONTHS = {
    "en": "Januari|Februari|Maret|Mei|Juni|Juli|Agustus|Oktober|Desember|Agu|Okt|Des",
    "id": "January|February|March|May|June|July|August|October|December|Aug|Oct|Dec",
}
COMMON = (
    ("a date for machines", re.compile(r"(?<![\w/-])\d{4}-\d{2}-\d{2}(?![\w-])")),
    ("a value of the code", re.compile(r"(?<![\w'-])(None|True|False|nan|NaN|undefined|null)(?![\w'-])")),
    (
        "a leftover of a template",
        re.compile(r"\{\{|\}\}|\{%|%\}|%\(\w+\)[sd]|&(amp|lt|gt|quot);|<[a-z]+ |object at 0x"),
    ),
    ("a code of the tables", re.compile(r"(?<![\w-])[A-Z]{3,}_[A-Z_]{3,}(?![\w-])")),
)
RAW = {
    "id": (
        ("an English hour", re.compile(r"(?<![\d:.-])\d{1,2}:\d{2}(?: (?:WIB|WITA|WIT))")),
        ("an English decimal", re.compile(r"(?<![\d.,])\d+\.\d{1,2} ?%")),
        ("an English thousand", re.compile(r"(?<![\w.,-])\d{1,3}(,\d{3})+(?![\d,])")),
        ("an English month", re.compile(rf"\b\d{{1,2}} ({MONTHS['id']})\b")),
    ),
    "en": (
        ("an Indonesian hour", re.compile(r"(?<![\d:.-])\d{1,2}\.\d{2}(?: (?:WIB|WITA|WIT))")),
        ("an Indonesian decimal", re.compile(r"(?<![\d.,])\d+,\d{1,2} ?%")),
        ("an Indonesian thousand", re.compile(r"(?<![\w.,-])\d{1,3}(\.\d{3})+(?![\d.])")),
        ("an Indonesian month", re.compile(rf"\b\d{{1,2}} ({MONTHS['en']})\b")),
    ),
}


class _Texts(HTMLParser):
    """(text, language of the element it stands in) for all that is read or spoken."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open: list[tuple[str, str, bool]] = [("", "", False)]
        self.texts: list[tuple[str, str]] = []
        self.title = ""

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        language = (found.get("lang") or self.open[-1][1] or "")[:2]
        silent = self.open[-1][2] or tag in SILENT or "hidden" in found and tag == "div"
        self.texts += [(found[name], language) for name in SPOKEN if found.get(name) and not silent]
        if tag not in VOID:
            self.open.append((tag, language, silent))

    def handle_startendtag(self, tag, attrs):
        if tag in VOID:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag):
        if any(tag == name for name, _language, _silent in self.open):
            while self.open.pop()[0] != tag:
                pass

    def handle_data(self, data):
        text = " ".join(data.split())
        if self.open[-1][0] == "title" and len(self.open) < 5:
            self.title += text
        elif text and not self.open[-1][2]:
            self.texts.append((text, self.open[-1][1]))


def texts(html: str) -> tuple[str, list[tuple[str, str]]]:
    """(title of the page, its texts with their language)."""
    reader = _Texts()
    reader.feed(html)
    return reader.title, reader.texts


@cache
def foreign(language: str) -> frozenset[str]:
    """Whole sentences and words of the catalogue that belong to the other language only."""
    po = polib.pofile(str(Path(settings.BASE_DIR) / "locale" / "id" / "LC_MESSAGES" / "django.po"))
    english, indonesian = set(), set()
    for entry in po:
        if entry.obsolete or "%(" in entry.msgid or "{" in entry.msgid:
            continue
        english |= {entry.msgid, entry.msgid_plural} - {""}
        indonesian |= {entry.msgstr, *entry.msgstr_plural.values()} - {""}
    of = (english - indonesian) if language == "id" else (indonesian - english)
    return frozenset(" ".join(text.split()) for text in of if len(text) > 3) - BOTH


def slips(html: str, language: str, typed: frozenset[str] = frozenset()) -> list[str]:
    """What is wrong with the words of a page; `typed` are texts that people wrote, which may be in any language."""
    found = []
    for text, marked in texts(html)[1]:
        if marked == language and text in foreign(language) and text not in typed:
            found.append(f"in the other language: {text[:80]}")
        if text in typed:
            continue
        for what, pattern in (*COMMON, *RAW.get(marked, ())):
            if match := pattern.search(text):
                found.append(f"{what}: {match.group(0)} in “{text[:80]}”")
    return list(dict.fromkeys(found))
