"""One page for every act on every record type: what happens, what is asked, who is told; and the write behind it."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from workflow.acting import ActForm, capacity_key, stale_sentence, switched
from workflow.engine import Refused, Stale, offered, perform
from workflow.proving import ask_again


@require_http_methods(["GET", "HEAD", "POST"])
def act_view(request, record, action: str, *, template: str = "workflow/act.html", then=None, facts=(), more=None):
    """Show or carry out one act. `record` came through the room's own door, so the user may see it.

    `then`: record -> URL to go to afterwards (default: the record's page, or the home when it can no longer be seen).
    `facts`: [{"label", "value"}] that the person decides on, shown above the form; `more`: further values for a room's
    own template.
    """
    flow = record.flow
    transition = flow.transition(action)
    if transition is None:
        raise Http404
    elsewhere = switched(request)
    if not set(transition.who) & flow.roles(request.user, record):
        if elsewhere:
            raise Refused([elsewhere])
        raise PermissionDenied(f"{flow.name}.{action}")
    # A form with files is asked about before it is filled in: files cannot be kept for the person.
    asks_now = request.method == "POST" or any(ask.kind == "file" for ask in transition.asks)
    if transition.asks_again and asks_now and (page := ask_again(request)) is not None:
        return page
    offer = next((o for o in offered(request.user, record) if o.transition is transition), None)
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = ActForm(*sent, record=record, transition=transition, actor=request.user)
    status = 200
    if offer is None:
        status = 409
        form.add_error(None, stale_sentence(record)) if form.is_bound else None
    elif elsewhere:
        form.add_error(None, elsewhere)
        # Told of it, the person may confirm in the capacity they act in now.
        form.data = form.data.copy()
        form.data["acting_as"] = capacity_key(request.user)
        status = 409
    elif request.method == "POST" and form.is_valid():
        try:
            done = perform(
                flow, action, record=record, actor=request.user, answers=form.answers, version=form.seen_version
            )
        except Refused as refusal:
            for reason in refusal.reasons:
                form.add_error(None, reason)
            status = 400
        except Stale as stale:
            record = stale.record
            form.add_error(None, stale_sentence(record))
            # The person has now been told of the change: sending the form again is a decision, not an oversight.
            form.data = form.data.copy()
            form.data["version"] = record.version
            status = 409
        else:
            messages.success(
                request, _("%(code)s: %(done)s.") % {"code": done.code, "done": transition.done or transition.label}
            )
            return redirect(then(done) if then else done.get_absolute_url())
    elif request.method == "POST":
        status = 400
        for reason in offer.reasons:
            form.add_error(None, reason)
    context = {
        "record": record,
        "flow": flow,
        "transition": transition,
        "offer": offer,
        "form": form,
        "moved_on": offer is None,
        "facts": facts,
        "then": request.POST.get("then", "")[:20],
        "target": _onward(flow, transition, record) if offer else None,
        **(more or {}),
    }
    return render(request, template, context, status=status)


def _onward(flow, transition, record):
    """The state after the act; none where the record stays in the state it has."""
    target = flow.state(transition.goes_to(record))
    return None if target == flow.state(record.status) else target
