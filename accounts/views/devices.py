"""One's own sessions: where one is signed in, and ending what one does not know."""

from __future__ import annotations

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.selectors import sessions as selectors
from accounts.services import sessions as services
from accounts.views.proof import proves_again
from workflow.engine import Refused


@never_cache
@require_safe
def devices(request):
    """Every session that is open, this one first, and the last that are over."""
    own = request.session.name
    rows = sorted(selectors.open_sign_ins(request.user), key=lambda row: row.key_hash != own)
    context = {"rows": rows, "own": own, "past": selectors.past_sign_ins(request.user)}
    return render(request, "accounts/devices.html", context)


@proves_again
@require_POST
def end(request, pk: int):
    """End one of them; this one by signing out."""
    sign_in = selectors.get_sign_in(request.user, pk)
    if sign_in.key_hash == request.session.name:
        messages.info(request, _("This is the session you are using. Sign out to end it."))
        return redirect("accounts:devices")
    try:
        services.end_session(request.user, sign_in)
    except Refused as refusal:
        messages.info(request, refusal.reasons[0])
    else:
        messages.success(request, _("The session has ended. That device is asked to sign in again."))
    return redirect("accounts:devices")


@proves_again
@require_POST
def end_others(request):
    """End all of them but this one."""
    ended = services.end_other_sessions(request.user, request.session)
    if ended:
        messages.success(request, how_many_ended(ended))
    else:
        messages.info(request, _("There is no other session."))
    return redirect("accounts:devices")


def how_many_ended(count: int) -> str:
    """Said after other sessions have ended."""
    said = ngettext("%(count)d other session has ended.", "%(count)d other sessions have ended.", count)
    return said % {"count": count}
