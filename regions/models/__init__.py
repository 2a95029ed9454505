"""Places, vocabularies, cycles and training needs."""

from regions.models.boundaries import Boundary, BoundaryLayer
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
from regions.models.uploads import Upload, UploadKind, UploadPiece
from regions.models.vocabulary import FunctionalPost, Term, Theme

__all__ = [
    "Boundary",
    "BoundaryLayer",
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
    "Upload",
    "UploadKind",
    "UploadPiece",
]
