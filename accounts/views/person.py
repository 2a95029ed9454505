"""One person, for administrators: their roles, signing them out everywhere, asking to look as them."""

from __future__ import annotations

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.forms.support import ReasonForm
from accounts.rules.sessions import may_end_sessions_of
from accounts.rules.support import may_ask_to_view
from accounts.selectors import sessions as selectors
from accounts.services.sessions import end_sessions_of
from accounts.services.support import ask_to_view
from accounts.views.people import for_administrators
from accounts.views.proof import proves_again
from workflow.engine import Refused


@for_administrators
@never_cache
@proves_again
@require_http_methods(["GET", "HEAD", "POST"])
def person(request, pk: int):
    """The page with its two forms; each part has its own button."""
    found, part = selectors.get_person(pk), request.POST.get("part", "")
    ending = _form(request, part, "sessions", _("For example: the telephone was lost. Kept in the log."))
    asking = _form(request, part, "view", _("For example: the list of needs stays empty. The person reads this."))
    acts = {"sessions": (ending, _end), "view": (asking, _ask)}
    form, act = acts.get(part, (None, None))
    if form is not None and form.is_valid():
        try:
            messages.success(request, act(request, found, form.cleaned_data["reason"]))
        except Refused as refusal:
            form.add_error(None, refusal.reasons[0])
        else:
            return redirect("accounts:person", found.pk)
    context = {
        "person": found,
        "ending": ending,
        "asking": asking,
        "open": selectors.open_sign_ins(found),
        "may_not_end": may_end_sessions_of(request.user, found),
        "may_not_ask": may_ask_to_view(request.user, found),
    }
    status = 400 if ending.errors or asking.errors else 200
    return render(request, "accounts/person.html", context, status=status)


def _form(request, part: str, name: str, example: str) -> ReasonForm:
    return ReasonForm(request.POST if part == name else None, prefix=name, example=example)


def _end(request, person, reason: str) -> str:
    ended = end_sessions_of(person, actor=request.user, reason=reason)
    said = ngettext("%(count)d session has ended.", "%(count)d sessions have ended.", ended)
    return said % {"count": ended}


def _ask(request, person, reason: str) -> str:
    ask_to_view(request.user, person, reason)
    return _("The request is sent. The person answers it in the portal within 3 days.")
