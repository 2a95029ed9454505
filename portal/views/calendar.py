"""The holiday calendar, and the calendar feed of one person."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.roles import Role
from accounts.rules import is_administrator
from accounts.selectors import owner_of
from accounts.throttle import WINDOW, feed_reads, wrong_feeds
from portal.forms import HolidayForm, RemoveHolidayForm
from portal.selectors import holidays as selectors
from portal.selectors.feed import events_of
from workflow.calendar_files import calendar_file
from workflow.engine import Refused
from workflow.holidays import remove_holiday, save_holiday

REFRESH = dt.timedelta(hours=1)


def _may_edit(user) -> bool:
    """Administrators, and whoever keeps the portal running."""
    return is_administrator(user) or user.is_staff


def _editor(request) -> None:
    if not _may_edit(request.user):
        refusal = PermissionDenied("calendar.holidays")
        refusal.roles = (Role.ADMIN,)
        raise refusal


@require_safe
def holidays(request):
    """The days off of one year. Everyone signed in reads them: all due dates rest on them."""
    years = selectors.years()
    year = selectors.chosen_year(request.GET.get("tahun", ""), years)
    rows = selectors.holidays_in(year)
    context = {
        "rows": rows,
        "decree": selectors.common_decree(rows),
        "year": year,
        "years": years,
        "may_edit": _may_edit(request.user),
    }
    return render(request, "portal/calendar/holidays.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def add(request):
    """One more day off."""
    _editor(request)
    return _edit(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
def change(request, pk):
    """Another name, kind, decree or date."""
    _editor(request)
    return _edit(request, selectors.get_holiday(pk))


def _edit(request, holiday):
    form, status = HolidayForm(request.POST if request.method == "POST" else None, instance=holiday), 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                saved = save_holiday(
                    selectors.get_holiday(holiday.pk) if holiday else None, form.cleaned_data, actor=request.user
                )
            except Refused as refusal:
                for reason in refusal.reasons:
                    form.add_error("date", reason)
            else:
                messages.success(request, _("The calendar is saved. Due dates follow within a minute."))
                return redirect(f"{reverse('holidays')}?tahun={saved.date.year}")
    return render(request, "portal/calendar/edit.html", {"form": form, "holiday": holiday}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def remove(request, pk):
    """Take a day out of the calendar, with the reason."""
    _editor(request)
    holiday = selectors.get_holiday(pk)
    form, status = RemoveHolidayForm(request.POST if request.method == "POST" else None), 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                remove_holiday(holiday, actor=request.user, reason=form.cleaned_data["reason"])
            except Refused as refusal:
                for reason in refusal.reasons:
                    form.add_error(None, reason)
            else:
                messages.success(request, _("The day is taken out. Due dates follow within a minute."))
                return redirect(f"{reverse('holidays')}?tahun={holiday.date.year}")
    return render(request, "portal/calendar/remove.html", {"form": form, "holiday": holiday}, status=status)


@login_not_required
@require_safe
def feed(request, token):
    """The calendar behind a secret address. A wrong, revoked or closed one is simply not there."""
    owner = owner_of(token) if len(token) < 100 else None
    tries = wrong_feeds(request) if owner is None else feed_reads(owner)
    if not tries.take():
        return HttpResponse(
            "429", status=429, content_type="text/plain; charset=utf-8", headers={"Retry-After": str(WINDOW)}
        )
    if owner is None:
        raise Http404
    with translation.override(owner.language):
        body = calendar_file(events_of(owner, timezone.now()), name=_("Sinergi deadlines"), refresh=REFRESH)
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'inline; filename="sinergi.ics"'
    response.headers["Cache-Control"] = "private, max-age=600"
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
