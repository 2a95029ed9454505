"""Input about certificates."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from participants.forms.people import NameField
from workflow.forms import SinergiFormHelper


class CorrectionForm(forms.Form):
    """The facts of a certificate as they should read, and why the former one does not."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name = NameField(label=gettext_lazy("Full name"), max_length=120)
    certificate_number = forms.CharField(label=gettext_lazy("Number of the certificate"), max_length=60)
    lesson_hours = forms.IntegerField(label=gettext_lazy("Lesson hours credited (JP)"), min_value=1, max_value=3000)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        min_length=30,
        max_length=1000,
        help_text=gettext_lazy("Kept with the former certificate; the check page does not show it."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args, nomination, **kwargs):
        initial = {
            "version": nomination.version,
            "name": nomination.person.name,
            "certificate_number": nomination.certificate_number,
            "lesson_hours": nomination.lesson_hours,
        }
        super().__init__(*args, initial=initial, **kwargs)
        self.helper = SinergiFormHelper()
