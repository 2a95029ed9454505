"""What rooms upstairs say about telling, through whoever wires the portal: who else hears of an event, what an entry
without table means, who may read what it is about, and which events leave as letters of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from notices.models import NoticeKind

People = Iterable[tuple[Any, Any]]
"""(user, membership) of everyone concerned, in the capacity that concerns them; None: in whatever capacity."""


# --- More listeners to the acts and notes of a table --------------------------------------------------------


@dataclass(frozen=True)
class Audience:
    """Listeners to one action on one table."""

    listeners: Callable[[Any, Any], People]
    """(record, log entry) -> people."""
    at_once: bool = False
    """Urgent: mailed as soon as the hour allows, whatever digest the reader chose; only "off" is stronger."""
    kind: str = NoticeKind.CHANGE


_known: dict[tuple[str, str], list[Audience]] = {}


def register(flow_name: str, action: str, listeners, *, at_once: bool = False, kind: str = NoticeKind.CHANGE) -> None:
    """Add listeners to an action, for example the offices with open proposals when a programme is amended."""
    _known.setdefault((flow_name, action), []).append(Audience(listeners, at_once, kind))


def of(flow_name: str, action: str) -> list[Audience]:
    """The audiences registered for an action."""
    return _known.get((flow_name, action), [])


# --- Entries of logs that have no table ---------------------------------------------------------------------


@dataclass(frozen=True)
class News:
    """What to tell of an event on something that has no workflow table; `subject` and `path` as a notice keeps them."""

    listeners: People
    subject_id: str
    subject_en: str
    path: str
    mail: bool = True
    """False where a letter of its own has left already."""
    at_once: bool = False
    """Urgent, as for `Audience`."""
    kind: str = NoticeKind.CHANGE
    unnamed: bool = False
    """Neither the role nor the organisation of who did it is told."""
    to_actor: bool = False
    """Whoever set it off is told as well: it came to its end while they were away."""


_news: dict[str, Callable[[Any], News | list[News] | None]] = {}
_gone: dict[str, Callable[[list[Any]], Iterable[int]]] = {}


def register_news(log: str, tell: Callable[[Any], News | list[News] | None], *, gone=None) -> None:
    """Say what entries of a log without table mean to whom: (entry) -> News, several of them (a mention first, then
    those who follow: each person is told by the first that names them), or None where nobody is told.

    `gone(entries) -> the numbers of those of which nothing is left`, such as messages that were deleted meanwhile, is
    asked when a mail leaves: nobody is sent to an empty place.
    """
    _news[log] = tell
    if gone is not None:
        _gone[log] = gone


def gone_of(log: str):
    """What says of which entries of a log nothing is left, if anything does."""
    return _gone.get(log)


def tells_of(log: str) -> bool:
    """Whether entries of a log without table are told to anybody."""
    return log in _news


def news_of(entry) -> list[News]:
    """What an entry of a log without table means to whom."""
    tell = _news.get(entry.flow)
    found = tell(entry) if tell else None
    return [found] if isinstance(found, News) else list(found or ())


# --- Doors: may it still be read? ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Door:
    """Who may read what the entries of a log without table are about."""

    may_read: Callable[[Any, Any, int], bool]
    many: Callable[[Any, Any, list[int]], Iterable[int]] | None = None

    def open_for(self, user, membership, record_ids) -> set[int]:
        """Those of some records that a person may read in a capacity."""
        if self.many is not None:
            return set(self.many(user, membership, sorted(record_ids)))
        return {pk for pk in record_ids if self.may_read(user, membership, pk)}


_doors: dict[str, Door] = {}


def register_door(log: str, may_read, *, many=None) -> None:
    """Say who may read the records of a log without table: may_read(user, membership, record_id) -> bool.

    Asked when a mail is made and when the inbox is shown, with `user` acting in `membership` already (`user.acting`);
    membership None: in the capacity they act in. `many(user, membership, record_ids) -> the ids that may be read`
    answers for a whole mail in one query; without it every record is asked for by itself. Tables need no door: their
    records are asked through `workflow.reading.seen_by`.
    """
    _doors[log] = Door(may_read, many)


def door_of(log: str) -> Door | None:
    """The door of a log without table."""
    return _doors.get(log)


# --- Events that leave as a letter of their own --------------------------------------------------------------


@dataclass(frozen=True)
class Letter:
    """A mail of its own, ready to be sent, in the reader's language."""

    subject: str
    text: str
    html: str
    attachments: list[tuple[str, bytes, str]] = field(default_factory=list)
    """(file name, content, type), for example ("rapat.ics", b"…", "text/calendar; method=REQUEST; charset=utf-8")."""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Letters:
    """How events of a table become letters."""

    compose: Callable[[Any, Any, Any, Any], Letter | None]
    listeners: Callable[[Any, Any], People]
    due: Callable[[Any, Any], Any] | None = None


_letters: dict[tuple[str, str], Letters] = {}


def register_letter(flow: str, actions: Iterable[str], compose, *, listeners, due=None) -> None:
    """Some events of a table leave as letters of their own, to each (user, membership) of `listeners(record, entry)`.

    compose(user, membership, record, entry) -> Letter is called when the letter is sent, with the user's language
    active and the user acting in `membership` (where that one has ended, in another of theirs: whether the event still
    concerns them is for compose to say); None: nothing is sent any more. A later letter on the same record to the
    same person replaces one that has not left. Everybody who gets a letter also finds a notice (MEETING) in the inbox,
    which is not mailed; whoever did the act gets the letter only where `listeners` names them, and no notice.
    Letters keep the quiet hours, unless due(record, entry) -> the moment by which it must be known lies before the hour
    at which they would leave.
    """
    for action in actions:
        _letters[flow, action] = Letters(compose, listeners, due)


def letters_of(flow: str, action: str) -> Letters | None:
    """How an event leaves as a letter, if it does."""
    return _letters.get((flow, action))
