"""The rows behind each figure of the dashboard as pages: which query, what a row adds, and in what words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.dashboard import bases, limits
from portal.dashboard.choice import Choice
from portal.kpi.rows import Line, stay_lines
from portal.selectors.rows import rows as record_rows
from regions.models import TrainingNeed
from workflow import formats
from workflow.reading import seen_by
from workflow.registry import workflow

Asked = dict[str, str]


@dataclass(frozen=True)
class Measure:
    """One kind of rows."""

    name: str
    label: Callable[[Asked], Any]
    """What the rows are, in words; "" where the address asks for something unknown."""
    unit: Any
    """What `amount` counts: the head of its column."""
    query: Callable[[Choice, Asked], Any]
    flow: str = ""
    asks: tuple[str, ...] = ()
    """What an address may say beside the choice."""
    shape: str = "record"
    dated: Any = gettext_lazy("Since")


def address(choice: Choice, name: str, **asked: Any) -> str:
    """The page of the rows behind one figure."""
    return f"{reverse('dashboard_rows', args=[name])}?{choice.query(**asked)}"


def age_labels() -> dict[str, str]:
    """The ages in words."""
    return {
        "7": _("up to 7 days"),
        "14": _("8 to 14 days"),
        "30": _("15 to 30 days"),
        "lama": _("over 30 days"),
    }


def _waiting(asked: Asked) -> str:
    """Everything an address narrows the rows by is in their name: a figure is one field of a table."""
    if asked["status"] and asked["status"] not in bases.open_states():
        return ""
    if asked["umur"] and asked["umur"] not in age_labels():
        return ""
    if asked["lewat"] == "ya":
        told = _("Needs past their time limit")
    elif asked["status"]:
        told = _("Needs in the state: %(state)s") % {"state": TrainingNeed.flow.state(asked["status"]).label}
    else:
        told = _("Needs that wait for somebody")
    return f"{told}, {age_labels()[asked['umur']]}" if asked["umur"] else told


def decisions() -> dict[str, str]:
    """Whether what comes after an agreement is decided."""
    return {"belum": _("Undecided"), "ya": _("Decided")}


def _ends(asked: Asked) -> str:
    month, known = _month(asked["bulan"]), decisions()
    if (asked["bulan"] and not month) or (asked["putusan"] and asked["putusan"] not in known):
        return ""
    told = [_("Agreements that end within twelve months")]
    if month:
        told.append(formats.month(dt.date.fromisoformat(f"{month}-01")))
    if asked["putusan"]:
        told.append(known[asked["putusan"]].lower())
    return ", ".join(told)


STAGES = {
    bases.FILED: gettext_lazy("People asked for"),
    bases.ACCEPTED: gettext_lazy("In approved needs"),
    bases.PROPOSED: gettext_lazy("Proposed to a partner"),
    "kursi": gettext_lazy("With a seat"),
    bases.NAMED: gettext_lazy("Named by their office"),
    bases.TAKEN: gettext_lazy("Accepted for the training"),
    bases.DONE: gettext_lazy("Training completed"),
}
"""The way of a need's people, in order."""


OF_NEEDS, OF_PEOPLE = (bases.ACCEPTED, bases.FILED, bases.PROPOSED), (bases.NAMED, bases.TAKEN, bases.DONE)
"""Stages counted in needs, and in nominations; the first where an address names none."""


def _stage(known: tuple[str, ...]) -> Callable[[Asked], Any]:
    return lambda asked: STAGES[_asked_stage(asked, known)]


def _asked_stage(asked: Asked, known: tuple[str, ...]) -> str:
    return asked["tahap"] if asked["tahap"] in known else known[0]


def _ending(choice: Choice, asked: Asked):
    return bases.ending(choice, _month(asked["bulan"]), asked["putusan"])


def _month(text: str) -> str:
    """A month like 2026-11; "" for nonsense."""
    try:
        first = dt.date.fromisoformat(f"{text}-01")
    except ValueError:
        return ""
    return text if first.year < dt.MAXYEAR else ""


