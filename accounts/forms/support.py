"""Forms of administrators about one person: why they are signed out, why support wants to look as them."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from workflow.forms import SinergiFormHelper


class ReasonForm(forms.Form):
    """Why; kept in the log."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}), help_text=""
    )

    def __init__(self, *args, example, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = example
        self.helper = SinergiFormHelper(self)

    def clean_reason(self):
        reason = self.cleaned_data["reason"].strip()
        if len(reason) < 10:
            raise forms.ValidationError(_("Write one sentence."))
        return reason
