"""One act for many people of a roster: choose, fill in, and read row by row what was done and what was not."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from participants.forms.rosters import BulkForm
from participants.models import Nomination
from participants.rules import bulk as rules
from participants.selectors import rosters
from participants.services import bulk as services
from participants.services.nominations import log_read
from participants.services.numbers import next_numbers
from participants.views.frame import private
from workflow.acting import stale_sentence


@private
@require_http_methods(["GET", "HEAD", "POST"])
def bulk(request, code: str, action: str):
    """On the roster of a proposal."""
    return _page(request, rosters.roster_of_proposal(request.user, code), action)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def intake_bulk(request, program: str, number: int, action: str):
    """On the roster of an intake."""
    return _page(request, rosters.roster_of_intake(request.user, program, number), action)


def _page(request, roster, name: str):
    if name not in rules.NAMES:
        raise Http404
    transition = Nomination.flow.transition(name)
    if request.user.acting_role not in transition.who:
        raise PermissionDenied(f"participants.nomination.{name}")
    people = rosters.bulk_people(request.user, roster, name)
    if people and request.method == "GET":
        log_read(roster.record, request.user, roster.reading(len(people)))
    data = request.POST if request.method == "POST" else None
    gone = _gone(request.user, data, roster, people)
    pages = rosters.pages_of(request, people)
    form = _form(request.user, name, rosters.on_form(pages, people, data), data, gone)
    outcomes, status = [], 200
    if form.is_bound and not form.is_valid():
        status = 400
    elif form.is_bound:
        outcomes = [*services.perform_each(name, form.jobs, request.user), *gone]
        done = [o for o in outcomes if o.done]
        if len(done) == len(outcomes):
            said = ngettext("%(done)s: %(count)d person.", "%(done)s: %(count)d people.", len(done))
            messages.success(request, said % {"done": transition.done, "count": len(done)})
            return redirect(roster.url)
        status = 409
        people = rosters.bulk_people(request.user, roster, name)
        pages = rosters.pages_of(request, people)
        shown = rosters.on_form(pages, people, data)
        form = _form(request.user, name, shown, _shown_again(data, outcomes), gone)
    context = {
        "roster": roster,
        "transition": transition,
        "title": rosters.BULK_LABELS[name],
        "form": form,
        "rows": form.rows(),
        "pages": pages,
        "done": [o for o in outcomes if o.done],
        "failed": [o for o in outcomes if not o.done],
        "with_certificates": name == "complete",
    }
    return render(request, "participants/roster/bulk.html", context, status=status)


def _form(user, name: str, people, data, gone) -> BulkForm:
    hints = rules.hints(user, name, people)
    numbers = next_numbers(len(people)) if name == "complete" else []
    return BulkForm(data, name=name, nominations=people, hints=hints, numbers=numbers, others=bool(gone))


def _gone(user, data, roster, people) -> list[services.Outcome]:
    """People who were ticked on the page and have moved on since: somebody was faster."""
    found = rosters.moved_on(user, roster, people, data, "row-")
    return [services.Outcome(n, [stale_sentence(n)], is_stale=True) for n in found]


def _shown_again(data, outcomes):
    """What was typed, with the versions of those who changed: whoever has been told of it decides anew."""
    kept = data.copy()
    for outcome in outcomes:
        if outcome.is_stale:
            kept[f"version-{outcome.record.code}"] = outcome.record.version
    return kept
