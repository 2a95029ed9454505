"""The certificate of a completed training: handed out, and taken back."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from participants.forms.certificates import RevokeForm
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
def revoke(request, code: str):
    """Take a certificate back, with or without a corrected one in its place."""
    record = selectors.get_nomination(request.user, code)
    if not rules.may_read_certificate(request.user, record):
        raise Http404
    if not rules.may_revoke(request.user, record):
        raise PermissionDenied("participants.nomination.revoke_certificate")

    def save(form):
        services.revoke(record, request.user, reason=form.cleaned_data["reason"], again=form.cleaned_data["again"])
        return record, _("The certificate of %(code)s was revoked.") % {"code": record.code}

    return form_page(
        request,
        RevokeForm(*sent(request)),
        title=_("Revoke the certificate"),
        button=_("Revoke it"),
        save=save,
        back=record.get_absolute_url(),
        nomination=record,
        lead=_("Whoever checks the certificate reads at once that it is not valid. The reason is not public."),
    )
