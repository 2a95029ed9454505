"""The forms of a run: its rules, a pair pinned or forbidden."""

from __future__ import annotations

import json

from crispy_forms.layout import Column, Div, Layout, Row
from crispy_forms.utils import TEMPLATE_PACK
from django import forms
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnerships.models import PinKind
from partnerships.rules import allocation_presets as presets
from workflow.forms import SinergiFormHelper
from workflow.widgets import ChoiceCards

OWN = "own"
"""The choice of settings that no preset has."""

STEPS = 4
"""Equity steps the page offers."""


class Details(Div):
    """Fields that open on demand."""

    template = "partnerships/allocations/_details.html"

    def render(self, form, context, template_pack=TEMPLATE_PACK, **kwargs):
        """Like any block of fields, but open where the form says so."""
        fields = self.get_rendered_fields(form, context, template_pack, **kwargs)
        return render_to_string(self.template, {"div": self, "fields": fields, "form": form})


class _Percent(forms.DecimalField):
    """A share as people type it: 0,5 and 0.5."""

    def to_python(self, value):
        return super().to_python(value.replace(",", ".") if isinstance(value, str) else value)


def _range(name: str) -> dict[str, int]:
    """The limits of a number of the rules."""
    least, most = presets.RANGES[name]
    return {"min_value": least, "max_value": most}


