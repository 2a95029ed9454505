"""Pages of reviews: list, one review, beginning, writing, answering, print, acts."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from partnerships.forms.reviews import AnswerForm, ReviewForm, VersionForm
from partnerships.rules import reviews as rules
from partnerships.selectors import reviews as selectors
from partnerships.services import reviews as services
from workflow.acting import stale_sentence
from workflow.engine import Refused, Stale
from workflow.views import act_view

WRITE = ["GET", "HEAD", "POST"]


@require_safe
def review_list(request):
    """Every review the user may see."""
    context = {"listing": selectors.review_listing(request), "may_begin": rules.may_begin(request.user)}
    return render(request, "partnerships/reviews/list.html", context)


@require_safe
def review_page(request, code):
    """One review: findings, ratings, recommendations with their response, history."""
    review = selectors.get_review(request.user, code)
    context = {
        **_content(review),
        "may_write": rules.may_write(request.user, review),
        "may_respond": rules.may_respond(request.user, review),
    }
    return render(request, "partnerships/reviews/page.html", context)


@require_safe
def print_view(request, code):
    """The review on paper: everything it says, nothing to click."""
    return render(request, "partnerships/reviews/print.html", _content(selectors.get_review(request.user, code)))


def _content(review) -> dict:
    ratings = selectors.ratings_of(review)
    steps = [rating.step for rating in ratings if rating.step]
    return {
        "review": review,
        "ratings": ratings,
        "rated": len(steps),
        "mean": sum(steps) / len(steps) if steps else None,
        "recommendations": selectors.recommendations_of(review),
    }


@require_http_methods(WRITE)
def begin(request):
    """A new review of a programme or an agreement."""
    if not rules.may_begin(request.user):
        raise PermissionDenied("partnerships.review.create")
    refusals = []
    if request.method == "POST":
        subject = selectors.subject_to_review(request.user, request.POST.get("jenis", ""), request.POST.get("kode", ""))
        try:
            review = services.open_review(subject, request.user)
        except Refused as refusal:
            refusals = refusal.reasons
        else:
            messages.success(request, _("Review %(code)s was begun.") % {"code": review.code})
            return redirect("partnerships:edit_review", code=review.code)
    context = {**selectors.subjects(request.user), "refusals": refusals}
    return render(request, "partnerships/reviews/begin.html", context, status=409 if refusals else 200)


@require_http_methods(WRITE)
def edit(request, code):
    """What the review says: period, summary, six ratings, recommendations."""
    review = selectors.get_review(request.user, code)
    if not rules.may_write(request.user, review):
        raise PermissionDenied("partnerships.review.edit")
    sent = request.POST if request.method == "POST" else None
    form = ReviewForm(
        sent,
        review=review,
        ratings=selectors.ratings_of(review),
        recommendations=selectors.recommendations_of(review),
    )
    status, refusal = 200, ""
    if form.is_valid():
        try:
            services.save_content(review, request.user, **form.values)
        except Stale as stale:
            refusal, status = _told(form.head, stale), 409
        else:
            messages.success(request, _("%(code)s was saved.") % {"code": review.code})
            stays = "edit_review" if request.POST.get("next") == "stay" else "review"
            return redirect(f"partnerships:{stays}", code=review.code)
    elif form.is_bound:
        status = 400
    context = {"review": review, "form": form, "refusal": refusal}
    return render(request, "partnerships/reviews/edit.html", context, status=status)


def _told(form, stale: Stale) -> str:
    """Once told of the change, sending the form again is a decision, not an oversight."""
    form.data = form.data.copy()
    form.data["version"] = stale.record.version
    return stale_sentence(stale.record)


@require_http_methods(WRITE)
def respond(request, code):
    """The head's response to each recommendation."""
    review = selectors.get_review(request.user, code)
    if not rules.may_respond(request.user, review):
        raise PermissionDenied("partnerships.review.respond")
    sent = request.POST if request.method == "POST" else None
    guard = VersionForm(sent, initial={"version": review.version})
    forms = [AnswerForm(sent, recommendation=r) for r in selectors.recommendations_of(review)]
    status, refusal = 200, ""
    if sent is not None and all([form.is_valid() for form in (guard, *forms)]):
        answers = {f.recommendation.pk: f.cleaned_data for f in forms if f.cleaned_data["stance"]}
        try:
            services.respond(review, request.user, answers, version=guard.cleaned_data["version"])
        except Stale as stale:
            refusal, status = _told(guard, stale), 409
        else:
            messages.success(request, _("The response to %(code)s was saved.") % {"code": review.code})
            return redirect(review)
    elif sent is not None:
        status = 400
    context = {"review": review, "guard": guard, "forms": forms, "refusal": refusal}
    return render(request, "partnerships/reviews/respond.html", context, status=status)


@require_http_methods(WRITE)
def act_review(request, code, action):
    """One act on one review."""
    return act_view(request, selectors.get_review(request.user, code), action)
