"""The operators' page: what waits, what fails, and the buttons to try again."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.rules import zone_of
from notices import desk as room
from notices import tasks
from notices.services import MAX_ATTEMPTS
from workflow.engine import Refused
from workflow.listing import Pages

LISTS = {"gagal": room.failing_mails, "menyerah": room.given_up_mails, "disisihkan": room.put_aside}
SIZE = 25


def _operator(request) -> None:
    """For everybody else the page does not exist."""
    if not request.user.is_staff:
        raise Http404


@require_safe
def desk(request):
    """How the post room stands, and one of three lists."""
    _operator(request)
    state = room.state()
    chosen = request.GET.get("daftar", "")
    chosen = chosen if chosen in LISTS else "gagal"
    counts = {"gagal": state.failing, "menyerah": state.given_up, "disisihkan": state.put_aside}
    labels = {"gagal": _("Failing"), "menyerah": _("Given up"), "disisihkan": _("Put aside")}
    entries = chosen == "disisihkan"
    query = LISTS[chosen]().order_by("pk") if entries else room.with_kinds(LISTS[chosen]())
    pages = Pages(request, query, SIZE, kept={"daftar": chosen})
    context = {
        "state": state,
        "route_error": room.masked(state.route.last_error) if state.route else "",
        "chosen": chosen,
        "tabs": [
            {"label": labels[name], "url": f"?daftar={name}", "current": name == chosen, "count": counts[name]}
            for name in LISTS
        ],
        "pages": pages,
        "mails": [] if entries else room.mail_rows(pages.page),
        "entries": room.entry_rows(pages.page, MAX_ATTEMPTS) if entries else [],
        "zone": zone_of(request.user),
    }
    return render(request, "notices/desk.html", context)


def _number(request) -> int:
    wanted = request.POST.get("surat", "")
    if not (wanted.isdecimal() and len(wanted) < 19):
        raise Http404
    return int(wanted)


def _retry(request) -> str:
    code = room.retry(_number(request), actor=request.user)
    tasks.send_soon()
    return _("%(code)s is tried again now.") % {"code": code}


def _retry_all(request) -> str:
    count = room.retry_all(actor=request.user)
    tasks.send_soon()
    return ngettext("%(count)d mail is tried again now.", "%(count)d mails are tried again now.", count) % {
        "count": count
    }


def _give_up(request) -> str:
    code = room.give_up(_number(request), actor=request.user)
    return _("%(code)s will not be sent. The inbox of its reader keeps everything.") % {"code": code}


def _retry_entries(request) -> str:
    count = room.retry_entries(actor=request.user)
    tasks.deliver_soon()
    return ngettext("%(count)d entry is looked at again now.", "%(count)d entries are looked at again now.", count) % {
        "count": count
    }


ACTS = {"retry": _retry, "retry_all": _retry_all, "give_up": _give_up, "retry_entries": _retry_entries}


@require_POST
def act(request):
    """One of the buttons; a mail that has left in the meantime is said to have left."""
    _operator(request)
    chosen = ACTS.get(request.POST.get("act", ""))
    if chosen is None:
        raise Http404
    try:
        messages.success(request, chosen(request))
    except Refused as refusal:
        messages.warning(request, refusal.reasons[0])
    back = request.POST.get("daftar", "")
    return redirect(reverse("notices:desk") + (f"?daftar={back}" if back in LISTS else ""))
