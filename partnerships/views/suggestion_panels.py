"""What matching adds to the pages of a need and of a programme."""

from __future__ import annotations

from django.utils.translation import ngettext

from accounts.roles import OFFICE
from accounts.rules import capacity, zone_of
from partnerships.rules.proposals import may_propose
from partnerships.selectors import demand as country
from partnerships.selectors import suggestions as selectors
from programs.rules import accepts_proposals
from workflow.panels import Panel, register_panel, register_remark


def register() -> None:
    """Called once, when Django starts."""
    register_panel(Panel("regions.need", "partnerships/_need_panel.html", need_panel, "main", 10))
    register_panel(Panel("programs.program", "partnerships/_program_panel.html", program_panel, "main", 10))
    register_panel(Panel("programs.program", "partnerships/_draft_panel.html", draft_panel, "side", 10))
    register_panel(Panel("programs.program", "partnerships/_use_action.html", use_action, "actions", 10))
    register_remark("programs.program", fitting_lines)


def fitting_lines(request, programs) -> dict[int, str]:
    """For an office, beside the programmes of a list: how many of its lines each one fits."""
    if not request.user.is_authenticated or capacity(request.user)[0] not in OFFICE:
        return {}
    return {
        pk: ngettext("Fits %(count)d line of your needs", "Fits %(count)d lines of your needs", count)
        % {"count": count}
        for pk, count in selectors.fitting_counts(request.user, programs).items()
    }


def use_action(request, program):
    """For an office, at the top of a programme's page: propose its best line, or see why none fits."""
    user = request.user
    if not user.is_authenticated or not program.published_at or capacity(user)[0] not in OFFICE:
        return None
    if accepts_proposals(program) or not may_propose(user):
        return None
    best = next((c for c in _own_lines(request, program) if c.eligible and c.proposal is None), None)
    return {"best": best}


def _own_lines(request, program):
    """The office's lines scored for this programme; the two panels of one page share one reading."""
    if getattr(request, "own_lines", None) is None or request.own_lines[0] != program.pk:
        request.own_lines = program.pk, selectors.own_lines_for(request.user, program)
    return request.own_lines[1]


def draft_panel(request, program):
    """While an offer is filled in: how many people want what it teaches."""
    if program.published_at or not country.may_read_demand(request.user):
        return None
    return country.demand_for_themes([theme.theme_id for theme in program.themes.all()])


def need_panel(request, need):
    """Candidates and proposals on a need's page, once the need is matched."""
    proposals = list(selectors.proposals_of_need(request.user, need))
    if not selectors.is_matched(need) and not proposals:
        return None
    return {
        "matched": selectors.is_matched(need),
        "lines": selectors.candidates_of_need(request.user, need) if selectors.is_matched(need) else [],
        "results": selectors.need_results(need),
        "proposals": proposals,
        "zone": zone_of(request.user),
    }


def program_panel(request, program):
    """For an office which of its lines fit; for partner and ministry how large the demand is."""
    user = request.user
    if not user.is_authenticated or not program.published_at:
        return None
    if country.may_read_demand(user):
        return {
            "totals": selectors.demand_totals(program),
            "results": selectors.program_results(program),
            "zone": zone_of(request.user),
        }
    if capacity(user)[0] in OFFICE:
        return {
            "candidates": _own_lines(request, program),
            "may_propose": may_propose(user),
            "results": selectors.program_results(program),
            "zone": zone_of(request.user),
        }
    return None
