"""Where a need and a programme meet: suggestions, proposals, agreements with their papers."""

from partnerships.models.agreements import (
    EXPIRING_DAYS,
    Agreement,
    AgreementDocument,
    AgreementStatus,
    DocumentKind,
    ExternalStep,
    Instrument,
    StepResult,
    Track,
)
from partnerships.models.proposals import HOLDING, OPEN_PROPOSALS, DeclinedBy, Proposal, ProposalStatus, Side
from partnerships.models.suggestions import Scoring, Suggestion

__all__ = [
    "EXPIRING_DAYS",
    "HOLDING",
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
    "StepResult",
    "Suggestion",
    "Track",
]
