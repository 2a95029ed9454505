"""Who holds which role on a review, and the questions that can refuse an act."""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.roles import CENTRAL, MINISTRY, OFFICE, PARTNER, Role
from accounts.rules import capacity, holders, people_with
from partnerships.models import (
    FINISHED,
    HOLDING,
    SHORTEST,
    UNDER_WAY,
    AgreementStatus,
    Criterion,
    Proposal,
    Review,
    ReviewStatus,
)
from programs.models import Program, ProgramStatus
from workflow.mandate import covers

FLOW = "partnerships.review"
HEADS = (Role.PPSDM_HEAD, Role.BIROKS_HEAD)
OWNERS = (*MINISTRY, Role.DINAS_HEAD, Role.PROV_VER, Role.PARTNER_HEAD)
"""Posts a recommendation may be addressed to."""

REVIEWED_PROGRAMS = (ProgramStatus.RUNNING, ProgramStatus.COMPLETED, ProgramStatus.EVALUATED)
REVIEWED_AGREEMENTS = (
    AgreementStatus.ACTIVE,
    AgreementStatus.UNDER_AMENDMENT,
    AgreementStatus.SUSPENDED,
    AgreementStatus.EXPIRED,
    AgreementStatus.TERMINATED,
    AgreementStatus.CLOSED,
)
"""What has begun can be reviewed; what is still being prepared has nothing to show."""


# --- Who


def seats_under(review):
    """The proposals that hold seats of the programme or under the agreement."""
    holding = Proposal.objects.filter(status__in=HOLDING)
    if review.program_id:
        return holding.filter(intake__program_id=review.program_id)
    return holding.filter(agreement_id=review.agreement_id)


def roles_on_review(user, review) -> set[str]:
    """The role a user holds on this review in the capacity they act in now; in which states, the table says.

    The ministry and the auditor; the partner concerned; the offices whose people have seats, or whose region is a
    party, and the verifiers of their provinces.
    """
    role, organisation = capacity(user)
    if role in PARTNER:
        return {role} if review.subject.partner_id == organisation.pk else set()
    if role in OFFICE:
        party = bool(review.agreement_id) and review.agreement.office_id == organisation.pk
        return {role} if party or seats_under(review).filter(line__need__office=organisation).exists() else set()
    if role == Role.PROV_VER:
        code = organisation.region_code
        if len(code) != 2:
            return set()
        office = review.agreement.office if review.agreement_id else None
        party = office is not None and office.region_code.startswith(code)
        there = seats_under(review).filter(line__need__office__region_code__startswith=code)
        return {role} if party or there.exists() else set()
    return {role} if role in CENTRAL else set()


def reviews_in_reach(user) -> Q:
    """`roles_on_review` as a query."""
    role, organisation = capacity(user)
    if role in PARTNER:
        return Q(program__partner_id=organisation.pk) | Q(agreement__partner_id=organisation.pk)
    if role in OFFICE:
        return _with_seats(line__need__office=organisation) | Q(agreement__office_id=organisation.pk)
    if role == Role.PROV_VER:
        code = organisation.region_code
        if len(code) != 2:
            return Q(pk__in=[])
        return _with_seats(line__need__office__region_code__startswith=code) | Q(
            agreement__office__region_code__startswith=code
        )
    return Q() if role in CENTRAL else Q(pk__in=[])


def _with_seats(**where) -> Q:
    holding = Proposal.objects.filter(status__in=HOLDING, **where)
    return Q(program__in=holding.filter(intake__isnull=False).values("intake__program_id")) | Q(
        agreement__in=holding.filter(agreement__isnull=False).values("agreement_id")
    )


def people_on_review(review, roles):
    """`roles_on_review` read backwards: the users who hold one of the roles on this review."""
    wanted = set(roles)
    conditions = [Q(role=role) for role in wanted if role in CENTRAL]
    if review.subject.partner_id:
        conditions += [holders(role, pk=review.subject.partner_id) for role in wanted if role in PARTNER]
    if wanted & {*OFFICE, Role.PROV_VER}:
        offices = dict(seats_under(review).values_list("line__need__office", "line__need__office__region_code"))
        if review.agreement_id and review.agreement.office_id:
            offices[review.agreement.office_id] = review.agreement.office.region_code
        conditions += [holders(role, pk__in=list(offices)) for role in wanted if role in OFFICE]
        if Role.PROV_VER in wanted:
            provinces = sorted({code[:2] for code in offices.values() if len(code) >= 2})
            conditions.append(holders(Role.PROV_VER, region_code__in=provinces))
    return people_with(*conditions)


