"""Accepting an invitation."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import proof, services
from accounts.forms import AcceptForm
from accounts.models import Invitation, User
from accounts.views.sign_in import home_of


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request, token: str):
    """Look at an invitation, then accept it. Looking changes nothing: mail scanners follow links."""
    invitation = Invitation.by_token(token)
    if invitation is None or not invitation.is_open:
        return _too_late(request, invitation)
    known = User.exists_for(invitation.email)
    form = AcceptForm(request.POST if request.method == "POST" else None, invitation=invitation, known=known)
    if request.method == "POST" and form.is_valid():
        user = services.accept(invitation, form.cleaned_data.get("password"))
        if user is None:
            invitation.refresh_from_db()
            return _too_late(request, invitation)
        return _arrived(request, user, known)
    context = {"invitation": invitation, "known": known, "form": form}
    return render(request, "accounts/accept.html", context, status=400 if form.errors else 200)


def _arrived(request, user, known: bool):
    """New people are signed in; a known account still asks for its own password."""
    if known and request.user != user:
        messages.success(request, _("The invitation is accepted. Sign in with your usual password."))
        return redirect("accounts:login")
    if not known:
        proof.sign_in(request, user)
    messages.success(request, _("The invitation is accepted. Welcome to Sinergi."))
    return redirect(home_of(user))


def _too_late(request, invitation):
    """Say why the link does not open anything."""
    if invitation is None:
        reason = _("This link is not known. Check that it was copied completely, or ask for a new invitation.")
    elif invitation.accepted_at:
        reason = _("This invitation was already accepted. Sign in with your e-mail and password.")
    elif invitation.revoked_at:
        reason = _("This invitation was taken back. Ask the administrator who invited you.")
    else:
        reason = _("This invitation has expired. Ask the administrator who invited you to send it again.")
    return render(request, "accounts/accept_closed.html", {"reason": reason}, status=410 if invitation else 404)
