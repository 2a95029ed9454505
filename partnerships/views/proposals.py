"""Pages of proposals: list, one proposal, its acts, and proposing."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.rules import zone_of
from partnerships.forms.proposals import ProposeForm
from partnerships.matching import WAIVABLE
from partnerships.rules.proposals import may_waive
from partnerships.selectors import proposals as selectors
from partnerships.selectors.proposal_batches import batches
from partnerships.selectors.suggestions import get_pair
from partnerships.sentences import show_failures, show_parts
from partnerships.services import proposals as services
from partnerships.services.suggestions import judge_pair
from workflow.engine import Refused
from workflow.views import act_view


@require_safe
def proposals(request):
    """The proposals that exist for the signed-in user."""
    return render(
        request,
        "partnerships/proposals.html",
        {
            "listing": selectors.proposal_list(request),
            "is_partner": selectors.is_partner(request.user),
            "batches": batches(request.user),
        },
    )


@require_safe
def proposal(request, code: str):
    """One proposal: where it is, whose turn it is, what it rests on, what changed since."""
    record = selectors.get_proposal(request.user, code)
    return render(
        request,
        "partnerships/proposal.html",
        {
            "proposal": record,
            "line": record.line,
            "need": record.line.need,
            "program": record.program,
            "parts": show_parts(record.score_parts),
            "failures": show_failures(record.failures),
            "since": selectors.since_sent(record),
            "place": selectors.place_on_waiting_list(record),
            "summary": selectors.summary_of(request.user, record),
            "is_partner": selectors.is_partner(request.user),
            "zone": zone_of(request.user),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def act(request, code: str, action: str):
    """One act on one proposal."""
    record = selectors.get_proposal(request.user, code)
    return act_view(request, record, action, facts=selectors.facts_of(record))


def _number(text: str | None) -> int | None:
    """An id from the address; nonsense does not exist."""
    if not text:
        return None
    if not text.isdecimal() or len(text) > 15:
        raise Http404
    return int(text)


@require_http_methods(["GET", "HEAD", "POST"])
def propose(request):
    """Propose a line (`baris`) for an intake (`angkatan`), or, without one, ask a partner for a programme."""
    line_id = _number(request.GET.get("baris"))
    if line_id is None:
        raise Http404
    line, intake = get_pair(request.user, line_id, _number(request.GET.get("angkatan")))
    verdict = judge_pair(line, intake) if intake else None
    failures = show_failures([f.as_json() for f in verdict.failures]) if verdict else []
    blocked = [f for f in failures if f.code not in WAIVABLE]
    people_left = services.people_left(line)
    most = min(people_left, intake.seats_free) if intake else people_left
    form = ProposeForm(
        request.POST or None,
        people_left=people_left,
        tailor_made=intake is None,
        waives=bool(failures) and may_waive(request.user),
        initial={"seats": max(most, 1)},
    )
    status = 200
    if request.method == "POST" and not blocked:
        status = 400
        if form.is_valid():
            try:
                made = _made(form, line, intake, request.user)
            except Refused as refusal:
                for reason in refusal.reasons:
                    form.add_error(None, reason)
            else:
                messages.success(request, _("%(code)s is proposed. PPSDM reviews it first.") % {"code": made.code})
                return redirect(made)
    return render(
        request,
        "partnerships/propose.html",
        {
            "form": form,
            "line": line,
            "need": line.need,
            "intake": intake,
            "program": intake.program if intake else None,
            "score": verdict.score if verdict else None,
            "parts": show_parts([p.as_json() for p in verdict.parts]) if verdict else [],
            "failures": failures,
            "blocked": blocked,
            "is_partner": selectors.is_partner(request.user),
        },
        status=409 if blocked and request.method == "POST" else status,
    )


def _made(form: ProposeForm, line, intake, actor):
    data = form.cleaned_data
    partner = intake.program.partner if intake else selectors.get_partner(data["partner"])
    return services.propose(
        line=line,
        intake=intake,
        partner=partner,
        seats=data["seats"],
        actor=actor,
        note=data["note"],
        waiver=data.get("waiver", ""),
        request=data.get("request", ""),
    )
