"""Pages of meetings before they are held: list, one meeting, plan, invitations, answer, print, acts."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.rules import zone_of
from forum import times
from forum.forms.meetings import AnswerForm, Items, PlanForm
from forum.models import Reply
from forum.rules import meetings as rules
from forum.selectors import invitations
from forum.selectors import meetings as selectors
from forum.services import meetings as services
from workflow.acting import stale_sentence
from workflow.engine import Refused, Stale
from workflow.views import act_view

WRITE = ["GET", "HEAD", "POST"]


@require_safe
def meeting_list(request):
    """The meetings a person is asked to come to, calls or may read."""
    tabs = selectors.tabs_for(request.user)
    listing = selectors.meeting_listing(request, tabs)
    counts = selectors.counts_of(request.user, tabs)
    here = listing.tab or tabs[0].name
    shown = [
        {"label": tab.label, "url": f"?tab={tab.name}", "count": counts[tab.name], "current": tab.name == here}
        for tab in tabs
    ]
    context = {"listing": listing, "tabs": shown, "may_organise": rules.may_organise(request.user)}
    return render(request, "forum/meetings/list.html", context)


@require_safe
def meeting(request, code):
    """One meeting: when and where, agenda, who is asked, one's own answer, what was said since."""
    return render(request, "forum/meetings/page.html", _page(request, selectors.get_meeting(request.user, code)))


def _page(request, found) -> dict:
    when, there = times.both_clocks(found, zone_of(request.user))
    standing = selectors.standing_of(request.user, found)
    tally = invitations.tally_of(found)
    first = invitations.first_invitees(found)
    return {
        "meeting": found,
        "when": when,
        "there": there,
        "standing": standing,
        "agenda": selectors.agenda_of(request.user, found),
        "tally": tally,
        "invitees": first,
        "all_shown": len(first) == found.invitees.count(),
        "answers": invitations.answers_by_name(request.user, found),
        "warnings": invitations.warnings_of(found) if standing.may_plan else [],
    }


@require_safe
def print_view(request, code):
    """The meeting on paper: everything it says, nothing to click."""
    return render(request, "forum/meetings/print.html", _page(request, selectors.get_meeting(request.user, code)))


@require_http_methods(WRITE)
def plan(request):
    """A new meeting; `kode` puts a record on its agenda."""
    if not rules.may_organise(request.user):
        raise PermissionDenied("forum.meeting.create")
    sent = request.POST if request.method == "POST" else None
    form = PlanForm(sent, user=request.user)
    items = Items(sent, user=request.user, prefix="acara", initial=_first_item(request))
    status = 200
    if sent is not None and all([form.is_valid(), items.is_valid()]):
        made = services.plan_meeting(request.user, fields=form.fields_of_meeting, agenda=items.values)
        messages.success(request, _("%(code)s was saved as a draft. Now choose whom to invite.") % {"code": made.code})
        return redirect("forum:invitations", code=made.code)
    if sent is not None:
        status = 400
    context = {"form": form, "items": items, "faulty": [form, items], "meeting": None}
    return render(request, "forum/meetings/form.html", context, status=status)


def _first_item(request) -> list[dict]:
    code = request.GET.get("kode", "")[:40]
    record = selectors.find_records(request.user, [code]).get(code)
    return [{"title": str(record.title)[:200], "record": record.code}] if record is not None else []


