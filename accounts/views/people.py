"""For the administrator: who holds which role, invitations, ending a role."""

from __future__ import annotations

from functools import wraps

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import rules, selectors, services
from accounts.forms import EndForm, InviteForm
from accounts.roles import Role
from accounts.views.proof import proves_again
from workflow.engine import Refused


def for_administrators(view):
    """Administrators, and whoever keeps the portal running: on day one nobody has a role yet."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        if not (rules.is_administrator(request.user) or request.user.is_staff):
            refusal = PermissionDenied("accounts.people")
            refusal.roles = (Role.ADMIN,)
            raise refusal
        return view(request, *args, **kwargs)

    return guarded


@for_administrators
def people(request):
    """Everybody's roles with filters, and the invitations nobody has answered yet."""
    listing = selectors.people_listing(request)
    waiting = list(selectors.unanswered_invitations())
    return render(request, "accounts/people.html", {"listing": listing, "invitations": waiting})


@for_administrators
@proves_again
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request):
    """Invite one person to one role."""
    form = InviteForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            invitation, _token = services.invite(**form.cleaned_data, actor=request.user)
        except Refused as refusal:
            for reason in refusal.reasons:
                form.add_error(None, reason)
        else:
            _tell(request, invitation)
            return redirect("accounts:people")
    return render(request, "accounts/invite.html", {"form": form}, status=400 if form.errors else 200)


def _tell(request, invitation) -> None:
    """The letter was promised with the invitation; until it has left, the list says so."""
    messages.success(
        request, _("The invitation goes to %(email)s and is valid for 7 days.") % {"email": invitation.email}
    )


@for_administrators
@proves_again
@require_POST
def renew(request, pk: int):
    """Send an invitation again."""
    invitation = selectors.get_invitation(pk)
    try:
        services.renew(invitation, actor=request.user)
    except Refused as refusal:
        messages.error(request, " ".join(refusal.reasons))
    else:
        _tell(request, invitation)
    return redirect("accounts:people")


@for_administrators
@require_POST
def revoke(request, pk: int):
    """Take an invitation back."""
    try:
        services.revoke(selectors.get_invitation(pk), actor=request.user)
    except Refused as refusal:
        messages.error(request, " ".join(refusal.reasons))
    else:
        messages.success(request, _("The invitation was taken back. Its link no longer works."))
    return redirect("accounts:people")


@for_administrators
@proves_again
@require_http_methods(["GET", "HEAD", "POST"])
def end(request, pk: int):
    """End a role: what happens, why, and the button."""
    membership = selectors.get_membership(pk)
    refusal = rules.may_end(request.user, membership)
    form = EndForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.end_membership(membership, actor=request.user, reason=form.cleaned_data["reason"])
        except Refused as late:
            refusal = " ".join(late.reasons)
        else:
            messages.success(request, _("The role has ended. It stays in the list with its date."))
            return redirect("accounts:people")
    context = {"membership": membership, "form": form, "refusal": refusal}
    return render(request, "accounts/end.html", context, status=400 if form.errors or refusal else 200)
