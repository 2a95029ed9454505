"""The page as a whole: its charts in their order, and the few figures at its head."""

from __future__ import annotations

from django.utils.translation import gettext as _

from portal.dashboard import bases, needs, seats, timeline
from portal.dashboard.choice import Choice
from portal.dashboard.measures import address
from portal.kpi.catalogue import BY_CODE
from portal.kpi.figures import address as kpi_address
from portal.selectors.figures import Figure
from workflow import formats
from workflow.charts import Chart

CHARTS = {
    "alur": needs.pipeline,
    "usia": needs.ages,
    "tenggat": needs.kept,
    "kursi": seats.use,
    "pemerataan": seats.equity,
    "perjanjian": timeline.agreements,
    "kesenjangan": seats.gaps,
    "kalender": timeline.calendar,
}


def charts_of(choice: Choice, only: str | None = None) -> list[Chart]:
    """Every chart of the page; `only` the one with this name, so that a file costs no more than itself."""
    return [make(choice) for name, make in CHARTS.items() if only in {None, name}]


def figures_of(choice: Choice) -> list[Figure]:
    """What stands above the charts: waiting, overdue, limits, seats, people without one. Each opens its rows."""
    told = needs.figures_of(choice)
    left = bases.people_without_seat(choice)
    used = bases.total(bases.used(choice))
    local = bool(choice.island or choice.province)
    whole = bases.total(bases.given(choice) if local else bases.intakes(choice))
    return [
        Figure(_("Needs that wait"), formats.num(told["waiting"]), url=address(choice, "menunggu")),
        Figure(
            _("Overdue"),
            formats.num(told["overdue"]),
            _("past the time limit") if told["overdue"] else _("nothing late"),
            "bad" if told["overdue"] else "good",
            address(choice, "menunggu", lewat="ya") if told["overdue"] else "",
        ),
        Figure(
            _("Steps within their limit"),
            told["kept"],
            # The page of K09 knows the whole country: a narrowed figure opens the chart that says the same.
            url="#tenggat" if choice.is_narrowed else kpi_address(BY_CODE["K09"], choice.period, ukuran="limit"),
        ),
        Figure(
            _("Seats used"),
            formats.num(used),
            _("of %(total)s") % {"total": formats.num(whole)},
            url=address(choice, "terpakai"),
        ),
        Figure(_("People without a seat"), formats.num(left), url=address(choice, "tanpa-kursi")),
    ]
