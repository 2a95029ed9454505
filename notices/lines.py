"""How a notice reads: a headline, who did it, what was said, in the reader's language. The same in inbox and
mail."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import in_local_language
from notices.models import NoticeKind
from notices.rules.doors import Sight, sight
from workflow.calendar import WIB
from workflow.nudges import NUDGE
from workflow.registry import workflow
from workflow.templatetags.workflow_tags import NOTES, capacity_name

ICONS = {
    NoticeKind.TURN: "hand-index",
    NoticeKind.DUE: "alarm",
    NoticeKind.CHANGE: "bell",
    NoticeKind.MENTION: "megaphone",
    NoticeKind.TALK: "chat-left-text",
    NoticeKind.MEETING: "people",
}
NEEDS_ATTENTION = {NoticeKind.TURN, NoticeKind.DUE, NoticeKind.MENTION}
CODES_SHOWN = 10
"""How many codes a line about many records names; the page behind it lists them all."""


@dataclass(frozen=True)
class Line:
    """A notice ready to show."""

    notice: object
    headline: str
    subject: str
    by: str
    quote: str
    changes: list[dict[str, str]]
    path: str
    icon: str
    tone: str
    more: str = ""
    """What else happened to the record since the reader last had mail."""
    codes: list[str] = field(default_factory=list)
    """The records of a line about many, the first ten."""
    codes_left: int = 0
    """How many more of them there are."""
    is_closed: bool = False
    """The reader may no longer open what it speaks of: nothing but the headline is told."""

    @property
    def is_unread(self) -> bool:
        """Whether nobody has opened it yet."""
        return self.notice.read_at is None


def local_path(path: str) -> str:
    """An address in the reader's language: English lives under /en/."""
    bare = re.sub(r"^/en(?=/)", "", path)
    return f"/en{bare}" if bare and (translation.get_language() or "id").startswith("en") else bare


def what_happened(notice) -> str:
    """The act in words, as the timeline says it."""
    registered = workflow(notice.flow)
    transition = registered.flow.transition(notice.action) if registered else None
    if transition is not None:
        return str(transition.done or transition.label)
    return str(NOTES.get(notice.action, notice.action))


def _name(notice, sight_: Sight | None, others: int) -> str:
    """What a headline calls the record: its code, or the first of many with how many more."""
    code, more = notice.record_code, others
    if sight_ is not None and notice.batch:
        code, more = sight_.code(notice), others + max(sight_.count(notice) - 1, 0)
    elif notice.batch:
        more += notice.count - 1
    if not more:
        return code
    return ngettext("%(code)s and %(count)d other", "%(code)s and %(count)d others", more) % {
        "code": code,
        "count": more,
    }


def _headline(notice, name: str, now=None) -> str:
    what = {"code": name, "what": what_happened(notice)}
    if notice.kind == NoticeKind.DUE:
        now = now or notice.created_at
        if (notice.mark or 0) >= 100 or (notice.due_at and notice.due_at < now):
            return _("%(code)s: the time limit has passed") % what
        left = _days_left(notice, now)
        if left < 1:
            return _("%(code)s: due today") % what
        return ngettext("%(code)s: due in %(days)d day", "%(code)s: due in %(days)d days", left) % {
            **what,
            "days": left,
        }
    if notice.action == NUDGE:
        return _("%(code)s: a polite reminder, it is your turn.") % what
    if notice.kind == NoticeKind.TURN:
        return _("%(code)s: your turn. %(what)s.") % what
    if notice.kind == NoticeKind.MENTION:
        return _("%(code)s: you were mentioned") % what
    return _("%(code)s: %(what)s") % what


def _days_left(notice, now) -> int:
    """How many days of the reader's calendar lie between a moment and the due date: tomorrow is one day away."""
    if notice.due_at is None:
        return 0
    place = ZoneInfo(notice.time_zone or WIB)
    return (notice.due_at.astimezone(place).date() - now.astimezone(place).date()).days


def _change(change: dict) -> dict[str, str]:
    """One changed field in the reader's language."""
    english = (translation.get_language() or "id").startswith("en")
    before, after = change.get("before"), change.get("after")
    if english:
        before, after = change.get("before_en", before), change.get("after_en", after)
    label = (english and change.get("label_en")) or change["label_id"]
    return {"label": str(label), "before": str(before or "–"), "after": str(after or "–")}


def line(
    notice,
    seen: Sight | None = None,
    *,
    others: int = 0,
    is_last: bool = True,
    alike: Iterable = (),
    now: dt.datetime | None = None,
) -> Line:
    """One notice in the reader's language. `seen`: what the reader may read of it (without it, everything);
    `others`: how many other events on the record it stands for, all of them earlier if it `is_last`; `alike`: notices
    of the same act on other records; `now`: when it is told (without it, when it came up)."""
    alike = list(alike)
    many = [notice, *alike]
    name = _name(notice, seen, len(alike))
    if seen is not None and not seen.is_open(notice):
        return _closed(notice, _headline(notice, name, now))
    registered = workflow(notice.flow)
    transition = registered.flow.transition(notice.action) if registered else None
    overdue = notice.kind == NoticeKind.DUE and (notice.mark or 0) >= 100
    is_many = len(many) > 1 or notice.is_many
    codes = _codes(many, seen) if is_many else []
    codes_left = max((len(codes) if seen is not None else sum(n.count for n in many)) - CODES_SHOWN, 0) if codes else 0
    return Line(
        notice=notice,
        headline=_headline(notice, name, now),
        subject="" if is_many else in_local_language(notice, "subject"),
        by=_by(notice) if {_by(n) for n in many} == {_by(notice)} else "",
        quote=notice.comment if {n.comment for n in many} == {notice.comment} else "",
        changes=[] if is_many else [_change(c) for c in notice.changes],
        path=local_path(notice.path),
        icon=transition.icon if transition else ICONS[notice.kind],
        tone="red" if overdue else "amber" if notice.kind in NEEDS_ATTENTION else "",
        more=_more(notice, others, is_last=is_last),
        codes=codes[:CODES_SHOWN],
        codes_left=codes_left,
    )


def _by(notice) -> str:
    return ", ".join(part for part in (capacity_name(notice) if notice.role else "", notice.organisation) if part)


def _more(notice, others: int, *, is_last: bool) -> str:
    """What else there was on the record."""
    if not others:
        return ""
    talk = notice.kind in {NoticeKind.TALK, NoticeKind.MENTION}
    if talk and is_last:
        said = ngettext("and %(count)d earlier message", "and %(count)d earlier messages", others)
    elif talk:
        said = ngettext("and %(count)d other message", "and %(count)d other messages", others)
    elif is_last:
        said = ngettext("and %(count)d earlier change", "and %(count)d earlier changes", others)
    else:
        said = ngettext("and %(count)d other change", "and %(count)d other changes", others)
    return said % {"count": others}


def _codes(many: list, seen: Sight | None) -> list[str]:
    """The codes of the records of a line about many, as far as they may be read."""
    if seen is not None:
        return [code for n in many for code in seen.records.get(n.pk, {}).values()]
    return [n.record_code for n in many]


def _closed(notice, headline: str) -> Line:
    """A notice whose record the reader may no longer open."""
    return Line(notice, headline, _("You can no longer open this."), "", "", [], "", "lock", "", is_closed=True)


def lines_of(user, notices) -> list[Line]:
    """Notices as the inbox shows them to their reader: what is closed to them by now is told by its headline alone."""
    notices = list(notices)
    seen = sight(user, notices)
    return [line(notice, seen) for notice in notices]
