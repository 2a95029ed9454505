"""What every page of this room shares: nothing is kept by browsers, nothing typed reaches an error report."""

from __future__ import annotations

from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from workflow.acting import stale_sentence
from workflow.engine import Refused, Stale

FORM = "participants/form.html"


def private(view):
    """Pages with personal data: `no-store`, and what was posted is left out of error reports."""
    return never_cache(sensitive_post_parameters()(view))


def sent(request) -> tuple:
    """What a form is bound to: the answers and files of a POST, nothing otherwise."""
    return (request.POST, request.FILES) if request.method == "POST" else ()


def _version(record) -> int:
    return record.version


def form_page(request, form, *, title, button, save, back, nomination=None, lead="", seen=_version, parts=()):
    """Show a form, or write it: 400 for answers to repair, 409 for who came second. What was typed stays.

    `seen`: (record) -> what the page shows it at; goes back with the form, so that a change in between is noticed.
    """
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            target, said = save(form)
        except Refused as refusal:
            for reason in refusal.reasons:
                form.add_error(None, reason)
            status = 409
        except Stale as stale:
            form.add_error(None, stale_sentence(stale.record))
            # The person has now been told of the change: saving again is a decision, not an oversight.
            form.data = form.data.copy()
            form.data["version"] = seen(stale.record)
            status = 409
        else:
            messages.success(request, said)
            return redirect(target)
    elif request.method == "POST":
        status = 400
    context = {"form": form, "title": title, "button": button, "back": back, "nomination": nomination, "lead": lead}
    context["parts"] = parts
    return render(request, FORM, context, status=status)
