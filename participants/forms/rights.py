"""What a person wants corrected, the letter in which they ask, and the review after the time of keeping."""

from __future__ import annotations

import datetime as dt

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_variables

from participants import sealing
from participants.forms.people import PersonForm, check_number
from participants.models import RequestKind
from participants.personal import label_of
from participants.rules import rights
from participants.rules.acts import NUMBER, REASON_LENGTH, names_person
from workflow.forms import DateField, SinergiFormHelper

LONG_NUMBER = gettext_lazy(
    "Remove the long number: staff, identity and passport numbers are never written into the record."
)


class LetterForm(forms.Form):
    """A written request of a person without an account."""

    letter_number = forms.CharField(
        label=gettext_lazy("Number or subject of the person's letter"),
        max_length=80,
        help_text=gettext_lazy("No names and no numbers of persons."),
    )
    letter_date = DateField(label=gettext_lazy("Date of the letter"))
    received_on = DateField(
        label=gettext_lazy("Received on"),
        help_text=gettext_lazy("The 3×24 hours begin with the end of this day."),
    )

    def __init__(self, *args, person, **kwargs):
        super().__init__(*args, **kwargs)
        self.person = person
        self.helper = SinergiFormHelper()

    def clean_letter_number(self):
        text = self.cleaned_data["letter_number"]
        return _harmless(text, self.person)

    def clean(self):
        cleaned = super().clean()
        written, received, today = cleaned.get("letter_date"), cleaned.get("received_on"), timezone.localdate()
        for name, day in (("letter_date", written), ("received_on", received)):
            if day and day > today:
                self.add_error(name, _("The date lies in the future. Record it when it has happened."))
        if written and received and received < written:
            self.add_error("received_on", _("A letter is not received before it is written. Check both dates."))
        if received and received < today - dt.timedelta(days=366):
            self.add_error("received_on", _("This lies more than a year back. Check the date."))
        return cleaned

    @property
    def letter(self) -> dict:
        """What is recorded of the letter."""
        return {name: self.cleaned_data[name] for name in ("letter_number", "letter_date", "received_on")}


def _harmless(text: str, person) -> str:
    """A text that goes into the log: no long number, no name."""
    if NUMBER.search(text):
        raise forms.ValidationError(LONG_NUMBER)
    if names_person(person.name, text):
        raise forms.ValidationError(_("Leave out the person's name: what you write here stays in the record for good."))
    return text


class AskForm(LetterForm):
    """One request: the field as the office's own form asks for it, and the grounds; the letter where there is one."""

    def __init__(self, *args, nomination, name: str, by_letter: bool, **kwargs):
        super().__init__(*args, person=nomination.person, **kwargs)
        self.nomination, self.name, self.kind = nomination, name, rights.kind_of(name)
        if self.kind == RequestKind.FIELD:
            self.fields["wanted"] = self._wanted()
        elif self.kind == RequestKind.OTHER:
            self.fields["wanted"] = forms.CharField(
                label=_("What is wrong, and how it should read"),
                widget=forms.Textarea(attrs={"rows": 4}),
                max_length=2000,
                min_length=10,
                help_text=_("Kept encrypted. No identity card, passport or health data."),
            )
        self.fields["grounds"] = forms.CharField(
            label=_("What shows it"),
            widget=forms.Textarea(attrs={"rows": 3}),
            max_length=1000,
            required=self.kind == RequestKind.FIELD,
            help_text=_("For example a decree of promotion, by number and date. Kept encrypted."),
        )
        self.by_letter = by_letter
        if not by_letter:
            for field in LetterForm.base_fields:
                del self.fields[field]
        self.order_fields(["wanted", "grounds"])

    def _wanted(self) -> forms.Field:
        """The field of the office's form, without what is known now: a wrong value is not typed for anybody."""
        found = PersonForm(office=self.nomination.person.office, nomination=self.nomination).fields[self.name]
        found.initial, found.label = None, _("%(field)s as it should read") % {"field": label_of(self.name)}
        if self.name == "nip":
            found.required, found.help_text = True, _("18 digits; spaces are fine. Kept encrypted.")
        return found

    @sensitive_variables()
    def clean_wanted(self):
        value = self.cleaned_data["wanted"]
        person = self.nomination.person
        if self.name == "nip":
            value = sealing.digits_of(value)
            if sentence := check_number(value, person.birth_year, person.sex):
                raise forms.ValidationError(sentence)
        if self.kind == RequestKind.FIELD and str(value or "") == self._present():
            raise forms.ValidationError(_("This is what the portal holds already."))
        return value

    def _present(self) -> str:
        person = self.nomination.person
        if self.name == "nip":
            return ""
        return str(person.post_id if self.name == "post" else getattr(person, self.name) or "")

    @property
    @sensitive_variables()
    def answers(self) -> dict:
        """What the service takes."""
        wanted = self.cleaned_data.get("wanted")
        return {
            "wanted": "" if wanted is None else str(wanted),
            "grounds": self.cleaned_data["grounds"].strip(),
            "letter": self.letter if self.by_letter else None,
        }


class ReviewForm(forms.Form):
    """Let go, or keep until a day."""

    decision = forms.ChoiceField(
        label=gettext_lazy("Decision"),
        choices=[
            ("let_go", gettext_lazy("Let go: papers, words, name and number are deleted; the decision stays")),
            ("keep", gettext_lazy("Keep until a day")),
        ],
        widget=forms.RadioSelect,
    )
    keep_until = DateField(label=gettext_lazy("Keep until"), required=False)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1000,
        required=False,
        help_text=gettext_lazy("Needed to keep. No names and no numbers of persons."),
    )
    letter_number = forms.CharField(label=gettext_lazy("Number of the archive's decision"), max_length=80)
    letter_date = DateField(label=gettext_lazy("Date of the decision"))

    def __init__(self, *args, nomination, **kwargs):
        super().__init__(*args, **kwargs)
        self.person = nomination.person
        self.helper = SinergiFormHelper()

    def clean_reason(self):
        return _harmless(self.cleaned_data["reason"], self.person)

    def clean_letter_number(self):
        return _harmless(self.cleaned_data["letter_number"], self.person)

    def clean(self):
        cleaned = super().clean()
        today = timezone.localdate()
        if cleaned.get("letter_date") and cleaned["letter_date"] > today:
            self.add_error("letter_date", _("The date lies in the future. Record it when it has happened."))
        if cleaned.get("decision") == "keep":
            day = cleaned.get("keep_until")
            if "keep_until" not in self.errors and (day is None or not today < day <= today + dt.timedelta(days=3660)):
                self.add_error("keep_until", _("Give a day within the next ten years."))
            if "reason" not in self.errors and len((cleaned.get("reason") or "").strip()) < REASON_LENGTH:
                self.add_error(
                    "reason", _("Say in at least %(count)d characters why it is kept.") % {"count": REASON_LENGTH}
                )
        return cleaned

    @property
    def answers(self) -> dict:
        """What the service takes."""
        data = self.cleaned_data
        return {
            "keep_until": data["keep_until"] if data["decision"] == "keep" else None,
            "reason": data["reason"].strip(),
            "letter_number": data["letter_number"],
            "letter_date": data["letter_date"],
        }