@require_http_methods(WRITE)
def edit(request, code):
    """What the invitation says; once it has left, everyone who was asked is told of a change."""
    found = selectors.get_meeting(request.user, code)
    only_while_planned(request.user, found)
    sent = request.POST if request.method == "POST" else None
    form = PlanForm(sent, user=request.user, meeting=found)
    items = Items(sent, user=request.user, prefix="acara", initial=_rows_of(request.user, found))
    status, refusals = 200, []
    if sent is not None and all([form.is_valid(), items.is_valid()]):
        try:
            services.change_plan(
                found,
                request.user,
                fields=form.fields_of_meeting,
                agenda=items.values,
                version=form.cleaned_data["version"],
            )
        except Refused as refusal:
            refusals, status = refusal.reasons, 400
        except Stale as stale:
            refusals, status = [told(form, stale)], 409
        else:
            messages.success(request, _("%(code)s was saved.") % {"code": found.code})
            return redirect(f"forum:{'edit_meeting' if sent.get('next') == 'stay' else 'meeting'}", code=found.code)
    elif sent is not None:
        status = 400
    context = {
        "form": form,
        "items": items,
        "faulty": [form, items],
        "meeting": found,
        "refusals": refusals,
        "tally": invitations.tally_of(found) if found.is_announced else None,
    }
    return render(request, "forum/meetings/form.html", context, status=status)


def _rows_of(user, found) -> list[dict]:
    return [
        {
            "pk": item.pk,
            "position": item.position,
            "title": item.title,
            "minutes": item.minutes,
            "record": item.record.code if item.record else "",
            "keeps": item.hidden,
        }
        for item in selectors.agenda_of(user, found)
    ]


def only_while_planned(user, found) -> None:
    """Others than the organisers are refused; the organisers learn that the plan stays as it is."""
    if not rules.organises(user, found):
        raise PermissionDenied("forum.meeting.edit")
    if not rules.may_plan(user, found):
        raise Refused([_("The meeting has begun or is over: what the invitation said stays as it is.")])


def told(form, stale: Stale) -> str:
    """Once told of the change, sending the form again is a decision, not an oversight."""
    form.data = form.data.copy()
    for name in form.fields.keys() & {"version", "sequence"}:
        form.data[name] = getattr(stale.record, name)
    return stale_sentence(stale.record)


@require_http_methods(WRITE)
def answer(request, code):
    """Whether one comes; the mail's buttons lead here with the answer chosen (`reply`)."""
    found = selectors.get_meeting(request.user, code)
    standing = selectors.standing_of(request.user, found)
    if not standing.invited:
        raise PermissionDenied("forum.meeting.reply")
    initial = {"sequence": found.sequence}
    if standing.answer:
        initial |= {"reply": standing.answer.reply, "note": standing.answer.note}
    if request.GET.get("reply") in Reply.values:
        initial["reply"] = request.GET["reply"]
    form = AnswerForm(request.POST if request.method == "POST" else None, initial=initial)
    status, refusals = 200, []
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            services.answer(found, request.user, reply=said["reply"], text=said["note"], sequence=said["sequence"])
        except Refused as refusal:
            refusals, status = refusal.reasons, 409
        except Stale as stale:
            found, status = stale.record, 409
            told(form, stale)
            refusals = [_("The meeting has changed since you opened this page. Check time and place, then answer.")]
        else:
            messages.success(request, _("Your answer was saved. You can change it until the meeting begins."))
            return redirect(found)
    elif request.method == "POST":
        status = 400
    when, there = times.both_clocks(found, zone_of(request.user))
    context = {
        "meeting": found,
        "form": form,
        "refusals": refusals,
        "when": when,
        "there": there,
        "standing": standing,
    }
    return render(request, "forum/meetings/answer.html", context, status=status)


@require_http_methods(WRITE)
def act(request, code, action):
    """One act on one meeting; before the invitations leave, who gets them and what speaks against the time."""
    found = selectors.get_meeting(request.user, code)
    facts, warnings = [], []
    if action in {"send", "cancel"} and rules.organises(request.user, found):
        tally = invitations.tally_of(found)
        when, there = times.both_clocks(found, zone_of(request.user))
        facts = [
            {"label": _("Time"), "value": f"{when}. {there}" if there else when},
            {"label": _("Place"), "value": found.place or (_("Video meeting") if found.link else "")},
        ]
        if action == "send" or found.is_announced:
            facts.append({"label": _("Who is told"), "value": tally.words})
        warnings = invitations.warnings_of(found) if action == "send" else []
    return act_view(
        request, found, action, template="forum/meetings/act.html", facts=facts, more={"warnings": warnings}
    )
