"""Papers of an agreement and its letters to bodies outside."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from partnerships.forms.documents import AnswerForm, DraftForm, LetterForm, UploadForm
from partnerships.models import ANSWERED_OUTSIDE
from partnerships.rules import agreements as rules
from partnerships.rules.documents import kinds_to_upload, papers_to_draft
from partnerships.selectors import agreements as selectors
from partnerships.services import documents as services
from partnerships.services import external_steps
from partnerships.services import papers as paper_services
from partnerships.views.agreements import form_page, sent
from workflow import papers as paper_maker
from workflow.downloads import file_response
from workflow.formats import language
from workflow.seals import address, kind_label, qr

DRAFT = "partnerships/agreements/draft.html"


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
def draft(request, code):
    """Have the portal draft a paper: stored as the next version of its kind, or shown to be printed."""
    agreement = selectors.get_agreement(request.user, code)
    forms = papers_to_draft(request.user, agreement)
    if not forms:
        raise PermissionDenied("partnerships.agreement.draft")

    def save(form):
        data = form.cleaned_data
        paper = paper_services.draft(agreement, data["form"], data["language"], request.user)
        return _("%(kind)s, version %(version)d, was drafted. Its number is %(number)s.") % {
            "kind": kind_label(paper.seal),
            "version": paper.version,
            "number": paper.seal.number,
        }

    form = DraftForm(*sent(request), forms=forms)
    lead = _("Drafts carry the word KONSEP, a number, and a code with which anyone can check them.")
    return form_page(
        request,
        agreement,
        form,
        title=_("Draft a paper"),
        button=_("Make the paper"),
        save=save,
        lead=lead,
        template=DRAFT,
        more={"can_make": paper_maker.can_make(), "previews": [(f.label, f.value.lower()) for f in forms]},
    )


@require_safe
def preview(request, code, paper, lang):
    """A paper as a page to read or print, without number and code; nothing is stored."""
    agreement = selectors.get_agreement(request.user, code)
    form = next((f for f in papers_to_draft(request.user, agreement) if f.value.lower() == paper), None)
    if form is None or lang not in paper_services.LANGUAGES:
        raise Http404
    response = HttpResponse(paper_services.preview(agreement, form, lang, request.user))
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
def seal(request, code, pk):
    """Code and QR of one paper, to be printed beside it."""
    agreement = selectors.get_agreement(request.user, code)
    paper = selectors.get_paper(request.user, agreement, pk)
    if paper is None or paper.seal is None:
        raise Http404
    url = address(paper.seal, language())
    context = {"agreement": agreement, "paper": paper, "kind": kind_label(paper.seal), "url": url, "qr": qr(url)}
    return render(request, "partnerships/agreements/seal.html", context)


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

    step = ANSWERED_OUTSIDE.get(agreement.status, "")
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
