"""Places, vocabularies, cycles and training needs."""

from regions.models.cycles import FilingWindow, NeedCycle, PriorityTheme
from regions.models.effects import GapRating, TrainingEffect
from regions.models.needs import (
    CompetencyGap,
    CoverLetter,
    Evidence,
    FieldComment,
    NeedLine,
    NeedStatus,
    TrainingNeed,
)
from regions.models.places import OfficeProfile, OfficeType, Region
from regions.models.vocabulary import FunctionalPost, Term, Theme

__all__ = [
    "CompetencyGap",
    "CoverLetter",
    "Evidence",
    "FieldComment",
    "FilingWindow",
    "FunctionalPost",
    "GapRating",
    "NeedCycle",
    "NeedLine",
    "NeedStatus",
    "OfficeProfile",
    "OfficeType",
    "PriorityTheme",
    "Region",
    "Term",
    "Theme",
    "TrainingEffect",
    "TrainingNeed",
]
