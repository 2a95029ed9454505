"""The inbox."""

from __future__ import annotations

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.services import switch_capacity
from notices import selectors, services
from notices.lines import line, local_path
from workflow.listing import Pages


def inbox(request):
    """Unread first, then the newest; 25 on a page."""
    pages = Pages(request, selectors.inbox(request.user), 25)
    context = {"pages": pages, "lines": [line(n) for n in pages.page], "unread": selectors.unread_count(request.user)}
    return render(request, "notices/inbox.html", context)


def open_notice(request, pk: int):
    """Mark a notice as read and go to its record, in the capacity it was meant for. Mails link here as
    well."""
    notice = selectors.get_notice(request.user, pk)
    services.mark_read(request.user, pk)
    acting = request.user.acting
    if notice.membership_id and acting and acting.pk != notice.membership_id:
        if switch_capacity(request, notice.membership_id):
            now = request.user.acting
            messages.info(
                request,
                _("You now act as %(role)s, %(organisation)s.")
                % {"role": now.role_label, "organisation": now.organisation.name},
            )
    return redirect(local_path(notice.path) or "notices:inbox")


@require_POST
def mark_read(request, pk: int):
    """Mark one notice as read and stay."""
    services.mark_read(request.user, selectors.get_notice(request.user, pk).pk)
    return redirect("notices:inbox")


@require_POST
def mark_all_read(request):
    """Mark everything as read."""
    count = services.mark_all_read(request.user)
    messages.success(
        request,
        ngettext("%(count)d notice marked as read.", "%(count)d notices marked as read.", count) % {"count": count},
    )
    return redirect("notices:inbox")
