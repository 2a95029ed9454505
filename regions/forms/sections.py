"""The sections of a need that are not lines: officer in charge, reason, papers."""

from __future__ import annotations

import re

from crispy_forms.layout import Div, Field, Fieldset, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regions.forms.fields import vocabulary_field
from regions.models import TrainingNeed
from regions.models.vocabulary import term_choices
from workflow.files import EVIDENCE, PAPERS
from workflow.forms import DateField, SinergiFormHelper
from workflow.upload_field import UploadField
from workflow.widgets import ChoiceCards


class OfficeForm(forms.ModelForm):
    """Who can be asked about this need."""

    class Meta:
        model = TrainingNeed
        fields = ["contact_post", "contact_email", "contact_phone"]
        help_texts = {
            "contact_post": gettext_lazy(
                "The post, not a name: for example Head of the Industrial Relations Division."
            ),
            "contact_phone": gettext_lazy("With area code. Spaces and dashes are fine."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["contact_post"].required = self.fields["contact_email"].required = True
        self.fields["contact_post"].error_messages["required"] = _("Enter the post of the officer in charge.")
        self.fields["contact_email"].error_messages["required"] = _("Enter an official e-mail address.")
        self.fields["contact_email"].error_messages["invalid"] = _(
            "Enter an e-mail address, for example bidang@disnaker.go.id."
        )
        self.fields["contact_phone"].widget.input_type = "tel"
        self.helper = SinergiFormHelper(self)

    def clean_contact_phone(self):
        """Digits as people write them: 0812…, +62 …, (0376) 21-345."""
        phone = self.cleaned_data["contact_phone"].strip()
        if phone and (not re.fullmatch(r"[+0-9 ()./-]+", phone) or len(re.sub(r"\D", "", phone)) < 6):
            raise ValidationError(_("Enter a telephone number with digits only, for example 0376 21345."))
        return phone


class ReasonForm(forms.ModelForm):
    """Why the office needs the training, how soon, and how ready it is."""

    causes = forms.MultipleChoiceField(
        label=gettext_lazy("What causes the need?"),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Choose all that apply."),
        error_messages={"required": gettext_lazy("Choose at least one cause.")},
    )

    class Meta:
        model = TrainingNeed
        fields = [
            "urgency",
            "preferred_mode",
            "causes",
            "reason",
            "nominees_identified",
            "language_evidence",
            "budget_line",
            "follow_up_plan",
        ]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["urgency"] = vocabulary_field("urgency", _("How urgent is it?"), required=True, widget=ChoiceCards)
        self.fields["urgency"].error_messages["required"] = _("Choose how urgent the need is.")
        self.fields["preferred_mode"] = vocabulary_field(
            "delivery_mode",
            _("Preferred delivery mode"),
            required=True,
            empty=_("Choose …"),
            help_text=_("In-country and blended programmes are always considered as well."),
        )
        self.fields["preferred_mode"].error_messages["required"] = _("Choose how the training should be given.")
        self.suggested: set[str] = set()
        if not self.instance.preferred_mode:
            self.initial["preferred_mode"] = "IN_COUNTRY"  # the mode every need accepts; one choice less to make
            self.suggested.add("preferred_mode")
        self.fields["causes"].choices = term_choices("gap_cause")
        reason = self.fields["reason"]
        reason.required, reason.label = True, _("The reason in one or two sentences")
        reason.help_text = _("Figures convince: cases, companies, staff. For example: disputes rose from 17 to 41.")
        reason.error_messages["required"] = _(
            "Write at least one sentence: what changed, and what happens without training."
        )
        reason.widget = forms.Textarea(attrs={"rows": 4, "maxlength": 2000})
        self.helper = SinergiFormHelper(self)
        self.helper.layout = Layout(
            "urgency",
            "causes",
            "reason",
            "preferred_mode",
            Fieldset(
                _("How ready is the office?"),
                "nominees_identified",
                "language_evidence",
                "budget_line",
                "follow_up_plan",
            ),
        )


class EvidenceForm(forms.Form):
    """One file of supporting evidence."""

    file = UploadField(
        label=gettext_lazy("File"),
        kinds=EVIDENCE,
        error_messages={"required": gettext_lazy("Choose a file.")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["evidence_type"] = vocabulary_field(
            "evidence_type", _("Type of evidence"), required=True, empty=_("Choose …")
        )
        self.fields["evidence_type"].error_messages["required"] = _("Choose what kind of evidence the file is.")
        self.order_fields(["evidence_type", "file"])
        self.helper = SinergiFormHelper(self)
        self.helper.layout = Layout(
            Div(
                Div("evidence_type", css_class="col-md-5"),
                Div("file", css_class="col-md-7"),
                css_class="row g-3",
            )
        )


NO_LETTER = "none"


class LetterForm(forms.Form):
    """The signed cover letter. The file is asked for once; number and date can be corrected without it."""

    number = forms.CharField(
        label=gettext_lazy("Letter number"),
        max_length=80,
        error_messages={"required": gettext_lazy("Enter the letter number.")},
    )
    date = DateField(
        label=gettext_lazy("Letter date"),
        error_messages={
            "required": gettext_lazy("Enter the letter date."),
            "invalid": gettext_lazy("Enter a date, for example 13/05/2026."),
        },
    )
    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=200, required=False)
    letter = UploadField(label=gettext_lazy("Signed letter (PDF)"), kinds=PAPERS)
    was = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
    """The checksum of the letter that the page shows: only that one may be replaced."""

    def __init__(self, *args, letter=None, **kwargs):
        known = {"was": letter.sha256 if letter else NO_LETTER}
        if letter is not None:
            known |= {"number": letter.number, "date": letter.date, "subject": letter.subject}
        kwargs.setdefault("initial", known)
        super().__init__(*args, **kwargs)
        self.fields["letter"].required = letter is None
        self.fields["letter"].error_messages["required"] = _("Choose the scanned, signed letter as PDF.")
        if letter is not None:
            self.fields["letter"].label = _("Replace the file (PDF)")
        self.helper = SinergiFormHelper(self)
        self.helper.layout = Layout(
            Div(Div("number", css_class="col-md-7"), Div("date", css_class="col-md-5"), css_class="row g-3 mb-3"),
            Field("subject"),
            Field("letter"),
            "was",
        )

    def clean_date(self):
        date = self.cleaned_data["date"]
        if date > timezone.localdate():
            raise ValidationError(_("The letter date lies in the future. Check day, month and year."))
        return date
