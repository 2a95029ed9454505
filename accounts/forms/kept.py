"""The form of a saved view."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from workflow.forms import SinergiFormHelper


class SavedViewForm(forms.Form):
    """Its name, who has it, and whether the page opens with it."""

    name = forms.CharField(
        label=gettext_lazy("Name of the view"),
        max_length=40,
        help_text=gettext_lazy("Up to 40 characters, for example Papua and Maluku."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    shared = forms.BooleanField(label=gettext_lazy("Share it with everyone in my unit"), required=False)
    first = forms.BooleanField(label=gettext_lazy("Open the page with this view"), required=False)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = SinergiFormHelper(self)
        if user.acting_organisation is None:
            del self.fields["shared"]

    @property
    def answers(self) -> dict:
        """What the services take."""
        return {
            "name": self.cleaned_data["name"],
            "shared": self.cleaned_data.get("shared", False),
            "first": self.cleaned_data["first"],
        }


class KeepViewForm(SavedViewForm):
    """The same for the filters one is looking at: the page says which they are."""

    page = forms.CharField(required=False, widget=forms.HiddenInput)
    query = forms.CharField(required=False, widget=forms.HiddenInput)
