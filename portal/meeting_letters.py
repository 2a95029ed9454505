"""Invitations to meetings, their changes and their end, as letters with a calendar file, made when they leave."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from accounts.models import Membership
from forum.models import MeetingStatus, Reply
from forum.rules.meetings import invited_memberships, memberships_of
from forum.selectors.calendar import invitation_file, invited_capacity
from forum.times import both_clocks
from notices.audience import Letter
from notices.models import Outbox
from workflow.calendar_files import CANCEL
from workflow.models import LogEntry

FLOW = "forum.meeting"
SEND, CHANGE, INVITE, UNINVITE, CALL_OFF = "send", "change", "invite", "uninvite", "cancel"
ACTIONS = (SEND, CHANGE, INVITE, UNINVITE, CALL_OFF)
TO_ALL = (SEND, CHANGE, CALL_OFF)
INVITED, CHANGED, CALLED_OFF = "invited", "changed", "called_off"
FITS = ((2000, 40, 12), (800, 25, 8), (300, 12, 6), (100, 5, 4), (0, 0, 2))
"""How much of the purpose is quoted, how many points of the agenda and how many changes are named: the most with which
both bodies stay under the limit."""
MAX_BYTES = 30 * 1024


# --- Who gets one -------------------------------------------------------------------------------------------


def listeners(meeting, entry) -> list[tuple[Any, Membership]]:
    """(user, membership) of everyone an entry concerns, each person once, in their own post rather than one they stand
    in for. Who did it is among them where they are asked to come: their calendar needs the file as well."""
    among = invited_memberships(meeting) if entry.action in TO_ALL else memberships_of(_pairs(entry))
    current = Membership.objects.current().filter(among).select_related("user", "organisation", "delegation__post")
    found: dict[int, Membership] = {}
    for membership in sorted(current, key=lambda m: (m.delegation_id is not None, m.pk)):
        found.setdefault(membership.user_id, membership)
    return [(membership.user, membership) for membership in found.values()]


def due(meeting, entry):
    """By when they must know."""
    return meeting.starts_at


def _pairs(entry) -> list[tuple[int, str]]:
    """Who was added or removed: (organisation, post or nothing)."""
    return [(organisation, role) for organisation, role in entry.data.get("invitees", [])]


def _concerns(entry, user, asked: bool) -> bool:
    """Whether an entry brings a person a letter: what goes to all, those who are asked; the rest, those it names."""
    if entry.action in TO_ALL:
        return asked
    return Membership.objects.current().filter(Q(user=user) & memberships_of(_pairs(entry))).exists()


# --- What it says -------------------------------------------------------------------------------------------


def compose(user, membership, meeting, entry) -> Letter | None:
    """The letter as things stand now, in the person's language; None where there is nothing to say any more."""
    entries = list(LogEntry.objects.filter(flow=FLOW, record_id=meeting.pk, action__in=ACTIONS).order_by("seq"))
    asked = invited_capacity(user, meeting)
    if any(later.seq > entry.seq and _concerns(later, user, asked is not None) for later in entries):
        return None  # that one brings the present state
    last = _last_that_left(user, [earlier for earlier in entries if earlier.seq < entry.seq])
    changes = [e for e in entries if e.action == CHANGE and last is not None and e.seq > last.seq]
    kind = _kind(user, meeting, entry, last, asked is not None, bool(changes))
    if kind is None:
        return None
    with translation.override(user.language):
        return _letter(user, asked or membership, meeting, entry, kind, changes if kind == CHANGED else [])


def _last_that_left(user, entries: Iterable[LogEntry]) -> LogEntry | None:
    """The last entry of which this person was sent a letter, or may have been: a try that broke off counts."""
    by_seq = {entry.seq: entry for entry in entries}
    left = Outbox.objects.filter(user=user, flow=FLOW, seq__in=by_seq).filter(
        Q(sent_at__isnull=False) | Q(in_doubt=True)
    )
    return max((by_seq[seq] for seq in left.values_list("seq", flat=True)), key=lambda e: e.seq, default=None)


