"""Pages of rounds and runs: overview, rules before a run, progress, acts."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.rules import zone_of
from partnerships.allocation_sentences import show_price
from partnerships.forms.allocations import RulesForm
from partnerships.lifecycle import ALLOCATION
from partnerships.rules.allocation_presets import DEFAULT
from partnerships.rules.allocations import may_prepare
from partnerships.selectors import allocation_runs as runs
from partnerships.selectors import allocations as selectors
from partnerships.services import allocations as services
from workflow.acting import stale_sentence
from workflow.engine import Refused, Stale, may_edit, perform
from workflow.views import act_view


@require_http_methods(["GET", "HEAD", "POST"])
def overview(request):
    """Every round with its runs; POST opens the next round."""
    cycle = runs.next_cycle() if may_prepare(request.user) else None
    if request.method == "POST":
        if not may_prepare(request.user):
            raise PermissionDenied("partnerships.allocation.open_round")
        return _opened(request, cycle)
    context = {
        "rounds": runs.overview(request.user),
        "may_prepare": may_prepare(request.user),
        "cycle": cycle,
        "zone": zone_of(request.user),
    }
    return render(request, "partnerships/allocations/overview.html", context)


def _opened(request, cycle):
    """Open the next round of the cycle and go on to its rules."""
    if cycle is None:
        messages.error(request, _("No need is approved yet. A round gives seats to approved needs."))
        return redirect("partnerships:allocations")
    try:
        made = services.open_round(cycle, request.user)
    except Refused as refusal:
        for reason in refusal.reasons:
            messages.error(request, reason)
        return redirect("partnerships:allocations")
    messages.success(request, _("Round %(code)s is open.") % {"code": made.code})
    return redirect(services.new_run(made, request.user, DEFAULT))


@require_http_methods(["GET", "HEAD", "POST"])
def prepare(request, code: str):
    """The rules of a run that has not been calculated (`?run=`), or the start of a new one in this round."""
    round_ = selectors.get_round(request.user, code)
    wanted = request.GET.get("run", "")
    if not wanted:
        return _begin(request, round_)
    run = selectors.get_run(request.user, wanted)
    if run.round_id != round_.pk:
        raise Http404
    if not run.has_open_rules:
        return redirect(run)
    if request.method == "POST" and not may_edit(ALLOCATION, request.user, run):
        raise PermissionDenied("partnerships.allocation.rules")
    status, form = 200, RulesForm(request.POST or None, run=run)
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                return _saved(request, run, form)
            except Refused as refusal:
                for reason in refusal.reasons:
                    form.add_error(None, reason)
            except Stale as stale:
                run = stale.record
                form.add_error(None, stale_sentence(run))
                # The person has now been told of the change: saving again is a decision, not an oversight.
                form.data = form.data.copy()
                form.data["version"] = run.version
                status = 409
    context = {
        "run": run,
        "round": round_,
        "form": form,
        "checks": runs.checks_of(run),
        "pins": runs.pins_of(run),
        "rules": runs.rule_rows(run.rules),
        "may_edit": may_edit(ALLOCATION, request.user, run),
        "zone": zone_of(request.user),
    }
    for pin in context["pins"]:
        pin.price = show_price(pin.cost)
    return render(request, "partnerships/allocations/prepare.html", context, status=status)


def _begin(request, round_):
    """A new run of a round, with the preset most rounds begin from; a draft that is there already is continued."""
    if not may_prepare(request.user):
        return redirect("partnerships:allocations")
    draft = runs.draft_of(request.user, round_)
    if request.method == "POST":
        made = services.new_run(round_, request.user, DEFAULT)
        return redirect(made)
    if draft is not None:
        return redirect(draft)
    return render(request, "partnerships/allocations/begin.html", {"round": round_})


def _saved(request, run, form):
    """Write the rules; with the button "Run", start the calculation too."""
    saved = services.save_rules(run, form.rules, request.user, version=form.cleaned_data["version"])
    if "jalankan" in request.POST:
        perform(ALLOCATION, "start", record=saved, actor=request.user)
        return redirect("partnerships:allocation_progress", run.code)
    messages.success(request, _("The rules of %(code)s are saved.") % {"code": run.code})
    return redirect(run)


@require_POST
def copy(request, code: str):
    """A new draft with the rules, pins and prohibitions of a run."""
    run = selectors.get_run(request.user, code)
    if not may_prepare(request.user):
        raise PermissionDenied("partnerships.allocation.copy")
    made = services.clone_run(run, request.user)
    words = {"code": made.code, "source": run.code}
    messages.success(request, _("%(code)s has the rules of %(source)s. Change them, then run it.") % words)
    return redirect(made)


@require_safe
def progress(request, code: str):
    """How far a calculation is; once it is done, its result. htmx asks for the inner part every few seconds."""
    run = selectors.get_run(request.user, code)
    shown = runs.progress_of(run)
    if not shown.is_open:
        if request.htmx:
            return HttpResponse(headers={"HX-Redirect": run.get_absolute_url()})
        return redirect(run)
    context = {
        "run": run,
        "progress": shown,
        "polls_every": 5 if shown.seconds >= 30 else 2,
        "announce": shown.step != request.GET.get("langkah", ""),
        "zone": zone_of(request.user),
    }
    inner = "partnerships/allocations/_progress.html"
    return render(request, inner if request.htmx else "partnerships/allocations/progress.html", context)


@require_safe
def run_page(request, code: str):
    """A run's own address leads to the page that shows it as it stands."""
    return redirect(selectors.get_run(request.user, code))


@require_http_methods(["GET", "HEAD", "POST"])
def act(request, code: str, action: str):
    """One act on one run."""
    run = selectors.get_run(request.user, code)
    return act_view(request, run, action, facts=runs.facts_of(run))
