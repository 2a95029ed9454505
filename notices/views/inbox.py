"""The inbox."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.rules import zone_of
from accounts.services import switch_capacity
from notices import inbox as reading
from notices import marks, selectors
from notices.lines import line, local_path
from workflow.listing import Pages


@require_safe
def inbox(request):
    """One card per record; unread first, then the newest."""
    user, chosen = request.user, _chosen(request.GET)
    unread = reading.unread_by_filter(user)
    pages = Pages(request, reading.groups(user, chosen), reading.GROUPS, kept={"saring": chosen} if chosen else None)
    groups = reading.on_page(user, pages.page, zone_of(user), chosen)
    tabs = [
        {"label": label, "url": _address(name), "current": name == chosen, "count": unread[name] or ""}
        for name, label in reading.filter_labels().items()
    ]
    context = {
        "pages": pages,
        "groups": groups,
        "tabs": tabs,
        "unread": unread[""],
        "chosen": chosen,
        "upto": reading.newest(user),
        "everything": _address(""),
    }
    return render(request, "notices/inbox.html", context)


def _chosen(data) -> str:
    """The filter an address or a form names; unknown ones count as none."""
    wanted = data.get("saring", "")
    return wanted if wanted in reading.FILTERS else ""


def _address(chosen: str, page: str = "") -> str:
    kept = {"saring": chosen, "page": page}
    query = urlencode({name: value for name, value in kept.items() if value})
    return reverse("notices:inbox") + (f"?{query}" if query else "")


def _back(request):
    """To the list as it was: same filter, same page."""
    page = request.POST.get("page", "")
    return redirect(_address(_chosen(request.POST), page if page.isdecimal() and len(page) < 6 else ""))


@require_safe
def open_notice(request, pk: int):
    """Mark a notice and what came before it on its record as read and go there, in the capacity it was meant for. Mails
    link here as well."""
    notice = selectors.get_notice(request.user, pk)
    marks.mark_group_read(request.user, notice)
    acting = request.user.acting
    if notice.membership_id and acting and acting.pk != notice.membership_id:
        if switch_capacity(request, notice.membership_id):
            now = request.user.acting
            messages.info(
                request,
                _("You now act as %(role)s, %(organisation)s.")
                % {"role": now.role_label, "organisation": now.organisation.name},
            )
    if notice.is_many:
        return redirect("notices:many", pk)
    return redirect(local_path(notice.path) or "notices:inbox")


@require_safe
def many(request, pk: int):
    """The records that one notice speaks of."""
    notice = selectors.get_notice(request.user, pk)
    if not notice.is_many:
        raise Http404
    pages = Pages(request, reading.items(request.user, notice), 50)
    context = {
        "line": line(notice),
        "pages": pages,
        "items": reading.items_on_page(request.user, notice, pages.page),
        "zone": zone_of(request.user),
    }
    return render(request, "notices/many.html", context)


@require_POST
def mark_read(request, pk: int):
    """Mark one notice as read and stay; with `semua` also what came before it on the same record."""
    notice = selectors.get_notice(request.user, pk)
    if request.POST.get("semua"):
        marks.mark_group_read(request.user, notice)
    else:
        marks.mark_one_read(request.user, notice)
    return _back(request)


@require_POST
def mark_all_read(request):
    """Mark everything as read that was there when the page was shown."""
    upto = request.POST.get("sampai", "")
    count = marks.mark_all_read(request.user, int(upto) if upto.isdecimal() and len(upto) < 19 else None)
    messages.success(
        request,
        ngettext("%(count)d notice marked as read.", "%(count)d notices marked as read.", count) % {"count": count},
    )
    return redirect("notices:inbox")
