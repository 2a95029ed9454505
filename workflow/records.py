"""A record on paper: what its page says, as one printed page and as one PDF, for the same readers.

Rooms' records are told in sections of facts, tables and words; one template sets them, on the screen and on paper.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from workflow import formats, papers
from workflow.templatetags.workflow_tags import events_of

TEMPLATE = "papers/record.html"


@dataclass(frozen=True)
class Section:
    """One part of the paper; what is empty is left out."""

    heading: Any
    words: tuple[Any, ...] = ()
    """Paragraphs; text that is safe HTML already stays as it is."""
    facts: tuple[tuple[Any, Any], ...] = ()
    head: tuple[Any, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()
    numbers: tuple[int, ...] = ()
    """Columns of figures, counted from 0."""

    @property
    def shown_facts(self) -> list[tuple[Any, Any]]:
        """Facts with a value."""
        return [(label, value) for label, value in self.facts if value not in (None, "")]

    @property
    def shown_rows(self) -> list[list[dict]]:
        """Cells with what stands above them, and whether they hold a figure."""
        known = [{"label": label, "number": n in self.numbers} for n, label in enumerate(self.head)]
        return [[{**about, "value": cell} for about, cell in zip(known, row, strict=True)] for row in self.rows]

    @property
    def shown_head(self) -> list[dict]:
        """The same of the head."""
        return [{"value": cell, "number": n in self.numbers} for n, cell in enumerate(self.head)]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to say."""
        return not (any(self.words) or self.shown_facts or self.rows)


@dataclass(frozen=True)
class RecordPaper:
    """A kind of record that can be printed."""

    name: str
    label: Any
    get: Callable[[Any, str], Any]
    """(user, code) -> the record; Http404 for whoever does not see its page."""
    sections: Callable[[Any, Any], list[Section]]
    """(user, record) -> what this reader may know."""
    about: Callable[[Any], str] = lambda record: ""
    """A line below the title."""
    heard: Callable[[Any, Any], None] | None = None
    """(user, record): writes down that it was taken along, where the room's rules ask for that."""
    public: bool = False
    """Opens without signing in, as far as `get` lets it."""


_known: dict[str, RecordPaper] = {}


def register_record(name: str, label: Any, **parts: Any) -> RecordPaper:
    """Make a kind known; called once when Django starts."""
    _known[name] = RecordPaper(name, label, **parts)
    return _known[name]


def record_named(name: str) -> RecordPaper | None:
    """The kind with this name."""
    return _known.get(name)


def records() -> list[RecordPaper]:
    """Every kind, by name."""
    return [_known[name] for name in sorted(_known)]


def values_of(paper: RecordPaper, user, record, address: str) -> dict[str, Any]:
    """What the template sets."""
    organisation = getattr(user, "acting_organisation", None)
    shown = getattr(record, "shown_status", None)
    return {
        "paper": paper,
        "record": record,
        "status": shown[0] if shown else record.state.label,
        "about": paper.about(record),
        "reader": f"{user.acting.role_label}, {organisation}" if organisation else _("Anyone"),
        "sections": [section for section in paper.sections(user, record) if not section.is_empty],
        "read_at": timezone.now(),
        "address": address,
    }


def pdf(values: dict[str, Any], *, language: str) -> bytes:
    """The record as a tagged PDF."""
    return papers.pdf(TEMPLATE, values, language=language)


def html(values: dict[str, Any], *, language: str) -> str:
    """The same to be read and printed in a browser."""
    return papers.html(TEMPLATE, {**values, "has_pdf": papers.can_make()}, language=language)


def history_of(user, record) -> Section:
    """What happened, as the timeline of the record's page tells it to this reader."""
    events = events_of(record, reader=user)
    since = record.history_since(user) if hasattr(record, "history_since") else None
    rows = tuple(
        (
            formats.day(event.at) if event.by_day else formats.moment(event.at, record.time_zone),
            event.label,
            ", ".join(part for part in (event.role, event.organisation) if part),
            event.comment,
        )
        for event in events
        if since is None or event.at >= since
    )
    return Section(_("History"), head=(_("When"), _("What"), _("Who"), _("Note")), rows=rows)
