"""What the inbox says about delegations: granted, about to end, ended, revoked."""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import Delegation
from notices.audience import News
from workflow import formats

LETTERS = ("delegate", "end_delegation")
"""Events of which both persons get a letter of their own at once (accounts.tasks), unless a role took them along."""
TOLD = (*LETTERS, "delegation_ends", "delegation_over")


def news_of_delegation(entry) -> News | None:
    """Principal and delegate hear of it, in whatever capacity they act."""
    if entry.action not in TOLD:
        return None
    found = Delegation.objects.select_related("post__user", "post__organisation", "delegate").filter(pk=entry.record_id)
    delegation = found.first()
    if delegation is None:
        return None
    with translation.override("id"):
        subject_id, path = _subject(delegation), delegation.get_absolute_url()
    with translation.override("en"):
        subject_en = _subject(delegation)
    people = {p.pk: p for p in (delegation.post.user, delegation.delegate) if p.is_active}
    return News(
        listeners=[(person, None) for person in people.values()],
        subject_id=subject_id,
        subject_en=subject_en,
        path=path,
        mail=entry.action not in LETTERS or bool(entry.data.get("with_role")),
        at_once=entry.action != "delegation_ends",
    )


def _subject(delegation) -> str:
    return _("%(post)s, %(office)s, until %(day)s") % {
        "post": delegation.label,
        "office": delegation.post.organisation.name,
        "day": formats.day(delegation.valid_to),
    }
