"""The form that proposes a need line, and the filter of the demand page."""

from __future__ import annotations

from crispy_forms.layout import Column, Layout, Row
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from partnerships.rules.proposals import REASON_LENGTH
from partnerships.selectors.proposals import partner_choices
from workflow.forms import SinergiFormHelper
from workflow.widgets import PeopleStepper


class ProposeForm(forms.Form):
    """Seats and a note; a waiver where the ministry may give one; the request where no programme exists."""

    seats = forms.IntegerField(label=gettext_lazy("Seats requested"), min_value=1, widget=PeopleStepper)
    partner = forms.ChoiceField(label=gettext_lazy("Partner"))
    request = forms.CharField(
        label=gettext_lazy("What the partner is asked for"),
        widget=forms.Textarea(attrs={"rows": 4}),
        min_length=30,
        max_length=2000,
        help_text=gettext_lazy("Content, place and time in two or three sentences. No names or contacts."),
    )
    waiver = forms.CharField(
        label=gettext_lazy("Waiver with its reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        min_length=REASON_LENGTH,
        max_length=1000,
        help_text=gettext_lazy("Why the unmet condition may be set aside here. Office and partner read it."),
    )
    note = forms.CharField(
        label=gettext_lazy("Note"), widget=forms.Textarea(attrs={"rows": 3}), max_length=1000, required=False
    )

    def __init__(self, *args, people_left: int, tailor_made: bool, waives: bool, **kwargs):
        super().__init__(*args, **kwargs)
        self.people_left = people_left
        if tailor_made:
            self.fields["partner"].choices = partner_choices()
        else:
            del self.fields["partner"], self.fields["request"]
        if not waives:
            del self.fields["waiver"]
        self.fields["seats"].help_text = ngettext(
            "%(count)d person of this line is still without a seat.",
            "%(count)d people of this line are still without a seat.",
            people_left,
        ) % {"count": people_left}
        self.helper = SinergiFormHelper()

    def clean_seats(self):
        seats = self.cleaned_data["seats"]
        if seats > self.people_left:
            raise forms.ValidationError(
                _("Ask for at most %(most)d: the others of this line have a seat already.") % {"most": self.people_left}
            )
        return seats


class DemandForm(forms.Form):
    """Narrows the demand to a competency, an island group, a province, a post."""

    is_filter = True

    tema = forms.ChoiceField(label=gettext_lazy("Competency"), required=False)
    pulau = forms.ChoiceField(label=gettext_lazy("Island group"), required=False)
    provinsi = forms.ChoiceField(label=gettext_lazy("Province"), required=False)
    jabatan = forms.ChoiceField(label=gettext_lazy("Post"), required=False)

    def __init__(self, *args, choices: dict, **kwargs):
        super().__init__(*args, **kwargs)
        sources = {"tema": "theme", "pulau": "island", "provinsi": "province", "jabatan": "post"}
        for name, source in sources.items():
            self.fields[name].choices = [("", _("All")), *choices[source]]
        self.helper = SinergiFormHelper()
        self.helper.layout = Layout(Row(*(Column(name, css_class="col-md-6 col-lg-3") for name in self.fields)))
