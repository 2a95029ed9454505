"""How a notice reads: a headline, who did it, what was said, in the reader's language. The same in inbox and
mail."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import in_local_language
from notices.models import NoticeKind
from workflow.registry import workflow
from workflow.templatetags.workflow_tags import NOTES, capacity_name

ICONS = {NoticeKind.TURN: "hand-index", NoticeKind.DUE: "alarm", NoticeKind.CHANGE: "bell"}


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


def _headline(notice) -> str:
    code = notice.record_code
    if notice.kind == NoticeKind.DUE:
        if (notice.mark or 0) >= 100:
            return _("%(code)s: the time limit has passed") % {"code": code}
        left = (notice.due_at - notice.created_at).days if notice.due_at else 0
        if left < 1:
            return _("%(code)s: due today") % {"code": code}
        return ngettext("%(code)s: due in %(days)d day", "%(code)s: due in %(days)d days", left) % {
            "code": code,
            "days": left,
        }
    if notice.kind == NoticeKind.TURN:
        return _("%(code)s: your turn. %(what)s.") % {"code": code, "what": what_happened(notice)}
    return _("%(code)s: %(what)s") % {"code": code, "what": what_happened(notice)}


def _change(change: dict) -> dict[str, str]:
    """One changed field in the reader's language."""
    english = (translation.get_language() or "id").startswith("en")
    before, after = change.get("before"), change.get("after")
    if english:
        before, after = change.get("before_en", before), change.get("after_en", after)
    label = (english and change.get("label_en")) or change["label_id"]
    return {"label": str(label), "before": str(before or "–"), "after": str(after or "–")}


def line(notice) -> Line:
    """One notice in the reader's language."""
    registered = workflow(notice.flow)
    transition = registered.flow.transition(notice.action) if registered else None
    overdue = notice.kind == NoticeKind.DUE and (notice.mark or 0) >= 100
    return Line(
        notice=notice,
        headline=_headline(notice),
        subject=in_local_language(notice, "subject"),
        by=", ".join(part for part in (capacity_name(notice) if notice.role else "", notice.organisation) if part),
        quote=notice.comment,
        changes=[_change(c) for c in notice.changes],
        path=local_path(notice.path),
        icon=transition.icon if transition else ICONS[notice.kind],
        tone="red" if overdue else "amber" if notice.kind != NoticeKind.CHANGE else "",
    )
