"""Access tokens: make one, see which there are, revoke. The secret is in one answer and never again."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.forms.tokens import SystemTokenForm, TokenForm
from accounts.roles import Role
from accounts.rules import is_administrator
from accounts.rules.tokens import may_make_tokens
from accounts.selectors import tokens as selectors
from accounts.services import tokens as services
from accounts.views.proof import proves_again
from workflow.engine import Refused


@never_cache
@proves_again
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request):
    """One's own tokens and the form of a new one, for the capacity acted in now."""
    return _page(request, TokenForm, services.make_token, "accounts/tokens.html", may_make_tokens(request.user))


@never_cache
@proves_again
@require_http_methods(["GET", "HEAD", "POST"])
def systems(request):
    """Accounts of systems with their tokens; for administrators."""
    if not is_administrator(request.user):
        refusal = PermissionDenied("accounts.tokens")
        refusal.roles = (Role.ADMIN,)
        raise refusal
    template = "accounts/tokens_systems.html"
    return _page(request, SystemTokenForm, services.make_system_token, template, may_make_tokens(request.user))


def _page(request, form_class, make, template: str, refusal: str):
    form, secret, made = form_class(request.POST if request.method == "POST" else None), "", None
    if request.method == "POST" and form.is_valid():
        try:
            made, secret = make(request.user, **form.answers)
        except Refused as refused:
            for reason in refused.reasons:
                form.add_error(None, reason)
        else:
            form = form_class()
    found = selectors.system_tokens if form_class is SystemTokenForm else selectors.tokens_of
    rows = [(token, selectors.named_scopes(token.scopes)) for token in found(request.user)[:100]]
    context = {"form": form, "rows": rows, "secret": secret, "made": made, "refusal": refusal}
    context["administers"] = is_administrator(request.user)
    return render(request, template, context, status=400 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request, pk: int):
    """Ask once, then the token opens nothing any more."""
    token = selectors.get_token(request.user, pk)
    back = "accounts:system_tokens" if token.is_of_a_system else "accounts:tokens"
    if request.method == "POST":
        try:
            services.revoke_token(token, actor=request.user)
        except Refused as refused:
            messages.warning(request, refused.reasons[0])
        else:
            messages.success(request, _("The token “%(name)s” is revoked.") % {"name": token.name})
        return redirect(back)
    return render(request, "accounts/tokens_revoke.html", {"token": token, "back": back})
