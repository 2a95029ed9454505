"""The certificate of a completed training: handed out, and corrected."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from participants.forms.certificates import CorrectionForm
from participants.rules import certificates as rules
from participants.selectors import nominations as selectors
from participants.services import certificates as services
from participants.views.frame import form_page, private, sent
from workflow.downloads import file_response


@private
@require_GET
def certificate(request, code: str):
    """The certificate as PDF, made when it is asked for first. For whom it does not exist: 404."""
    record = selectors.get_nomination(request.user, code)
    if not rules.may_read_certificate(request.user, record):
        raise Http404
    found = services.certificate_for(record, request.user)
    response = file_response(found)
    services.log_download(found, request.user)
    return response


@private
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request, code: str):
    """A certificate with corrected facts in the place of the former one."""
    record = selectors.get_nomination(request.user, code)
    if not rules.may_read_certificate(request.user, record):
        raise Http404
    if not rules.may_correct(request.user, record):
        raise PermissionDenied("participants.nomination.correct_certificate")

    def save(form):
        data = form.cleaned_data
        made = services.correct(
            record,
            request.user,
            name=data["name"],
            number=data["certificate_number"],
            hours=data["lesson_hours"],
            reason=data["reason"],
            version=data["version"],
        )
        said = _("Version %(version)d of the certificate of %(code)s was issued.")
        return record, said % {"version": made.version, "code": record.code}

    return form_page(
        request,
        CorrectionForm(*sent(request), nomination=record),
        title=_("Correct the certificate"),
        button=_("Issue the corrected certificate"),
        save=save,
        back=record.get_absolute_url(),
        nomination=record,
        lead=_("Whoever checks the former certificate reads at once that a corrected one took its place."),
    )
