"""What a paper is made of, as data. Plain Python: no Django, no files, no network.

A paper is a sequence of blocks. Blocks speak of facts by key; `facts.py` says what each fact is called, who can fill it
in and whether it is personal. From one description come PDF, Word file, the report of empty fields, the questions of
the form and the list of what a partner is handed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from string import Formatter


@dataclass(frozen=True, slots=True)
class Words:
    """A text in both languages."""

    en: str
    id: str

    def said(self, language: str) -> str:
        """The text in a language; anything but English reads Indonesian."""
        return self.en if language == "en" else self.id


class Origin(StrEnum):
    """Where a fact comes from: who can fill it in, and on which page."""

    PERSON = "person"
    BACKGROUND = "background"
    COURSE = "course"
    OFFICE = "office"
    ENDORSEMENT = "endorsement"
    PROGRAM = "program"
    ANSWER = "answer"
    PERMITS = "permits"
    PORTAL = "portal"
    HAND = "hand"


WHO = {
    Origin.PERSON: Words("The office's operator or the nominee", "Operator instansi atau calon peserta"),
    Origin.BACKGROUND: Words("The office's operator or the nominee", "Operator instansi atau calon peserta"),
    Origin.COURSE: Words("The office's operator or the nominee", "Operator instansi atau calon peserta"),
    Origin.OFFICE: Words(
        "The office's operator, once for all nominations", "Operator instansi, sekali untuk semua calon"
    ),
    Origin.ENDORSEMENT: Words("The head of office, with the endorsement", "Kepala instansi, saat menyetujui"),
    Origin.PROGRAM: Words("The partner or the Bureau, on the programme", "Mitra atau Biro, pada program"),
    Origin.ANSWER: Words("The partner or the Bureau, with the answer", "Mitra atau Biro, saat mencatat jawaban"),
    Origin.PERMITS: Words("The nominee or the Bureau, with the permits", "Calon peserta atau Biro, saat mengurus izin"),
    Origin.PORTAL: Words("The portal's administrator", "Administrator portal"),
    Origin.HAND: Words("By hand, on the paper", "Ditulis tangan pada surat"),
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing a paper may show. `personal`: what the log of transfers calls it; empty for what is about no person."""

    key: str
    label: Words
    origin: Origin
    personal: str = ""
    table: str = ""
    """The rows it consists of, a key of `tables.TABLES`; empty: a text."""


@dataclass(frozen=True, slots=True)
class Field:
    """A fact on a form: a label and an answer, or a blank line to write on."""

    key: str
    required: bool = True
    lines: int = 1
    """How many blank lines an empty answer gets."""
    label: Words | None = None
    """What a letter calls it; empty: what the fact is called."""
    hint: str = ""
    """Indonesian words below the label of an English form: what the partner wants to read here."""


@dataclass(frozen=True, slots=True)
class Part:
    """The heading of a part. `new_page`: it is handed in as a sheet of its own."""

    title: Words
    only: str = ""
    new_page: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """Fields under a heading, or (letters) without one."""

    fields: tuple[Field, ...]
    title: Words | None = None
    only: str = ""
    style: str = "form"
    """`form`: a ruled table. `letter`: label, colon, value. `ruled`: the same with a rule below."""


@dataclass(frozen=True, slots=True)
class Prose:
    """A paragraph with facts in it: "held by {partner}". `{key?}`: its absence is no gap."""

    text: Words
    only: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """Small print: what the paper leaves out, and why."""

    text: Words
    only: str = ""


@dataclass(frozen=True, slots=True)
class Sign:
    """Room for one signature. `post` is the fact that names the capacity; without one the person signs."""

    post: str = ""
    label: Words | None = None
    place: str = ""
    dated: bool = True
    only: str = ""


Block = Part | Section | Prose | Note | Sign


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper: what it is called, which edition of the field list it is, and its blocks in order."""

    key: str
    name: Words
    title: Words
    version: str
    """When this list of fields was last compared with the form it prepares."""
    blocks: tuple[Block, ...]
    partner: str = ""
    """Whose form it prepares; empty: a letter of the office."""
    subtitle: Words | None = None
    letterhead: bool = False
    numbered: bool = False

    @property
    def is_letter(self) -> bool:
        """Whether the office writes it in its own name."""
        return not self.partner

    def mentions(self, flags: frozenset[str] | set[str] = frozenset()) -> Iterator[Field]:
        """Every fact the paper shows where these flags hold, in order."""
        for block in self.blocks:
            if not holds(block.only, flags):
                continue
            if isinstance(block, Section):
                yield from block.fields
            elif isinstance(block, Prose):
                yield from (Field(key, required) for key, required in placeholders(block.text.en))
            elif isinstance(block, Sign):
                yield from (Field(key) for key in (block.post, block.place) if key)


def holds(only: str, flags) -> bool:
    """Whether a block belongs on the paper: `only="abroad"`, `only="!abroad"`, or always."""
    if not only:
        return True
    return only[1:] not in flags if only.startswith("!") else only in flags


def placeholders(text: str) -> list[tuple[str, bool]]:
    """(key, required) of the facts in a paragraph."""
    names = [name for _text, name, _spec, _conversion in Formatter().parse(text) if name]
    return [(name.removesuffix("?"), not name.endswith("?")) for name in names]
