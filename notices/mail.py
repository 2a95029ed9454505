"""What a mail says: text and HTML in the person's language, why it came, links into the portal, nothing
personal."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notices.lines import Line, line
from notices.models import NoticeKind

LINES_PER_GROUP = 10
FITS = ((400, 12), (160, 6), (60, 3), (0, 1), (0, 0))
"""How much of a comment is quoted, and how many changed fields are named: the most with which both bodies stay under
the limit."""
MAX_BYTES = 30 * 1024


@dataclass(frozen=True)
class Group:
    """The notices of one kind in one mail; what does not fit is counted."""

    title: str
    lines: list[Line]
    more: int


def _titles() -> dict[str, str]:
    return {NoticeKind.TURN: _("Your turn"), NoticeKind.DUE: _("Due dates"), NoticeKind.CHANGE: _("Changes")}


@dataclass(frozen=True)
class Composed:
    """A mail as it is sent; the text is what the outbox keeps."""

    subject: str
    text: str
    html: str


def compose(user, notices) -> Composed:
    """The mail that carries these notices, in the person's language. What would make it too heavy is quoted shorter."""
    with translation.override(user.language):
        groups = []
        for kind, title in _titles().items():
            own = [line(n) for n in notices if n.kind == kind]
            if own:
                groups.append(Group(title, own[:LINES_PER_GROUP], max(len(own) - LINES_PER_GROUP, 0)))
        subject = _subject(notices)
        values = {
            "subject": subject,
            "groups": groups,
            "site": settings.SITE_URL,
            "inbox": settings.SITE_URL + reverse("notices:inbox"),
            "account": settings.SITE_URL + reverse("accounts:settings"),
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
        return Composed(subject, text, html)


def _subject(notices) -> str:
    if len(notices) == 1:
        return f"[Sinergi] {line(notices[0]).headline}"[:200]
    turns = sum(n.kind == NoticeKind.TURN for n in notices)
    if turns:
        return "[Sinergi] " + ngettext("%(count)d matter waits for you", "%(count)d matters wait for you", turns) % {
            "count": turns
        }
    return "[Sinergi] " + ngettext("%(count)d message", "%(count)d messages", len(notices)) % {"count": len(notices)}
