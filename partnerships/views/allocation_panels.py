"""What the valid allocation adds to the pages of a need and of a programme, and to the rows of the list of needs."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.rules import zone_of
from partnerships.selectors import allocation_outcomes as selectors
from workflow import formats
from workflow.panels import Panel, register_panel, register_remark

RESULT_ASKS = ("banding", "peta", "sisa", "hasil", "provinsi", "tema", "q", "sort", "size", "page")
"""What the address of a result may say, kept when another reserve list is chosen."""


def register() -> None:
    """Called once, when Django starts."""
    register_panel(Panel("regions.need", "partnerships/_allocation_panel.html", need_panel, "main", 5))
    register_panel(Panel("programs.program", "partnerships/_allocation_seats.html", program_panel, "main", 20))
    register_panel(Panel("partnerships.allocation", "partnerships/_reserves.html", reserve_panel, "main", 10))
    register_remark("regions.need", seats_given)


def need_panel(request, need):
    """What each line of a need got, why, and what would change it."""
    outcome = selectors.outcome_of_need(request.user, need)
    return {"outcome": outcome, "zone": zone_of(request.user)} if outcome else None


def program_panel(request, program):
    """For the partner and the centre: which offices have seats in each intake, and who is next."""
    user = request.user
    if not user.is_authenticated or not program.published_at:
        return None
    found = selectors.plan_of_program(user, program)
    if found is None:
        return None
    run, intakes = found
    return {"run": run, "intakes": intakes, "zone": zone_of(user)}


def reserve_panel(request, run):
    """For the centre, on a result: who is next in an intake; one at a time, a national plan has dozens."""
    found = selectors.reserves_of(request.user, run, request.GET.get("cadangan", ""))
    if found is None:
        return None
    intakes, chosen = found
    kept = [(name, value) for name in RESULT_ASKS for value in request.GET.getlist(name)[:40]]
    return {"intakes": intakes, "chosen": chosen, "kept": kept}


def seats_given(request, needs) -> dict[int, str]:
    """Beside the needs of a list: the seats of the valid plan."""
    sentences = {}
    for need, (seats, people) in selectors.outcomes_of_needs(needs).items():
        words = {"seats": formats.num(seats), "people": formats.num(people)}
        sentences[need] = _("Allocated: %(seats)s of %(people)s seats") % words if seats else _("No seat yet")
    return sentences
