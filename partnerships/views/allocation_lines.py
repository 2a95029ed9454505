"""One line of a result: why, what would change it, and staff's own decision on one of its pairs."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.rules import zone_of
from partnerships.allocation.changes import MOST_SEATS
from partnerships.allocation_sentences import moves_of, price_of_pin, show_failures_of
from partnerships.forms.allocations import PinForm
from partnerships.rules.allocations import may_prepare
from partnerships.selectors import allocation_results as results
from partnerships.selectors import allocations as selectors
from partnerships.services import allocation_lines as services
from partnerships.services import pins
from regions.lifecycle import NEED
from workflow.acting import stale_sentence
from workflow.engine import Refused, Stale, may_see


@require_http_methods(["GET", "HEAD", "POST"])
def line(request, code: str, need: str, position: int):
    """One line explained. POST computes what would change it, shows what a pin costs, or keeps the pin."""
    run = selectors.get_run(request.user, code)
    if not run.is_solved:
        raise Http404
    row = results.get_line(request.user, run, need, position)
    exact = results.reads_everything(request.user)
    if request.method == "POST" and "hitung" in request.POST:
        return _computed(request, run, row, exact)
    tried = results.tried_by(run, row)
    form, preview, status = None, None, 200
    if may_prepare(request.user) and run.takes_pins:
        form, preview, status, made = _pinned(request, run, row)
        if made is not None:
            return made
    elif request.method == "POST":
        raise PermissionDenied("partnerships.allocation.pin")
    context = {
        "run": run,
        "line": results.line_of(run, row),
        "need": row.line.need,
        "tried": tried,
        "unfit": show_failures_of(row.failures),
        "unrelated": results.unrelated_to(run, row),
        "form": form,
        "preview": preview,
        "pin_lead": _("The result stays; the decision goes into a copy of the run, which is then calculated anew."),
        "may_compute": exact,
        "tried_up_to": MOST_SEATS,
        "may_see_need": may_see(NEED, request.user, row.line.need),
        "exact": exact,
        "zone": zone_of(request.user),
    }
    return render(request, "partnerships/allocations/line.html", context, status=status)


def _computed(request, run, row, exact: bool):
    """Work out what would change the line, then show it."""
    if not exact:
        raise PermissionDenied("partnerships.allocation.compute")
    if row.changes is None and not services.compute_changes(run, row):
        messages.warning(request, _("The time was not enough to compute it. Try again when less is being calculated."))
    return redirect(f"{request.path}#ubah")


def _pinned(request, run, row):
    """(form, preview, status, answer): the form of a pin, with its price once asked for, or the way on once kept."""
    choices = results.pin_choices(run, row)
    form = PinForm(request.POST or None, intakes=[(str(i.pk), name) for i, name in choices], wanted=row.wanted)
    if request.method != "POST":
        return form, None, 200, None
    if not form.is_valid():
        return form, None, 400, None
    data = form.cleaned_data
    intake = next(i for i, _name in choices if str(i.pk) == data["intake"])
    chosen = {"line": row.line, "intake": intake, "kind": data["kind"], "seats": data["seats"]}
    try:
        if "simpan" in request.POST:
            made = pins.add_pin(run, actor=request.user, reason=data["reason"], **chosen)
            messages.success(request, _("Kept in %(code)s. Run it to see the whole effect.") % {"code": made.run.code})
            return form, None, 200, redirect(made.run)
        if found := pins.refusals(run, reason=data["reason"], **chosen):
            raise Refused(found)
        cost = pins.preview(run, **chosen)
        return form, price_of_pin(cost, results.offices_of(run, [move["line"] for move in moves_of(cost)])), 200, None
    except Refused as refusal:
        for reason in refusal.reasons:
            form.add_error(None, reason)
        return form, None, 400, None
    except Stale as stale:
        form.add_error(None, stale_sentence(stale.record))
        return form, None, 409, None


@require_POST
def unpin(request, code: str, pk: int):
    """Take a pin or prohibition back while the rules are still open."""
    run = selectors.get_run(request.user, code)
    pin = results.get_pin(run, pk)
    if not may_prepare(request.user):
        raise PermissionDenied("partnerships.allocation.pin")
    try:
        pins.remove_pin(pin, actor=request.user)
    except Stale as stale:
        messages.error(request, stale_sentence(stale.record))
        return redirect(stale.record)
    messages.success(request, _("The decision was taken back."))
    return redirect(run)
