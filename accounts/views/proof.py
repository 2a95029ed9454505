"""Sudo mode: a dangerous act asks for the password, a code or a passkey, unless one was given minutes ago.

What was typed is kept in the page that asks, and goes on with the answer to the address it was meant for: one more
step, without a script, and nothing is stored meanwhile.
"""

from __future__ import annotations

from functools import wraps

from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.http import escape_leading_slashes, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import proof, security_lines
from accounts.factor_tries import account_tries, factor_tries
from accounts.forms.factors import ProofForm
from accounts.selectors.factors import Factors, factors_of
from accounts.services import factors as services
from accounts.services import passkeys
from accounts.views.sign_in import next_address
from workflow.answers import json_answer, wants_json

PREFIX = "proof"
_FRAME = {"csrfmiddlewaretoken"}


def proves_again(view=None, *, reading: bool = False):
    """Declares a view dangerous: what it writes asks for a fresh proof. `reading`: opening it asks as well, because
    what it shows leaves the portal, or because a form with files cannot be kept."""

    def declare(inner):
        @wraps(inner)
        def guarded(request, *args, **kwargs):
            if request.method == "POST" or reading:
                answer = ask_again(request)
                if answer is not None:
                    return answer
            return inner(request, *args, **kwargs)

        return guarded

    return declare if view is None else declare(view)


def kept_form(request) -> dict | None:
    """A form as it was sent, to be sent once more; the check against forged forms has passed before any view."""
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name not in _FRAME and not name.startswith(f"{PREFIX}-")
    ]
    if any(word in name.lower() for name, _value in fields for word in ("password", "sandi")):
        return None
    had_files = bool(request.FILES)
    action = escape_leading_slashes(request.get_full_path())
    return {"action": action, "fields": fields, "had_files": had_files, "token": get_token(request)}


def ask_again(request):
    """The page that asks, or None where the last proof is fresh or the right one came with the form."""
    if proof.is_fresh(request.session):
        return None
    if wants_json(request):
        return json_answer(
            {"sentence": _("Confirm first that it is you."), "prove": reverse("accounts:prove")}, status=403
        )
    if request.method != "POST":
        return redirect(f"{reverse('accounts:prove')}?{urlencode({'next': request.get_full_path()})}")
    request.sensitive_post_parameters = "__ALL__"  # a fault further on must not report the password
    answered = any(name.startswith(f"{PREFIX}-") for name in request.POST)
    factors = factors_of(request.user)
    form = _form(request, factors, bound=answered)
    status = 403
    if answered:
        status = _check(request, form)
        if status == 200:
            return None
    return _page(request, form, factors, status, kept=kept_form(request))


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def prove(request):
    """The same question before a page is opened."""
    wanted = next_address(request)
    if proof.is_fresh(request.session):
        return redirect(wanted or "home")
    factors = factors_of(request.user)
    form, status = _form(request, factors, bound=request.method == "POST"), 200
    if request.method == "POST":
        status = _check(request, form)
        if status == 200:
            return redirect(wanted or "home")
    return _page(request, form, factors, status, wanted=wanted)


def _form(request, factors: Factors, *, bound: bool) -> ProofForm:
    return ProofForm(request.POST if bound else None, with_code=factors.app is not None, prefix=PREFIX)


def _check(request, form: ProofForm) -> int:
    """200 when the proof holds, which the session then knows; else the page's status, with the reason on the form."""
    if not form.is_valid():
        return 400
    own, everywhere = factor_tries(request, request.user), account_tries(request.user)
    if not (own.take() and everywhere.take()):
        security_lines.refused(request, "tries_used_up", request.user.email)
        form.refuse_for_now()
        return 429
    given, user = form.cleaned_data, request.user
    right = (
        (bool(given["credential"]) and passkeys.use_passkey(user, given["credential"]))
        or (bool(given.get("code")) and services.use_app_code(user, given["code"]))
        or (bool(given["password"]) and user.check_password(given["password"]))
    )
    if not right:
        security_lines.refused(request, "wrong_proof", user.email)
        form.refuse()
        return 400
    own.forget()
    everywhere.give_back()
    request.session.cycle_key()
    proof.prove(request.session)
    return 200


def _page(request, form, factors: Factors, status: int, **more):
    options = passkeys.offer_use(request.user) if factors.passkeys else None
    response = render(request, "accounts/prove.html", {"form": form, "passkey": options, **more}, status=status)
    add_never_cache_headers(response)
    return response