class RulesForm(forms.Form):
    """A preset, or settings of one's own. The version guards against saving over somebody else's rules."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    shown = forms.CharField(widget=forms.HiddenInput, required=False, max_length=5000)
    """The rules the page showed: only against them can be told what the person changed."""
    preset = forms.ChoiceField(label=gettext_lazy("What the allocation should aim at"), widget=ChoiceCards)
    mode = forms.ChoiceField(label=gettext_lazy("Order of the aims"), choices=list(presets.MODES.items()))
    floor = forms.IntegerField(
        label=gettext_lazy("Guaranteed seats for each office"),
        **_range("floor"),
        help_text=gettext_lazy("Given before everything else, as far as any intake fits."),
    )
    floor_for = forms.ChoiceField(label=gettext_lazy("Guaranteed for"), choices=list(presets.FLOOR_FOR.items()))
    region_max = forms.IntegerField(
        label=gettext_lazy("Most seats for one regency or city in one intake"),
        required=False,
        **_range("region_max"),
    )
    province_max = forms.IntegerField(
        label=gettext_lazy("Most seats for one province in one intake"), required=False, **_range("province_max")
    )
    keep_bonus = forms.IntegerField(
        label=gettext_lazy("Weight of each seat of the last plan that stays"),
        **_range("keep_bonus"),
        help_text=gettext_lazy("10 is worth one point of the score."),
    )
    gap = _Percent(
        label=gettext_lazy("Accepted distance from the proven best, in percent"),
        min_value=0,
        max_value=10,
        decimal_places=3,
        help_text=gettext_lazy("0 asks for full proof."),
    )
    time_limit = forms.IntegerField(label=gettext_lazy("Time limit in seconds"), **_range("time_limit"))

    def __init__(self, *args, run, **kwargs):
        super().__init__(*args, **kwargs)
        self.run = run
        cards = [(p.code, p.label) for p in presets.PRESETS] + [(OWN, _("Own settings"))]
        self.fields["preset"].choices = cards
        self.fields["preset"].widget.descriptions = {p.code: p.sentence for p in presets.PRESETS} | {
            OWN: _("The single settings below, as you enter them.")
        }
        for number in range(1, STEPS + 1):
            self.fields[f"upto_{number}"] = forms.IntegerField(
                label=_("Step %(number)d: up to this percentage of the people") % {"number": number},
                min_value=1,
                max_value=100,
                required=False,
            )
            self.fields[f"bonus_{number}"] = forms.IntegerField(
                label=_("Step %(number)d: weight of each seat") % {"number": number},
                min_value=1,
                max_value=presets.MOST_BONUS,
                required=False,
            )
        self.initial = {"version": run.version, "shown": json.dumps(run.rules)} | initial_of(run.rules, run.preset)
        self.helper = SinergiFormHelper()
        self.helper.layout = Layout(
            "version",
            "shown",
            Div("preset", css_class="is-wide"),
            Details(
                Row(Column("mode", css_class="col-md-6")),
                *(
                    Row(Column(one, css_class="col-md-6"), Column(other, css_class="col-md-6"))
                    for one, other in (
                        *((f"upto_{n}", f"bonus_{n}") for n in range(1, STEPS + 1)),
                        ("floor", "floor_for"),
                        ("region_max", "province_max"),
                        ("keep_bonus", "gap"),
                    )
                ),
                Row(Column("time_limit", css_class="col-md-6")),
                css_class="sg-fine",
            ),
        )

    @property
    def fine_fields(self) -> list[str]:
        """The single settings."""
        return [name for name in self.fields if name not in {"version", "shown", "preset"}]

    @property
    def fine_open(self) -> bool:
        """Whether the single settings are shown at once: they are the choice, or something in them is wrong."""
        return any(name in self.errors for name in self.fine_fields) or self["preset"].value() == OWN

    def clean(self):
        cleaned = super().clean()
        if self.errors:
            return cleaned
        own, shown, chosen = self._own(), self._shown(), cleaned["preset"]
        fine = own != shown
        if fine and chosen not in {OWN, presets.preset_of(shown)}:
            self.add_error(
                "preset",
                _("You changed the aim and single settings. Choose “Own settings” to keep them, or undo them."),
            )
            return cleaned
        self.rules = own if fine or chosen == OWN else presets.rules_of(chosen)
        for sentence in presets.refusals(self.rules):
            self.add_error(None, sentence)
        return cleaned

    def _shown(self) -> dict:
        try:
            found = json.loads(self.cleaned_data["shown"])
        except (ValueError, RecursionError):
            found = None
        return found if isinstance(found, dict) else self.run.rules

    def _own(self) -> dict:
        data = self.cleaned_data
        steps = [(data[f"upto_{n}"], data[f"bonus_{n}"]) for n in range(1, STEPS + 1)]
        gap = data["gap"] / 100
        return {
            "mode": data["mode"],
            "equity": [{"upto_pct": upto, "bonus": bonus} for upto, bonus in steps if upto or bonus],
            "keep_bonus": data["keep_bonus"],
            "floor": data["floor"],
            "floor_for": data["floor_for"],
            "region_max": data["region_max"],
            "province_max": data["province_max"],
            "gap": int(gap) if gap == int(gap) else float(gap),
            "time_limit": data["time_limit"],
        }


def initial_of(rules: dict, preset: str) -> dict:
    """A set of rules as the fields show it."""
    known = presets.preset(preset)
    found = {name: rules.get(name) for name in ("mode", "floor", "floor_for", "region_max", "province_max")}
    found |= {name: rules.get(name) for name in ("keep_bonus", "time_limit")}
    found["gap"] = round(100 * (rules.get("gap") or 0), 3)
    found["preset"] = preset if known is not None and known.rules == rules else OWN
    for number, step in enumerate(rules.get("equity") or [], 1):
        found |= {f"upto_{number}": step["upto_pct"], f"bonus_{number}": step["bonus"]}
    return found


class PinForm(forms.Form):
    """One pair of a line: pinned with its seats, or forbidden, with the reason everyone of the run reads."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Decision"),
        choices=[
            (PinKind.PIN.value, gettext_lazy("Pin seats")),
            (PinKind.FORBID.value, gettext_lazy("Forbid the pair")),
        ],
        widget=ChoiceCards(
            descriptions={
                PinKind.PIN.value: gettext_lazy("The line gets these seats, whatever the rules say."),
                PinKind.FORBID.value: gettext_lazy("The line gets no seat in this intake."),
            }
        ),
    )
    intake = forms.ChoiceField(label=gettext_lazy("Intake"))
    seats = forms.IntegerField(
        label=gettext_lazy("Seats"), min_value=1, required=False, help_text=gettext_lazy("Only to pin.")
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        min_length=10,
        max_length=1000,
        help_text=gettext_lazy("Kept with the run and read by everyone at the centre. No names of persons."),
    )

    def __init__(self, *args, intakes: list[tuple[str, str]], wanted: int, **kwargs):
        super().__init__(*args, **kwargs)
        self.wanted = wanted
        self.fields["intake"].choices = [("", _("Choose …")), *intakes]
        self.helper = SinergiFormHelper()

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("kind") == PinKind.FORBID:
            cleaned["seats"] = None
        elif "kind" in cleaned and "seats" not in self.errors:
            if not cleaned.get("seats"):
                self.add_error("seats", _("Say how many seats."))
            elif cleaned["seats"] > self.wanted:
                self.add_error(
                    "seats", _("The line asks for %(most)d people. Pin at most as many.") % {"most": self.wanted}
                )
        return cleaned
