"""What every form of the portal shares: the crispy helper and the field for dates."""

from __future__ import annotations

import datetime as dt

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

FIRST_YEAR, LAST_YEAR = 1990, 2100


def plausible(day: dt.date) -> None:
    """A validator for dates: a slip of the finger (0202, 20261) is no date, and time zones end at year 9999."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValidationError(_("Check the year: %(year)s.") % {"year": f"{day.year:04d}"})


class DateField(forms.DateField):
    """A date with the browser's own picker; typed without one, the day comes first in both languages."""

    def __init__(self, **kwargs):
        formats = ["%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"]
        picker = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(widget=picker, input_formats=formats, validators=[plausible], **kwargs)


class SinergiFormHelper(FormHelper):
    """Fields only: pages write their own <form>. `summary=False` where one summary serves several forms."""

    form_tag = False
    disable_csrf = True

    def __init__(self, form=None, *, summary: bool = True):
        super().__init__(form)
        self.summary = summary
