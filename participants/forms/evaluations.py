"""The evaluation forms: one screen each, large buttons instead of lists, nothing that needs a script."""

from __future__ import annotations

import re
from decimal import Decimal
from zoneinfo import ZoneInfo

from crispy_forms.layout import HTML, Column, Layout, Row
from django import forms
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from participants.models import Behaviour, Condition, Level, Reaction, Result
from participants.rules import evaluations as rules
from regions.forms.fields import Count, level_field
from workflow import formats
from workflow.forms import DateField, SinergiFormHelper
from workflow.widgets import LevelScale

AGREE = (
    (1, gettext_lazy("No")),
    (2, gettext_lazy("Rather no")),
    (3, gettext_lazy("Partly")),
    (4, gettext_lazy("Rather yes")),
    (5, gettext_lazy("Yes")),
)
USE = (
    (1, gettext_lazy("Not at all")),
    (2, gettext_lazy("Hardly")),
    (3, gettext_lazy("In part")),
    (4, gettext_lazy("Largely")),
    (5, gettext_lazy("Fully")),
)
_THOUSANDS = re.compile(r"-?\d{1,3}([.,]\d{3})+")


class Figure(forms.DecimalField):
    """A number as people type it: 1.234,5 and 1,234.5. Twelve hundred is 1.200 in Indonesian and 1,200 in English; what
    the portal itself shows is read as the same number again."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.error_messages |= {
            "invalid": gettext_lazy("Enter a number, for example 12 or 12.5."),
            "min_value": gettext_lazy("Enter %(limit_value)s or more."),
            "max_value": gettext_lazy("Enter %(limit_value)s or fewer."),
        }

    def to_python(self, value):
        if isinstance(value, str):
            text = re.sub(r"[\s\u00a0%]", "", value).replace("\N{MINUS SIGN}", "-")
            grouping = "," if (get_language() or "").startswith("en") else "."
            if "," in text and "." in text:
                decimal = max(text.rfind(","), text.rfind("."))
                text = re.sub(r"[.,]", "", text[:decimal]) + "." + text[decimal + 1 :]
            elif _THOUSANDS.fullmatch(text) and (grouping in text or max(text.count(","), text.count(".")) > 1):
                text = re.sub(r"[.,]", "", text)
            else:
                text = text.replace(",", ".")
            value = text
        return super().to_python(value)

    def prepare_value(self, value):
        return formats.num(value) if isinstance(value, Decimal) else value


def _scale(label, choices, **kwargs) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label, choices=list(choices), coerce=int, empty_value=None, widget=LevelScale, **kwargs
    )


def _text(field, **kwargs) -> forms.CharField:
    return forms.CharField(
        label=field.verbose_name,
        required=False,
        max_length=field.max_length,
        widget=forms.Textarea(attrs={"rows": 3}),
        **kwargs,
    )


class AnswerForm(forms.Form):
    """What every form has: the version the person saw, and texts without numbers of persons."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, evaluation, **kwargs):
        self.evaluation = evaluation
        initial = {"version": evaluation.version, **kwargs.pop("initial", {})}
        super().__init__(*args, initial=initial, **kwargs)
        self.build()
        self.helper = SinergiFormHelper()
        if (layout := self.layout()) is not None:
            self.helper.layout = layout

    def build(self) -> None:
        """Add the fields of this form."""

    def layout(self) -> Layout | None:
        """How the fields are arranged; None: one below the other."""
        return None

    def clean(self):
        cleaned = super().clean()
        for name, value in list(cleaned.items()):
            if isinstance(value, str) and (sentence := rules.holds_no_number(value)):
                self.add_error(name, sentence)
        return cleaned

    @property
    def values(self) -> dict:
        """What the service stores."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class ReactionForm(AnswerForm):
    """Level 1."""

    def build(self):
        for name in Reaction.ITEMS:
            self.fields[name] = _scale(Reaction._meta.get_field(name).verbose_name, AGREE)
        self.fields["recommend"] = _scale(
            Reaction._meta.get_field("recommend").verbose_name,
            [(n, "") for n in range(11)],
            help_text=_("0: certainly not. 10: certainly."),
        )
        self.fields["best"] = _text(Reaction._meta.get_field("best"))
        self.fields["better"] = _text(Reaction._meta.get_field("better"))


class Conditions:
    """Both questions about the same eight conditions as one table: half as long on a phone as two lists."""

    def render(self, form, context, *args, **kwargs) -> str:
        """The table; called by the form's layout."""
        fields = [form["helped"], form["hindered"]]
        form.rendered_fields |= {"helped", "hindered"}
        chosen = [set(field.value() or []) for field in fields]
        rows = [
            {
                "code": code,
                "label": label,
                "ticks": [
                    {
                        "name": field.html_name,
                        "id": f"{field.auto_id}_{number}",
                        "label": field.label,
                        "checked": code in chosen[place],
                    }
                    for place, field in enumerate(fields)
                ],
            }
            for number, (code, label) in enumerate(Condition.choices)
        ]
        values = {"rows": rows, "helped": fields[0], "hindered": fields[1]}
        return render_to_string("participants/evaluations/_conditions.html", values)


