"""Where a need and a programme meet: suggestions, proposals, agreements with their papers."""

from partnerships.models.agreement_papers import (
    AgreementDocument,
    DocumentKind,
    ExternalBody,
    ExternalStep,
    LetterFor,
    StepResult,
)
from partnerships.models.agreements import (
    EXPIRING_DAYS,
    OPEN_TRACKS,
    REGIONAL_TRACKS,
    STAGES,
    Agreement,
    AgreementStatus,
    Clause,
    Instrument,
    Track,
)
from partnerships.models.proposals import (
    HOLDING,
    OPEN_PROPOSALS,
    DeclinedBy,
    LapseCause,
    Proposal,
    ProposalStatus,
    Side,
)
from partnerships.models.suggestions import Scoring, Suggestion

__all__ = [
    "EXPIRING_DAYS",
    "HOLDING",
    "OPEN_PROPOSALS",
    "OPEN_TRACKS",
    "REGIONAL_TRACKS",
    "STAGES",
    "Agreement",
    "AgreementDocument",
    "AgreementStatus",
    "Clause",
    "DeclinedBy",
    "DocumentKind",
    "ExternalBody",
    "ExternalStep",
    "Instrument",
    "LapseCause",
    "LetterFor",
    "Proposal",
    "ProposalStatus",
    "Scoring",
    "Side",
    "StepResult",
    "Suggestion",
    "Track",
]
