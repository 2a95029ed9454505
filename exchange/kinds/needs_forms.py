"""Rows of needs through the forms of the pages, with the vocabularies looked up once per file, not per row."""

from __future__ import annotations

import copy
import datetime as dt
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from exchange.books.columns import Problem, Row
from regions import selectors
from regions.forms import GapForm, LineForm, OfficeForm, ReasonForm
from regions.forms.fields import MonthField
from regions.forms.lines import FIGURES
from regions.models import CompetencyGap, Evidence, FunctionalPost, NeedLine, TrainingNeed
from workflow import formats

KEYS = {"need_key", "line_key", "code"}


@dataclass
class Setting:
    """What every row of one file is judged against."""

    office: Any
    cycle: Any
    posts: dict[str, FunctionalPost]
    themes: dict[str, Any]
    pairs: list
    figures: dict[str, dict]
    made: dict[type, Any] = field(default_factory=dict)
    """Forms made once, whose fields serve every row."""

    @classmethod
    def of(cls, user) -> Setting:
        """The setting of a person's office, once per job: kept with the person the job acts for."""
        kept = user.__dict__.get("_needs_setting")
        if kept is None or kept.office != user.acting_organisation:
            pairs = selectors.themes_by_post()
            kept = cls(
                office=user.acting_organisation,
                cycle=selectors.cycle_for_new_needs()[0],
                posts={post.pk: post for post in FunctionalPost.objects.current()},
                themes={theme.pk: theme for theme, _posts in pairs},
                pairs=pairs,
                figures=selectors.known_figures(user.acting_organisation),
            )
            user.__dict__["_needs_setting"] = kept
        return kept

    def stand_in(self, need: TrainingNeed | None):
        """What the forms ask a need for; a need that does not exist yet has no papers."""
        if need is not None:
            return need
        return SimpleNamespace(cycle_id=self.cycle.pk, office=self.office, evidence=Evidence.objects.none())


class _Known(forms.Field):
    """A choice among records that are at hand already."""

    def __init__(self, known: dict[str, Any], **kwargs):
        self.known = known
        super().__init__(**kwargs)

    def to_python(self, value):
        if value in self.empty_values:
            return None
        found = self.known.get(value)
        if found is None:
            raise forms.ValidationError(self.error_messages["invalid_choice"])
        return found


def _known(field, known: dict[str, Any]) -> _Known:
    messages = {name: field.error_messages[name] for name in ("required", "invalid_choice")}
    return _Known(known, label=field.label, error_messages=messages)


class _Light:
    """Leaves the database's constraints to the database: the forms say the same in sentences, and asking for each of
    them row by row would take longer than everything else together."""

    def _post_clean(self):
        self.instance.validate_constraints = _nothing
        super()._post_clean()
        del self.instance.validate_constraints


def _nothing(exclude=None) -> None:
    return None


class ImportedLine(_Light, LineForm):
    """A line as a file has it."""

    def __init__(self, setting: Setting):
        super().__init__({}, instance=NeedLine(), need=setting.stand_in(None), figures=setting.figures)
        self.fields["post"] = _known(self.fields["post"], setting.posts)

    def _get_validation_exclusions(self):
        return {*super()._get_validation_exclusions(), "post"}


class ImportedGap(_Light, GapForm):
    """A competency as a file has it; papers are attached on the pages."""

    def __init__(self, setting: Setting):
        super().__init__({}, instance=CompetencyGap(), need=setting.stand_in(None), themes=[], use={})
        self.fields["theme"] = _known(self.fields["theme"], setting.themes)
        del self.fields["evidence"], self.fields["gap"], self.fields["client_key"]

    def _get_validation_exclusions(self):
        return {*super()._get_validation_exclusions(), "theme", "evidence"}

    def clean_client_key(self):
        """A file calls no competency by a key: one line has each only once."""
        return ""


class ImportedOffice(_Light, OfficeForm):
    """The officer in charge as a file has it."""


