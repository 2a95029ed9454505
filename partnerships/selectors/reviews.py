"""Reads on reviews, always for a user: the list, one review, what can be reviewed."""

from __future__ import annotations

from django.db.models import Avg, Case, CharField, Count, Q, Value, When
from django.db.models.functions import Coalesce
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Organisation
from partnerships.models import Criterion, Review, ReviewRating
from partnerships.rules import reviews as rules
from programs.models import Program
from workflow.listing import Facet, Listing
from workflow.reading import get_seen, seen_by

FLOW = "partnerships.review"


def reviews_seen_by(user):
    """The reviews that exist for this user, rows ready for a list, with the mean of their ratings."""
    return seen_by(user, FLOW).annotate(
        mean=Avg("ratings__step"), rated=Count("ratings__step"), about=_kind(),
        partner_pk=Coalesce("program__partner_id", "agreement__partner_id"),
    )  # fmt: skip


def _kind():
    return Case(
        When(program__isnull=False, then=Value("program")), default=Value("agreement"), output_field=CharField()
    )


def get_review(user, code: str) -> Review:
    """One review through its only door; what the user may not see raises Http404."""
    return get_seen(user, FLOW, code=code.upper())


def ratings_of(review) -> list[ReviewRating]:
    """The six ratings in the order of the criteria."""
    order = {criterion.value: n for n, criterion in enumerate(Criterion)}
    return sorted(review.ratings.all(), key=lambda rating: order[rating.criterion])


def recommendations_of(review) -> list:
    """The recommendations in order."""
    return list(review.recommendations.all())


def _partner_names(ids):
    known = {o.pk: o.name for o in Organisation.objects.filter(pk__in=[i for i in ids if str(i).isdigit()])}
    return dict(sorted(known.items(), key=lambda pair: pair[1]))


def review_listing(request) -> Listing:
    """The list page."""
    facets = (
        Facet(
            "status",
            gettext_lazy("Status"),
            "status",
            lambda values: {s.code: s.label for s in Review.flow.states if s.code in values},
        ),
        Facet(
            "about",
            gettext_lazy("About"),
            "about",
            lambda values: {"program": _("Programmes"), "agreement": _("Agreements")},
            expression=_kind(),
        ),
        Facet(
            "partner",
            gettext_lazy("Partner"),
            "partner_pk",
            _partner_names,
            expression=Coalesce("program__partner_id", "agreement__partner_id"),
        ),
    )
    return Listing(
        request,
        reviews_seen_by(request.user),
        facets=facets,
        sorts={
            "code": (gettext_lazy("Code"), ("code",)),
            "since": (gettext_lazy("Since"), ("status_since",)),
            "mean": (gettext_lazy("Mean rating"), ("mean",)),
        },
        default_sort="-since",
        search=_search,
    )


def _search(text: str) -> Q:
    found = Q(code__icontains=text)
    for path in ("program__code", "program__title_id", "program__title_en"):
        found |= Q(**{f"{path}__icontains": text})
    for path in ("agreement__code", "agreement__title_id", "agreement__title_en"):
        found |= Q(**{f"{path}__icontains": text})
    return found


def reviews_about(user, subject) -> list[Review]:
    """The reviews of a programme or an agreement that the user may see, newest first."""
    key = "program" if isinstance(subject, Program) else "agreement"
    return list(reviews_seen_by(user).filter(**{key: subject}).order_by("-pk"))


def subject_to_review(user, kind: str, code: str):
    """A programme or an agreement by its code, for those who write reviews; Http404 where it does not exist."""
    flows = {"program": "programs.program", "kemitraan": "partnerships.agreement"}
    if kind not in flows:
        raise Http404
    return get_seen(user, flows[kind], code=code)


def subjects(user) -> dict[str, list]:
    """What can be reviewed now: programmes that have run and agreements that came into force, without a review
    under way."""
    open_now = Review.objects.filter(status__in=rules.UNDER_WAY)
    programs = (
        seen_by(user, "programs.program")
        .filter(status__in=rules.REVIEWED_PROGRAMS)
        .exclude(pk__in=open_now.filter(program__isnull=False).values("program_id"))
        .order_by("-status_since", "-pk")[:50]
    )
    agreements = (
        seen_by(user, "partnerships.agreement")
        .filter(status__in=rules.REVIEWED_AGREEMENTS)
        .exclude(pk__in=open_now.filter(agreement__isnull=False).values("agreement_id"))
        .order_by("-status_since", "-pk")[:50]
    )
    return {"programs": list(programs), "agreements": list(agreements)}
