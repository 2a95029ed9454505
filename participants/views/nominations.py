"""One nomination: its page, the person's data, the acts, and the person's own copy."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.rules import zone_of
from participants.forms.people import PersonForm
from participants.rules import acts, certificates, editing, is_nominee, letters, papers
from participants.selectors import nominations as selectors
from participants.selectors.calendar import calendar_file
from participants.services import nominations as services
from participants.views.frame import form_page, private, sent
from workflow.views import act_view


def _opened(request, code: str):
    """A nomination through its door; whoever reads of somebody else is logged."""
    nomination = selectors.get_nomination(request.user, code)
    if request.method == "GET" and not is_nominee(request.user, nomination):
        services.log_read(nomination, request.user, {"role": request.user.acting_role})
    return nomination


@private
@require_safe
def nomination(request, code: str):
    """Where it is, whose turn it is, what is known of the person, what is still missing."""
    record = _opened(request, code)
    user = request.user
    context = {
        "nomination": record,
        "proposal": record.proposal,
        "person_rows": selectors.person_rows(user, record),
        "findings": selectors.findings_shown(user, record),
        "requirements": list(record.program.rules.all()) if record.program else [],
        "papers": selectors.papers_of(user, record),
        "permits": selectors.clearance_rows(record),
        "urgent_days": selectors.permits_are_urgent(record),
        "warn_days": acts.WARN_DAYS,
        "sheets": selectors.sheets_of(user, record),
        "sees_sheets": editing.sees_sheets(user),
        "attendance": selectors.attendance_of(record),
        "may_write_letters": bool(letters.letters_for(user, record)),
        "may_read_certificate": certificates.may_read_certificate(user, record),
        "may_revoke": certificates.may_revoke(user, record),
        "certificate": selectors.certificate_of(record),
        "transfers": selectors.transfers_of(user, record),
        "counts": selectors.counts_of(user, record.proposal),
        "is_partner": editing.is_partner(user),
        "is_own": is_nominee(user, record) and user.acting_role == "NOMINEE",
        "may_open_roster": editing.may_open_roster(user),
        "may_change": editing.may_change_person(user, record),
        "may_upload": bool(papers.kinds_to_upload(user, record)),
        "may_tick": editing.may_tick_permits(user, record),
        "may_score": editing.may_score(user, record),
        "may_enter_attendance": editing.may_enter_attendance(user, record),
        "zone": zone_of(user),
    }
    return render(request, "participants/nomination.html", context)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request, code: str):
    """Correct the person's data while the office prepares."""
    record = _opened(request, code)
    if not editing.may_change_person(request.user, record):
        raise PermissionDenied("participants.nomination.edit")

    def save(form):
        done = services.change(
            record,
            profile=form.profile,
            nip=form.cleaned_data["nip"],
            relevance=form.cleaned_data["relevance"],
            actor=request.user,
            version=form.cleaned_data["version"],
        )
        return done, _("%(code)s was saved.") % {"code": done.code}

    form = PersonForm(*sent(request), office=record.office, nomination=record)
    return form_page(
        request,
        form,
        title=_("Change the person's data"),
        button=_("Save"),
        save=save,
        back=record.get_absolute_url(),
        nomination=record,
    )


@private
@require_http_methods(["GET", "HEAD", "POST"])
def act(request, code: str, action: str):
    """One act on one nomination."""
    record = _opened(request, code)
    return act_view(request, record, action, facts=selectors.facts_of(request.user, record))


@private
@require_safe
def calendar(request, code: str):
    """The dates of training, departure and permits for one's own calendar; it names the programme and no person."""
    record = selectors.get_nomination(request.user, code)
    if record.first_day is None:
        raise Http404
    is_partner = editing.is_partner(request.user)
    response = HttpResponse(calendar_file(record, with_permits=not is_partner), content_type="text/calendar")
    response["Content-Disposition"] = f'attachment; filename="{record.code}.ics"'
    return response


@private
@require_safe
def own_data(request, code: str):
    """Everything the portal holds of the person, as a file, for that person alone."""
    record = selectors.get_nomination(request.user, code)
    data = selectors.own_data(request.user, record)
    if request.method == "GET":
        services.log_read(record, request.user, {"export": True})
    response = JsonResponse(data, json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Content-Disposition"] = f'attachment; filename="{record.code}.json"'
    return response
