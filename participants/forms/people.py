"""The form that puts a person forward, papers, score sheet and the permit list."""

from __future__ import annotations

import datetime as dt
import unicodedata

from crispy_forms.layout import Column, Layout, Row
from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_variables

from participants import sealing
from participants.models import Criterion, Employment, Sex, StepState
from participants.rules.acts import NUMBER, REASON_LENGTH, departure_fits
from participants.selectors.nominations import account_choices, post_choices
from participants.services.nominations import PROFILE
from regions.models.vocabulary import term_choices
from workflow.files import PAPERS
from workflow.forms import DateField, SinergiFormHelper
from workflow.upload_field import UploadField

SAMPLE = "9" * 15
"""How every number of sample data begins: no such person can exist."""


@sensitive_variables()
def check_number(number: str, birth_year: int | None, sex: str) -> str:
    """A staff number against itself and the data beside it; returns the sentence that refuses it, or nothing."""
    if not number.isdecimal() or not number.isascii() or len(number) != sealing.DIGITS:
        return _("A NIP has 18 digits. Check it against the decree of appointment.")
    if number.startswith(SAMPLE):
        return "" if settings.DEMO else _("This number is kept for examples. Enter the person's own NIP.")
    if settings.DEMO:
        return _("This portal holds sample data only. Use 99999999 999999 9 and three digits.")
    try:
        born = dt.date(int(number[:4]), int(number[4:6]), int(number[6:8]))
    except ValueError:
        return _("The first eight digits of a NIP are the date of birth. Check them.")
    if birth_year and born.year != birth_year:
        return _("NIP and year of birth do not agree. Check both.")
    if sex and number[14] != {"M": "1", "F": "2"}[sex]:
        return _("The 15th digit of a NIP is 1 for men and 2 for women. Check number and sex.")
    return ""


def _term(label, vocabulary: str) -> forms.ChoiceField:
    field = forms.ChoiceField(label=label)
    field.vocabulary = vocabulary
    return field


class NameField(forms.CharField):
    """A name as papers print it: one line, and nothing in it that a reader does not see."""

    widget = forms.TextInput(attrs={"autocomplete": "off"})

    @sensitive_variables()
    def to_python(self, value):
        name = " ".join(super().to_python(value).split())
        if any(unicodedata.category(c) in {"Cc", "Cf", "Co", "Cs", "Cn"} for c in name):
            raise forms.ValidationError(_("The name holds hidden characters. Type it anew."))
        return name


class PersonForm(forms.Form):
    """A person and why this training serves their duties. No NIK, passport, health or bank data is asked for."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name = NameField(label=gettext_lazy("Full name"), max_length=120)
    nip = forms.CharField(
        label=gettext_lazy("NIP"),
        max_length=26,
        help_text=gettext_lazy("18 digits; spaces are fine. Kept encrypted and never shown in full again."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    sex = forms.ChoiceField(label=gettext_lazy("Sex"), choices=Sex.choices, widget=forms.RadioSelect)
    birth_year = forms.IntegerField(label=gettext_lazy("Year of birth"), min_value=1940, max_value=2015)
    post = forms.ChoiceField(label=gettext_lazy("Post"))
    rank = _term(gettext_lazy("Rank"), "rank")
    employment_status = forms.ChoiceField(label=gettext_lazy("Employment status"), choices=Employment.choices)
    education = _term(gettext_lazy("Education"), "education")
    english = _term(gettext_lazy("English level"), "language_level")
    years_in_post = forms.IntegerField(label=gettext_lazy("Years in this post"), min_value=0, max_value=45)
    last_abroad_year = forms.IntegerField(
        label=gettext_lazy("Last training abroad (year)"),
        min_value=1980,
        max_value=2100,
        required=False,
        help_text=gettext_lazy("Leave empty if never."),
    )
    account = forms.ChoiceField(
        label=gettext_lazy("Account of this person"),
        required=False,
        help_text=gettext_lazy("With an account the person follows the nomination and reports back without you."),
    )
    relevance = forms.CharField(
        label=gettext_lazy("Why this training serves the person's duties"),
        widget=forms.Textarea(attrs={"rows": 4}),
        min_length=REASON_LENGTH,
        max_length=1000,
    )

    def __init__(self, *args, office, nomination=None, post="", **kwargs):
        person = nomination.person if nomination else None
        initial = {name: getattr(person, name) for name in PROFILE if person and name != "account_id"} | kwargs.pop(
            "initial", {}
        )
        if person:
            initial |= {"post": person.post_id, "account": str(person.account_id or ""), "version": nomination.version}
            initial["relevance"] = nomination.relevance
        super().__init__(*args, initial={"post": post, **initial}, **kwargs)
        self.person = person
        self.fields["post"].choices = [("", _("Choose …")), *post_choices(office)]
        self.fields["account"].choices = [("", _("None")), *account_choices(office)]
        for field in self.fields.values():
            if vocabulary := getattr(field, "vocabulary", ""):
                field.choices = [("", _("Choose …")), *term_choices(vocabulary)]
        if person:
            self.fields["nip"].required = False
            self.fields["nip"].help_text = _("Leave empty to keep %(number)s.") % {"number": person.nip_masked}
        self.helper = SinergiFormHelper()
        self.helper.layout = Layout(
            "version",
            "name",
            "nip",
            "sex",
            Row(Column("birth_year", css_class="col-md-4"), Column("years_in_post", css_class="col-md-4")),
            Row(Column("post", css_class="col-md-6"), Column("rank", css_class="col-md-6")),
            Row(Column("employment_status", css_class="col-md-6"), Column("education", css_class="col-md-6")),
            Row(Column("english", css_class="col-md-6"), Column("last_abroad_year", css_class="col-md-6")),
            "account",
            "relevance",
        )

    def clean_nip(self):
        return sealing.digits_of(self.cleaned_data["nip"])

    def clean_relevance(self):
        text = self.cleaned_data["relevance"]
        if NUMBER.search(text):
            raise forms.ValidationError(
                _("Remove the long number: staff, identity and passport numbers are never written into the record.")
            )
        return text

    def clean(self):
        cleaned = super().clean()
        number, year, sex = cleaned.get("nip"), cleaned.get("birth_year"), cleaned.get("sex")
        if number and (sentence := check_number(number, year, sex)):
            self.add_error("nip", sentence)
        if year and cleaned.get("years_in_post") is not None:
            if timezone.localdate().year - year - cleaned["years_in_post"] < 17:
                self.add_error("years_in_post", _("Year of birth and years in the post do not fit together."))
        return cleaned

    @property
    def profile(self) -> dict:
        """The person's columns as cleaned."""
        data = self.cleaned_data
        own = {name: data[name] for name in PROFILE if not name.endswith("_id")}
        return own | {"post_id": data["post"], "account_id": int(data["account"]) if data["account"] else None}


