"""Forms of the need: sections, lines with their competency gaps, papers."""

from regions.forms.lines import GapForm, LineForm, gap_formset
from regions.forms.sections import EvidenceForm, LetterForm, OfficeForm, ReasonForm

__all__ = ["EvidenceForm", "GapForm", "LetterForm", "LineForm", "OfficeForm", "ReasonForm", "gap_formset"]
