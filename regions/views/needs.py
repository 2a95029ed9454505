"""The list of needs, one need, its acts and the sheet for signature."""

from __future__ import annotations

from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.roles import Role
from regions import selectors
from regions.parts import address, next_part
from regions.remarks import with_answers
from regions.rules import imbalances, missing_parts
from regions.sentences import score_rows
from regions.services import facts_of
from workflow.acting import ActForm
from workflow.engine import may_edit, offered
from workflow.panels import remarks_on
from workflow.views import act_view

REVIEWERS = {Role.PROV_VER, Role.PPSDM_VER, Role.PPSDM_HEAD, Role.DITJEN_REV}
DECIDE_HERE = {"prov_endorse", "recommend", "approve"}
"""The favourable decisions that are taken on the need's page itself; the others have a page of their own."""


@require_safe
def needs(request):
    """All needs the user may see: the office's own, the province's, or the country's."""
    role = request.user.acting_role
    listing = selectors.need_listing(request)
    remarks = remarks_on(request, "regions.need", listing.rows)
    for row in listing.rows:
        row.remark = remarks.get(row.pk, "")
    context = {
        "listing": listing,
        "may_start": role == Role.DINAS_OP,
        "own_office": role in {Role.DINAS_OP, Role.DINAS_HEAD},
        "former": role == Role.DINAS_OP and bool(selectors.copyable_needs(request.user, 1)),
    }
    return render(request, "regions/needs.html", context)


@require_safe
def need(request, code):
    """Where the need stands, whose turn it is, what it says, and how it got there."""
    record = selectors.get_need(request.user, code)
    user = request.user
    editable = may_edit(record.flow, user, record)
    missing = missing_parts(record) if editable else []
    remarks = with_answers(record, selectors.open_remarks(record))
    context = {
        "need": record,
        "lines": record.all_lines,
        "papers": list(record.evidence.all()),
        "score": score_rows(record, facts_of(record)),
        "imbalances": imbalances(record),
        "effect": selectors.effect_of(record),
        "remarks": remarks,
        "proposal": selectors.proposal_to_reject(record),
        "opinion": selectors.technical_opinion(record),
        "editable": editable,
        "next_url": address(record, next_part(record)) if editable else "",
        "complete": editable and not missing,
        "decision": _decision(user, record),
        "deciders": _deciders(user, record),
        "fixing": editable and any(remark.resolved_at is None for remark in remarks),
        **selectors.relatives_of(user, record),
    }
    return render(request, "regions/need.html", context)


def _decision(user, record) -> dict | None:
    """The decision panel: the favourable decision as a form, the others as links. Only for whoever's turn it is."""
    if user.acting_role not in REVIEWERS or user.acting_role not in record.waits_for():
        return None
    offers = offered(user, record)
    main = next((o for o in offers if o.transition.name in DECIDE_HERE and o.enabled), None)
    if main is None:
        return None
    form = ActForm(record=record, transition=main.transition, actor=user)
    others = [o for o in offers if o.enabled and o.transition is not main.transition]
    return {"main": main.transition, "form": form, "others": others}


def _deciders(user, record) -> list[str]:
    """Who takes the favourable decision, for a reviewer whose turn it is too but who cannot take it."""
    if user.acting_role not in REVIEWERS or user.acting_role not in record.waits_for():
        return []
    roles = {role for t in record.flow.open_to(record) if t.name in DECIDE_HERE for role in t.who}
    return [] if user.acting_role in roles else sorted(roles)


@require_http_methods(["GET", "HEAD", "POST"])
def act(request, code, action):
    """One act on one need. After a decision taken from the queue the next need opens by itself."""
    record = selectors.get_need(request.user, code)

    def then(done):
        if action == "revise":
            copy = done.revisions.order_by("-pk").first()
            return reverse("regions:fill", args=[copy.code])
        if request.POST.get("then") == "next" and request.user.acting_role in REVIEWERS:
            return reverse("regions:review_next")
        if request.POST.get("then") == "sign":
            return reverse("regions:sign")
        return done.get_absolute_url()

    return act_view(request, record, action, then=then)


@require_safe
def sheet(request, code):
    """The need on paper, for signature and for the file."""
    record = selectors.get_need(request.user, code)
    context = {
        "need": record,
        "lines": record.all_lines,
        "papers": list(record.evidence.all()),
        "score": score_rows(record, facts_of(record)),
        "signature": selectors.signature_of(record),
        "printed_at": timezone.now(),
        "address": request.build_absolute_uri(record.get_absolute_url()),
        "people": sum(line.requested_total for line in record.all_lines),
    }
    return render(request, "regions/sheet.html", context)
