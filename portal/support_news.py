"""Whom a request of support to look as somebody tells what: the person is asked, the supporter hears the answer."""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse
from django.utils import translation

from accounts.models import SupportView
from accounts.services.support import SUPPORT_LOG
from notices.audience import News

LOG = SUPPORT_LOG
_SUBJECT = {
    "ask_view": ("Dukungan minta izin melihat portal sebagai Anda", "Support asks to look at the portal as you"),
    "agree_view": ("Permintaan melihat sebagai orang lain", "Request to look as somebody else"),
    "decline_view": ("Permintaan melihat sebagai orang lain", "Request to look as somebody else"),
}


def tell(entry) -> News | None:
    """The one person whose move it is; beginning and end are read on the page of consents."""
    view = SupportView.objects.select_related("person", "supporter").filter(pk=entry.record_id).first()
    if view is None or entry.action not in _SUBJECT:
        return None
    asks = entry.action == "ask_view"
    with translation.override("id"):
        path = reverse("accounts:view_consents" if asks else "accounts:support_views")
    in_indonesian, in_english = _SUBJECT[entry.action]
    listener = view.person if asks else view.supporter
    return News([(listener, None)], in_indonesian, in_english, path, at_once=True)


def may_read(user, membership, record_id: int) -> bool:
    """Whether a request concerns somebody."""
    return bool(readable(user, membership, [record_id]))


def readable(user, membership, record_ids) -> set[int]:
    """Those of some requests that concern somebody."""
    own = Q(person=user) | Q(supporter=user)
    return set(SupportView.objects.filter(own, pk__in=record_ids).order_by().values_list("pk", flat=True))
