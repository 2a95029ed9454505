"""Input about agreements: opening one, its content, the grant, the clauses."""

from __future__ import annotations

from django import forms
from django.core.validators import MaxValueValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.roles import Role
from partnerships.models import OPEN_TRACKS, REGIONAL_TRACKS, Agreement, AgreementStatus, Clause, Instrument, Track
from partnerships.rules import agreements as rules
from partnerships.selectors import agreements as selectors
from regions.forms.fields import vocabulary_field
from workflow.forms import DateField, SinergiFormHelper

LONGEST_MONTHS = 600


class OpenForm(forms.Form):
    """A new agreement by hand. A head of office opens one for the own region only."""

    track = forms.ChoiceField(label=gettext_lazy("Track"))
    partner = forms.ModelChoiceField(label=gettext_lazy("Partner"), queryset=None, empty_label=gettext_lazy("Choose …"))
    program = forms.ModelChoiceField(
        label=gettext_lazy("Programme"),
        queryset=None,
        required=False,
        empty_label=gettext_lazy("No programme yet"),
    )
    office = forms.ModelChoiceField(
        label=gettext_lazy("Office of the region"),
        queryset=None,
        required=False,
        empty_label=gettext_lazy("No region"),
        help_text=gettext_lazy("Needed when a region is a party."),
    )
    title_id = forms.CharField(label=gettext_lazy("Title in Indonesian"), max_length=200)
    title_en = forms.CharField(label=gettext_lazy("Title in English"), max_length=200, required=False)
    subject = forms.CharField(
        label=gettext_lazy("Subject"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["track"].choices = [(t.value, t.label) for t in OPEN_TRACKS if rules.may_open(user, t)]
        self.fields["partner"].queryset = selectors.partners_to_choose()
        self.fields["program"].queryset = selectors.programs_to_choose(user)
        self.fields["program"].label_from_instance = lambda program: f"{program.code} · {program.title}"
        if user.acting_role == Role.DINAS_HEAD:
            del self.fields["office"]
        else:
            self.fields["office"].queryset = selectors.offices_to_choose()
        self.helper = SinergiFormHelper()

    def clean(self):
        cleaned = super().clean()
        partner, program = cleaned.get("partner"), cleaned.get("program")
        if partner and program and program.partner_id != partner.pk:
            self.add_error("program", _("This programme belongs to another partner. Choose one of its own."))
        if "office" not in self.fields:
            cleaned["office"] = self.user.acting_organisation
        _settle_office(self, cleaned, cleaned.get("track"))
        return cleaned


def _settle_office(form, cleaned, track) -> None:
    """Regional tracks name their office; the central one has none."""
    if track in REGIONAL_TRACKS:
        if not cleaned.get("office") and "office" not in form.errors:
            form.add_error("office", _("Choose the office of the region that is a party."))
    else:
        cleaned["office"] = None


class ContentForm(forms.ModelForm):
    """The content of an agreement; `version` guards against overwriting someone else's change."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Agreement
        fields = (
            "track",
            "office",
            "instrument",
            "title_id",
            "title_en",
            "subject",
            "scope",
            "cost_source",
            "place",
            "duration_months",
            "starts",
            "ends",
            "full_powers_needed",
        )
        widgets = {
            "subject": forms.Textarea(attrs={"rows": 3}),
            "scope": forms.Textarea(attrs={"rows": 5}),
        }
        field_classes = {"starts": DateField, "ends": DateField}

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = self.instance.version
        self.fields["duration_months"].validators.append(MaxValueValidator(LONGEST_MONTHS))
        self.fields["instrument"].choices = [("", _("Choose …")), *Instrument.choices]
        first = self.instance.status == AgreementStatus.INITIATED
        if first and user.acting_role == Role.BIROKS_OFF:
            self.fields["track"].choices = [(t.value, t.label) for t in Track if t in OPEN_TRACKS]
            self.fields["office"].queryset = selectors.offices_to_choose()
            self.fields["office"].empty_label = _("No region")
        else:
            del self.fields["track"], self.fields["office"]
        if self.instance.signed_on:
            # What was signed is changed by the signed amendment, not by typing.
            for name in ("starts", "ends", "instrument", "full_powers_needed"):
                del self.fields[name]
        self.helper = SinergiFormHelper()

    def clean(self):
        cleaned = super().clean()
        starts, ends = cleaned.get("starts"), cleaned.get("ends")
        if starts and ends and ends <= starts:
            self.add_error("ends", _("The validity must end after the day it begins."))
        if "track" in self.fields:
            _settle_office(self, cleaned, cleaned.get("track"))
        return cleaned

    def _post_clean(self):
        """Keep the answers; the service writes them onto a locked row, the instance stays as it was read."""

    @property
    def values(self) -> dict:
        """The cleaned content without the version."""
        return {k: v for k, v in self.cleaned_data.items() if k != "version"}


class GrantForm(forms.ModelForm):
    """Registration of a grant: numbers and the handover record."""

    class Meta:
        model = Agreement
        fields = (
            "grant_registration_required",
            "grant_register_no",
            "grant_value",
            "grant_currency",
            "bast_no",
            "bast_date",
        )
        field_classes = {"bast_date": DateField}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["grant_currency"] = vocabulary_field("currency", _("Currency"), empty=_("Choose …"))
        self.helper = SinergiFormHelper()

    def clean(self):
        cleaned = super().clean()
        value = cleaned.get("grant_value")
        if value is not None and value < 0:
            self.add_error("grant_value", _("Enter a value of 0 or more."))
        if value is not None and not cleaned.get("grant_currency"):
            self.add_error("grant_currency", _("Choose the currency of the value."))
        if bool(cleaned.get("bast_no")) != bool(cleaned.get("bast_date")):
            self.add_error("bast_no", _("Enter the number and the date of the handover record together."))
        return cleaned

    def _post_clean(self):
        """The service writes the answers onto a locked row."""


class ClauseForm(forms.Form):
    """The Legal Bureau's checklist for the present text."""

    clauses = forms.MultipleChoiceField(
        label=gettext_lazy("Settled in the present text"),
        required=False,
        choices=Clause.choices,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = SinergiFormHelper()
