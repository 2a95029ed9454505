"""Where a need and a programme meet: suggestions, proposals, agreements with their documents and external steps."""

from partnerships.models.agreements import (
    EXPIRING_DAYS,
    Agreement,
    AgreementDocument,
    AgreementStatus,
    DocumentKind,
    ExternalStep,
    Instrument,
    Track,
)
from partnerships.models.proposals import OPEN_PROPOSALS, DeclinedBy, Proposal, ProposalStatus, Side
from partnerships.models.suggestions import Scoring, Suggestion

__all__ = [
    "OPEN_PROPOSALS",
    "Agreement",
    "AgreementDocument",
    "AgreementStatus",
    "DeclinedBy",
    "DocumentKind",
    "ExternalStep",
    "Instrument",
    "Proposal",
    "ProposalStatus",
    "Scoring",
    "Side",
    "Suggestion",
    "Track",
]
