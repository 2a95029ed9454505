"""Pages of agreements: list, one agreement, opening, content, grant, clauses, acts."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from partnerships.forms.agreements import ClauseForm, ContentForm, GrantForm, OpenForm
from partnerships.models import OPEN_TRACKS, Clause
from partnerships.rules import agreements as rules
from partnerships.rules.documents import kinds_to_upload, papers_to_draft, reads_everything
from partnerships.selectors import agreements as selectors
from partnerships.selectors.agreement_stages import stage_rows
from partnerships.services import agreements as services
from workflow.acting import stale_sentence
from workflow.engine import Refused, Stale, offered
from workflow.views import act_view

FORM = "partnerships/agreements/form.html"


@require_safe
def agreement_list(request):
    """Every agreement the user may see."""
    listing = selectors.agreement_listing(request)
    for row in listing.rows:
        row.ages = [selectors.ageing(letter) for letter in row.open_letters]
    context = {"listing": listing, "may_open": any(rules.may_open(request.user, t) for t in OPEN_TRACKS)}
    return render(request, "partnerships/agreements/list.html", context)


@require_safe
def agreement_page(request, code):
    """One agreement: stages, parties, seats, papers, letters, history."""
    agreement = selectors.get_agreement(request.user, code)
    user = request.user
    letters = selectors.letters_of(agreement)
    papers = selectors.papers_of(user, agreement)
    readable = {paper.pk for group in papers for paper in (group.latest, *group.earlier)}
    rows = stage_rows(agreement, letters)
    seats = selectors.seat_rows(user, agreement)
    offers = offered(user, agreement)
    context = {
        "agreement": agreement,
        "stages": rows,
        "stage": next((row for row in rows if row.place == "now"), None),
        "offers": offers,
        "letters": letters,
        "papers": papers,
        "readable": readable,
        "seats": seats,
        "seat_total": sum(row.seats_allotted for row in seats),
        "regions": selectors.region_names(agreement),
        "parties": selectors.parties_of(agreement),
        "copies": selectors.copies_of(agreement),
        "clauses": [(clause.label, bool(agreement.clauses.get(clause.value))) for clause in Clause],
        "reads_everything": reads_everything(user, agreement),
        "may_edit": rules.may_edit_content(user, agreement),
        "may_upload": bool(kinds_to_upload(user, agreement)),
        "may_draft": bool(papers_to_draft(user, agreement)),
        "may_record_letters": rules.may_record_letters(user, agreement),
        "may_check_clauses": rules.may_check_clauses(user, agreement),
        "may_keep_grant": rules.may_keep_grant(user, agreement),
    }
    return render(request, "partnerships/agreements/page.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def act_agreement(request, code, action):
    """One act on one agreement."""
    return act_view(request, selectors.get_agreement(request.user, code), action)


@require_http_methods(["GET", "HEAD", "POST"])
def open_agreement(request):
    """A new agreement by hand."""
    if not any(rules.may_open(request.user, track) for track in OPEN_TRACKS):
        raise PermissionDenied("partnerships.agreement.create")
    form = OpenForm(*sent(request), user=request.user)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        office = data["office"]
        agreement = services.open_agreement(
            track=data["track"],
            partner=data["partner"],
            program=data["program"],
            office=office,
            regions=[office.region_code] if office and office.region_code else [],
            subject=data["subject"],
            titles={"title_id": data["title_id"], "title_en": data["title_en"]},
            actor=request.user,
        )
        messages.success(request, _("Agreement %(code)s was opened.") % {"code": agreement.code})
        return redirect(agreement)
    context = {
        "form": form,
        "title": _("Open an agreement"),
        "button": _("Open the agreement"),
        "back": "partnerships:agreements",
    }
    return render(request, FORM, context, status=400 if form.is_bound else 200)


def sent(request) -> tuple:
    """What a form is bound to: the answers and files of a POST, nothing otherwise."""
    return (request.POST, request.FILES) if request.method == "POST" else ()


def form_page(request, agreement, form, *, title, button, save, lead="", stays=None, template=FORM, more=None):
    """Show a form about one agreement, or write it: 400 for answers to repair, 409 for who came second."""
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            said = save(form)
        except Refused as refusal:
            for reason in refusal.reasons:
                form.add_error(None, reason)
            status = 409
        except Stale as stale:
            agreement = stale.record
            form.add_error(None, stale_sentence(agreement))
            if "version" in form.fields:
                # The person has now been told of the change: saving again is a decision, not an oversight.
                form.data = form.data.copy()
                form.data["version"] = agreement.version
            status = 409
        else:
            messages.success(request, said)
            return redirect(stays or agreement)
    elif request.method == "POST":
        status = 400
    context = {"agreement": agreement, "form": form, "title": title, "button": button, "lead": lead, **(more or {})}
    return render(request, template, context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def edit_agreement(request, code):
    """The content: subject, scope, costs, place, validity."""
    agreement = selectors.get_agreement(request.user, code)
    if not rules.may_edit_content(request.user, agreement):
        raise PermissionDenied("partnerships.agreement.edit")

    def save(form):
        services.save_content(agreement, request.user, form.values, version=form.cleaned_data["version"])
        return _("The content of %(code)s was saved.") % {"code": agreement.code}

    form = ContentForm(*sent(request), instance=agreement, user=request.user)
    return form_page(request, agreement, form, title=_("Change the content"), button=_("Save"), save=save)


@require_http_methods(["GET", "HEAD", "POST"])
def grant(request, code):
    """The grant's registration."""
    agreement = selectors.get_agreement(request.user, code)
    if not rules.may_keep_grant(request.user, agreement):
        raise PermissionDenied("partnerships.agreement.grant")

    def save(form):
        services.save_grant(agreement, request.user, form.cleaned_data)
        return _("The grant of %(code)s was saved.") % {"code": agreement.code}

    form = GrantForm(*sent(request), instance=agreement)
    lead = _(
        "A course paid by the partner abroad is usually not booked as a grant; "
        "equipment and activities in the country are."
    )
    return form_page(request, agreement, form, title=_("Grant registration"), button=_("Save"), save=save, lead=lead)


@require_http_methods(["GET", "HEAD", "POST"])
def clauses(request, code):
    """The Legal Bureau's checklist."""
    agreement = selectors.get_agreement(request.user, code)
    if not rules.may_check_clauses(request.user, agreement):
        raise PermissionDenied("partnerships.agreement.clauses")

    def save(form):
        services.save_clauses(agreement, request.user, form.cleaned_data["clauses"])
        return _("The checklist of %(code)s was saved.") % {"code": agreement.code}

    present = {"clauses": [code for code, ticked in agreement.clauses.items() if ticked]}
    form = ClauseForm(*sent(request), initial=present)
    lead = _("Tick what the present text settles. A new version of the text starts the list anew.")
    return form_page(request, agreement, form, title=_("Clause checklist"), button=_("Save"), save=save, lead=lead)
