"""Delegations: the list, recording one with its letter, its page, revoking it."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.forms.delegations import DelegationForm, RevokeForm
from accounts.models import DELEGABLE
from accounts.roles import Role
from accounts.rules import block_of
from accounts.rules import delegations as rules
from accounts.selectors import delegations as selectors
from accounts.services import delegations as services
from accounts.views.proof import proves_again
from workflow.downloads import file_response
from workflow.engine import Refused


@require_safe
def delegations(request):
    """Those one gave or holds; all of them for administrators and auditors."""
    listing = selectors.delegation_listing(request)
    context = {"listing": listing, "may_record": rules.may_record_any(request.user)}
    return render(request, "accounts/delegations.html", context)


@proves_again(reading=True)
@require_http_methods(["GET", "HEAD", "POST"])
def record(request):
    """Record a delegation: the holder for their own post, an administrator for every post."""
    if not rules.may_record_any(request.user):
        refusal = PermissionDenied("accounts.delegation")
        refusal.roles = (*DELEGABLE, Role.ADMIN)
        raise refusal
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = DelegationForm(*sent, actor=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.record_delegation(actor=request.user, **form.cleaned_data)
        except Refused as refusal:
            for reason in refusal.reasons:
                form.add_error(None, reason)
        else:
            messages.success(request, _("%(code)s is recorded. Both persons get an e-mail.") % {"code": made.code})
            return redirect(made)
    return render(request, "accounts/delegate.html", {"form": form}, status=400 if form.errors else 200)


@require_safe
def delegation(request, code: str):
    """One delegation: who for whom, until when, on what letter, and what it does not reach."""
    found = selectors.get_delegation(request.user, code)
    context = {
        "delegation": found,
        "papers": list(found.papers.all()),
        "scopes": [label for name, label in selectors.coverable() if name in found.scopes],
        "limits": selectors.limits_of(found),
        "signature": block_of(found, found.post.role, found.post.organisation),
        "may_revoke": not rules.may_revoke(request.user, found),
    }
    return render(request, "accounts/delegation.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request, code: str):
    """End a delegation at once."""
    found = selectors.get_delegation(request.user, code)
    refusal = rules.may_revoke(request.user, found)
    form = RevokeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.revoke_delegation(found, actor=request.user, reason=form.cleaned_data["reason"])
        except Refused as late:
            refusal = " ".join(late.reasons)
        else:
            messages.success(request, _("%(code)s is revoked. Nothing can be done under it any more.") % {"code": code})
            return redirect(found)
    context = {"delegation": found, "form": form, "refusal": refusal}
    return render(request, "accounts/revoke.html", context, status=400 if form.errors or refusal else 200)


@require_safe
def paper(request, code: str, pk: int):
    """The letter or the authority; whoever reads it stands in the log."""
    found = selectors.get_delegation(request.user, code)
    wanted = selectors.get_paper(found, pk)
    response = file_response(wanted)
    services.log_download(found, wanted, actor=request.user)
    return response
