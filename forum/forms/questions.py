"""The form in which an office asks about a programme."""

from __future__ import annotations

import hashlib

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forum.wording import plain
from workflow.acting import capacity_key
from workflow.forms import SinergiFormHelper

SHORTEST = 15


def mark_of(text: str) -> str:
    """What a text was, so that a warning about it counts as read only for this text."""
    return hashlib.sha256(plain(text).encode()).hexdigest()[:16]


class AskForm(forms.Form):
    """One question; `seen` says for which text the person has read what the portal had to say about it."""

    text = forms.CharField(
        label=gettext_lazy("Your question"),
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=2000,
        help_text=gettext_lazy(
            "One question about the programme itself. Everyone who may see the programme reads it with its answer, so "
            "name no office, region, person or case."
        ),
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=16)
    acting_as = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20)

    def __init__(self, *args, actor, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["acting_as"].initial = capacity_key(actor)
        self.helper = SinergiFormHelper()

    def clean_text(self):
        text = self.cleaned_data["text"].strip()
        if len(plain(text)) < SHORTEST:
            raise ValidationError(_("Write the question in full, at least %(count)d letters.") % {"count": SHORTEST})
        return text

    @property
    def has_read(self) -> bool:
        """Whether the person was shown what speaks against this very text, and sends it all the same."""
        return self.cleaned_data.get("seen") == mark_of(self.cleaned_data["text"])

    def show_once(self) -> None:
        """The next sending of the same text counts as decided."""
        self.data = self.data.copy()
        self.data["seen"] = mark_of(self.cleaned_data["text"])
