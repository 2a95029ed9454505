"""Papers made from a nomination: what is still empty, the files, and all papers of one proposal at once."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from participants.forms.backgrounds import AnswersForm
from participants.rules import is_nominee
from participants.rules import letters as rules
from participants.selectors import nominations as records
from participants.selectors import partner_forms as selectors
from participants.services import backgrounds
from participants.services import nominations as people
from participants.services import partner_forms as services
from participants.views.frame import form_page, private, sent


def _opened(request, code: str):
    """A nomination through its door; the papers show personal data, so reading them is logged."""
    record = records.get_nomination(request.user, code)
    selectors.papers_of(request.user, record)
    if request.method == "GET" and not is_nominee(request.user, record):
        people.log_read(record, request.user, {"role": request.user.acting_role})
    return record


@private
@require_safe
def letters(request, code: str):
    """The papers that can be made now, each with what is still empty and who can fill it in."""
    record = _opened(request, code)
    context = {
        "nomination": record,
        "offers": selectors.offers_of(request.user, record),
        "may_answer": rules.may_answer(request.user, record),
        "title": _("Papers to print"),
    }
    return render(request, "participants/letters.html", context)


@private
@require_GET
def letter(request, code: str, paper: str, lang: str, kind: str = services.PDF):
    """One paper as PDF or Word file."""
    record = records.get_nomination(request.user, code)
    found = next((one for one in selectors.papers_of(request.user, record) if one.key == paper), None)
    if found is None or lang not in services.LANGUAGES or kind not in services.TYPES:
        raise Http404
    told = selectors.handed_over(request.user, record)
    content = services.make(record, found, lang, kind, request.user, handed_over=told)
    return _file(content, services.TYPES[kind], services.file_name(record, found, lang, kind))


def _file(content, content_type: str, name: str):
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@private
@require_safe
def roster_papers(request, code: str):
    """The chosen people of one proposal with the state of their papers, and the archive of all of them."""
    proposal = records.get_roster_proposal(request.user, code)
    rows, _known = selectors.chosen_of(request.user, proposal)
    if request.method == "GET":
        people.log_read(proposal, request.user, {"nominations": len(rows)})
    context = {"proposal": proposal, "rows": rows, "title": _("Papers of the chosen people")}
    return render(request, "participants/roster_papers.html", context)


@private
@require_GET
def roster_bundle(request, code: str, lang: str, kind: str):
    """All papers of the chosen people as one ZIP, made while it is being sent."""
    proposal = records.get_roster_proposal(request.user, code)
    if lang not in services.LANGUAGES or kind not in services.TYPES:
        raise Http404
    rows, known = selectors.chosen_of(request.user, proposal)
    services.check_can_make(kind)
    wanted = [(row.nomination, made.paper) for row in rows for made in row.papers]
    pieces = services.bundle(wanted, lang, kind, request.user, known)
    response = StreamingHttpResponse(pieces, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{proposal.code}-{lang}-{kind}.zip"'
    return response


@private
@require_http_methods(["GET", "HEAD", "POST"])
def answers(request, code: str):
    """What only the partner's paper asks for."""
    user = request.user
    record = records.get_nomination(user, code)
    paper = rules.paper_of_partner(record)
    if paper is None:
        raise Http404
    if not rules.may_answer(user, record):
        raise PermissionDenied("participants.nomination.answers")
    if request.method == "GET" and not is_nominee(user, record):
        people.log_read(record, user, {"role": user.acting_role})

    def save(form):
        done = backgrounds.answer(
            record,
            background=form.for_person,
            course=form.for_course,
            office=form.for_office,
            accommodation=form.accommodation,
            consent=form.cleaned_data.get("consent", False),
            actor=user,
            version=form.cleaned_data["version"],
        )
        return reverse("participants:letters", args=[done.code]), _("%(code)s was saved.") % {"code": done.code}

    form = AnswersForm(
        *sent(request),
        asked=rules.asked_of(record),
        required=rules.required_of(record),
        partner=paper.partner,
        nomination=record,
        known=services.known_of([record], user),
        with_office=rules.may_present_office(user, record),
    )
    return form_page(
        request,
        form,
        title=selectors.asks(record),
        button=_("Save"),
        save=save,
        back=reverse("participants:letters", args=[record.code]),
        nomination=record,
        parts=selectors.form_parts(user, record, "answers"),
        lead=_(
            "%(partner)s asks for this on its paper; other partners ask less. Fill in what you know: a paper with "
            "empty fields can be made as a draft. No identity card, passport, health or bank data."
        )
        % {"partner": paper.partner},
    )
