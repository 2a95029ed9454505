"""Which papers of an agreement a person reads, and which they may add."""

from __future__ import annotations

from django.db.models import Q

from accounts.roles import PARTNER, Role
from accounts.rules import capacity
from partnerships.models import AgreementStatus, DocumentKind
from partnerships.rules.agreements import BEFORE_SIGNING, NATIONAL, TEXT_IS_OPEN, leads

SHARED = (
    DocumentKind.LOI,
    DocumentKind.PLAN,
    DocumentKind.TEXT_ID,
    DocumentKind.TEXT_EN,
    DocumentKind.SIGNED,
    DocumentKind.REPORT,
)
"""What all parties read. Opinions, clearances, powers and notices stay with those who work on it."""

_ROAD = (DocumentKind.CONCEPT_NOTE, DocumentKind.LOI, DocumentKind.PLAN)
_TEXTS = (DocumentKind.TEXT_ID, DocumentKind.TEXT_EN)
_ENDED = (
    AgreementStatus.EXPIRED,
    AgreementStatus.TERMINATED,
    AgreementStatus.CLOSED,
    AgreementStatus.REJECTED,
    AgreementStatus.CANCELLED,
)


def reads_everything(user, agreement) -> bool:
    """The centre and the leading office read every paper."""
    return capacity(user)[0] in NATIONAL or leads(user, agreement)


def readable_documents(user, agreement) -> Q:
    """The papers of this agreement that exist for this user; the agreement itself must be visible already."""
    if reads_everything(user, agreement):
        return Q()
    shared = Q(kind__in=SHARED)
    return shared | Q(by_partner=True) if capacity(user)[0] in PARTNER else shared


def kinds_to_upload(user, agreement) -> list[DocumentKind]:
    """The kinds of paper the user may add now; the signed document comes with the signing."""
    role, _organisation = capacity(user)
    if agreement.status in _ENDED:
        return [DocumentKind.REPORT] if role == Role.BIROKS_OFF and agreement.signed_on else []
    texts = _TEXTS if agreement.status in TEXT_IS_OPEN else ()
    if role in PARTNER:
        road = (DocumentKind.LOI,) if agreement.status in BEFORE_SIGNING else (DocumentKind.REPORT,)
        return [*road, *texts[1:], DocumentKind.OTHER]
    if role == Role.LEGAL:
        return [DocumentKind.LEGAL_OPINION] if agreement.status in BEFORE_SIGNING else []
    if not leads(user, agreement):
        return []
    if agreement.status in BEFORE_SIGNING:
        council = (DocumentKind.DPRD_LETTER,) if agreement.is_regional else ()
        return [*_ROAD, *council, *texts, DocumentKind.OTHER]
    return [*texts, DocumentKind.REPORT, DocumentKind.NOTICE, DocumentKind.OTHER]
