"""What happens between the acts: papers, permits, score sheets, attendance."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from participants.forms.people import AttendanceForm, ClearanceForm, PaperForm, ScoreForm
from participants.rules import acts, editing
from participants.rules import papers as paper_rules
from participants.selectors import nominations as selectors
from participants.services import nominations as services
from participants.views.frame import form_page, private, sent
from workflow.downloads import file_response


def _page(request, record, form, **more):
    return form_page(request, form, nomination=record, back=record.get_absolute_url(), **more)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def attach(request, code: str):
    """Add a paper; it takes the place of an earlier one of its kind."""
    record = selectors.get_nomination(request.user, code)
    kinds = paper_rules.kinds_to_upload(request.user, record)
    if not kinds:
        raise PermissionDenied("participants.nomination.attach")

    def save(form):
        stored = services.attach(record, form.cleaned_data["kind"], form.cleaned_data["file"], request.user)
        return record, _("%(kind)s was stored.") % {"kind": stored.get_kind_display()}

    form = PaperForm(*sent(request), kinds=kinds, initial={"kind": request.GET.get("jenis", "")})
    lead = _("Medical forms, passports and identity cards are handed over outside the portal.")
    return _page(request, record, form, title=_("Upload a document"), button=_("Upload"), save=save, lead=lead)


@private
@require_safe
def paper(request, code: str, pk: int):
    """One paper under a neutral name; who opened it is logged."""
    record = selectors.get_nomination(request.user, code)
    found = selectors.get_paper(request.user, record, pk)
    found.name = f"{record.code}-{found.kind}.pdf"
    response = file_response(found)
    if request.method == "GET":
        services.log_download(found, request.user)
    return response


@private
@require_http_methods(["GET", "HEAD", "POST"])
def clearance(request, code: str):
    """The permit list."""
    record = selectors.get_nomination(request.user, code)
    if not editing.may_tick_permits(request.user, record):
        raise PermissionDenied("participants.nomination.clearance")

    def save(form):
        data = form.cleaned_data
        services.save_clearance(record, form.rows, data["departs_on"], request.user, data["version"])
        return record, _("The permits of %(code)s were saved.") % {"code": record.code}

    form = ClearanceForm(*sent(request), nomination=record, steps=list(record.clearance.all()))
    left = acts.days_to_departure(record)
    lead = _("Only whether something was handed over, and when: no numbers, no copies.")
    if left is not None:
        lead = f"{lead} " + _("%(days)d days to departure.") % {"days": left}
    return _page(request, record, form, title=_("Travel permits"), button=_("Save"), save=save, lead=lead)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def score(request, code: str):
    """One panel member's own sheet."""
    record = selectors.get_nomination(request.user, code)
    if not editing.may_score(request.user, record):
        raise PermissionDenied("participants.nomination.score")

    def save(form):
        services.score(record, request.user, form.values, form.cleaned_data["related"])
        return record, _("Your score sheet for %(code)s was saved.") % {"code": record.code}

    own = next((s for s in selectors.sheets_of(request.user, record) if s.member_id == request.user.pk), None)
    names = ("relevance", "competence", "language", "plan")
    initial = {name: getattr(own, name) for name in names} | {"related": own.related_to_person} if own else {}
    form = ScoreForm(*sent(request), initial=initial)
    lead = _("Read the person's data and papers first. Three sheets are needed; yours is one.")
    return _page(request, record, form, title=_("Score sheet"), button=_("Hand in"), save=save, lead=lead)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def attendance(request, code: str):
    """Days present of the days held."""
    record = selectors.get_nomination(request.user, code)
    if not editing.may_enter_attendance(request.user, record):
        raise PermissionDenied("participants.nomination.attendance")

    def save(form):
        data = form.cleaned_data
        services.save_attendance(record, data["days_total"], data["days_present"], request.user)
        return record, _("The attendance of %(code)s was saved.") % {"code": record.code}

    known = selectors.attendance_of(record)
    initial = {"days_total": known.days_total, "days_present": known.days_present} if known else {}
    form = AttendanceForm(*sent(request), initial=initial or {"days_total": acts.days_of(record) or None})
    lead = _("At least 80% of the days are needed to complete.")
    return _page(request, record, form, title=_("Attendance"), button=_("Save"), save=save, lead=lead)
