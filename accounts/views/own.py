"""One's own account: the capacity acted in, settings, password."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts import proof
from accounts.factor_tries import factor_tries
from accounts.forms import ChangePasswordForm, SettingsForm
from accounts.models import SignIn
from accounts.services import switch_capacity
from accounts.services.factors import note_change
from accounts.services.sessions import end_other_sessions


@require_POST
def switch(request):
    """Act in another of one's own current roles."""
    wanted = request.POST.get("membership", "")
    if not (wanted.isdecimal() and len(wanted) < 16) or not switch_capacity(request, int(wanted)):
        raise Http404
    acting = request.user.acting
    messages.success(
        request,
        _("You now act as %(role)s, %(organisation)s.")
        % {"role": acting.role_label, "organisation": acting.organisation.name},
    )
    return redirect("home")


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def settings(request):
    """Name, language, mail, password and one's roles on one page; each part has its own button."""
    user, part = request.user, request.POST.get("part", "")
    own = SettingsForm(request.POST if part == "settings" else None, instance=user, prefix="own")
    password = ChangePasswordForm(user, request.POST if part == "password" else None, prefix="password")
    if part == "settings" and own.is_valid():
        user = own.save()
        with translation.override(user.language):
            messages.success(request, _("The settings are saved."))
            return redirect(reverse("accounts:settings"))
    tries = factor_tries(request, user)
    if part == "password" and not tries.take():
        password.add_error("old_password", _("Too many wrong tries. Wait 15 minutes and try again."))
    elif part == "password" and password.is_valid():
        tries.forget()
        update_session_auth_hash(request, password.save())
        end_other_sessions(user, request.session, SignIn.Ended.PASSWORD)
        note_change(user, "change_password", user)
        proof.prove(request.session)
        messages.success(request, _("The password is changed. Other devices are signed out."))
        return redirect("accounts:settings")
    if own.errors:
        user.refresh_from_db()
    status = 400 if own.errors or password.errors else 200
    return render(request, "accounts/settings.html", {"form": own, "password_form": password}, status=status)
