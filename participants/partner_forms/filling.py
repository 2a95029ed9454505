"""A description and the facts make a filled paper, and the list of what is still empty. The same for PDF and Word."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from string import Formatter

from participants.partner_forms.description import (
    Field,
    Note,
    Origin,
    Paper,
    Part,
    Prose,
    Section,
    Sign,
    Words,
    holds,
)
from participants.partner_forms.facts import FACTS
from participants.partner_forms.tables import TABLES, Column

BLANK = "…" * 24
"""A line to write on, inside a sentence or a letter."""
SHORT = "…" * 8
"""Room for a place or a date."""
LINE = "…" * 30
"""A line to write on, in a form."""

FILE_COPY = "Versi bahasa Indonesia untuk arsip instansi. Yang disampaikan kepada mitra adalah versi bahasa Inggris."

Value = str | list[dict[str, str]]
Facts = Mapping[str, Value]

_NOT_TEXT = re.compile(r"[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters no XML file may hold."""


def legal(text: str) -> str:
    """Text as both kinds of file can carry it; nothing is interpreted, nothing else is taken away."""
    return _NOT_TEXT.sub("", str(text).replace("\r\n", "\n").replace("\r", "\n"))


def clean(text: str) -> str:
    """The same without space around it."""
    return legal(text).strip()


@dataclass(frozen=True, slots=True)
class Gap:
    """A fact the paper asks for and nobody has given yet."""

    key: str
    required: bool

    @property
    def label(self) -> Words:
        """What the fact is called."""
        return FACTS[self.key].label

    @property
    def origin(self) -> Origin:
        """Where it can be filled in."""
        return FACTS[self.key].origin


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a paragraph."""

    text: str
    blank: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """Label and answer; `lines` are what is written on where there is none."""

    label: str
    explained: str
    paragraphs: tuple[str, ...]
    lines: int = 0

    @property
    def blanks(self) -> range:
        """The lines left to write on."""
        return range(0 if self.paragraphs else self.lines)


@dataclass(frozen=True, slots=True)
class Grid:
    """Label and rows."""

    label: str
    explained: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Filled:
    """One block, ready for either kind of file."""

    kind: str
    """part, heading, rows, letter, ruled, grid, prose, note, sign."""
    text: str = ""
    explained: str = ""
    runs: tuple[Run, ...] = ()
    rows: tuple[Row, ...] = ()
    grid: Grid | None = None
    new_page: bool = False
    lines: tuple[str, ...] = ()
    """Of a signature: place and date, side, post."""


@dataclass(frozen=True, slots=True)
class FilledPaper:
    """A whole paper."""

    paper: Paper
    language: str
    blocks: tuple[Filled, ...]
    gaps: tuple[Gap, ...]
    """Required facts nobody has given: with any of them the paper is a draft."""
    optional_gaps: tuple[Gap, ...]
    by_hand: tuple[Gap, ...]
    """What the portal never holds."""

    @property
    def is_draft(self) -> bool:
        """Whether something required is missing."""
        return bool(self.gaps)

    @property
    def title(self) -> str:
        """The heading."""
        return self.paper.title.said(self.language)

    @property
    def subtitle(self) -> str:
        """The line below it."""
        return self.paper.subtitle.said(self.language) if self.paper.subtitle else ""

    @property
    def mark(self) -> str:
        """What a draft is marked with; nothing on a complete paper."""
        return ("DRAF" if self.language == "id" else "DRAF / DRAFT") if self.is_draft else ""

    @property
    def file_copy(self) -> str:
        """What stands on the Indonesian version of a partner's form; empty on everything else."""
        return FILE_COPY if self.paper.partner and self.language == "id" else ""


