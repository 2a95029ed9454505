"""A person and their own data: what is held, a copy to take along, requests for correction, the review at the end."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from accounts.rules import zone_of
from participants.forms.rights import AskForm, LetterForm, ReviewForm
from participants.models import RequestKind
from participants.rules import rights
from participants.selectors import personal, requests
from participants.selectors.copies import copy_of
from participants.services import people as retention
from participants.services import rights as services
from participants.services.nominations import log_read
from participants.views.frame import form_page, private, sent
from workflow.views import act_view


@private
@require_safe
def my_data(request):
    """Everything the portal holds about the person who is signed in."""
    people = personal.people_of_account(request.user)
    context = {
        "held": personal.held_about(people),
        "account": personal.account_facts(request.user),
        "requests": requests.own_requests(request.user),
        "zone": zone_of(request.user),
    }
    return render(request, "participants/rights/my_data.html", context)


@private
@require_GET
def my_copy(request):
    """The same as a file; each copy is written down."""
    people = personal.people_of_account(request.user)
    if not people:
        raise Http404
    content = copy_of(request.user, people, own=True)
    services.log_own_copy(people, request.user)
    return _handed(content, f"data-saya-{timezone.localdate():%Y%m%d}.zip")


def _handed(content, name: str) -> FileResponse:
    response = FileResponse(content, as_attachment=True, filename=name, content_type="application/zip")
    response["Cache-Control"] = "private, no-store"
    return response


@private
@require_http_methods(["GET", "HEAD", "POST"])
def own_data(request, code: str):
    """A nominee is led to their own page; the operator hands a copy over on the person's written request."""
    record = requests.nomination_to_ask_about(request.user, code)
    if rights.asks_for_themselves(request.user, record):
        return redirect("participants:my_data")
    if not rights.asks_by_letter(request.user, record):
        raise PermissionDenied("participants.nomination.own_data")
    form = LetterForm(*sent(request), person=record.person)
    if request.method == "POST" and form.is_valid():
        content = copy_of(request.user, [record.person], own=False)
        services.log_handing_over(record, request.user, **form.letter)
        return _handed(content, f"{record.code}-data.zip")
    context = {"form": form, "nomination": record, "correctable": requests.correctable(record.person)}
    status = 400 if form.is_bound else 200
    return render(request, "participants/rights/hand_over.html", context, status=status)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request, code: str, name: str):
    """Ask for a correction, or take a consent back; for people without an account the office records their letter."""
    record = requests.nomination_to_ask_about(request.user, code)
    kind = rights.kind_of(name)
    if not kind or (kind == RequestKind.CONSENT and name not in rights.consents_of(record.person)):
        raise Http404
    if not rights.may_ask(request.user, record):
        raise PermissionDenied("participants.correction.create")

    def save(form):
        made = services.ask(record, name=name, actor=request.user, **form.answers)
        return made, _("%(code)s was sent. An answer is due within 3×24 hours.") % {"code": made.code}

    own = rights.asks_for_themselves(request.user, record)
    form = AskForm(*sent(request), nomination=record, name=name, by_letter=not own)
    return form_page(
        request,
        form,
        title=requests.title_of(name),
        button=_("Take the consent back") if kind == RequestKind.CONSENT else _("Send the request"),
        save=save,
        back=reverse("participants:my_data") if own else record.get_absolute_url(),
        lead=_("Whoever holds the data answers within 3×24 hours, nights and holidays included (law 27/2022)."),
    )


# --- Requests -----------------------------------------------------------------------------------------------


@private
@require_safe
def corrections(request):
    """Requests the reader may see, by code and state; nobody is named."""
    return render(request, "participants/rights/requests.html", {"listing": requests.correction_list(request)})


def _opened(request, code: str):
    record = requests.get_correction(request.user, code)
    if record.person.account_id != request.user.pk:
        log_read(record, request.user, {"role": request.user.acting_role})
    return record


@private
@require_safe
def correction(request, code: str):
    """One request: what is known, what is wanted, who answers until when."""
    record = _opened(request, code)
    context = {
        "correction": record,
        "rows": requests.correction_rows(record),
        "has_certificate": requests.has_certificate(record),
        "nomination": record.nomination,
        "may_open_nomination": personal.sees_page(request.user, record.nomination),
        "zone": zone_of(request.user),
    }
    return render(request, "participants/rights/request.html", context)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def act(request, code: str, action: str):
    """One act on one request."""
    record = _opened(request, code)
    whole = action == "accept" and rights.accepts_now(request.user, record)
    return act_view(request, record, action, facts=requests.correction_rows(record, whole=whole))


# --- The review ---------------------------------------------------------------------------------------------


@private
@require_safe
def review(request):
    """Nominations that ended five years ago: codes and programmes, no names."""
    if not requests.may_open_review(request.user):
        raise PermissionDenied("participants.review")
    context = {"pages": requests.for_review(request), "may_review": requests.may_review(request.user)}
    return render(request, "participants/rights/review.html", context)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def review_one(request, code: str):
    """Let go, or keep until a day with a reason."""
    record = requests.get_for_review(request.user, code)

    def save(form):
        retention.review(record, request.user, **form.answers)
        return reverse("participants:review"), _("%(code)s was reviewed.") % {"code": record.code}

    return form_page(
        request,
        ReviewForm(*sent(request), nomination=record),
        title=_("Review after the time of keeping"),
        button=_("Decide"),
        save=save,
        back=reverse("participants:review"),
        nomination=record,
    )
