"""What stands against a programme of a file: its forms' sentences at its cells, rows out of order, its state."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from accounts.models import Organisation
from exchange.books.columns import Problem, Row
from exchange.kinds import programmes_content as contents
from exchange.kinds import programmes_tables as sheets
from programs import rules
from programs.models import Program, Scheme
from programs.models import ProgramStatus as S

MOST_ROWS = 60
"""Rows of one kind a programme may have, as on its pages."""


@dataclass
class Found:
    """One programme of the file: its row, the rows below it, and what is stored of it."""

    row: Row
    below: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    partner: Organisation | None = None
    program: Program | None = None

    @property
    def reference(self) -> str:
        """The partner's own number."""
        return (self.row.values.get("partner_reference") or "").strip()

    @property
    def code(self) -> str:
        """The code somebody wrote down."""
        return (self.row.values.get("code") or "").strip().upper()

    @property
    def all_rows(self) -> list[Row]:
        """Its own row first."""
        return [self.row, *(row for rows in self.below.values() for row in rows)]


def refused_by_forms(one: Found, user, content: dict, known: list[Problem]) -> list[Problem]:
    """What the forms of the pages refuse; a cell that could not be understood has its problem already (`known`)."""
    said = {(problem.sheet, problem.row, problem.heading) for problem in known if problem.heading}
    scheme = Scheme.objects.filter(pk=content["main"].get("scheme")).first()
    if scheme is None or one.partner is None:
        return []
    found = _rows_in_order(one)
    for section in contents.touched(content):
        program = one.program and Program.objects.select_related("partner", "scheme").get(pk=one.program.pk)
        program = program or contents.sketch(one.partner, scheme, one.reference)
        form = contents.bound(section, program, content, user)
        if form.is_valid():
            continue
        for name, sentences in form.main.errors.items():
            found += _say(one.row, "" if name == "__all__" else name, sentences, said)
        for formset in form.rows:
            rows = {str(row.number): row for row in one.below[formset.key]}
            for number, name, sentence in contents.wrong_in_rows(formset):
                if sentence != listed_twice():  # said at its cell already
                    found += _say(rows.get(number, one.row), name if number in rows else "", [sentence], said)
    return found


def listed_twice() -> str:
    """As the pages say it."""
    return _("This entry is listed twice. Keep one of them.")


def _rows_in_order(one: Found) -> list[Problem]:
    """Rows listed twice, too many rows, and intakes whose number cannot become theirs."""
    found = []
    for table, key in (*sheets.ROW_KEYS.items(), ("posts", "post")):
        marks: set[str] = set()
        for row in one.below[table]:
            mark = contents.same_row(row.values.get(key))
            if mark and mark in marks:
                found.append(row.problem(key, listed_twice()))
            marks.add(mark)
        if len(one.below[table]) > MOST_ROWS and table != "posts":
            found.append(one.below[table][MOST_ROWS].problem(
                "", _("A programme takes at most %(count)d rows of this kind.") % {"count": MOST_ROWS}
            ))  # fmt: skip
    for row in one.below["costs"]:
        amount = row.values.get("amount")
        if amount is not None and amount != round(amount, 2):
            found.append(row.problem("amount", _("Write the amount in digits, for example 1.950.000.")))
    return found + _numbers_in_order(one)


def _numbers_in_order(one: Found) -> list[Problem]:
    stored = set(one.program.intakes.values_list("number", flat=True)) if one.program else set()
    rows = [row for row in one.below["intakes"] if row.values.get("number") is not None]
    following, found = max(stored, default=0) + 1, []
    for row in sorted(rows, key=lambda row: row.values["number"]):
        if row.values["number"] in stored:
            continue
        if row.values["number"] != following:
            found.append(row.problem(
                "number", _("The next number for a new intake is %(number)d.") % {"number": following}
            ))  # fmt: skip
        following += 1
    return found


def cannot_change(user, program: Program) -> str:
    """Why a stored programme stays as it is; empty where the file may change it."""
    if rules.may_fill(user, program):
        return ""
    code = {"code": program.code}
    if program.status in rules.AMENDABLE:
        return _("%(code)s is published: change it on its page, as an amendment.") % code
    if program.status in (S.SUBMITTED, S.VERIFICATION):
        return _("%(code)s was submitted: it can be changed once it was returned.") % code
    if program.status in rules.FILLABLE:
        return _("%(code)s is filled in by the partner.") % code
    return _("%(code)s can no longer be changed.") % code


def _say(row: Row, name: str, sentences, said: set) -> list[Problem]:
    """Sentences of a form at a row's cell."""
    found = [row.problem(name if name in row.values else "", str(sentence)) for sentence in sentences]
    return [problem for problem in found if (problem.sheet, problem.row, problem.heading) not in said]


def sentences(form) -> list[str]:
    """Everything a section refuses, in one list."""
    found = [str(sentence) for sentences in form.main.errors.values() for sentence in sentences]
    return found + [sentence for formset in form.rows for _row, _name, sentence in contents.wrong_in_rows(formset)]
