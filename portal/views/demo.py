"""Signing in to a demonstration with one click. Elsewhere the address does not exist."""

from __future__ import annotations

from django.contrib import auth
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.views.sign_in import next_address
from portal.selectors.demo import demo_account


@login_not_required
@require_POST
def sign_in(request):
    """Sign in as one of the demonstration's accounts, without a password: its data are samples."""
    user = demo_account(request.POST.get("email", ""))
    if user is None:
        raise Http404
    auth.logout(request)
    auth.login(request, user)
    return redirect(next_address(request) or "home")
