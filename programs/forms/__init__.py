"""What partners type: starting an offer, its five sections, and the reason of a change after publishing."""

from programs.forms.sections import SECTION_FORMS, AmendmentReasonForm, section_form
from programs.forms.start import StartForm

__all__ = ["SECTION_FORMS", "AmendmentReasonForm", "StartForm", "section_form"]
