"""Which papers of an agreement a person reads, and which they may add."""

from __future__ import annotations

from django.db.models import Q

from accounts.roles import PARTNER, Role
from accounts.rules import capacity
from partnerships.models import AgreementStatus, DocumentKind, Instrument, PaperForm, Track
from partnerships.rules.agreements import BEFORE_SIGNING, FLOW, NATIONAL, leads, text_is_open
from workflow.mandate import covers

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
TEXTS = (DocumentKind.TEXT_ID, DocumentKind.TEXT_EN)
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
    texts = TEXTS if text_is_open(agreement) else ()
    if role in PARTNER:
        road = (DocumentKind.LOI,) if agreement.status in BEFORE_SIGNING else (DocumentKind.REPORT,)
        return [*road, *texts[1:], DocumentKind.OTHER]
    if role == Role.LEGAL:
        return [DocumentKind.LEGAL_OPINION] if agreement.status in BEFORE_SIGNING and covers(user, FLOW) else []
    if not leads(user, agreement):
        return []
    if agreement.status in BEFORE_SIGNING:
        council = (DocumentKind.DPRD_LETTER,) if agreement.is_regional else ()
        return [*_ROAD, *council, *texts, DocumentKind.COVER_LETTER, DocumentKind.OTHER]
    return [*texts, DocumentKind.REPORT, DocumentKind.NOTICE, DocumentKind.OTHER]


def kind_of(form: str, language: str) -> DocumentKind:
    """The kind of document under which a drafted paper is kept."""
    if form == PaperForm.LETTER_OF_INTENT:
        return DocumentKind.LOI
    if form == PaperForm.COVER_LETTER:
        return DocumentKind.COVER_LETTER
    return DocumentKind.TEXT_EN if language == "en" else DocumentKind.TEXT_ID


def binds_ministry_and_region(agreement) -> bool:
    """Ministry and region agree by nota kesepakatan (PP 28/2018, article 46), everyone else by memorandum."""
    return agreement.track == Track.NOTA_SINERGI or agreement.instrument == Instrument.NOTA_KESEPAKATAN


def papers_to_draft(user, agreement) -> list[PaperForm]:
    """The papers the user may have drafted now: those who lead, and of a kind they could upload as well."""
    if not leads(user, agreement):
        return []
    open_kinds = kinds_to_upload(user, agreement)
    synergy = binds_ministry_and_region(agreement)
    own = {
        PaperForm.LETTER_OF_INTENT: True,
        PaperForm.MEMORANDUM: not synergy,
        PaperForm.NOTA_KESEPAKATAN: synergy,
        PaperForm.COVER_LETTER: True,
    }
    return [form for form, offered in own.items() if offered and kind_of(form, "id") in open_kinds]
