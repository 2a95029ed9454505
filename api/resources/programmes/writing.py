"""Sections through the forms of the pages: what was not sent stays as it is."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from api.body import Files, StrictJSON, as_form, read
from api.problems import Problem, invalid, of_form
from api.resource import Operation
from api.resources.programmes.inputs import SECTIONS, inputs_of
from api.views.base import ApiView
from programs import rules, selectors, services
from programs.forms import AmendmentReasonForm, section_form
from programs.forms.sections import SECTION_FORMS
from programs.models import SECTIONS as LABELS
from workflow.engine import Refused, Stale

NO_SUCH_ROW = gettext_lazy("There is no such row, or it is named twice.")
ROWS = {name: prefixes for name, (_main, prefixes) in SECTION_FORMS.items()}


class SectionView(ApiView):
    """One section of an offer."""

    http_method_names = ["get", "head", "patch"]
    parser_classes = [StrictJSON, Files]
    section = ""
    for_visitors = False

    def operation(self, method):
        """Told from the section."""
        answer, label = SECTIONS[self.section][0], dict(LABELS)[self.section]
        if method == "get":
            return Operation(f"programme_{self.section}", label, answer=answer, errors=(404,))
        if method == "patch":
            return Operation(
                f"programme_fill_{self.section}",
                label,
                _("Saves one section of a draft, or, with a reason, changes one after publishing."),
                inputs=inputs_of(self.section),
                sends=True,
                partial=True,
                answer=answer,
                errors=(404, 409, 412, 422),
                files=self.section == "papers",
            )
        return None

    def get(self, request, code):
        """As it stands, for those who work on the programme."""
        return self.answer(self._values(selectors.get_managed(request.user, code)))

    def patch(self, request, code):
        """Save what was sent."""
        user, program = request.user, selectors.get_managed(request.user, code)
        fills = rules.may_fill(user, program)
        if not fills and not rules.may_amend(user, program):
            if rules.fills(user, program):
                raise Stale(program, "change")
            raise PermissionDenied("programs.fill")
        values = read(request.data, inputs_of(self.section), partial=True)
        seen, given = self.seen_version(program), values.pop("version", None)
        version, reason = seen if seen is not None else given, values.pop("reason", None)
        data, files = self._as_posted(program, values)
        form = section_form(self.section, program, actor=user, data=data, files=files, published=not fills)
        if unasked := [name for name in files.keys() | values.keys() if not _asks(form, name)]:
            raise invalid(*((name, _("This is not asked here.")) for name in sorted(unasked)))
        why = AmendmentReasonForm({"reason": reason or ""})
        faults = [*_faults(form), *([] if fills or why.is_valid() else [of_form(why)])]
        if faults:
            raise _joined(faults)
        if fills:
            services.fill_section(program, form, section=self.section, actor=user, version=version)
        else:
            services.amend(program, form.write, actor=user, reason=why.cleaned_data["reason"], version=version)
        return self.answer(self._values(selectors.get_managed(user, code)))

    def _values(self, program) -> dict[str, Any]:
        program.post_codes = [post.code for post in program.posts.all()] if self.section == "competencies" else []
        return self.show(SECTIONS[self.section][0], program)

    def _as_posted(self, program, values: dict[str, Any]):
        """The form of the page as a browser would send it, with what was sent in its place."""
        stored, rows = self._values(program), ROWS[self.section]
        for name in ("code", "version"):
            stored.pop(name)
        plain = {name: value for name, value in {**stored, **values}.items() if name not in rows}
        data, files = as_form(plain)
        for name in rows:
            _fill_rows(data, name, stored[name], values.get(name))
        return data, files


def _asks(form, name: str) -> bool:
    """Whether a section asks for this now: papers are taken off drafts only."""
    return name in form.main.fields or name in {rows.prefix for rows in form.rows}


def _fill_rows(data, prefix: str, stored: list[dict], sent: list[dict] | None) -> None:
    """The rows of a formset: those that stay, those that go, those that come."""
    known = {row["id"]: dict(row) for row in stored}
    if sent is None:
        sent = [{"id": pk} for pk in known]
    ids = [row.get("id") for row in sent]
    wrong = [n for n, pk in enumerate(ids) if pk is not None and (pk not in known or ids.index(pk) != n)]
    if wrong:
        raise Problem(400, errors=[(f"{prefix}[{n}].id", NO_SUCH_ROW) for n in wrong])
    kept = [{**known[row["id"]], **row} for row in sent if row.get("id") is not None]
    gone = [{**row, "DELETE": True} for pk, row in known.items() if pk not in ids]
    rows = [*kept, *gone, *(row for row in sent if row.get("id") is None)]
    data[f"{prefix}-TOTAL_FORMS"], data[f"{prefix}-INITIAL_FORMS"] = str(len(rows)), str(len(known))
    for number, row in enumerate(rows):
        posted, _files = as_form({name: value for name, value in row.items() if value is not None})
        for name in posted:
            data[f"{prefix}-{number}-{name}"] = posted[name]


def _faults(form) -> list[Problem]:
    """What the section's form and the forms of its rows refuse, each field by the place it has in what is kept."""
    if form.is_valid():
        return []
    found = [of_form(form.main)] if form.main.errors else []
    for rows in form.rows:
        for number, row in enumerate(rows.forms):
            if row.errors and row not in rows.deleted_forms:
                problem = of_form(row)
                problem.errors = [(f"{rows.prefix}[{number}].{name}", said) for name, said in problem.errors]
                found.append(problem)
        if sentences := rows.non_form_errors():
            found.append(invalid(*((rows.prefix, str(sentence)) for sentence in sentences)))
    return found


def _joined(problems: list[Problem]) -> Exception:
    errors = [error for problem in problems for error in problem.errors]
    reasons = [reason for problem in problems for reason in problem.reasons]
    return Problem(400, errors=errors, reasons=reasons) if errors else Refused(reasons)