def my_turn(user) -> Q:
    """`Review.waits_for` as a query: a programme is answered for by PPSDM, an agreement by the Bureau of
    Cooperation."""
    role = capacity(user)[0]
    if role == Role.PPSDM_HEAD:
        return Q(program__isnull=False)
    if role == Role.BIROKS_HEAD:
        return Q(agreement__isnull=False)
    return Q()


def may_begin(user) -> bool:
    """Whether the user writes reviews at all."""
    return capacity(user)[0] == Role.EVAL and covers(user, FLOW)


def may_review(user, subject) -> bool:
    """Whether the user may begin a review of this programme or agreement now."""
    return may_begin(user) and not why_not(subject)


def why_not(subject) -> str:
    """Why no review of this programme or agreement can be begun now; an empty string if one can."""
    begun = REVIEWED_PROGRAMS if isinstance(subject, Program) else REVIEWED_AGREEMENTS
    if subject.status not in begun:
        return _("A review can begin once the training is running or the agreement is in force.")
    if about(subject).filter(status__in=UNDER_WAY).exists():
        return _("A review of this record is being written already.")
    return ""


def about(subject):
    """Every review of a programme or an agreement."""
    key = "program" if isinstance(subject, Program) else "agreement"
    return Review.objects.filter(**{key: subject})


def has_finished_review(program) -> bool:
    """Whether a review of the programme says all it has to say."""
    return about(program).filter(status__in=FINISHED).exists()


def may_write(user, review) -> bool:
    """Whether the user may change what the review says."""
    return capacity(user)[0] in review.state.edits and covers(user, FLOW)


def may_respond(user, review) -> bool:
    """Whether the user may write the response to single recommendations."""
    return review.status == ReviewStatus.SUBMITTED and capacity(user)[0] == review.head and covers(user, FLOW)


# --- Reasons: each returns a sentence that refuses, or an empty string


def is_about_program(review) -> bool:
    """PPSDM answers."""
    return review.program_id is not None


def is_about_agreement(review) -> bool:
    """The Bureau of Cooperation answers."""
    return review.agreement_id is not None


def every_criterion_is_rated(review, actor) -> str:
    """Six steps, each with its reasons and sources."""
    ratings = {r.criterion: r for r in review.ratings.all()}
    missing = [
        str(criterion.label)
        for criterion in Criterion
        if (rating := ratings.get(criterion.value)) is None
        or rating.step is None
        or len(rating.text.strip()) < SHORTEST
        or not rating.sources.strip()
    ]
    if not missing:
        return ""
    return _("Rate with reasons of at least %(count)d characters and name the sources: %(criteria)s.") % {
        "count": SHORTEST,
        "criteria": ", ".join(missing),
    }


def says_what_it_found(review, actor) -> str:
    """A summary, and the period it speaks of."""
    if review.summary.strip() and review.covers_from and review.covers_to:
        return ""
    return _("Fill in the period reviewed and the summary of the findings.")


def recommends_something(review, actor) -> str:
    """A review without a recommendation changes nothing."""
    return "" if review.recommendations.exists() else _("Write at least one recommendation, with a post and a date.")


def every_recommendation_is_answered(review, actor) -> str:
    """Management says to each whether and how it will be done."""
    left = review.recommendations.filter(stance="").count()
    return _("Answer each recommendation first: %(count)d left.") % {"count": left} if left else ""


def may_still_be_returned(review, actor) -> str:
    """Management points out errors; it does not hold a review back."""
    if review.return_count < 2:
        return ""
    return _("This review was returned twice. Answer it; the response is published with it.")


def time_to_answer_is_over(review, actor) -> str:
    """Silence does not keep a review from the public."""
    if review.due_at and review.due_at < timezone.now():
        return ""
    return _("Management still has time to answer. After that the review can be published without a response.")