class ImportedReason(_Light, ReasonForm):
    """The reason as a file has it."""


def line_form(data: dict, setting: Setting, *, need=None, instance: NeedLine | None = None) -> LineForm:
    """The form of one line: its fields are made once per file."""
    form = _again(setting, ImportedLine, data, instance or NeedLine())
    if need is not None:
        form.need = need
    if instance is not None and instance.earliest_start:
        stored = MonthField(required=False, stored=instance.earliest_start)
        form.fields = {**form.fields, "earliest_start": stored}
    return form


def gap_form(data: dict, setting: Setting, *, instance: CompetencyGap | None = None) -> GapForm:
    """The form of one competency."""
    return _again(setting, ImportedGap, data, instance or CompetencyGap())


def section_form(part: str, data: dict, setting: Setting) -> forms.ModelForm:
    """The form of a section, beside a need: what it says is put into the need by name."""
    return _again(setting, SECTIONS[part], data, TrainingNeed())


def _again(setting: Setting, form_class, data: dict, instance):
    """A form of the same fields for other data."""
    if form_class not in setting.made:
        own = form_class in (ImportedLine, ImportedGap)
        setting.made[form_class] = form_class(setting) if own else form_class({}, instance=instance)
    form = copy.copy(setting.made[form_class])
    form.data, form.instance, form._errors, form._bound_fields_cache = data, instance, None, {}
    return form


SECTIONS = {"office": ImportedOffice, "reason": ImportedReason}


def as_typed(value: Any) -> Any:
    """A value as a form is sent it, and as JSON keeps it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "on" if value else ""
    if isinstance(value, dt.date):
        return value.isoformat()
    return value if isinstance(value, list) else str(value)


def stored_value(record, name: str) -> Any:
    """A stored field as a cell would hold it."""
    value = record._meta.get_field(name).value_from_object(record)
    return str(value) if name in {"current_level", "target_level"} else value


def form_data(form_class, record, values: dict[str, Any], defaults: dict[str, Any]) -> dict[str, Any]:
    """What a form is sent: what the file says, else what is stored, else what a new record begins with."""
    data: dict[str, Any] = {}
    for name in form_class._meta.fields:
        value = values.get(name)
        if value is None and record is not None and name != "evidence":
            value = stored_value(record, name)
        data[name] = as_typed(defaults.get(name) if value in (None, "") else value)
    return data


LINE_DEFAULTS = {"employment_status": "PNS", "rank": "NONE"}
GAP_DEFAULTS = {"competency_kind": "TEKNIS"}


COUNTS = {*FIGURES, "requested_total", "vacancies_to_fill", "n_female", "n_male", "persons_with_disability"} | {
    "requested_y1",
    "requested_y2",
    "requested_y3",
}


def problems_of(form, row: Row, *, only_filled: bool = False) -> list[Problem]:
    """The form's sentences as problems of the row's cells. `only_filled`: a draft may lack what is still empty."""
    told = {problem.heading for problem in row.problems}
    unread = any(row.problem(name, "").heading in told for name in row.values if name in COUNTS)
    found = []
    for name, sentences in form.errors.items():
        if only_filled and not form.data.get(name):
            continue
        if unread and name in COUNTS:
            continue  # figures are not compared with one that could not be read
        known = name if any(column.name == name for column in row.table.columns) else ""
        problem = row.problem(known, "", "")
        if known and problem.heading in told:
            continue  # the cell itself could not be read: said already
        sentence = _month_sentence(form) if name == "earliest_start" else str(sentences[0])
        what, _stop, advice = sentence.partition(". ")
        found.append(row.problem(known, what.rstrip(".") + ".", advice))
    return found


def _month_sentence(form) -> str:
    months = [value for value, _label in form.fields["earliest_start"].choices if value]
    first, last = (formats.month(dt.date.fromisoformat(months[place])) for place in (0, -1))
    return _("The month lies outside the months to choose from. Enter a month from %(first)s to %(last)s.") % {
        "first": first,
        "last": last,
    }
