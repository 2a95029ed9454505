"""Papers of an agreement and its letters to bodies outside."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from partnerships.forms.documents import AnswerForm, LetterForm, UploadForm
from partnerships.rules import agreements as rules
from partnerships.rules.documents import kinds_to_upload
from partnerships.selectors import agreements as selectors
from partnerships.selectors.agreement_stages import OUTSIDE
from partnerships.services import documents as services
from partnerships.services import external_steps
from partnerships.views.agreements import form_page, sent
from workflow.downloads import file_response


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request, code):
    """Add a paper: a new version of its kind."""
    agreement = selectors.get_agreement(request.user, code)
    kinds = kinds_to_upload(request.user, agreement)
    if not kinds:
        raise PermissionDenied("partnerships.agreement.upload")

    def save(form):
        data = form.cleaned_data
        paper = services.attach(agreement, data["kind"], data["file"], request.user, data["note"])
        return _("%(kind)s, version %(version)d, was stored.") % {
            "kind": paper.get_kind_display(),
            "version": paper.version,
        }

    form = UploadForm(*sent(request), kinds=kinds, initial={"kind": request.GET.get("kind", "")})
    lead = _("Each upload is a new version. Earlier versions stay readable.")
    return form_page(request, agreement, form, title=_("Upload a document"), button=_("Upload"), save=save, lead=lead)


@require_safe
def download(request, code, pk):
    """One paper the user may read; who opened it is logged."""
    agreement = selectors.get_agreement(request.user, code)
    paper = selectors.get_paper(request.user, agreement, pk)
    if paper is None:
        raise Http404
    response = file_response(paper)
    if request.method == "GET":
        paper.agreement = agreement
        services.log_download(paper, request.user)
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def letter(request, code):
    """Record a letter to a body outside."""
    agreement = selectors.get_agreement(request.user, code)
    if not rules.may_record_letters(request.user, agreement):
        raise PermissionDenied("partnerships.agreement.letter")

    def save(form):
        made = external_steps.record_sent(agreement, request.user, **form.cleaned_data)
        return _("The letter %(number)s to %(body)s was recorded.") % {
            "number": made.ref_no,
            "body": made.get_body_display(),
        }

    step = OUTSIDE.get(agreement.status, "")
    form = LetterForm(*sent(request), agreement=agreement, step=step)
    lead = _("From this date on the age of the letter is shown. Bodies outside keep their own time.")
    return form_page(request, agreement, form, title=_("Record a letter"), button=_("Record it"), save=save, lead=lead)


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request, code, pk):
    """Record the answer to a letter, with its document."""
    agreement = selectors.get_agreement(request.user, code)
    if not rules.may_record_letters(request.user, agreement):
        raise PermissionDenied("partnerships.agreement.answer")
    known = selectors.get_letter(agreement, pk)
    if known is None:
        raise Http404

    def save(form):
        data = form.cleaned_data
        external_steps.record_answer(
            known,
            request.user,
            answered_on=data["answered_on"],
            answer_no=data["answer_no"],
            result=data["result"],
            upload=data["document"],
        )
        return _("The answer of %(body)s was recorded.") % {"body": known.get_body_display()}

    form = AnswerForm(*sent(request), letter=known)
    lead = _("%(body)s, letter %(number)s: %(purpose)s.") % {
        "body": known.get_body_display(),
        "number": known.ref_no,
        "purpose": known.purpose,
    }
    return form_page(
        request, agreement, form, title=_("Record the answer"), button=_("Record it"), save=save, lead=lead
    )
