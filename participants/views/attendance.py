"""Attendance: the sheet of one week for a roster or one person, the days of the training, the list to sign."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.roles import Role
from participants.forms.rosters import DaysForm, SheetForm
from participants.rules import editing
from participants.rules.training_days import days_of_training
from participants.selectors import attendance as weeks
from participants.selectors import nominations as selectors
from participants.selectors import rosters
from participants.services import attendance as services
from participants.services import bulk, sign_in
from participants.services.nominations import log_read
from participants.views.frame import form_page, private, sent
from workflow.acting import stale_sentence
from workflow.engine import Refused
from workflow.sheets import xlsx_response


@private
@require_http_methods(["GET", "HEAD", "POST"])
def sheet(request, code: str):
    """Everyone who attends on one proposal."""
    return _roster_sheet(request, rosters.roster_of_proposal(request.user, code))


@private
@require_http_methods(["GET", "HEAD", "POST"])
def intake_sheet(request, program: str, number: int):
    """Everyone who attends on one intake."""
    return _roster_sheet(request, rosters.roster_of_intake(request.user, program, number))


def _roster_sheet(request, roster):
    _keeper(request.user)
    people = rosters.attending(request.user, roster)
    if people and request.method == "GET":
        log_read(roster.record, request.user, roster.reading(len(people)))
    proposal = roster.proposal or rosters.any_proposal(roster)
    sent = request.POST if request.method == "POST" else None
    gone = rosters.moved_on(request.user, roster, people, sent, "version-")
    return _sheet(
        request,
        people,
        proposal,
        back=(roster.url, roster.code),
        days_url=roster.link("days"),
        title=roster.title,
        gone=gone,
    )


@private
@require_http_methods(["GET", "HEAD", "POST"])
def attendance(request, code: str):
    """One person's days."""
    record = selectors.get_nomination(request.user, code)
    if not editing.may_enter_attendance(request.user, record):
        raise PermissionDenied("participants.nomination.attendance")
    days_url = reverse("participants:days", args=[record.proposal.code])
    return _sheet(
        request,
        [record],
        record.proposal,
        back=(record.get_absolute_url(), record.code),
        days_url=days_url,
        title=record.title,
    )


def _keeper(user) -> None:
    if user.acting_role != Role.PPSDM_VER:
        raise PermissionDenied("participants.nomination.attendance")


def _sheet(request, people, proposal, *, back: tuple[str, str], days_url: str, title: str, gone=()):
    """Show one week, or write it: what was refused is told with its reason, the rest is saved."""
    days, today = days_of_training(proposal), timezone.localdate()
    week = weeks.week_of(days, request.GET.get("pekan", ""), today)
    data = request.POST if request.method == "POST" else None
    pages = rosters.pages_of(request, people, pekan=week.number)
    shown = rosters.on_form(pages, people, data)
    here = f"&page={pages.page.number}" if pages.page.number > 1 else ""
    form = SheetForm(data, nominations=shown, days=week.days, today=today)
    failed, status, saved = [], 200, 0
    if form.is_bound and not form.is_valid():
        status = 400
    elif form.is_bound:
        lost = [n for n in gone if form.would_change(n)]
        late = [bulk.Outcome(n, [stale_sentence(n)], is_stale=True) for n in lost]
        outcomes = [*bulk.save_sheet(form.jobs, request.user), *late]
        failed = [o for o in outcomes if not o.done]
        saved = len(outcomes) - len(failed)
        if not failed:
            said = ngettext(
                "The attendance of %(count)d person was saved.", "The attendance of %(count)d people was saved.", saved
            )
            messages.success(request, said % {"count": saved} if saved else _("Nothing was changed."))
            return redirect(f"{request.path}?pekan={week.number}{here}")
        status = 409
        kept = data.copy()
        for outcome in outcomes:
            kept[f"version-{outcome.record.code}"] = outcome.record.version
        form = SheetForm(kept, nominations=shown, days=week.days, today=today)
    context = {
        "title": title,
        "lead": _("At least 80% of the days are needed to complete."),
        "form": form,
        "heads": form.heads(),
        "rows": form.rows(),
        "week": week,
        "pages": pages,
        "here": here,
        "failed": failed,
        "saved": saved,
        "back": back[0],
        "back_code": back[1],
        "days_url": f"{days_url}?pekan={week.number}",
    }
    return render(request, "participants/roster/sheet.html", context, status=status)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def days(request, code: str):
    """On which days a proposal's training is held; days of an intake are the same for all its offices."""
    return _days(request, rosters.roster_of_proposal(request.user, code))


@private
@require_http_methods(["GET", "HEAD", "POST"])
def intake_days(request, program: str, number: int):
    """The same, from the roster of an intake."""
    return _days(request, rosters.roster_of_intake(request.user, program, number))


def _days(request, roster):
    _keeper(request.user)
    proposal = roster.proposal or rosters.any_proposal(roster)
    held = days_of_training(proposal)
    week = weeks.week_of(held, request.GET.get("pekan", ""), timezone.localdate())
    span = weeks.span_of(proposal, week)
    back = f"{roster.link('sheet')}?pekan={week.number}"

    def save(form):
        services.set_days(proposal, span, form.days, request.user)
        return back, _("The days of the training were saved.")

    return form_page(
        request,
        DaysForm(*sent(request), span=span, held=held),
        title=_("Days of the training"),
        button=_("Save"),
        save=save,
        back=back,
        lead=_("Working days unless changed here. The sums of everyone who attends follow."),
    )


@private
@require_safe
def sign_in_list(request, code: str, kind: str):
    """The list to sign, for the people of a proposal."""
    return _sign_in(request, rosters.roster_of_proposal(request.user, code), kind)


@private
@require_safe
def intake_sign_in_list(request, program: str, number: int, kind: str):
    """The list to sign, for everyone on an intake whom the user may see."""
    return _sign_in(request, rosters.roster_of_intake(request.user, program, number), kind)


def _sign_in(request, roster, kind: str):
    people = rosters.signers_of(request.user, roster)
    if kind not in sign_in.KINDS or not people:
        raise Http404
    proposal = people[0].proposal
    held: list[dt.date] = days_of_training(proposal)
    if request.method == "GET":
        sign_in.log_list(roster, request.user, kind, len(people))
    name = f"{roster.code}-daftar-hadir.{kind}"
    if kind == "xlsx":
        return xlsx_response(sign_in.sheets(roster, people, held, request.user), name)
    try:
        content = sign_in.pdf(roster, people, held, language=(get_language() or "id")[:2])
    except Refused as refusal:  # this server makes no PDFs; the workbook does not need them
        messages.error(request, " ".join(refusal.reasons))
        return redirect(roster.url)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
