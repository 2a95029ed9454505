"""What a mail says: plain text in the person's language, why it came, links into the portal, nothing
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
QUOTE_LENGTH = 400
MAX_BYTES = 30 * 1024


@dataclass(frozen=True)
class Group:
    """The notices of one kind in one mail; what does not fit is counted."""

    title: str
    lines: list[Line]
    more: int


def _titles() -> dict[str, str]:
    return {NoticeKind.TURN: _("Your turn"), NoticeKind.DUE: _("Due dates"), NoticeKind.CHANGE: _("Changes")}


def compose(user, notices) -> tuple[str, str]:
    """(subject, body) of the mail that carries these notices."""
    with translation.override(user.language):
        groups = []
        for kind, title in _titles().items():
            own = [line(n) for n in notices if n.kind == kind]
            if own:
                groups.append(Group(title, own[:LINES_PER_GROUP], max(len(own) - LINES_PER_GROUP, 0)))
        body = render_to_string(
            "mail/notices.txt",
            {
                "groups": groups,
                "site": settings.SITE_URL,
                "inbox": settings.SITE_URL + reverse("notices:inbox"),
                "account": settings.SITE_URL + reverse("accounts:settings"),
                "support": settings.SUPPORT_EMAIL,
                "quote_length": QUOTE_LENGTH,
                "demo": settings.DEMO,
            },
        )
        return _subject(notices), body.encode()[:MAX_BYTES].decode(errors="ignore")


def _subject(notices) -> str:
    if len(notices) == 1:
        return f"[Sinergi] {line(notices[0]).headline}"[:200]
    turns = sum(n.kind == NoticeKind.TURN for n in notices)
    if turns:
        return "[Sinergi] " + ngettext("%(count)d matter waits for you", "%(count)d matters wait for you", turns) % {
            "count": turns
        }
    return "[Sinergi] " + ngettext("%(count)d message", "%(count)d messages", len(notices)) % {"count": len(notices)}
