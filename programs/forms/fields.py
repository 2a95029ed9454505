"""Fields that take what people type: amounts with dots or commas, deadlines on the partner's own clock."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regions.forms.fields import vocabulary_field
from regions.models.vocabulary import term_choices

ZONES = (
    ("Asia/Jakarta", "WIB (UTC+7)"),
    ("Asia/Makassar", "WITA (UTC+8)"),
    ("Asia/Jayapura", "WIT (UTC+9)"),
    ("Asia/Tokyo", gettext_lazy("Tokyo (UTC+9)")),
    ("Asia/Seoul", gettext_lazy("Seoul (UTC+9)")),
    ("Europe/Rome", gettext_lazy("Turin, Geneva (UTC+1, summer UTC+2)")),
    ("UTC", "UTC"),
)
"""The clocks partners write their deadlines on."""


def moment_in(day: dt.date, time: dt.time, zone: str) -> dt.datetime:
    """A date and a time on the clock of a zone."""
    return dt.datetime.combine(day, time, ZoneInfo(zone))


def parse_amount(text: str) -> Decimal:
    """1.950.000 or 1,950,000.50 or 1950000: the last mark with one or two digits behind it is the decimal
    mark."""
    digits = re.sub(r"[\s\u00a0]|^Rp\.?", "", text.strip(), flags=re.I)
    found = re.fullmatch(r"(\d{1,3}(?:([.,])\d{3})(?:\2\d{3})*|\d+)(?:[.,](\d{1,2}))?", digits)
    if not found:
        raise InvalidOperation
    whole = re.sub(r"[.,]", "", found[1])
    return Decimal(f"{whole}.{found[3] or '0'}")


class AmountField(forms.CharField):
    """An amount of money as Decimal with two places, or None."""

    def __init__(self, **kwargs):
        super().__init__(required=False, max_length=24, **kwargs)
        self.widget.attrs["inputmode"] = "decimal"

    def prepare_value(self, value):
        if isinstance(value, Decimal):
            return f"{value:f}".rstrip("0").rstrip(".") if value % 1 else f"{value:.0f}"
        return value

    def clean(self, value):
        text = super().clean(value)
        if not text:
            return None
        try:
            found = parse_amount(text)
        except InvalidOperation as error:
            raise ValidationError(_("Write the amount in digits, for example 1.950.000.")) from error
        if found >= Decimal(10) ** 14:
            raise ValidationError(_("This amount is too large."))
        return found

    def has_changed(self, initial, data):
        try:
            return self.clean(data) != initial
        except ValidationError:
            return True


def term_field(vocabulary: str, label, **kwargs) -> forms.ChoiceField:
    """A choice from a vocabulary that begins with nothing chosen."""
    return vocabulary_field(vocabulary, label, empty=gettext_lazy("Choose …"), **kwargs)


def terms_field(vocabulary: str, label, **kwargs) -> forms.MultipleChoiceField:
    """Several choices from a vocabulary."""
    return forms.MultipleChoiceField(
        label=label,
        required=False,
        choices=term_choices(vocabulary),
        widget=forms.CheckboxSelectMultiple,
        **kwargs,
    )