class PaperForm(forms.Form):
    """A paper of a nomination. Medical forms and identity papers are not taken."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Kind of document"))
    file = UploadField(label=gettext_lazy("File"), kinds=PAPERS)

    def __init__(self, *args, kinds, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in kinds]
        self.helper = SinergiFormHelper()


class ScoreForm(forms.Form):
    """One member's sheet. `version` is the content mark of what the member has read."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    relevance = forms.TypedChoiceField(label=Criterion.RELEVANCE.label, coerce=int)
    competence = forms.TypedChoiceField(label=Criterion.COMPETENCE.label, coerce=int)
    language = forms.TypedChoiceField(label=Criterion.LANGUAGE.label, coerce=int)
    plan = forms.TypedChoiceField(label=Criterion.PLAN.label, coerce=int)
    related = forms.BooleanField(
        label=gettext_lazy("I am related to this person, or have worked under or over them"),
        required=False,
        help_text=gettext_lazy("Your sheet is kept but does not count, and another member is needed."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        words = ("", _("1 Weak"), _("2 Fair"), _("3 Sufficient"), _("4 Good"), _("5 Very good"))
        for criterion in Criterion:
            self.fields[criterion.value].widget = forms.RadioSelect()
            self.fields[criterion.value].choices = [(n, words[n]) for n in range(1, 6)]
        self.helper = SinergiFormHelper()

    @property
    def values(self) -> dict[str, int]:
        """The four lines."""
        return {criterion.value: self.cleaned_data[criterion.value] for criterion in Criterion}


class ClearanceForm(forms.Form):
    """The permit list: what was handed over, and when. No numbers, no content."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    departs_on = DateField(label=gettext_lazy("Day of departure"))

    def __init__(self, *args, nomination, steps, **kwargs):
        super().__init__(*args, **kwargs)
        self.steps, self.nomination = steps, nomination
        self.fields["version"].initial = nomination.version
        self.fields["departs_on"].initial = nomination.leaves_on
        rows = []
        for step in steps:
            state, day = f"state_{step.pk}", f"on_{step.pk}"
            self.fields[state] = forms.ChoiceField(
                label=step.get_kind_display(), choices=StepState.choices, initial=step.state
            )
            self.fields[day] = DateField(label=_("Handed over on"), required=False, initial=step.on)
            rows.append(Row(Column(state, css_class="col-md-7"), Column(day, css_class="col-md-5")))
        self.helper = SinergiFormHelper()
        self.helper.layout = Layout("version", "departs_on", *rows)

    def clean(self):
        cleaned = super().clean()
        for step in self.steps:
            day = cleaned.get(f"on_{step.pk}")
            if cleaned.get(f"state_{step.pk}") != StepState.DONE or f"on_{step.pk}" in self.errors:
                continue
            if day is None:
                self.add_error(f"on_{step.pk}", _("Give the day on which it was handed over."))
            elif day > timezone.localdate():
                self.add_error(f"on_{step.pk}", _("The date lies in the future. Record it when it has happened."))
        return cleaned

    def clean_departs_on(self):
        day = self.cleaned_data["departs_on"]
        if sentence := departure_fits(self.nomination, None, {"departs_on": day}):
            raise forms.ValidationError(sentence)
        return day

    @property
    def rows(self) -> dict[int, tuple[str, object]]:
        """{step: (state, day)}."""
        data = self.cleaned_data
        return {step.pk: (data[f"state_{step.pk}"], data[f"on_{step.pk}"]) for step in self.steps}
