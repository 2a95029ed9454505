"""Signing in by the provider of one's organisation. Without a provider in the settings there is no such page."""

from __future__ import annotations

import logging

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import security_lines, single_sign_on
from accounts.forms import SignInForm
from accounts.services.sign_on import account_of
from accounts.views.sign_in import arrive, next_address, sign_in_page

log = logging.getLogger(__name__)


@login_not_required
@never_cache
@require_safe
def start(request):
    """Off to the provider. A link, because the policy of the pages lets forms lead nowhere else; another site's link
    leads to the page with the button."""
    _ask_for_a_provider()
    if request.user.is_authenticated:
        return redirect(next_address(request) or "home")
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        return redirect("accounts:login")
    try:
        return redirect(single_sign_on.begin(request, next_address(request)))
    except single_sign_on.Refusal as refusal:
        log.warning("single sign-on cannot begin: %s", refusal)
        return _refused(request, _("The sign-in of your organisation does not answer now. Use your password."), 503)


@login_not_required
@never_cache
@require_safe
def back(request):
    """Back from the provider, with its answer."""
    _ask_for_a_provider()
    if request.user.is_authenticated:
        return redirect("home")
    try:
        who, wanted = single_sign_on.finish(request)
    except single_sign_on.Refusal as refusal:
        log.warning("single sign-on refused: %s", refusal)
        security_lines.refused(request, "sso_refused", "")
        return _refused(
            request, _("Signing in with your organisation did not work. Try again, or use your password."), 400
        )
    user = account_of(who)
    if user is None:
        security_lines.refused(request, "sso_refused", who.email)
        sentence = _(
            "This sign-in opens nothing here. Accounts are given by invitation, and the address must be the same and "
            "verified there. Use your password, or ask the administrator of your unit."
        )
        return _refused(request, sentence, 403)
    return arrive(request, user, wanted, "sso" if who.with_factor else "")


def _ask_for_a_provider() -> None:
    if settings.SINGLE_SIGN_ON is None:
        raise Http404


def _refused(request, sentence: str, status: int):
    form = SignInForm({})
    form.errors.clear()
    form.add_error(None, sentence)
    return sign_in_page(request, form, "", status)
