"""Partners, schemes and programmes."""

from programs.models.offers import (
    Amendment,
    Contact,
    CostItem,
    EligibilityRule,
    Intake,
    Program,
    ProgramFile,
    ProgramStatus,
    ProgramTheme,
)
from programs.models.partners import PartnerProfile, Route, Scheme

__all__ = [
    "Amendment",
    "Contact",
    "CostItem",
    "EligibilityRule",
    "Intake",
    "PartnerProfile",
    "Program",
    "ProgramFile",
    "ProgramStatus",
    "ProgramTheme",
    "Route",
    "Scheme",
]
