"""Pages of minutes: writing, reading, correcting, former editions, paper; a decision into a record; calendar file."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.rules import zone_of
from forum import times
from forum.forms.minutes import MinutesForm
from forum.markdown import render as shown
from forum.rules import meetings as meeting_rules
from forum.rules import minutes as rules
from forum.selectors import minutes as selectors
from forum.selectors.calendar import invitation_file
from forum.selectors.meetings import get_meeting
from forum.services import minutes as services
from forum.services.minutes_paper import paper_of
from workflow import papers
from workflow.acting import stale_sentence
from workflow.engine import Refused, Stale

WRITE = ["GET", "HEAD", "POST"]


@require_http_methods(WRITE)
def minutes(request, code):
    """The minutes: organisers write them until they are published, then everyone who was asked reads them here."""
    meeting = selectors.get_minutes(request.user, code)
    if rules.may_write_minutes(request.user, meeting):
        return _write(request, meeting, correcting=False)
    if request.method == "POST":
        if meeting_rules.organises(request.user, meeting):
            raise Stale(meeting)
        raise PermissionDenied("forum.meeting.minutes")
    return render(request, "forum/minutes/page.html", _content(request, meeting))


@require_http_methods(WRITE)
def correct(request, code):
    """Another edition of published minutes."""
    meeting = selectors.get_minutes(request.user, code)
    if not rules.may_correct_minutes(request.user, meeting):
        raise PermissionDenied("forum.meeting.minutes")
    return _write(request, meeting, correcting=True)


def _write(request, meeting, *, correcting: bool):
    sheet = selectors.sheet_of(meeting)
    sent = request.POST if request.method == "POST" else None
    form = MinutesForm(sent, meeting=meeting, sheet=sheet, correcting=correcting)
    status, refusals = 200, []
    if form.is_valid():
        try:
            _save(request, meeting, form, correcting)
        except Stale as stale:
            refusals, status = [_told(form.head, stale)], 409
        except Refused as refusal:
            refusals, status = refusal.reasons, 400
        else:
            messages.success(request, _("The minutes of %(code)s were saved.") % {"code": meeting.code})
            if correcting or request.POST.get("next") == "stay":
                return redirect("forum:minutes", code=meeting.code)
            return redirect(meeting)
    elif form.is_bound:
        status = 400
    context = {
        "meeting": meeting,
        "form": form,
        "sheet": sheet,
        "refusals": refusals,
        "correcting": correcting,
        "typed_names": len(sheet.organisations) > selectors.LISTED,
        "when": times.both_clocks(meeting, zone_of(request.user))[0],
    }
    return render(request, "forum/minutes/write.html", context, status=status)


def _save(request, meeting, form: MinutesForm, correcting: bool) -> None:
    version = form.head.cleaned_data["version"]
    if correcting:
        reason = form.head.cleaned_data["reason"]
        services.correct_minutes(meeting, request.user, form.values, reason=reason, version=version)
    else:
        services.save_minutes(meeting, request.user, form.values, version=version)


def _told(form, stale: Stale) -> str:
    """Once told of the change, sending the form again is a decision, not an oversight."""
    form.data = form.data.copy()
    form.data["version"] = stale.record.version
    return stale_sentence(stale.record)


def _content(request, meeting) -> dict:
    own, there = times.both_clocks(meeting, zone_of(request.user))
    return {
        "meeting": meeting,
        "text": shown(meeting.minutes),
        "page": selectors.page_of(request.user, meeting),
        "when": own,
        "there": there,
        "may_correct": rules.may_correct_minutes(request.user, meeting),
        "has_pdf": papers.can_make(),
    }


@require_safe
def print_view(request, code):
    """The minutes on paper: everything they say, nothing to click."""
    return render(request, "forum/minutes/print.html", _content(request, selectors.get_minutes(request.user, code)))


@require_safe
def paper(request, code):
    """The minutes as a tagged PDF; where the server cannot make one, the print view."""
    meeting = selectors.get_minutes(request.user, code)
    if not papers.can_make():
        return redirect("forum:print_minutes", code=meeting.code)
    content = paper_of(_content(request, meeting), language=(get_language() or "id")[:2])
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="notulen-{meeting.code}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
def edition(request, code, number):
    """What the minutes said before a correction."""
    found = selectors.get_edition(request.user, code, number)
    context = {
        "meeting": found.meeting,
        "edition": found,
        "text": shown(found.text),
        "came": selectors.came_to(found),
    }
    return render(request, "forum/minutes/edition.html", context)


@require_http_methods(WRITE)
def take(request, code, position):
    """Ask once more, then note a decision in the log of the record it is about."""
    meeting, decision, record = selectors.decision_to_take(request.user, code, position)
    status, refusals = 200, []
    if request.method == "POST":
        try:
            services.take_decision(meeting, request.user, position, version=_version(request))
        except Refused as refusal:
            refusals, status = refusal.reasons, 409
        except Stale:
            meeting, decision, record = selectors.decision_to_take(request.user, code, position)
            refusals, status = [_("The minutes were changed since you opened this page. Read the decision again.")], 409
        else:
            messages.success(request, _("The decision now stands in the history of %(code)s.") % {"code": record.code})
            return redirect("forum:minutes", code=meeting.code)
    context = {"meeting": meeting, "decision": decision, "record": record, "refusals": refusals}
    return render(request, "forum/minutes/take.html", context, status=status)


def _version(request) -> int:
    """The version a page showed; a form without one has shown none, so that nothing is taken over unread."""
    given = request.POST.get("version", "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else 0


@require_safe
def calendar(request, code):
    """The calendar file of a meeting for one reader, for those whose mail did not arrive."""
    meeting = get_meeting(request.user, code)
    if not meeting.is_announced or not meeting_rules.is_invited(request.user, meeting):
        raise PermissionDenied("forum.meeting.calendar")
    content, method = invitation_file(meeting, request.user)
    response = HttpResponse(content, content_type=f"text/calendar; charset=utf-8; method={method}")
    response["Content-Disposition"] = f'attachment; filename="{meeting.code}.ics"'
    response["Cache-Control"] = "private, no-store"
    return response
