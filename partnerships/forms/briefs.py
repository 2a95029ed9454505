"""The form with which a partner pledges seats for a line of the brief."""

from __future__ import annotations

import datetime as dt

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from partnerships.services.pledges import over_the_rest
from programs.models import Scheme
from regions.models.vocabulary import term_choices
from workflow import formats
from workflow.forms import SinergiFormHelper
from workflow.widgets import PeopleStepper

MONTHS = 24
MOST_SEATS = 5000


def coming_months(today: dt.date) -> list[dt.date]:
    """The first days of the months ahead, from next month on."""
    found, day = [], today.replace(day=1)
    for _n in range(MONTHS):
        day = (day + dt.timedelta(days=32)).replace(day=1)
        found.append(day)
    return found


class PledgeForm(forms.Form):
    """Seats, when, under which scheme and how; a tick where there are more seats than people left."""

    seats = forms.IntegerField(
        label=gettext_lazy("Seats"),
        min_value=1,
        max_value=MOST_SEATS,
        widget=PeopleStepper,
        error_messages={"min_value": gettext_lazy("Pledge at least one seat.")},
    )
    scheme = forms.ModelChoiceField(
        queryset=None,
        label=gettext_lazy("Scheme"),
        empty_label=gettext_lazy("Choose …"),
        error_messages={"invalid_choice": gettext_lazy("Choose one of your own schemes.")},
    )
    month = forms.ChoiceField(
        label=gettext_lazy("Month"),
        required=False,
        help_text=gettext_lazy("Becomes the first intake of the draft. Leave it open where it is not known yet."),
    )
    mode = forms.ChoiceField(label=gettext_lazy("Delivery mode"), required=False)
    note = forms.CharField(
        label=gettext_lazy("Note to the ministry"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1000,
        required=False,
    )
    confirmed = forms.BooleanField(label=gettext_lazy("I pledge more seats than there are people left"), required=False)

    def __init__(self, *args, partner, left: int, **kwargs):
        super().__init__(*args, **kwargs)
        self.left = left
        schemes = Scheme.objects.current()
        own, shared = schemes.filter(partner=partner), schemes.filter(partner__isnull=True)
        self.fields["scheme"].queryset = own | shared
        self.fields["scheme"].label_from_instance = lambda scheme: scheme.label
        months = coming_months(timezone.localdate())
        self.fields["month"].choices = [("", _("Not known yet")), *((f"{m:%Y-%m}", formats.month(m)) for m in months)]
        self.fields["mode"].choices = [("", _("Not known yet")), *term_choices("delivery_mode")]
        self.fields["seats"].help_text = ngettext(
            "Nobody has pledged a seat for %(count)s person of this line.",
            "Nobody has pledged seats for %(count)s people of this line.",
            left,
        ) % {"count": formats.num(left)}
        self.helper = SinergiFormHelper()
        if not self.is_bound or not over_the_rest(self._seats_sent(), left):
            # Asked only of those who pledge more than is left; without a script the page asks when it comes back.
            self.fields["confirmed"].widget = forms.HiddenInput()

    def _seats_sent(self) -> int:
        sent = str(self.data.get("seats", ""))
        return int(sent) if sent.isdecimal() and len(sent) < 8 else 0

    def clean_month(self) -> dt.date | None:
        sent = self.cleaned_data["month"]
        return dt.datetime.strptime(sent, "%Y-%m").date() if sent else None  # noqa: DTZ007 - a month has no zone

    def clean(self):
        cleaned = super().clean()
        sentence = over_the_rest(cleaned.get("seats") or 0, self.left)
        if sentence and not cleaned.get("confirmed"):
            self.add_error("seats", sentence)
        return cleaned
