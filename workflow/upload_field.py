"""The form field for a file: says beforehand what it takes, and lets in only what passed the gate."""

from __future__ import annotations

from django import forms

from workflow.files import EVIDENCE, admit
from workflow.widgets import PaperInput


class UploadField(forms.FileField):
    """One file; its value is an AdmittedFile."""

    def __init__(self, *, kinds=EVIDENCE, widget=None, **kwargs):
        self.kinds = tuple(kinds)
        super().__init__(widget=widget or PaperInput(suffixes=self.kinds), **kwargs)

    def clean(self, data, initial=None):
        """The file as it is kept."""
        found = super().clean(data, initial)
        return admit(found, self.kinds) if found else found