class BehaviourForm(AnswerForm):
    """Level 3: the levels of the need's competencies today, how far it is used, what helped and hindered."""

    def build(self):
        self.gaps = rules.gaps_asked(self.evaluation.proposal)
        for gap in self.gaps:
            self.fields[f"level_{gap.pk}"] = level_field(
                gap.theme.label,
                lowest=0,
                help_text=_("When the need was filed: level %(filed)d. Wanted: level %(target)d.")
                % {"filed": gap.current_level, "target": gap.target_level},
            )
        meta = Behaviour._meta
        self.fields["used"] = _scale(meta.get_field("used").verbose_name, USE)
        for name in ("helped", "hindered"):
            self.fields[name] = forms.MultipleChoiceField(
                label=meta.get_field(name).verbose_name,
                choices=Condition.choices,
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )
        self.fields["note"] = _text(meta.get_field("note"), help_text=_("No names and no numbers of persons."))
        if self.about_oneself:
            for name in ("cascade_sessions", "cascade_people", "cascade_hours"):
                self.fields[name] = Count(label=meta.get_field(name).verbose_name, required=False, max_value=30_000)

    @property
    def about_oneself(self) -> bool:
        """The participant's own view, with what was passed on to colleagues."""
        return self.evaluation.level == Level.L3_SELF

    def layout(self):
        asked = [f"level_{gap.pk}" for gap in self.gaps]
        if not self.about_oneself:
            return Layout("version", *asked, "used", Conditions(), "note")
        heading = escape(_("What you passed on to colleagues"))
        cascade = ("cascade_sessions", "cascade_people", "cascade_hours")
        row = Row(*(Column(name, css_class="col-md-4") for name in cascade))
        return Layout("version", *asked, "used", Conditions(), "note", HTML(f'<h2 class="h4 mt-4">{heading}</h2>'), row)

    def clean(self):
        cleaned = super().clean()
        if both := set(cleaned.get("helped", [])) & set(cleaned.get("hindered", [])):
            names = ", ".join(str(Condition(code).label) for code in sorted(both))
            self.add_error("hindered", _("Choose once: %(names)s cannot have helped and hindered.") % {"names": names})
        if self.about_oneself and not self.errors:
            sessions = cleaned.get("cascade_sessions") or 0
            if not sessions and (cleaned.get("cascade_people") or cleaned.get("cascade_hours")):
                self.add_error("cascade_sessions", _("Colleagues were reached, so enter how many sessions there were."))
        return cleaned

    @property
    def values(self):
        data = super().values
        levels = {gap.pk: data.pop(f"level_{gap.pk}") for gap in self.gaps}
        if self.about_oneself:
            data |= {name: data[name] or 0 for name in data if name.startswith("cascade_")}
        return {**data, "levels": levels}


