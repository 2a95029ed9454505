"""Input about agreements: opening one, its content, the grant, the clauses."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.roles import Role
from partnerships.models import (
    ABROAD,
    MINISTERS_APPROVAL,
    REGIONAL_TRACKS,
    Agreement,
    AgreementStatus,
    Clause,
    Instrument,
    Track,
)
from partnerships.rules import agreements as rules
from partnerships.rules.external_steps import powers_were_asked
from partnerships.selectors import agreements as selectors
from regions.forms.fields import vocabulary_field
from workflow.forms import DateField, SinergiFormHelper


class OpenForm(forms.Form):
    """A new agreement by hand on one track. A head of office opens one for the own region only."""

    track = forms.ChoiceField(widget=forms.HiddenInput, choices=Track.choices)
    partner = forms.ModelChoiceField(label=gettext_lazy("Partner"), queryset=None, empty_label=gettext_lazy("Choose …"))
    counterpart = forms.CharField(
        label=gettext_lazy("Foreign regional government"),
        max_length=200,
        help_text=gettext_lazy("Its official name, for example the province, prefecture or city abroad."),
    )
    program = forms.ModelChoiceField(
        label=gettext_lazy("Programme"),
        queryset=None,
        required=False,
        empty_label=gettext_lazy("No programme yet"),
    )
    office = forms.ModelChoiceField(
        label=gettext_lazy("Office of the region"),
        queryset=None,
        empty_label=gettext_lazy("Choose …"),
        help_text=gettext_lazy("The head of region signs; the office does the work."),
    )
    title_id = forms.CharField(label=gettext_lazy("Title in Indonesian"), max_length=200)
    title_en = forms.CharField(label=gettext_lazy("Title in English"), max_length=200, required=False)
    subject = forms.CharField(
        label=gettext_lazy("Subject"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args, user, track: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.user, self.track = user, track
        self.fields["track"].initial = track
        self.fields["counterpart_country"] = country_field()
        self.order_fields(("track", "partner", "counterpart", "counterpart_country", "program", "office"))
        for name in self._strangers():
            del self.fields[name]
        if "partner" in self.fields:
            self.fields["partner"].queryset = selectors.partners_to_choose()
            self.fields["program"].queryset = selectors.programs_to_choose(user)
            self.fields["program"].label_from_instance = lambda program: f"{program.code} · {program.title}"
        if "office" in self.fields:
            self.fields["office"].queryset = selectors.offices_to_choose()
        self.helper = SinergiFormHelper()

    def _strangers(self) -> set[str]:
        """The fields that have no place on this track."""
        found = set()
        if self.track != Track.KSDPL:
            found |= {"counterpart", "counterpart_country"}
        if self.track in {Track.KSDPL, Track.NOTA_SINERGI}:
            found |= {"partner", "program"}
        if self.track == Track.CENTRAL or self.user.acting_role == Role.DINAS_HEAD:
            found.add("office")
        return found

    def clean_track(self):
        """The track of the page; another one cannot be slipped in."""
        if self.cleaned_data["track"] != self.track or not rules.may_open(self.user, self.track):
            raise forms.ValidationError(_("Choose the track anew."))
        return self.track

    def clean(self):
        cleaned = super().clean()
        partner, program = cleaned.get("partner"), cleaned.get("program")
        if partner and program and program.partner_id != partner.pk:
            self.add_error("program", _("This programme belongs to another partner. Choose one of its own."))
        if self.track in REGIONAL_TRACKS and "office" not in self.fields:
            cleaned["office"] = self.user.acting_organisation
        return cleaned

    @property
    def values(self) -> dict:
        """What `services.open_agreement` takes."""
        data = self.cleaned_data
        office = data.get("office")
        return {
            "track": self.track,
            "partner": data.get("partner"),
            "counterpart": data.get("counterpart", ""),
            "counterpart_country": data.get("counterpart_country", ""),
            "program": data.get("program"),
            "office": office,
            "regions": [office.region_code] if office and office.region_code else [],
            "subject": data["subject"],
            "titles": {"title_id": data["title_id"], "title_en": data["title_en"]},
        }


def country_field():
    """The country of a foreign regional government; Indonesia is none."""
    field = vocabulary_field("country", _("Country"), empty=_("Choose …"))
    field.required = True
    field.choices = [choice for choice in field.choices if choice[0] != "ID"]
    return field


def _settle_office(form, cleaned, track) -> None:
    """Regional tracks name their office; the central one has none."""
    if track in REGIONAL_TRACKS:
        if not cleaned.get("office") and "office" not in form.errors:
            form.add_error("office", _("Choose the office of the region that is a party."))
    else:
        cleaned["office"] = None


SAME_PARTNER = (Track.CENTRAL, Track.KSDLL_CONT, Track.KSDLL_NEW)
"""Tracks between which an agreement may change while it is new: the partner stays the same."""


class ContentForm(forms.ModelForm):
    """The content of an agreement; `version` guards against overwriting someone else's change."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Agreement
        fields = (
            "track",
            "office",
            "counterpart",
            "counterpart_country",
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
        self.fields["duration_months"].validators += Agreement._meta.get_field("duration_months").validators
        self.fields["instrument"].choices = [("", _("Choose …")), *Instrument.choices]
        for name in self._strangers(user):
            del self.fields[name]
        if "counterpart" in self.fields:
            self.fields["counterpart"].required = True
            self.fields["counterpart_country"] = country_field()
        if "track" in self.fields:
            self.fields["track"].choices = [(t.value, t.label) for t in SAME_PARTNER]
            self.fields["office"].queryset = selectors.offices_to_choose()
            self.fields["office"].empty_label = _("No region")
        self.helper = SinergiFormHelper()

    def _strangers(self, user) -> set[str]:
        """The fields that are not this person's to change now, or that this track does not have."""
        agreement, found = self.instance, set()
        new = agreement.status == AgreementStatus.INITIATED
        if not (new and user.acting_role == Role.BIROKS_OFF and agreement.track in SAME_PARTNER):
            found |= {"track", "office"}
        if agreement.track != Track.KSDPL or agreement.signed_on:
            found |= {"counterpart", "counterpart_country"}
        if agreement.track in MINISTERS_APPROVAL or agreement.track not in ABROAD or powers_were_asked(agreement):
            found.add("full_powers_needed")
        if agreement.track not in ABROAD:
            found.add("instrument")
        if agreement.signed_on:
            # What was signed is changed by a signed amendment, not by typing; some of it by no amendment at all.
            found |= {"starts", "instrument", "full_powers_needed"}
        return found

    def clean(self):
        cleaned = super().clean()
        starts, ends = cleaned.get("starts") or self.instance.starts, cleaned.get("ends")
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

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

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
        self.fields["version"].initial = self.instance.version
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

    @property
    def values(self) -> dict:
        """The cleaned numbers without the version."""
        return {k: v for k, v in self.cleaned_data.items() if k != "version"}


class ClauseForm(forms.Form):
    """The Legal Bureau's checklist for the present text; `version`: ticks are never meant for a later text."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    clauses = forms.MultipleChoiceField(
        label=gettext_lazy("Settled in the present text"),
        required=False,
        choices=Clause.choices,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = SinergiFormHelper()
