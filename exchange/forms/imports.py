"""The file that is brought in: checked by its first bytes, so that most refusals come at once, and for malware.

What it holds is read by a worker, in a process with limits.
"""

from __future__ import annotations

import hashlib

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exchange.books import refusals
from exchange.books.opening import Unreadable, glanced
from workflow import formats
from workflow.files import clean_name
from workflow.forms import SinergiFormHelper
from workflow.scanning import refuse_malware
from workflow.widgets import PaperInput


class SheetInput(PaperInput):
    """A file field that says what may be brought in, and how large."""

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        size = formats.filesize(settings.IMPORT_MAX_BYTES)
        context["widget"]["attrs"]["data-max-bytes"] = str(settings.IMPORT_MAX_BYTES)
        context["widget"]["rule"] = _("Excel (.xlsx) or CSV, at most %(size)s") % {"size": size}
        return context


class ImportForm(forms.Form):
    """One spreadsheet."""

    file = forms.FileField(
        label=gettext_lazy("Filled-in template"),
        widget=SheetInput(suffixes=("xlsx", "csv", "txt")),
        allow_empty_file=True,
        error_messages={"required": gettext_lazy("Choose a file.")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.sha256 = ""
        self.helper = SinergiFormHelper(self)

    def clean_file(self):
        """Its size, its first bytes, and for an archive its list of parts."""
        upload = self.cleaned_data["file"]
        if upload.size > settings.IMPORT_MAX_BYTES:
            raise ValidationError(refusals.sentence("too_large", limit=settings.IMPORT_MAX_BYTES))
        try:
            glanced(upload)
        except Unreadable as unreadable:
            raise ValidationError(str(unreadable)) from unreadable
        upload.seek(0)
        refuse_malware(upload.read())
        upload.seek(0)
        upload.name = clean_name(upload.name)
        digest = hashlib.sha256()
        for chunk in upload.chunks():
            digest.update(chunk)
        upload.seek(0)
        self.sha256 = digest.hexdigest()
        return upload
