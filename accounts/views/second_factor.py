"""The second step of signing in: a code of the app, a recovery code, or a passkey."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import proof, security_lines
from accounts.factor_tries import account_tries, factor_tries, warnings_of
from accounts.forms.factors import CodeForm
from accounts.selectors.factors import factors_of
from accounts.services import factors as services
from accounts.services import passkeys
from accounts.views.sign_in import home_of, next_address


@login_not_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def code(request):
    """For somebody half signed in, and for a session that was made before the role asked for a factor."""
    inside = request.user.is_authenticated
    user = request.user if inside else proof.held(request)
    if user is None:
        messages.warning(request, _("Sign in with your password first. After ten minutes it is asked for again."))
        return redirect("accounts:login")
    wanted = next_address(request) if inside else proof.wanted(request)
    factors = factors_of(user)
    if inside and (proof.has_factor(request.session) or not factors.any):
        return redirect(wanted or "home")
    form, status = CodeForm(request.POST if request.method == "POST" else None), 200
    if request.method == "POST":
        how, status = _recognise(request, user, form)
        if how:
            return _through(request, user, how, wanted, inside=inside)
    context = {"form": form, "next": wanted if inside else "", "factors": factors, "inside": inside}
    context["passkey"] = passkeys.offer_use(user) if factors.passkeys else None
    return render(request, "accounts/code.html", context, status=status)


def _recognise(request, user, form) -> tuple[str, int]:
    """(factor, 200), or ("", status) with the reason on the form."""
    if not form.is_valid():
        return "", 400
    own, everywhere = factor_tries(request, user), account_tries(user)
    if not (own.take() and everywhere.take()):
        if warnings_of(user).take():
            services.tell(user, "wrong_codes")
        security_lines.refused(request, "tries_used_up", user.email)
        form.refuse_for_now()
        return "", 429
    given = form.cleaned_data
    if given["credential"]:
        how = "webauthn" if passkeys.use_passkey(user, given["credential"]) else ""
    else:
        how = services.use_code(user, given["code"])
    if not how:
        security_lines.refused(request, "wrong_code", user.email)
        form.refuse()
        return "", 400
    own.forget()
    everywhere.give_back()
    return how, 200


def _through(request, user, how: str, wanted: str, *, inside: bool):
    """The session steps up, under a new key."""
    if inside:
        request.session.cycle_key()
        proof.note_factor(request.session, how)
    else:
        proof.sign_in(request, user, how)
    if how == "recovery_codes":
        left = services.codes_left(user)
        messages.warning(
            request, _("You used a recovery code. %(left)d are left; renew them in time.") % {"left": left}
        )
    return redirect(wanted or home_of(user))