PEOPLE, SEATS = gettext_lazy("People"), gettext_lazy("Seats")
_NEED, _PROPOSAL = "regions.need", "partnerships.proposal"
MEASURES = {
    measure.name: measure
    for measure in (
        Measure(
            "menunggu",
            _waiting,
            gettext_lazy("Needs"),
            lambda choice, asked: bases.waiting(choice, asked["status"], asked["umur"], late=asked["lewat"] == "ya"),
            _NEED,
            ("status", "umur", "lewat"),
        ),
        Measure(
            "orang",
            _stage(OF_NEEDS),
            PEOPLE,
            lambda choice, asked: bases.needs(choice, _asked_stage(asked, OF_NEEDS)),
            _NEED,
            ("tahap",),
        ),
        Measure(
            "tanpa-kursi",
            lambda asked: _("People without a seat"),
            PEOPLE,
            lambda choice, asked: bases.needs(choice, bases.ACCEPTED, "left"),
            _NEED,
        ),
        Measure(
            "kursi",
            lambda asked: _("Seats given to offices"),
            SEATS,
            lambda choice, asked: bases.seats(choice),
            _PROPOSAL,
        ),
        Measure(
            "tawaran",
            lambda asked: _("Seats offered"),
            SEATS,
            lambda choice, asked: bases.intakes(choice),
            "programs.program",
            shape="intake",
            dated=gettext_lazy("Starts"),
        ),
        Measure(
            "diberikan",
            lambda asked: _("Seats given to offices"),
            SEATS,
            lambda choice, asked: bases.given(choice),
            _PROPOSAL,
        ),
        Measure(
            "terpakai",
            lambda asked: _("Seats used"),
            SEATS,
            lambda choice, asked: bases.used(choice),
            "participants.nomination",
        ),
        Measure(
            "peserta",
            _stage(OF_PEOPLE),
            PEOPLE,
            lambda choice, asked: bases.people(choice, _asked_stage(asked, OF_PEOPLE)),
            "participants.nomination",
            ("tahap",),
        ),
        Measure(
            "perjanjian",
            _ends,
            gettext_lazy("Agreements"),
            _ending,
            "partnerships.agreement",
            ("bulan", "putusan"),
            dated=gettext_lazy("Ends"),
        ),
        Measure(
            "langkah",
            lambda asked: limits.label(asked["tabel"], asked["keadaan"]),
            gettext_lazy("Working days"),
            lambda choice, asked: limits.stays_in(choice, asked["tabel"], asked["keadaan"]),
            asks=("tabel", "keadaan"),
            shape="stay",
            dated=gettext_lazy("From and until"),
        ),
    )
}


@dataclass(frozen=True)
class Rows:
    """Everything behind one figure: the rows a reader may see (a query or lines), the sum, and how many are others'."""

    measure: Measure
    asked: Asked
    visible: Any
    count: int
    total: int
    hidden: int

    def lines(self, some) -> list[Line]:
        """Some of the rows, ready to show; as many queries for thirty as for one."""
        if self.measure.shape == "stay":
            return list(some)
        found = list(some)
        if self.measure.shape == "intake":
            return [_intake(intake) for intake in found]
        return [_record(row, record) for row, record in zip(record_rows(found), found, strict=True)]


def rows_of(choice: Choice, measure: Measure, data) -> Rows:
    """The rows an address asks for. What a reader may not open is counted and not shown."""
    asked = {name: data.get(name, "").replace("\x00", "")[:60] for name in measure.asks}
    user = choice.scope.user
    if measure.shape == "stay":
        found = measure.query(choice, asked)
        seen = stay_lines(user, found)
        return Rows(measure, asked, seen, len(found), len(found), len(found) - len(seen))
    query = measure.query(choice, asked)
    own = seen_by(user, measure.flow).order_by().values("pk")
    if measure.shape == "intake":
        visible = query.filter(program__in=own).select_related("program__partner").order_by("starts", "pk")
    else:
        related = workflow(measure.flow).related
        order = ("ends", "pk") if measure.name == "perjanjian" else ("status_since", "pk")
        visible = query.filter(pk__in=own).select_related(*related).order_by(*order)
    count = query.order_by().count()
    return Rows(measure, asked, visible, count, bases.total(query), count - visible.count())


def _record(row, record) -> Line:
    when = record.ends if record.flow.name == "partnerships.agreement" else row.since
    return Line(row.code, row.url, row.title, row.place, when, record.amount, 1, str(row.label))


def _intake(intake) -> Line:
    program = intake.program
    return Line(
        f"{program.code}/{intake.number}",
        program.get_absolute_url(),
        program.title,
        program.partner.name,
        intake.starts,
        intake.amount,
        1,
        formats.daterange(intake.starts, intake.ends),
    )
