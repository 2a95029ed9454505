"""One form with every kind of field there is, to be shown empty and with errors."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext as _

from workflow.forms import DateField, SinergiFormHelper
from workflow.widgets import ChoiceCards, LevelScale, PaperInput, PeopleStepper


class EveryField(forms.Form):
    """Labels are made when the form is, in the reader's language."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        kinds = {
            "title": forms.CharField(label=_("Title"), max_length=40, help_text=_("At most 40 characters.")),
            "reason": forms.CharField(label=_("Reason"), required=False, widget=forms.Textarea(attrs={"rows": 3})),
            "post": forms.ChoiceField(label=_("Post"), choices=[("", _("Choose …")), ("a", "Pengantar Kerja")]),
            "level": forms.ChoiceField(
                label=_("Target level"),
                widget=LevelScale,
                choices=[
                    ("1", _("Understands")),
                    ("2", _("With help")),
                    ("3", _("Alone")),
                    ("4", _("Guides others")),
                    ("5", _("Expert")),
                ],
            ),
            "people": forms.IntegerField(label=_("Number of people"), widget=PeopleStepper),
            "day": DateField(label=_("Date")),
            "decision": forms.ChoiceField(
                label=_("Decision"),
                choices=[("a", _("Approve")), ("b", _("Return for changes")), ("c", _("Reject"))],
                widget=ChoiceCards(descriptions={"b": _("The office changes it and sends it again.")}),
            ),
            "causes": forms.MultipleChoiceField(
                label=_("Causes"),
                choices=[("a", _("New tasks")), ("b", _("New officers"))],
                widget=forms.CheckboxSelectMultiple,
            ),
            "paper": forms.FileField(label=_("Cover letter"), required=False, widget=PaperInput(suffixes=("pdf",))),
            "agree": forms.BooleanField(label=_("I have checked the entries")),
        }
        self.fields.update(kinds)
        self.helper = SinergiFormHelper()
