"""Lists of partnerships: proposals, agreements, reviews, suggestions, demand and what a national run gave each line."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from accounts.roles import PARTNER
from accounts.rules import capacity
from exchange.exports.parts import code, due, of, status
from partnerships.forms.proposals import DemandForm
from partnerships.rules import briefs as brief_rules
from partnerships.selectors import agreements, briefs, demand, proposals, reviews, suggestions
from partnerships.selectors import allocation_results as results
from partnerships.selectors.allocation_files import LINE_COLUMNS
from partnerships.selectors.allocations import get_run
from workflow import formats
from workflow.exports import Column, Found, register_export

# --- Proposals ----------------------------------------------------------------------------------------------


def _proposal_columns(user) -> list[Column]:
    own = [] if capacity(user)[0] in PARTNER else [code(lambda p: f"{p.need.code}/{p.line.position}", _("Need line"))]
    return [
        code(),
        *own,
        Column(_("Post"), lambda p: p.line.post.label, 32),
        Column(_("Office"), lambda p: p.need.office.name, 36),
        Column(_("Programme"), lambda p: p.program.title if p.program else _("Tailor-made request"), 44),
        code(lambda p: p.program.code if p.program else "", _("Code of the programme")),
        Column(_("Partner"), lambda p: p.partner.name, 30),
        Column(_("Seats asked for"), lambda p: p.seats_requested, 10, "whole"),
        Column(_("Seats given"), lambda p: p.seats_allotted, 10, "whole"),
        Column(_("Score"), lambda p: p.score, 8, "decimal"),
        status(),
        due(),
    ]


# --- Agreements and reviews ---------------------------------------------------------------------------------


def _agreement_columns(user) -> list[Column]:
    return [
        code(),
        Column(_("Title"), lambda a: a.title, 50),
        Column(_("Track"), lambda a: a.get_track_display(), 28),
        Column(_("Other party"), lambda a: a.other_party, 30),
        Column(_("Office"), lambda a: a.office.name if a.office_id else "", 30),
        Column(_("Stage"), lambda a: a.state.label, 26),
        due(),
        Column(_("Seats"), lambda a: a.seats, 8, "whole"),
        Column(_("Valid until"), lambda a: a.ends, 12, "day"),
    ]


def _review_columns(user) -> list[Column]:
    return [
        code(),
        Column(_("Subject"), lambda r: r.subject.title, 50),
        code(lambda r: r.subject.code, _("Code of the subject")),
        Column(_("Partner"), lambda r: r.partner.name if r.partner else "", 30),
        status(),
        Column(_("Mean rating"), lambda r: round(r.mean, 2) if r.rated else None, 10, "decimal"),
    ]


# --- Suggestions and demand ---------------------------------------------------------------------------------


def _for_program(asked):
    return suggestions.demand_listing(asked, suggestions.get_program_for_demand(asked.user, of(asked)))


def _candidates(user, rows) -> list:
    return suggestions.demand_candidates(user, rows, rows[0].intake.program) if rows else []


def _candidate_columns(user) -> list[Column]:
    return [
        Column(_("Office"), lambda c: c.line.need.office.name, 36),
        Column(_("Post"), lambda c: c.line.post.label, 32),
        Column(_("Rank"), lambda c: c.line.rank_label, 20),
        Column(
            _("Competencies and levels"),
            lambda c: "; ".join(f"{g.label} ({g.current_level}→{g.target_level})" for g in c.line.gaps.all()),
            50,
        ),
        Column(_("Intake"), lambda c: formats.daterange(c.intake.starts, c.intake.ends), 26),
        Column(_("People"), lambda c: c.line.requested_total, 8, "whole"),
        Column(_("Score"), lambda c: c.score, 8, "decimal"),
        code(lambda c: c.proposal.code if c.proposal else "", _("Proposal")),
    ]


def _demand(asked) -> Found:
    if not demand.may_read_demand(asked.user):
        raise PermissionDenied("partnerships.demand")
    form = DemandForm(asked.GET or None, choices=demand.demand_choices())
    if form.is_bound and not form.is_valid():
        raise Http404
    chosen = {name: value for name, value in form.cleaned_data.items() if value} if form.is_bound else {}
    words = [f"{form.fields[name].label}: {dict(form.fields[name].choices)[value]}" for name, value in chosen.items()]
    return Found(demand.demand(demand.asked_for(chosen)), tuple(words))


def _demand_columns(user) -> list[Column]:
    return [
        code(lambda d: d.theme, _("Code of the competency"), 10),
        Column(_("Competency"), lambda d: d.theme_label, 44),
        code(lambda d: d.province, _("Code of the province"), 8),
        Column(_("Province"), lambda d: d.province_label, 24),
        Column(_("Without a seat"), lambda d: d.unmet, 10, "whole"),
        Column(_("Wanted"), lambda d: d.people, 10, "whole"),
        Column(_("Offices"), lambda d: d.offices, 10, "whole"),
        Column(_("Seats on offer"), lambda d: d.seats_on_offer, 10, "whole"),
    ]


def _briefs(asked):
    if not brief_rules.may_read(asked.user):
        raise PermissionDenied("partnerships.brief")
    return briefs.brief_listing(asked)


def _brief_columns(user) -> list[Column]:
    return [
        code(),
        Column(_("Edition"), lambda b: b.title, 40),
        Column(_("Cycle"), lambda b: b.cycle_id, 8, "whole"),
        status(),
        Column(_("Counted on"), lambda b: b.counted_at, 17, "moment"),
        Column(_("People without a seat"), lambda b: b.people, 10, "whole"),
    ]


# --- A national run -----------------------------------------------------------------------------------------


def _run_lines(asked):
    run = get_run(asked.user, of(asked))
    if not run.is_solved:
        raise Http404
    if not results.reads_everything(asked.user):
        raise PermissionDenied("partnerships.allocation.download")
    return results.line_listing(asked, run)


def register() -> None:
    """Make these lists known."""
    register_export("proposals", _("Proposals"), listing=proposals.proposal_list, columns=_proposal_columns)
    register_export("agreements", _("Partnerships"), listing=agreements.agreement_listing, columns=_agreement_columns)
    register_export("reviews", _("Reviews"), listing=reviews.review_listing, columns=_review_columns)
    register_export(
        "program-demand",
        _("Lines that fit a programme"),
        listing=_for_program,
        columns=_candidate_columns,
        rows=_candidates,
    )
    register_export("briefs", _("Demand briefs"), listing=_briefs, columns=_brief_columns)
    register_export("demand", _("Demand by province and competency"), listing=_demand, columns=_demand_columns)
    register_export(
        "allocation-lines",
        _("Lines of a national allocation"),
        listing=_run_lines,
        columns=lambda user: list(LINE_COLUMNS),
        rows=lambda user, rows: results.shown_lines(rows[0].run, rows) if rows else [],
        at_once=2_000,
    )
