"""Entering an exchange rate, and striking one out."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regions.models.vocabulary import term_choices
from workflow.forms import DateField, SinergiFormHelper

HIGHEST = Decimal("9999999")


def typed_number(text: str) -> Decimal:
    """16.250,50 or 16250.5 or 105,2: the last mark is the decimal mark unless exactly three digits follow it."""
    bare = re.sub(r"[\s\u00a0]|^Rp\.?", "", text.strip(), flags=re.I)
    found = re.fullmatch(r"(\d{1,3}(?:[.,]\d{3})+|\d+)(?:[.,](\d{1,4}))?", bare)
    if not found:
        raise InvalidOperation
    return Decimal(f"{re.sub('[.,]', '', found[1])}.{found[2] or '0'}")


class RateForm(forms.Form):
    """One dated rate with its source."""

    currency = forms.ChoiceField(label=gettext_lazy("Currency"))
    rupiah = forms.CharField(
        label=gettext_lazy("Rupiah for one unit"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        help_text=gettext_lazy("For example 105,2 for one yen."),
    )
    dated = DateField(label=gettext_lazy("Date of the rate"))
    source = forms.CharField(
        label=gettext_lazy("Source"),
        max_length=200,
        min_length=3,
        help_text=gettext_lazy("Where it was read, for example the middle rate of Bank Indonesia."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        known = [(code, label) for code, label in term_choices("currency") if code != "IDR"]
        self.fields["currency"].choices = [("", _("Choose …")), *known]
        self.helper = SinergiFormHelper()

    def clean_rupiah(self):
        try:
            number = typed_number(self.cleaned_data["rupiah"])
        except InvalidOperation:
            raise ValidationError(_("Enter a number, for example 105,2.")) from None
        if not 0 < number <= HIGHEST:
            raise ValidationError(_("Enter a rate above 0 and below 10 million rupiah."))
        return number

    def clean_dated(self):
        day = self.cleaned_data["dated"]
        if day > timezone.localdate():
            raise ValidationError(_("The rate of a day that has not come is not known yet."))
        return day


class StrikeForm(forms.Form):
    """Why a rate is wrong."""

    reason = forms.CharField(
        label=gettext_lazy("Why it is wrong"), widget=forms.Textarea(attrs={"rows": 3}), max_length=500, min_length=10
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = SinergiFormHelper()
