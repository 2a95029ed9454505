"""Input of the two lists of an agreement: the regions it reaches, and the lines of its action plan."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnerships.selectors import agreements as selectors
from workflow.forms import SinergiFormHelper


class RegionsForm(forms.Form):
    """The regions an agreement reaches: those on the list, and some to add by code or name."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    keep = forms.MultipleChoiceField(
        label=gettext_lazy("On the list"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Untick a region to take it off the list."),
    )

    ROOMS = 3

    def __init__(self, *args, agreement, **kwargs):
        super().__init__(*args, **kwargs)
        self.places = selectors.all_regions()
        own = agreement.office.region_code if agreement.office_id else ""
        present = sorted({*agreement.region_codes, *([own] if own else [])})
        self.own = own
        self.fields["version"].initial = agreement.version
        self.fields["keep"].choices = [(code, selectors.region_label(code, self.places)) for code in present]
        self.fields["keep"].initial = present
        if not present:
            del self.fields["keep"]
        for number in range(1, self.ROOMS + 1):
            self.fields[f"add_{number}"] = forms.CharField(
                label=_("Add a region"),
                required=False,
                max_length=120,
                help_text=_("Code or name, for example 72.06 or Kabupaten Morowali.") if number == 1 else "",
                widget=forms.TextInput(attrs={"list": "daerah", "autocomplete": "off"}),
            )
        self.helper = SinergiFormHelper()

    def clean(self):
        cleaned = super().clean()
        found = {*cleaned.get("keep", []), *([self.own] if self.own else [])}
        for number in range(1, self.ROOMS + 1):
            typed = cleaned.get(f"add_{number}", "").strip()
            if not typed:
                continue
            codes = selectors.regions_called(typed, self.places)
            if len(codes) == 1:
                found.add(codes[0])
            elif codes:
                several = "; ".join(selectors.region_label(code, self.places) for code in codes[:5])
                self.add_error(f"add_{number}", _("Several regions fit: %(regions)s.") % {"regions": several})
            else:
                self.add_error(f"add_{number}", _("No region has this code or name."))
        self.codes = sorted(found)
        return cleaned


class ActivityForm(forms.Form):
    """One line of an action plan."""

    activity = forms.CharField(label=gettext_lazy("Activity"), max_length=300, required=False)
    place = forms.CharField(label=gettext_lazy("Place"), max_length=120, required=False)
    who = forms.CharField(label=gettext_lazy("Responsible"), max_length=160, required=False)
    when = forms.CharField(label=gettext_lazy("Schedule"), max_length=120, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, use_required_attribute=False, **kwargs)
        self.helper = SinergiFormHelper(summary=False)

    def clean(self):
        cleaned = super().clean()
        if any(cleaned.get(name) for name in ("place", "who", "when")) and not cleaned.get("activity"):
            self.add_error("activity", _("Say what is done."))
        return cleaned


class ActionPlanForm(forms.Form):
    """The action plan: its lines and a few empty ones. Lines left empty are dropped."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    EMPTY, MOST = 3, 60

    def __init__(self, data=None, files=None, *, agreement):
        super().__init__(data)
        self.fields["version"].initial = agreement.version
        present = agreement.action_plan
        sent = 0
        if data is not None:
            numbers = [int(n) for key in data if (n := key.partition("-")[0]).isdecimal() and len(n) < 4]
            sent = max(numbers, default=-1) + 1
        count = min(sent if data is not None else len(present) + self.EMPTY, self.MOST)
        rows = [present[n] if n < len(present) else {} for n in range(count)]
        self.lines = [ActivityForm(data, prefix=str(n), initial=row) for n, row in enumerate(rows)]
        self.helper = SinergiFormHelper()

    def is_valid(self):
        found = [line.is_valid() for line in self.lines]
        valid = super().is_valid() and all(found)
        if not all(found):
            self.add_error(None, _("Every line needs an activity. Look at the lines marked below."))
        return valid

    @property
    def rows(self) -> list[dict]:
        """The lines that say something."""
        return [
            {name: line.cleaned_data.get(name, "") for name in ("activity", "place", "who", "when")}
            for line in self.lines
            if line.cleaned_data.get("activity")
        ]