class ResultForm(AnswerForm):
    """Level 4."""

    def build(self):
        meta = Result._meta
        self.fields["indicator"] = forms.CharField(
            label=meta.get_field("indicator").verbose_name,
            max_length=200,
            help_text=_("For example inspections per inspector, disputes settled by agreement, people placed."),
        )
        self.fields["unit"] = forms.CharField(
            label=meta.get_field("unit").verbose_name, max_length=60, help_text=_("For example cases per year.")
        )
        for name in ("baseline", "target", "actual"):
            self.fields[name] = Figure(label=meta.get_field(name).verbose_name, max_digits=14, decimal_places=2)
        self.fields["measured_on"] = DateField(label=meta.get_field("measured_on").verbose_name)
        self.fields["note"] = _text(meta.get_field("note"))

    def layout(self):
        thirds = Row(*(Column(name, css_class="col-md-4") for name in ("baseline", "target", "actual")))
        return Layout("version", "indicator", "unit", thirds, "measured_on", "note")

    def clean_measured_on(self):
        day = self.cleaned_data["measured_on"]
        ended = self.evaluation.last_day
        if day > timezone.localdate(timezone=ZoneInfo(self.evaluation.time_zone)):
            raise forms.ValidationError(_("This day lies ahead."))
        if ended and day < ended:
            raise forms.ValidationError(_("Measure after the training ended on %(day)s.") % {"day": formats.day(ended)})
        return day

    def clean(self):
        cleaned = super().clean()
        baseline, target = cleaned.get("baseline"), cleaned.get("target")
        if baseline is not None and baseline == target:
            self.add_error("target", _("The target must differ from the figure before the training."))
        return cleaned


class TestsForm(forms.Form):
    """Level 2 of a roster on one page: a row per participant, rows left empty are not touched."""

    __test__ = False  # no test of ours, though it is called so

    def __init__(self, *args, evaluations, **kwargs):
        super().__init__(*args, **kwargs)
        self.evaluations = evaluations
        for evaluation in evaluations:
            number = evaluation.pk
            points = {"required": False, "min_value": 0, "max_value": 100, "decimal_places": 1}
            self.fields[f"version-{number}"] = forms.IntegerField(
                widget=forms.HiddenInput, required=False, initial=evaluation.version
            )
            self.fields[f"before-{number}"] = Figure(label=_("Test before"), **points)
            self.fields[f"after-{number}"] = Figure(label=_("Test after"), **points)
            self.fields[f"only-{number}"] = forms.BooleanField(label=_("Certificate only"), required=False)
            for name in ("before", "after", "only"):
                self.fields[f"{name}-{number}"].widget.attrs |= {
                    "aria-label": f"{self.fields[f'{name}-{number}'].label}, {evaluation.nomination.person.shown_name}",
                    "class": "form-check-input" if name == "only" else "form-control",
                }

    def clean(self):
        cleaned = super().clean()
        for evaluation in self.evaluations:
            before, after, only = (cleaned.get(f"{name}-{evaluation.pk}") for name in ("before", "after", "only"))
            wrong = any(f"{name}-{evaluation.pk}" in self.errors for name in ("before", "after"))
            if only and (before is not None or after is not None):
                self.add_error(f"only-{evaluation.pk}", _("Enter both tests, or tick that there was none."))
            elif not wrong and (before is None) != (after is None):
                missing = "before" if before is None else "after"
                self.add_error(f"{missing}-{evaluation.pk}", _("Enter both tests, or tick that there was none."))
        if not self.errors and not self.filled:
            raise forms.ValidationError(_("Enter the tests of at least one participant."))
        return cleaned

    @property
    def filled(self) -> list[tuple]:
        """(evaluation, version, values) of the rows that were filled in."""
        found = []
        for evaluation in self.evaluations:
            data = {n: self.cleaned_data.get(f"{n}-{evaluation.pk}") for n in ("version", "before", "after", "only")}
            if data["only"] or data["before"] is not None:
                values = {"before": data["before"], "after": data["after"], "certificate_only": bool(data["only"])}
                found.append((evaluation, data["version"], values))
        return found

    def rows(self) -> list[dict]:
        """Each participant with the bound fields of the row."""
        return [
            {"evaluation": e, **{n: self[f"{n}-{e.pk}"] for n in ("version", "before", "after", "only")}}
            for e in self.evaluations
        ]


FORMS = {
    Level.L1: ReactionForm,
    Level.L3_SELF: BehaviourForm,
    Level.L3_HEAD: BehaviourForm,
    Level.L4: ResultForm,
}
