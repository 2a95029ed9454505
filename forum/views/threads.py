"""Pages of threads: the list, opening one, one thread, a wider audience, its end, following."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.roles import MINISTRY
from accounts.rules import zone_of
from forum.forms.threads import NoteForm, OpenForm, ReasonForm, WidenForm
from forum.rules.access import RECORDS, audiences_for, record_of
from forum.rules.widening import REGIONS
from forum.selectors import audiences
from forum.selectors import rooms as rooms_of
from forum.selectors import threads as selectors
from forum.services import threads as services
from forum.views.thread_page import thread_page
from workflow.engine import Refused, Stale
from workflow.reading import get_seen

WRITE = ["GET", "HEAD", "POST"]


@require_safe
def thread_list(request):
    """Every conversation the reader is in."""
    context = {
        "listing": selectors.thread_listing(request),
        "may_open": bool(audiences_for(request.user)),
        "zone": zone_of(request.user),
    }
    return render(request, "forum/threads/list.html", context)


@require_http_methods(WRITE)
def open_thread(request):
    """A new thread on a record (`flow`, `code`) or as an open topic."""
    user = request.user
    if not audiences_for(user):
        raise PermissionDenied("forum.thread.open")
    record = _record_asked(request)
    rooms = audiences.rooms_to_open(user, record)
    form = OpenForm(
        *_sent(request),
        rooms=rooms,
        parties=audiences.party_choices(user, record),
        provinces=audiences.province_choices() if record is None or user.acting_role in MINISTRY else (),
        themes=None if record is not None else audiences.theme_choices(),
        initial={"province": user.acting_organisation.province_code or audiences.province_of(record)},
    )
    status = 200
    if form.is_valid():
        try:
            opened = services.open_thread(user, record=record, **_answers(user, form.cleaned_data))
        except Refused as refusal:
            status = _refused(form, refusal)
        else:
            messages.success(request, _("The conversation %(code)s was opened.") % {"code": opened.code})
            return redirect(opened)
    elif form.is_bound:
        status = 400
    context = {"form": form, "record": record, "refused": [room for room in rooms if room.refusal]}
    return render(request, "forum/threads/open.html", context, status=status)


@require_safe
def thread(request, code):
    """One conversation: who reads it, what was said, and the form to answer."""
    return thread_page(request, selectors.get_thread(request.user, code))


@require_http_methods(WRITE)
def widen(request, code):
    """More people read along. First who (in the address), then what that brings about and why (the act itself)."""
    user, found = request.user, selectors.get_thread(request.user, code)
    if not selectors.standing_of(user, found).may_moderate:
        raise PermissionDenied("forum.thread.widen")
    rooms = audiences.rooms_to_widen(found)
    asks_place = not found.province and not found.organisation.province_code
    choice = WidenForm(
        request.GET if request.GET.get("audience") else None,
        rooms=rooms,
        parties=audiences.party_choices(user, record_of(found), besides=_inside(found)),
        provinces=audiences.province_choices() if asks_place else (),
    )
    context = {"thread": found, "choice": choice, "rooms": rooms, "room": audiences.shown_room(found)}
    if not choice.is_valid():
        if request.method == "POST":
            raise Http404
        status = 400 if choice.is_bound else 200
        return render(request, "forum/threads/widen.html", context, status=status)
    wanted = {
        "audience": choice.cleaned_data["audience"],
        "province": choice.cleaned_data.get("province", ""),
        "parties": audiences.organisations_named(user, choice.cleaned_data["parties"]),
    }
    form = ReasonForm(*_sent(request)[:1], initial={"version": found.version})
    status = 200
    if form.is_valid():
        try:
            services.widen(user, found, **wanted, **form.cleaned_data)
        except Refused as refusal:
            status = _refused(form, refusal)
        except Stale as stale:
            status, found = 409, stale.record
            form.data = form.data.copy()
            form.data["version"] = found.version
            form.add_error(None, _("The conversation changed meanwhile. Look at it again, then confirm."))
        else:
            messages.success(request, _("More people read %(code)s now.") % {"code": found.code})
            return redirect(found)
    elif form.is_bound:
        status = 400
    context |= {"thread": found, "form": form, "widening": rooms_of.widening(user, found, **wanted)}
    return render(request, "forum/threads/widen_confirm.html", context, status=status)


@require_http_methods(WRITE)
def resolve(request, code):
    """The matter is settled, or taken up again."""
    found = selectors.get_thread(request.user, code)
    if not selectors.standing_of(request.user, found).may_moderate:
        raise PermissionDenied("forum.thread.resolve")
    form = NoteForm(*_sent(request)[:1], closing=found.is_open)
    status = 200
    if form.is_valid():
        act = services.resolve if found.is_open else services.reopen
        try:
            act(request.user, found, note=form.cleaned_data["note"])
        except Refused as refusal:
            status = _refused(form, refusal)
        else:
            return redirect(found)
    elif form.is_bound:
        status = 400
    return render(request, "forum/threads/resolve.html", {"thread": found, "form": form}, status=status)


@require_POST
def follow(request, code):
    """Whether the reader hears of new messages: follows, is silent, or neither."""
    found = selectors.get_thread(request.user, code)
    match request.POST.get("choice", ""):
        case "follow":
            services.follow(request.user, found)
            told = _("You follow this conversation: new messages are told to you.")
        case "unfollow":
            services.unfollow(request.user, found)
            told = _("You no longer follow this conversation.")
        case "mute":
            services.mute(request.user, found, True)
            told = _("This conversation is silent for you: nothing of it is told to you.")
        case "unmute":
            services.mute(request.user, found, False)
            told = _("This conversation is no longer silent for you.")
        case _:
            raise Http404
    messages.success(request, told)
    return redirect(found)


def _record_asked(request):
    """The record named in the address; None for a topic, 404 for a record that does not exist for this reader."""
    flow, code = request.GET.get("flow", ""), request.GET.get("code", "")
    if not flow and not code:
        return None
    if flow not in RECORDS:
        raise Http404
    return get_seen(request.user, flow, code=code)


def _sent(request) -> tuple:
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


def _answers(user, data: dict) -> dict:
    """What `services.open_thread` is given. Offices mean their own province, whatever else the topic speaks of."""
    own = user.acting_organisation.province_code
    regional = data["audience"] in REGIONS and user.acting_role not in MINISTRY
    return {
        "title": data["title"],
        "audience": data["audience"],
        "text": data["text"],
        "theme": data.get("theme"),
        "province": own if regional else data.get("province", ""),
        "parties": audiences.organisations_named(user, data["parties"]),
        "files": data["files"],
        "key": data["key"],
    }


def _inside(thread) -> list[int]:
    return [thread.organisation_id, *(party.organisation_id for party in thread.parties.all())]


def _refused(form, refusal: Refused) -> int:
    """A rule said no: its sentences stand above what was typed."""
    for reason in refusal.reasons:
        form.add_error(None, reason)
    return 409
