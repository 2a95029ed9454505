"""Input about certificates."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from workflow.forms import SinergiFormHelper


class RevokeForm(forms.Form):
    """Why a certificate is taken back, and whether a corrected one replaces it."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"), min_length=30, max_length=1000, widget=forms.Textarea(attrs={"rows": 4})
    )
    again = forms.BooleanField(label=gettext_lazy("Issue a corrected certificate in its place"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = SinergiFormHelper()
