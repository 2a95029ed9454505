"""A need's content between the interface and the forms of its pages: the same checks, the same sentences."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from api.body import Input, as_form
from api.problems import Problem
from regions import selectors
from regions.forms import LineForm, OfficeForm, ReasonForm, gap_formset
from regions.models import NeedLine
from regions.services import NEW_LINE, save_part, write_line

OFFICE = (
    Input("contact_post", label=_("Post of the officer in charge"), example="Kepala Bidang Hubungan Industrial"),
    Input("contact_email", label=_("Official e-mail"), example="bidang.hi@example.test"),
    Input("contact_phone", label=_("Office telephone")),
)
REASON = (
    Input("urgency", label=_("Code of the vocabulary urgency")),
    Input("preferred_mode", label=_("Code of the vocabulary delivery_mode"), example="IN_COUNTRY"),
    Input("causes", "texts", label=_("Codes of the vocabulary gap_cause")),
    Input("reason", label=_("Reason"), example="Perselisihan naik dari 17 menjadi 41 kasus."),
    Input("nominees_identified", "boolean", label=_("Candidates are identified")),
    Input("language_evidence", "boolean", label=_("Evidence of language level exists")),
    Input("budget_line", "boolean", label=_("A budget line (APBD) or plan exists")),
    Input("follow_up_plan", "boolean", label=_("A follow-up plan exists")),
)
SECTIONS = (("office", OfficeForm, OFFICE), ("reason", ReasonForm, REASON))
SECTION_INPUTS = (*OFFICE, *REASON)

LINE_INPUTS = (
    Input("post", label=_("Code of a functional post"), required=True, example="MEDHI"),
    Input("requested_total", "integer", label=_("People to train"), required=True, example=4),
    Input("employment_status", label=_("Code of the vocabulary employment_status"), required=True, example="PNS"),
    Input("rank", label=_("Code of the vocabulary rank"), example="AHLI_PERTAMA"),
    Input("earliest_start", "date", label=_("Earliest start: the first day of a month"), example="2027-01-01"),
    Input("in_post", "integer", label=_("Staff in post"), example=6),
    Input("formation_abk", "integer", label=_("Authorised posts (ABK)")),
    Input("untrained", "integer", label=_("Without the required training")),
    Input("retiring_3y", "integer", label=_("Retiring within 3 years")),
    Input("vacancies_to_fill", "integer", label=_("Vacancies that will be filled")),
    Input("work_unit", label=_("Work unit")),
    Input("n_female", "integer", label=_("Women")),
    Input("n_male", "integer", label=_("Men")),
    Input("age_band", label=_("Code of the vocabulary age_band")),
    Input("education", label=_("Code of the vocabulary education")),
    Input("years_in_post_band", label=_("Code of the vocabulary years_in_post_band")),
    Input("language_level", label=_("Code of the vocabulary language_level")),
    Input("persons_with_disability", "integer", label=_("Persons with disability")),
    Input("requested_y1", "integer", label=_("In the first year")),
    Input("requested_y2", "integer", label=_("In the second year")),
    Input("requested_y3", "integer", label=_("In the third year")),
    Input("min_batch", "integer", label=_("Smallest useful group")),
    Input("jp_requested", "integer", label=_("Lesson hours (JP)")),
    Input("justification", label=_("Justification")),
)
GAP = (
    Input("id", "integer", label=_("Of a gap that is there already")),
    Input("theme", label=_("Code of a training theme"), required=True),
    Input("current_level", "integer", label=_("Current level, 0 to 5"), required=True),
    Input("target_level", "integer", label=_("Target level, 1 to 5"), required=True),
    Input("competency_kind", label=_("Code of the vocabulary competency_kind")),
    Input("competency_title", label=_("Competency in your words")),
    Input("skkni_code", label=_("SKKNI unit code")),
    Input("kkni_target", "integer", label=_("KKNI target")),
    Input("gap_cause", label=_("Code of the vocabulary gap_cause")),
    Input("evidence", "integer", label=_("Id of a file of the need")),
    Input("certification_wanted", label=_("Code of the vocabulary certification_wanted")),
    Input("expected_outcome", label=_("Expected outcome")),
    Input("performance_indicator", label=_("Performance indicator")),
)
GAP_INPUTS = Input(
    "gaps",
    "objects",
    label=_("The competency gaps of the line"),
    parts=GAP,
    example=[{"theme": "T07", "current_level": 1, "target_level": 3}],
)


# --- Sections --------------------------------------------------------------------------------------------------------


def _section_form(need, form_class, inputs, values: dict[str, Any]):
    sent = {i.name: values[i.name] for i in inputs if i.name in values}
    stored = {i.name: getattr(need, i.name) for i in inputs}
    return form_class(as_form({**stored, **sent})[0], instance=need), sent


def sections_problem(need, values: dict[str, Any]) -> Problem | None:
    """What the forms refuse of what was sent; what was not sent is not asked for."""
    errors = []
    for _part, form_class, inputs in SECTIONS:
        form, sent = _section_form(need, form_class, inputs, values)
        if sent:
            errors += [(name, text) for name, texts in form.errors.items() if name in sent for text in texts]
    need.refresh_from_db()  # a form of the pages has put its values into the need it was made for
    return Problem(400, errors=errors) if errors else None


def write_sections(need, values: dict[str, Any], *, actor) -> None:
    """Store what was sent, section by section, each with its line in the log."""
    for part, form_class, inputs in SECTIONS:
        if any(i.name in values for i in inputs):

            def write(fresh, _part, form_class=form_class, inputs=inputs):
                form, sent = _section_form(fresh, form_class, inputs, values)
                form.is_valid()
                for name in sent:
                    setattr(fresh, name, form.cleaned_data[name])

            save_part(need, part, actor=actor, seen=None, final=True, write=write)


# --- Lines -----------------------------------------------------------------------------------------------------------


def write_line_of(need, line: NeedLine | None, values: dict[str, Any], *, actor) -> int:
    """Store a line with its gaps and return its key. Raises a problem with the sentences of the page."""
    made: list[int] = []

    def write(fresh, _part):
        form, gaps = _line_forms(fresh, line, values)
        if problem := _line_problem(form, gaps):
            raise problem
        key = write_line(fresh, form.instance, gaps.gaps(), final=True)
        made.append(form.instance.pk)
        return key

    save_part(need, f"line-{line.pk}" if line else NEW_LINE, actor=actor, seen=None, final=True, write=write)
    return made[0]


def _line_forms(need, line: NeedLine | None, values: dict[str, Any]):
    current = selectors.line_of(need, line.pk) if line else None
    options = {"need": need, "figures": selectors.known_figures(need.office)}
    data = _stored(LineForm(instance=current or NeedLine(need=need), **options)) if current else QueryDict(mutable=True)
    _overlay(data, {i.name: values[i.name] for i in LINE_INPUTS if i.name in values})
    common = {"line": current, "need": need, "themes": selectors.themes_by_post(), "use": selectors.theme_use()}
    common["post"] = data.get("post", "")
    shown = gap_formset(None, **common)
    rows = [_stored(form, bare=True) for form in shown.forms] if current else []
    if "gaps" in values:
        stored = {row.get("gap"): row for row in rows}
        rows = [_gap_row(sent, stored) for sent in values["gaps"] or []]
    for number, row in enumerate(rows):
        data.update({f"gap-{number}-{name}": value for name, value in row.items()})
    data["gap-TOTAL_FORMS"], data["gap-INITIAL_FORMS"] = str(len(rows)), "0"
    form = LineForm(data, instance=current or NeedLine(need=need), **options)
    return form, gap_formset(data, **common)


def _stored(form, *, bare: bool = False):
    """What a page would send for a form nobody has touched."""
    values = {}
    for name in form.fields:
        value = form[name].value()
        if value is not None:
            values[name] = value
    data = as_form(values)[0]
    return data.dict() if bare else data


def _overlay(data, values: dict[str, Any]) -> None:
    for name in values:
        data.pop(name, None)
    data.update(as_form(values)[0])


def _gap_row(sent: dict[str, Any], stored: dict[str, dict]) -> dict[str, str]:
    """One gap as the page sends it; what was not sent of a stored one stays."""
    number = str(sent.get("id") or "")
    row = dict(stored.get(number, {"competency_kind": "TEKNIS"}))
    for name, value in sent.items():
        if name != "id":
            row[name] = "" if value is None else str(value)
    row["gap"] = number if number in stored else ""
    return row


def _line_problem(form, gaps) -> Problem | None:
    ok = form.is_valid() & gaps.is_valid()
    if ok:
        return None
    errors = [(name, text) for name, texts in form.errors.items() for text in texts]
    live = set(map(id, gaps.live))
    for number, row in enumerate(gaps.forms):
        if id(row) in live:
            errors += [(f"gaps[{number}].{name}", text) for name, texts in row.errors.items() for text in texts]
    errors += [("gaps", text) for text in gaps.non_form_errors()]
    return Problem(400, errors=errors)
