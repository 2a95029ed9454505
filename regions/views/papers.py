"""Evidence and cover letter: attach, remove, and hand out to those who may see the need."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from regions import selectors
from regions.forms import EvidenceForm, LetterForm
from regions.parts import address, next_part
from regions.services import Closed, Replaced, TooMany, attach_evidence, attach_letter, detach
from regions.views.fill import closed_page
from regions.views.saving import editable_need, key_of, page_context
from regions.views.uploads import another_letter, too_many_files
from workflow.downloads import file_response
from workflow.engine import note

TEMPLATE = "regions/papers.html"


def _letter(need):
    return getattr(need, "cover_letter", None)


def _show(request, need, *, evidence_form=None, letter_form=None, status: int = 200):
    following = next_part(need, "papers")
    context = page_context(
        request,
        need,
        "papers",
        evidence_form=evidence_form or EvidenceForm(prefix="evidence"),
        letter_form=letter_form or LetterForm(prefix="letter", letter=_letter(need)),
        papers=list(need.evidence.all()),
        letter=_letter(need),
        next_url=address(need, following),
        next_is_review=following == "review",
    )
    context["forms"] = [context["letter_form"], context["evidence_form"]]
    return render(request, TEMPLATE, context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def papers(request, code):
    """The cover letter and the evidence. Files are stored when they are sent; there is nothing to save in passing."""
    need, elsewhere = editable_need(request, code)
    if elsewhere:
        return elsewhere
    if request.method != "POST":
        return _show(request, need)
    try:
        if "letter" in request.POST:
            return _take_letter(request, need)
        return _take_evidence(request, need)
    except Closed as closed:
        return closed_page(request, closed, None, TEMPLATE, "papers", papers=[], letter=None, forms=[])


def _take_letter(request, need):
    form = LetterForm(request.POST, request.FILES, prefix="letter", letter=_letter(need))
    if not form.is_valid():
        return _show(request, need, letter_form=form, status=400)
    data = form.cleaned_data
    try:
        attach_letter(
            need,
            data["letter"],
            number=data["number"],
            date=data["date"],
            subject=data["subject"],
            actor=request.user,
            was=data["was"],
        )
    except Replaced as replaced:
        form.add_error("letter", another_letter(replaced.letter))
        form.data = form.data.copy()
        form.data[form["was"].html_name] = replaced.letter.sha256  # seen now: sent again, it is replaced
        return _show(request, need, letter_form=form, status=409)
    messages.success(request, _("The cover letter is stored."))
    return redirect(address(need, "papers"))


def _take_evidence(request, need):
    form = EvidenceForm(request.POST, request.FILES, prefix="evidence")
    if not form.is_valid():
        return _show(request, need, evidence_form=form, status=400)
    data, key = form.cleaned_data, key_of(request)
    try:
        paper = attach_evidence(need, data["file"], data["evidence_type"], actor=request.user, client_key=key)
    except TooMany:
        form.add_error("file", too_many_files())
        return _show(request, need, evidence_form=form, status=400)
    messages.success(request, _("%(name)s is attached.") % {"name": paper.name})
    return redirect(address(need, "papers"))


def _remove(request, need, paper):
    if paper is None:
        raise Http404
    if request.method == "POST":
        detach(need, paper, actor=request.user)
        messages.success(request, _("%(name)s was removed.") % {"name": paper.name})
        return redirect(address(need, "papers"))
    return render(request, "regions/remove_paper.html", page_context(request, need, "papers", paper=paper))


@require_http_methods(["GET", "HEAD", "POST"])
def remove_evidence(request, code, pk):
    """Ask once, then remove a file of evidence."""
    need, elsewhere = editable_need(request, code)
    return elsewhere or _remove(request, need, selectors.evidence_of(need, pk))


@require_http_methods(["GET", "HEAD", "POST"])
def remove_letter(request, code):
    """Ask once, then remove the cover letter."""
    need, elsewhere = editable_need(request, code)
    return elsewhere or _remove(request, need, _letter(need))


def _send(request, need, paper):
    """Hand out a file under its own name. Reading is logged: evidence may describe people."""
    if paper is None:
        raise Http404
    shown = paper.content_type == "application/pdf" and request.GET.get("lihat") == "1"
    response = file_response(paper, inline=shown)
    if request.method == "GET":
        note(need.flow, need, request.user, "download", {"name": paper.name})
    return response


@require_safe
def evidence_file(request, code, pk):
    """One file of evidence."""
    need = selectors.get_need(request.user, code)
    return _send(request, need, selectors.evidence_of(need, pk))


@require_safe
def letter_file(request, code):
    """The cover letter."""
    need = selectors.get_need(request.user, code)
    return _send(request, need, _letter(need))