def _kind(user, meeting, entry, last, asked: bool, changed: bool) -> str | None:
    """Whether a person is invited, told of a change or of its end; None: they are told nothing (any more). Which entry
    it is does not decide: of several that came between two mails the last one brings what all of them mean."""
    in_calendar = last is not None and last.action != UNINVITE
    if not asked:
        # Only the act that removed them says so: who lost the role meanwhile has nothing to do with it any more.
        return CALLED_OFF if entry.action == UNINVITE and in_calendar and _concerns(entry, user, asked) else None
    if meeting.status == MeetingStatus.CANCELLED:
        return CALLED_OFF if in_calendar else None
    if meeting.ends_at <= timezone.now():
        return None
    if not in_calendar:
        return INVITED
    return CHANGED if changed else None


def _subject(kind: str, meeting) -> str:
    words = {
        INVITED: _("Invitation: %(title)s"),
        CHANGED: _("Change: %(title)s"),
        CALLED_OFF: _("Cancelled: %(title)s"),
    }
    return " ".join((words[kind] % {"title": meeting.title}).split())[:200]


def _letter(user, membership, meeting, entry, kind: str, changes: list[LogEntry]) -> Letter:
    cancelled = meeting.status == MeetingStatus.CANCELLED
    removed = kind == CALLED_OFF and entry.action == UNINVITE
    stamp = max(entry.at, meeting.updated_at)
    content, method = invitation_file(meeting, user, called_off=removed, stamp=stamp)
    own, there = both_clocks(meeting, membership.organisation.time_zone)
    agenda = [item.title for item in meeting.agenda.all()]
    rows = _changed_rows(changes)
    values = {
        "meeting": meeting,
        "changed": kind == CHANGED,
        "called_off": cancelled,
        "removed": removed and not cancelled,
        "subject": _subject(kind, meeting),
        "first": own if removed else f"{own} · {meeting.place or _('Video meeting')}",
        "place": "" if removed else meeting.place,
        "own": own,
        "there": there,
        "link": meeting.link if kind != CALLED_OFF else "",
        "reason": entry.comment if kind == CALLED_OFF and not removed else "",
        "replies": _replies(meeting) if kind != CALLED_OFF else [],
        "page": settings.SITE_URL + meeting.get_absolute_url(),
        "may_open": not removed,
        "support": settings.SUPPORT_EMAIL,
        "demo": settings.DEMO,
    }
    for purpose, points, named in FITS:
        shown = {
            "purpose": Truncator(" ".join(meeting.purpose.split())).chars(purpose) if purpose else "",
            "agenda": agenda[:points],
            "agenda_more": max(len(agenda) - points, 0),
            "changes": rows[:named],
            "changes_more": max(len(rows) - named, 0),
            "reason": Truncator(values["reason"]).chars(purpose or 100),
        }
        text, html = (render_to_string(name, {**values, **shown}) for name in ("mail/meeting.txt", "mail/meeting.html"))
        if len(text.encode()) + len(html.encode()) <= MAX_BYTES:
            break
    name = "cancel.ics" if method == CANCEL else "invite.ics"
    attached = [(name, content, f"text/calendar; method={method}; charset=utf-8")]
    return Letter(values["subject"], text, html, attachments=attached)


def _replies(meeting) -> list[dict[str, str]]:
    """The three answers as links. They lead to a page that asks once more: a program that opens every link of a mail
    must not answer for anybody."""
    path = settings.SITE_URL + reverse("forum:answer_meeting", args=[meeting.code])
    words = {Reply.YES: _("I am coming"), Reply.MAYBE: _("Perhaps"), Reply.NO: _("I am not coming")}
    return [{"label": label, "url": f"{path}?{urlencode({'reply': reply.value})}"} for reply, label in words.items()]


def _changed_rows(entries: list[LogEntry]) -> list[dict[str, str]]:
    """What changed since the last letter, each field once, from what it was then to what it is now."""
    english = translation.get_language() == "en"
    found: dict[str, dict[str, str]] = {}
    for entry in entries:
        for change in entry.data.get("changes", []):
            before, after = (
                str((english and change.get(f"{end}_en")) or change.get(end, "")) for end in ("before", "after")
            )
            row = found.setdefault(
                change.get("field") or change["label_id"],
                {
                    "label": change["label_en" if english else "label_id"],
                    "before": "" if change.get("field") == "agenda" else before,
                },
            )
            # The agenda stands below as it is now.
            row["after"] = _("See below") if change.get("field") == "agenda" else after
    rows = [row for row in found.values() if row["before"] != row["after"]]
    return [{**row, **{end: Truncator(row[end]).chars(160) for end in ("before", "after")}} for row in rows]
