"""Input about an agreement's papers and letters."""

from __future__ import annotations

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnerships.models import DocumentKind, ExternalBody, LetterFor, StepResult
from partnerships.rules.external_steps import bodies_for, steps_for
from workflow.files import PAPERS, admit
from workflow.forms import DateField, SinergiFormHelper
from workflow.signing.sentences import doubt_about
from workflow.upload_field import UploadField

WORKING_TEXTS = (DocumentKind.TEXT_ID, DocumentKind.TEXT_EN, DocumentKind.OTHER, DocumentKind.PLAN)
"""Kinds that may be edited further and are therefore also taken as DOCX."""


class UploadForm(forms.Form):
    """A paper of an agreement: a new version of its kind."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind of document"))
    file = forms.FileField(
        label=gettext_lazy("File"), help_text=gettext_lazy("PDF; texts and plans also as DOCX. At most 5 MB.")
    )
    note = forms.CharField(label=gettext_lazy("Note"), max_length=200, required=False)

    def __init__(self, *args, kinds, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(k.value, k.label) for k in kinds]
        self.helper = SinergiFormHelper()

    def clean(self):
        cleaned = super().clean()
        upload, kind = cleaned.get("file"), cleaned.get("kind")
        if upload and kind:
            try:
                upload = cleaned["file"] = admit(upload, ("pdf", "docx") if kind in WORKING_TEXTS else PAPERS)
            except forms.ValidationError as error:
                self.add_error("file", error)
            else:
                if doubt := doubt_about(upload):
                    self.add_error("file", doubt)
        return cleaned


class DraftForm(forms.Form):
    """A paper the portal drafts from its template."""

    form = forms.ChoiceField(label=gettext_lazy("Paper"), widget=forms.RadioSelect)
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=[("id", gettext_lazy("Indonesian")), ("en", gettext_lazy("English"))],
        widget=forms.RadioSelect,
        initial="id",
    )

    def __init__(self, *args, forms, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["form"].choices = [(form.value, form.label) for form in forms]
        if len(forms) == 1:
            self.fields["form"].initial = forms[0].value
        self.helper = SinergiFormHelper()


class LetterForm(forms.Form):
    """A letter that went to a body outside."""

    step = forms.ChoiceField(label=gettext_lazy("Step it serves"))
    body = forms.ChoiceField(label=gettext_lazy("Body"), choices=ExternalBody.choices)
    purpose = forms.CharField(label=gettext_lazy("Purpose"), max_length=160)
    sent_on = DateField(label=gettext_lazy("Sent on"))
    ref_no = forms.CharField(label=gettext_lazy("Letter number"), max_length=80)

    def __init__(self, *args, agreement, step="", **kwargs):
        super().__init__(*args, **kwargs)
        self.agreement = agreement
        self.fields["step"].choices = [(s.value, s.label) for s in steps_for(agreement)]
        if step:
            self.fields["step"].initial = step
            self.fields["body"].initial = bodies_for(agreement, step)[0]
        self.helper = SinergiFormHelper()

    def clean_sent_on(self):
        sent = self.cleaned_data["sent_on"]
        if sent > timezone.localdate():
            raise forms.ValidationError(_("The letter has a date in the future. Record it when it has been sent."))
        return sent

    def clean(self):
        cleaned = super().clean()
        step, body = cleaned.get("step"), cleaned.get("body")
        if step and body and body not in bodies_for(self.agreement, step):
            names = ", ".join(str(b.label) for b in bodies_for(self.agreement, step))
            self.add_error(
                "body",
                _("For %(step)s choose: %(bodies)s.") % {"step": LetterFor(step).label, "bodies": names},
            )
        return cleaned


class AnswerForm(forms.Form):
    """The answer of a body outside, with its document."""

    result = forms.ChoiceField(label=gettext_lazy("Result"), choices=StepResult.choices, widget=forms.RadioSelect)
    answered_on = DateField(label=gettext_lazy("Answered on"))
    answer_no = forms.CharField(label=gettext_lazy("Number of the answer"), max_length=80)
    document = UploadField(
        label=gettext_lazy("Document"),
        kinds=PAPERS,
        help_text=gettext_lazy("PDF from the body itself. Without it the answer cannot be recorded."),
    )

    def __init__(self, *args, letter, **kwargs):
        super().__init__(*args, **kwargs)
        self.letter = letter
        self.helper = SinergiFormHelper()

    def clean_document(self):
        upload = self.cleaned_data["document"]
        if doubt := doubt_about(upload):
            raise forms.ValidationError(doubt)
        return upload

    def clean_answered_on(self):
        day = self.cleaned_data["answered_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("The answer has a date in the future."))
        if day < self.letter.sent_on:
            raise forms.ValidationError(_("The answer cannot be older than the letter."))
        return day
