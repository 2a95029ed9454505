"""Partners, schemes and programmes."""

from programs.models.money import ExchangeRate
from programs.models.offers import (
    BASICS,
    SECTIONS,
    TERMS,
    Amendment,
    Contact,
    CostItem,
    EligibilityRule,
    Intake,
    Program,
    ProgramFile,
    ProgramStatus,
    ProgramTheme,
    Remark,
    Visibility,
)
from programs.models.partners import PartnerProfile, Route, Scheme

__all__ = [
    "BASICS",
    "SECTIONS",
    "TERMS",
    "Amendment",
    "Contact",
    "CostItem",
    "EligibilityRule",
    "ExchangeRate",
    "Intake",
    "PartnerProfile",
    "Program",
    "ProgramFile",
    "ProgramStatus",
    "ProgramTheme",
    "Remark",
    "Route",
    "Scheme",
    "Visibility",
]