@dataclass
class _Filling:
    paper: Paper
    facts: Facts
    language: str
    gaps: dict[str, bool] = field(default_factory=dict)
    hand: list[str] = field(default_factory=list)

    def __post_init__(self):
        self.bilingual = bool(self.paper.partner) and self.language == "en"

    def text(self, key: str) -> str:
        value = self.facts.get(key, "")
        return clean(value) if isinstance(value, str) else ""

    def miss(self, key: str, required: bool) -> None:
        if FACTS[key].origin == Origin.HAND:
            self._by_hand(key)
        else:
            self.gaps[key] = self.gaps.get(key, False) or required

    def _by_hand(self, key: str) -> None:
        if key not in self.hand:
            self.hand.append(key)

    def said(self, words: Words) -> tuple[str, str]:
        """The text and, on a partner's form in English, what it means in Indonesian."""
        return words.said(self.language), words.id if self.bilingual and words.id != words.en else ""

    # --- Blocks ------------------------------------------------------------------------------------------

    def part(self, block: Part) -> list[Filled]:
        text, explained = self.said(block.title)
        return [Filled("part", text, explained, new_page=block.new_page)]

    def section(self, block: Section) -> list[Filled]:
        made, rows = [], []
        if block.title:
            text, explained = self.said(block.title)
            made.append(Filled("heading", text, explained))
        style = "rows" if block.style == "form" else block.style

        def close():
            if rows:
                made.append(Filled(style, rows=tuple(rows)))
                rows.clear()

        for asked in block.fields:
            if FACTS[asked.key].table:
                close()
                made.append(Filled("grid", grid=self._grid(asked)))
            else:
                rows.append(self._row(asked, letter=block.style != "form"))
        close()
        return made

    def _labels(self, asked: Field) -> tuple[str, str]:
        label, explained = self.said(asked.label or FACTS[asked.key].label)
        if asked.hint and self.paper.partner and not self.paper.is_letter:
            explained = (
                f"{explained}. {asked.hint}"
                if explained
                else (asked.hint if self.bilingual or self.language == "id" else "")
            )
        return label, explained

    def _row(self, asked: Field, *, letter: bool) -> Row:
        label, explained = self._labels(asked)
        value = self.text(asked.key)
        if asked.key == "birth_date" and value:
            self._by_hand("birth_day")
        if not value:
            self.miss(asked.key, asked.required)
        return Row(label, "" if letter else explained, tuple(value.split("\n")) if value else (), asked.lines)

    def _grid(self, asked: Field) -> Grid:
        table = TABLES[FACTS[asked.key].table]
        given = self.facts.get(asked.key) or []
        rows = [tuple(self._cell(column, row) for column in table.columns) for row in given if isinstance(row, dict)]
        if not rows:
            self.miss(asked.key, asked.required)
            rows = [("",) * len(table.columns)] * asked.lines
        label, explained = self._labels(asked)
        return Grid(
            label,
            explained,
            tuple(column.label.said(self.language) for column in table.columns),
            tuple(rows),
            tuple(column.width for column in table.columns),
        )

    def _cell(self, column: Column, row: dict[str, str]) -> str:
        text = clean(row.get(column.key, ""))
        return text if text or column.required else column.nothing.said(self.language)

    def prose(self, block: Prose) -> list[Filled]:
        runs = []
        for before, name, _spec, _conversion in Formatter().parse(block.text.said(self.language)):
            if before:
                runs.append(Run(before))
            if name:
                runs.append(self._run(name))
        return [Filled("prose", runs=tuple(runs))]

    def _run(self, name: str) -> Run:
        key, required = name.removesuffix("?"), not name.endswith("?")
        value = " ".join(self.text(key).split())
        if not value:
            self.miss(key, required)
        return Run(value or BLANK, blank=not value)

    def note(self, block: Note) -> list[Filled]:
        text, explained = self.said(block.text)
        return [Filled("note", text, explained)]

    def sign(self, block: Sign) -> list[Filled]:
        if "signature" not in self.hand:
            self.hand.append("signature")
        lines = []
        if block.dated:
            place = self.text(block.place) if block.place else ""
            lines.append(f"{place or SHORT}, {self.text('today') if self.paper.is_letter else SHORT}")
        if block.label:
            lines.append(block.label.said(self.language))
        post = self.text(block.post) if block.post else self.text("name")
        if block.post and not post:
            self.miss(block.post, True)
        lines += post.split("\n") if post else [BLANK]
        return [
            Filled(
                "sign",
                text="nama dan tanda tangan" if self.language == "id" else "name and signature",
                lines=tuple(lines),
            )
        ]


def fill(paper: Paper, facts: Facts, language: str, flags: Collection[str] = ()) -> FilledPaper:
    """The paper with these facts, said in this language already. `flags` decide which blocks belong on it."""
    work = _Filling(paper, facts, language)
    held = frozenset(flags)
    makers = {Part: work.part, Section: work.section, Prose: work.prose, Note: work.note, Sign: work.sign}
    blocks = [made for block in paper.blocks if holds(block.only, held) for made in makers[type(block)](block)]
    gaps = [Gap(key, required) for key, required in work.gaps.items()]
    return FilledPaper(
        paper,
        language,
        tuple(_joined(blocks)),
        tuple(gap for gap in gaps if gap.required),
        tuple(gap for gap in gaps if not gap.required),
        tuple(Gap(key, False) for key in work.hand),
    )


def _joined(blocks: list[Filled]) -> Iterator[Filled]:
    """Lines of a letter that follow each other stand in one table."""
    held: Filled | None = None
    for block in blocks:
        if held and held.kind == block.kind == "letter":
            held = replace(held, rows=held.rows + block.rows)
            continue
        if held:
            yield held
        held = block
    if held:
        yield held


def asked_keys(paper: Paper, flags: Collection[str] = ()) -> frozenset[str]:
    """The facts a paper asks for."""
    return frozenset(asked.key for asked in paper.mentions(frozenset(flags)))


def personal_names(paper: Paper, facts: Facts, flags: Collection[str] = ()) -> tuple[str, ...]:
    """What of a person this paper shows, in the words of the log of transfers: given facts only, each once."""
    shown = [FACTS[asked.key].personal for asked in paper.mentions(frozenset(flags)) if facts.get(asked.key)]
    shown += ["name"] if any(isinstance(block, Sign) and not block.post for block in paper.blocks) else []
    return tuple(dict.fromkeys(name for name in shown if name))


def without(facts: Facts, known: Collection[str]) -> dict[str, Value]:
    """The facts without those of the person that a reader was not handed."""
    return {key: value for key, value in facts.items() if not FACTS[key].personal or FACTS[key].personal in known}
