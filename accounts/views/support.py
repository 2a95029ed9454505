"""Looking at the portal as somebody else: the supporter's list, the person's answer, and what was looked at."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import SupportView
from accounts.selectors import sessions as selectors
from accounts.services import support as services
from accounts.support_pages import page_title
from accounts.views.proof import proves_again
from workflow.engine import Refused


@never_cache
@require_safe
def views(request):
    """What one asked as a supporter, and how far each request is."""
    return render(request, "accounts/support/views.html", {"rows": selectors.views_of_supporter(request.user)})


@proves_again
@require_POST
def begin(request, pk: int):
    """From the next page on the portal is seen as the person sees it."""
    view = selectors.get_asked_view(request.user, pk)
    try:
        services.begin_view(request, view)
    except Refused as refusal:
        messages.warning(request, refusal.reasons[0])
        return redirect("accounts:support_views")
    return redirect("home")


@require_POST
def end(request):
    """The supporter is done."""
    if pk := request.session.get(services.VIEW_AS):
        services.end_view(selectors.get_asked_view(request.user, pk), SupportView.EndedBy.SUPPORT, request.user)
        services.leave_view(request)
        messages.success(request, _("You see the portal as yourself again."))
    return redirect("accounts:support_views")


@never_cache
@require_safe
def consents(request):
    """Who asked to look as oneself: to answer, to end, and to read afterwards."""
    return render(request, "accounts/support/consents.html", {"rows": selectors.views_of_person(request.user)})


def _agree(request, view) -> str:
    services.answer_view(request.user, view, agrees=True)
    return _("You have agreed. It lasts 30 minutes once it begins, and you can end it here.")


def _decline(request, view) -> str:
    services.answer_view(request.user, view, agrees=False)
    return _("You have declined. Nobody looks at the portal as you.")


def _end(request, view) -> str:
    if not services.end_view(view, SupportView.EndedBy.PERSON, request.user):
        raise Refused([_("This has ended already.")])
    return _("It has ended. Nobody looks at the portal as you any more.")


ANSWERS = {"agree": _agree, "decline": _decline, "end": _end}


@require_POST
def answer(request, pk: int):
    """Agree, decline, or end what one agreed to."""
    view, act = selectors.get_own_view(request.user, pk), ANSWERS.get(request.POST.get("answer", ""))
    if act is None:
        raise Http404
    try:
        messages.success(request, act(request, view))
    except Refused as refusal:
        messages.warning(request, refusal.reasons[0])
    return redirect("accounts:view_consents")


@never_cache
@require_safe
def seen(request, pk: int):
    """Every page that was opened as oneself."""
    view = selectors.get_own_view(request.user, pk)
    rows = [(row, page_title(row.page)) for row in selectors.pages_of(view)]
    return render(request, "accounts/support/seen.html", {"view": view, "rows": rows})
