"""What happens between the acts: papers, permits, score sheets."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from participants.forms.people import ClearanceForm, PaperForm, ScoreForm
from participants.rules import acts, editing
from participants.rules import papers as paper_rules
from participants.selectors import nominations as selectors
from participants.services import nominations as services
from participants.services import permits
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
        data = form.cleaned_data
        stored = services.attach(record, data["kind"], data["file"], request.user, version=data["version"])
        return record, _("%(kind)s was stored.") % {"kind": stored.get_kind_display()}

    initial = {"kind": request.GET.get("jenis", ""), "version": record.version}
    form = PaperForm(*sent(request), kinds=kinds, initial=initial)
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
        permits.save_clearance(record, form.rows, data["departs_on"], request.user, data["version"])
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
        data = form.cleaned_data
        services.score(record, request.user, form.values, data["related"], seen=data["version"])
        return record, _("Your score sheet for %(code)s was saved.") % {"code": record.code}

    own = next((s for s in selectors.sheets_of(request.user, record) if s.member_id == request.user.pk), None)
    names = ("relevance", "competence", "language", "plan")
    initial = {name: getattr(own, name) for name in names} | {"related": own.related_to_person} if own else {}
    mark = services.content_mark
    form = ScoreForm(*sent(request), initial={**initial, "version": mark(record)})
    lead = _("Read the person's data and papers first. Three sheets are needed; yours is one.")
    return _page(request, record, form, title=_("Score sheet"), button=_("Hand in"), save=save, lead=lead, seen=mark)
