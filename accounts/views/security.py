"""One's own second factors: what there is, adding, removing, recovery codes; and an administrator's reset."""

from __future__ import annotations

import time
from functools import wraps

from allauth.mfa.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import proof
from accounts.adapters import BOX
from accounts.forms.factors import AppForm, PasskeyForm, ResetForm
from accounts.rules.second_factor import needs_factor
from accounts.selectors import factors as selectors
from accounts.services import factors as services
from accounts.services import passkeys, sign_on
from accounts.services.sessions import end_other_sessions
from accounts.views.devices import how_many_ended
from accounts.views.people import for_administrators
from accounts.views.proof import proves_again
from accounts.views.sign_in import next_address
from workflow.engine import Refused
from workflow.seals import qr

NEW_APP = "new_app"
SHOWN_UNTIL = "codes_shown_until"
SECONDS = 600
"""How long the page of new recovery codes stays open to the session that made them."""


def behind_factor(view):
    """Whoever has a factor changes factors in a session that used it: a password alone adds and takes nothing."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        if not proof.has_factor(request.session) and selectors.has_factor(request.user):
            return redirect(f"{reverse('accounts:code')}?{urlencode({'next': request.path})}")
        return view(request, *args, **kwargs)

    return guarded


@never_cache
@require_safe
def security(request):
    """What stands beside the password."""
    factors = selectors.factors_of(request.user)
    context = {
        "factors": factors,
        "connected": selectors.is_connected(request.user),
        "needed": needs_factor(request.user),
        "required": settings.SECOND_FACTOR == "required",
        "codes_left": services.codes_left(request.user) if factors.codes else 0,
        "next": next_address(request),
    }
    return render(request, "accounts/security.html", context)


@never_cache
@behind_factor
@proves_again
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def add_app(request):
    """An authenticator app: a picture to scan or letters to type, then its first code."""
    sealed = request.session.get(NEW_APP)
    if request.method != "POST" or not sealed:
        sealed = request.session[NEW_APP] = BOX.seal(services.new_app_secret())
    secret = BOX.unseal(sealed)
    form = AppForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if services.add_app(request.user, secret, form.cleaned_data["code"]):
            del request.session[NEW_APP]
            return _added(request, "totp", _("The authenticator app is set up."))
        form.add_error("code", _("This code does not match. Type the one that the app shows now."))
    address = get_adapter().build_totp_url(request.user, secret)
    groups = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    context = {"form": form, "picture": qr(address), "secret": groups, "factors": selectors.factors_of(request.user)}
    return render(request, "accounts/add_app.html", context, status=400 if form.errors else 200)


@never_cache
@behind_factor
@proves_again
@require_http_methods(["GET", "HEAD", "POST"])
def add_passkey(request):
    """A passkey: the browser makes the key, the portal keeps its public half."""
    form = PasskeyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            if passkeys.add_passkey(request.user, form.cleaned_data["name"], form.cleaned_data["credential"]):
                return _added(request, "webauthn", _("The passkey is added."))
            form.add_error(None, _("The passkey could not be taken. Try again."))
        except Refused as refused:
            form.add_error(None, refused.reasons[0])
    context = {"form": form, "passkey": passkeys.offer_registration(request.user)}
    return render(request, "accounts/add_passkey.html", context, status=400 if form.errors else 200)


def _added(request, how: str, sentence: str):
    """The session that added a factor has used it; the first one comes with recovery codes."""
    proof.note_factor(request.session, how)
    _say(request, sentence)
    if services.ensure_codes(request.user):
        return _show_codes(request)
    return redirect("accounts:security")


def _say(request, sentence: str) -> None:
    """What has changed. Whoever was signed in elsewhere by what counted before has to come in by what counts now."""
    ended = end_other_sessions(request.user, request.session)
    messages.success(request, f"{sentence} {how_many_ended(ended)}" if ended else sentence)


@never_cache
@behind_factor
@proves_again
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request, pk: int):
    """Ask once, then the app or the passkey opens nothing any more."""
    factor, refusal = selectors.get_factor(request.user, pk), ""
    if request.method == "POST":
        try:
            services.remove_factor(request.user, factor)
        except Refused as refused:
            refusal = refused.reasons[0]
        else:
            _say(request, _("It is removed."))
            return redirect("accounts:security")
    context = {"factor": factor, "refusal": refusal}
    return render(request, "accounts/remove_factor.html", context, status=409 if refusal else 200)


@never_cache
@behind_factor
@proves_again
@require_POST
def disconnect(request):
    """Single sign-on opens the account no longer, until a provider vouches for its address anew."""
    if sign_on.disconnect(request.user):
        _say(request, _("Your account is disconnected from the sign-in of your organisation."))
    return redirect("accounts:security")


@never_cache
@behind_factor
@proves_again
@require_http_methods(["GET", "HEAD", "POST"])
def codes(request):
    """GET shows codes that were made minutes ago; POST makes new ones."""
    if request.method == "POST":
        try:
            services.renew_codes(request.user)
        except Refused as refused:
            messages.warning(request, refused.reasons[0])
            return redirect("accounts:security")
        return _show_codes(request)
    if not _are_shown(request):
        return redirect("accounts:security")
    return render(request, "accounts/codes.html", {"codes": services.unused_codes(request.user)})


@never_cache
@require_safe
def codes_file(request):
    """The same codes as a text file, while their page is open."""
    if not _are_shown(request):
        raise Http404
    lines = [_("Recovery codes for Sinergi"), request.user.email, "", *services.unused_codes(request.user), ""]
    headers = {"Content-Disposition": 'attachment; filename="sinergi-kode-cadangan.txt"'}
    return HttpResponse("\r\n".join(lines), content_type="text/plain; charset=utf-8", headers=headers)


def _show_codes(request):
    request.session[SHOWN_UNTIL] = int(time.time()) + SECONDS
    return redirect("accounts:recovery_codes")


def _are_shown(request) -> bool:
    return request.session.get(SHOWN_UNTIL, 0) > time.time()


@for_administrators
@proves_again
@require_http_methods(["GET", "HEAD", "POST"])
def reset(request, pk: int):
    """Somebody lost phone and recovery codes: their factors are taken, and they set up new ones."""
    person = selectors.get_person(pk)
    form = ResetForm(request.POST if request.method == "POST" else None)
    refusal = services.may_reset(request.user, person)
    if request.method == "POST" and form.is_valid():
        try:
            services.reset_factors(person, actor=request.user, reason=form.cleaned_data["reason"])
        except Refused as late:
            refusal = " ".join(late.reasons)
        else:
            messages.success(request, _("The second factor is reset. The person gets an e-mail."))
            return redirect("accounts:people")
    context = {"person": person, "form": form, "refusal": refusal}
    return render(request, "accounts/reset_factors.html", context, status=400 if form.errors or refusal else 200)
