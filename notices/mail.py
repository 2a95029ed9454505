"""What a mail says: text and HTML in the person's language, why it came, links into the portal, nothing
personal."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notices.lines import Line, line
from notices.models import Notice, NoticeKind
from notices.rules.doors import Sight
from notices.unsubscribing import address_for, headers_for

LINES_PER_GROUP = 10
ALIKE = 5
"""From this many on, the same act on many records is one line."""
FITS = ((400, 12), (160, 6), (60, 3), (0, 1), (0, 0))
"""How much of a comment is quoted, and how many changed fields are named: the most with which both bodies stay under
the limit."""
MAX_BYTES = 30 * 1024

GROUPS = {
    "turn": (NoticeKind.TURN,),
    "due": (NoticeKind.DUE,),
    "change": (NoticeKind.CHANGE,),
    "talk": (NoticeKind.MENTION, NoticeKind.TALK),
    "meeting": (NoticeKind.MEETING,),
}
RANK = {NoticeKind.TURN: 0, NoticeKind.DUE: 1, NoticeKind.MENTION: 2}
"""Which of several events on one record the line tells: what asks for something before what only happened."""


def _titles() -> dict[str, str]:
    return {
        "turn": _("Your turn"),
        "due": _("Due dates"),
        "change": _("Changes"),
        "talk": _("Conversations"),
        "meeting": _("Meetings"),
    }


# --- What is said in one line -------------------------------------------------------------------------------


@dataclass
class Entry:
    """What one line of a mail stands for."""

    notice: Notice
    others: list[Notice] = field(default_factory=list)
    """The other events on the same record since the last mail."""
    alike: list[Notice] = field(default_factory=list)
    """The same act on other records."""

    @property
    def is_last(self) -> bool:
        """Whether the event that is told came after all others on the record."""
        return all(_order(other) < _order(self.notice) for other in self.others)


def _order(notice) -> tuple:
    return notice.created_at, notice.pk or 0


def entries_of(notices) -> list[Entry]:
    """One entry for each record, in the order of their latest events; five of the same act and more are one."""
    by_record: dict[tuple, list[Notice]] = defaultdict(list)
    for notice in sorted(notices, key=_order):
        by_record[("many", notice.pk) if notice.batch else (notice.flow, notice.record_id)].append(notice)
    single = []
    for events in by_record.values():
        first = min(RANK.get(n.kind, 9) for n in events)
        told = [n for n in events if RANK.get(n.kind, 9) == first][-1]
        single.append(Entry(told, [n for n in events if n is not told]))
    by_act: dict[tuple, list[Entry]] = defaultdict(list)
    for entry in single:
        told = entry.notice
        day = told.due_at if told.kind == NoticeKind.DUE else None  # "due in 3 days" must be true of all of them
        by_act[told.kind, told.flow, told.action, told.mark, day].append(entry)
    found = []
    for alike in by_act.values():
        if len(alike) >= ALIKE and not any(e.notice.batch for e in alike):
            found.append(Entry(alike[0].notice, alike=[e.notice for e in alike[1:]]))
        else:
            found += alike
    return sorted(found, key=lambda entry: _order(entry.notice))


@dataclass(frozen=True)
class Group:
    """The notices of one kind in one mail; what does not fit is counted."""

    title: str
    lines: list[Line]
    more: int


@dataclass(frozen=True)
class Composed:
    """A mail as it is sent; the text is what the outbox keeps."""

    subject: str
    text: str
    html: str
    headers: dict[str, str] = field(default_factory=dict)
    """What lets mail programs switch it off with one click (RFC 8058), where anything in it may be switched off."""


def compose(user, notices, *, seen: Sight | None = None, now: dt.datetime | None = None) -> Composed:
    """The mail that carries these notices, in the person's language. What would make it too heavy is quoted shorter.

    `seen`: what the reader may read of them; without it, everything. `now`: when it leaves.
    """
    notices = list(notices)
    kinds = {notice.kind for notice in notices}
    with translation.override(user.language):
        entries = entries_of(notices)
        groups, lines = [], []
        for name, title in _titles().items():
            own = [
                line(e.notice, seen, others=len(e.others), is_last=e.is_last, alike=e.alike, now=now)
                for e in entries
                if e.notice.kind in GROUPS[name]
            ]
            lines += own
            if own:
                groups.append(Group(title, own[:LINES_PER_GROUP], max(len(own) - LINES_PER_GROUP, 0)))
        subject = _subject(lines)
        values = {
            "subject": subject,
            "groups": groups,
            "site": settings.SITE_URL,
            "inbox": settings.SITE_URL + reverse("notices:inbox"),
            "account": settings.SITE_URL + reverse("accounts:settings"),
            "choices": settings.SITE_URL + reverse("notices:settings"),
            "unsubscribe": address_for(user, kinds),
            "support": settings.SUPPORT_EMAIL,
            "demo": settings.DEMO,
        }
        for quote_length, changes in FITS:
            shown = {"quote_length": quote_length, "changes_shown": changes, "first_changes": f":{changes}"}
            text, html = (
                render_to_string(name, {**values, **shown}) for name in ("mail/notices.txt", "mail/notices.html")
            )
            if len(text.encode()) + len(html.encode()) <= MAX_BYTES:
                break
        return Composed(subject, text, html, headers_for(user, kinds))


def _subject(lines: list[Line]) -> str:
    if len(lines) == 1:
        return f"[Sinergi] {lines[0].headline}"[:200]
    turns = sum(one.notice.kind == NoticeKind.TURN for one in lines)
    if turns:
        return "[Sinergi] " + ngettext("%(count)d matter waits for you", "%(count)d matters wait for you", turns) % {
            "count": turns
        }
    return "[Sinergi] " + ngettext("%(count)d message", "%(count)d messages", len(lines)) % {"count": len(lines)}
