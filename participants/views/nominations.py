"""One nomination: its page, the person's data, the acts, and the person's own copy."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.rules import zone_of
from participants.forms.people import PersonForm
from participants.rules import certificates, editing, is_nominee, letters, papers, rights
from participants.rules import permits as permit_rules
from participants.selectors import nominations as selectors
from participants.selectors import partner_forms
from participants.selectors.calendar import calendar_file
from participants.services import nominations as services
from participants.views.frame import form_page, private, sent
from workflow.views import act_view


def _shown(request, record, response):
    """Whoever reads of somebody else is logged: on the page, and where a form comes back with a refusal."""
    moved_on = 300 <= response.status_code < 400
    if request.method != "HEAD" and not moved_on and not is_nominee(request.user, record):
        services.log_read(record, request.user, {"role": request.user.acting_role})
    return response


@private
@require_safe
def nomination(request, code: str):
    """Where it is, whose turn it is, what is known of the person, what is still missing."""
    user = request.user
    record = selectors.get_nomination(user, code)
    context = {
        "nomination": record,
        "proposal": record.proposal,
        "person_rows": selectors.person_rows(user, record),
        "findings": selectors.findings_shown(user, record),
        "requirements": list(record.program.rules.all()) if record.program else [],
        "papers": selectors.papers_of(user, record),
        "permits": selectors.clearance_rows(record),
        "urgent_days": selectors.permits_are_urgent(record),
        "warn_days": permit_rules.WARN_DAYS,
        "sheets": selectors.sheets_of(user, record),
        "sees_sheets": editing.sees_sheets(user, record),
        "attendance": selectors.attendance_of(record),
        "may_write_letters": bool(letters.papers_for(user, record)),
        "may_read_certificate": certificates.may_read_certificate(user, record),
        "may_correct": certificates.may_correct(user, record),
        "certificate": selectors.certificate_of(record),
        "transfers": selectors.transfers_of(user, record),
        "counts": selectors.counts_of(user, record.proposal),
        "is_partner": editing.is_partner(user),
        "is_own": is_nominee(user, record) and user.acting_role == "NOMINEE",
        "may_open_roster": editing.may_open_roster(user),
        "may_ask": rights.may_ask(user, record),
        "may_change": editing.may_change_person(user, record),
        "may_upload": bool(papers.kinds_to_upload(user, record)),
        "may_tick": editing.may_tick_permits(user, record),
        "may_score": editing.may_score(user, record),
        "may_enter_attendance": editing.may_enter_attendance(user, record),
        "zone": zone_of(user),
    }
    return _shown(request, record, render(request, "participants/nomination.html", context))


@private
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request, code: str):
    """Correct the person's data while the office prepares."""
    record = selectors.get_nomination(request.user, code)
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
    page = form_page(
        request,
        form,
        title=_("Change the person's data"),
        button=_("Save"),
        save=save,
        back=record.get_absolute_url(),
        nomination=record,
        parts=partner_forms.form_parts(request.user, record, "edit_nomination"),
    )
    return _shown(request, record, page)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def act(request, code: str, action: str):
    """One act on one nomination."""
    record = selectors.get_nomination(request.user, code)
    page = act_view(request, record, action, facts=selectors.facts_of(request.user, record))
    return _shown(request, record, page)


@private
@require_safe
def calendar(request, code: str):
    """The dates of training, departure and permits for one's own calendar; it names the programme and no person."""
    record = selectors.get_nomination(request.user, code)
    if record.first_day is None:
        raise Http404
    is_partner = editing.is_partner(request.user)
    response = HttpResponse(
        calendar_file(record, with_permits=not is_partner), content_type="text/calendar; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{record.code}.ics"'
    return response
