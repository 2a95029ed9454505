"""Who holds which role on a need, and the small questions that can refuse an act on it."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.roles import CENTRAL, OFFICE, Role
from accounts.rules import capacity, holders, people_with
from regions.models import FilingWindow, NeedStatus, TrainingNeed
from workflow.calendar import shift

NATIONAL = tuple(r for r in CENTRAL if r not in {Role.DITJEN_REV, Role.LEGAL})
"""Roles at the centre that read every need of the country."""


def guide_units(need) -> set[str]:
    """Codes of the ministry units that guide the posts of a need's lines."""
    return {line.post.guide_unit for line in need.all_lines}


def roles_on_need(user, need) -> set[str]:
    """The role a user holds on this need in the capacity they act in now; empty: the need does not exist for them."""
    role, organisation = capacity(user)
    if not role:
        return set()
    if role in OFFICE:
        return {role} if organisation.pk == need.office_id else set()
    if role == Role.PROV_VER:
        # The provincial verifier reads the whole province, its own office included.
        return {role} if organisation.region_code and organisation.region_code == need.region_code[:2] else set()
    if role == Role.DITJEN_REV:
        return {role} if organisation.code in guide_units(need) else set()
    return {role} if role in NATIONAL else set()


def needs_in_reach(user) -> Q:
    """`roles_on_need` as a query: the needs on which the user holds their present role, whatever the state."""
    role, organisation = capacity(user)
    if role in OFFICE:
        return Q(office_id=organisation.pk)
    if role == Role.PROV_VER and organisation.region_code:
        return Q(office__region_code__startswith=organisation.region_code)
    if role == Role.DITJEN_REV:
        return Q(
            pk__in=TrainingNeed.objects.filter(lines__post__guide_unit=organisation.code).values("pk")
        )
    return Q() if role in NATIONAL else Q(pk__in=[])


def my_turn(user) -> Q:
    """Where the state leaves it open whose turn it is: sign-off belongs to the head, repair to the operator, and a
    technical review to the unit that was asked."""
    role, organisation = capacity(user)
    if role == Role.DINAS_HEAD:
        return Q(signature_requested_at__isnull=False)
    if role == Role.DINAS_OP:
        return Q(signature_requested_at__isnull=True)
    if role == Role.DITJEN_REV:
        return Q(technical_unit=organisation.code)
    return Q()


def people_on_need(need, roles):
    """`roles_on_need` read backwards: the users who hold one of the roles on this need."""
    conditions = []
    for role in roles:
        if role in OFFICE:
            conditions.append(holders(role, pk=need.office_id))
        elif role == Role.PROV_VER:
            conditions.append(holders(role, region_code=need.region_code[:2]))
        elif role == Role.DITJEN_REV:
            conditions.append(holders(role, code__in=guide_units(need)))
        elif role in NATIONAL:
            conditions.append(Q(role=role))
    return people_with(*conditions)


# --- Reasons: each returns a sentence that refuses, or an empty string -------------------------------------------


def has_lines(need, actor) -> str:
    """At least one line."""
    return "" if need.all_lines else _("Add at least one line: a post and the people to train.")


def lines_are_complete(need, actor) -> str:
    """Every line has a gap."""
    missing = [str(n) for n, line in enumerate(need.all_lines, 1) if not line.gaps.all()]
    if not missing:
        return ""
    return _("Line %(lines)s: choose a competency with its current and target level.") % {"lines": ", ".join(missing)}


def posts_allowed_here(need, actor) -> str:
    """Inspectors and OSH testers exist only at the centre and in the provinces."""
    wrong = [line.post.label for line in need.all_lines if not line.post.allowed_at(need.office)]
    if not wrong:
        return ""
    return _(
        "%(posts)s: this post exists only at the centre and in provincial offices. "
        "Remove the line and send the request to your province."
    ) % {"posts": ", ".join(dict.fromkeys(wrong))}


def quantities_fit(need, actor) -> str:
    """People requested fit the staff in post and the vacancies that will be filled."""
    for number, line in enumerate(need.all_lines, 1):
        limit = line.in_post + line.vacancies_to_fill
        if line.requested_total > limit:
            return _(
                "Line %(line)d: %(people)d people is more than the staff in post plus vacancies to be filled (%(limit)d)."
                " Change the number, or state the vacancies that will be filled."
            ) % {"line": number, "people": line.requested_total, "limit": limit}
        if line.requested_total > 200 and not line.justification:
            return _("Line %(line)d: explain why more than 200 people are requested.") % {"line": number}
    return ""


def reason_is_given(need, actor) -> str:
    """Urgency, mode and one sentence on why."""
    if need.urgency and need.preferred_mode and need.causes and need.reason.strip():
        return ""
    return _("Complete the reason: urgency, delivery mode, at least one cause and one sentence.")


def contact_is_given(need, actor) -> str:
    """The officer in charge is known by post and official e-mail."""
    return "" if need.contact_post and need.contact_email else _("Fill in the officer in charge and the official e-mail.")


def has_evidence(need, actor) -> str:
    """At least one file of evidence."""
    return "" if need.evidence.exists() else _("Attach at least one file of supporting evidence.")


def has_cover_letter(need, actor) -> str:
    """The signed cover letter with its number and date."""
    return "" if hasattr(need, "cover_letter") else _("Attach the signed cover letter with its number and date.")


def window_is_open(need, actor) -> str:
    """Needs are submitted inside a filing window; revisions, resubmissions and objections at any time."""
    if need.revises_id or need.status == NeedStatus.RETURNED or FilingWindow.open_now():
        return ""
    coming = FilingWindow.next_after()
    if coming is None:
        return _("Filing is closed. The next window has not been announced yet; your draft is kept.")
    return _("Filing is closed until %(date)s. Your draft is kept.") % {"date": coming.opens_at.strftime("%d/%m/%Y")}


def office_is_active(need, actor) -> str:
    """Suspended offices file nothing."""
    return _("This office is suspended. Contact the ministry.") if need.office.suspended else ""


def content_complete(need, actor) -> str:
    """The content the operator is responsible for, before the head is asked to sign."""
    for check in (
        office_is_active,
        contact_is_given,
        has_lines,
        lines_are_complete,
        posts_allowed_here,
        quantities_fit,
        reason_is_given,
        has_evidence,
        has_cover_letter,
    ):
        if sentence := check(need, actor):
            return sentence
    return ""


def goes_to_province(need) -> bool:
    """Regency and city needs pass the province first; revisions of approved needs do not."""
    return need.office.is_regency_level and not need.revises_id


def goes_to_ministry(need) -> bool:
    """Provincial offices, training centres, central units and revisions go straight to the ministry."""
    return not goes_to_province(need)


def may_still_be_returned(need, actor) -> str:
    """After three returns a call serves better than a fourth letter."""
    if need.return_count < 3:
        return ""
    return _("This need was returned three times. Agree on a call with the office, then approve or reject it.")


def comments_are_open(need, actor) -> str:
    """Each remark of the last return is ticked off before the need comes back."""
    if need.status != NeedStatus.RETURNED:
        return ""
    left = need.comments.filter(resolved_at__isnull=True, round=need.return_count).count()
    return _("Tick off the reviewers' remarks first: %(count)d left.") % {"count": left} if left else ""


def objection_in_time(need, actor) -> str:
    """One objection within 21 working days after the rejection (UU 30/2014)."""
    if need.objected:
        return _("An objection was already made; it can be made once.")
    if timezone.localdate(need.status_since) < shift(timezone.localdate(), -21):
        return _("The 21 working days for an objection are over. File a new need instead.")
    return ""


def rejection_reason_is_long_enough(need, actor, answers) -> str:
    """A rejection explains itself."""
    return "" if len(answers.get("reason", "").strip()) >= 30 else _("Explain the rejection in at least 30 characters.")


def parent_is_mergeable(need, actor, answers) -> str:
    """A need is merged into another living need that shares a theme, never into itself or in a circle."""
    parent = TrainingNeed.objects.filter(code=str(answers.get("parent", "")).strip().upper()).first()
    if parent is None:
        return _("There is no need with this code. Check the code, for example KB-2026-0012.")
    if parent.pk == need.pk:
        return _("A need cannot be merged into itself.")
    if parent.status not in {NeedStatus.MIN_REVIEW, NeedStatus.APPROVED, NeedStatus.IN_FULFILMENT}:
        return _("The other need must be with the ministry or approved.")
    ours = {g.theme_id for line in need.all_lines for g in line.gaps.all()}
    theirs = {g.theme_id for line in parent.all_lines for g in line.gaps.all()}
    return "" if ours & theirs else _("The two needs share no competency.")


def is_met(need, actor) -> str:
    """Completed people cover the request."""
    if need.people_completed >= need.people_requested > 0:
        return ""
    return _("%(done)d of %(wanted)d people have completed a training.") % {
        "done": need.people_completed,
        "wanted": need.people_requested,
    }


def silent_for_thirty_days(now) -> Q:
    """CLOCK: returned needs nobody repaired for 30 working days."""
    day = shift(timezone.localdate(now), -30)
    return Q(status_since__lt=dt.datetime.combine(day, dt.time.min, dt.UTC))


def not_yet_with_head(need, actor) -> str:
    """The head has not been asked yet."""
    return _("The need already waits for the head of office.") if need.awaits_signature else ""


def is_with_head(need, actor) -> str:
    """There is something to take back."""
    return "" if need.awaits_signature else _("The need does not wait for a signature.")


def is_own_step(need, actor) -> str:
    """Province, ministry and technical unit each decide in their own step only."""
    role, organisation = capacity(actor)
    own = {
        NeedStatus.PROV_REVIEW: (Role.PROV_VER,),
        NeedStatus.MIN_REVIEW: (Role.PPSDM_VER, Role.PPSDM_HEAD),
        NeedStatus.TECH_REVIEW: (Role.DITJEN_REV,),
    }[NeedStatus(need.status)]
    if role not in own:
        return _("The need is in another reviewer's step now.")
    if role == Role.DITJEN_REV and organisation.code != need.technical_unit:
        return _("Another unit was asked for this technical review.")
    return ""


def unit_guides_a_post(need, actor, answers) -> str:
    """The technical review goes to a unit that guides one of the posts."""
    return "" if answers.get("unit") in guide_units(need) else _("Choose the unit that guides one of the posts.")


def no_open_revision(need, actor) -> str:
    """One revision at a time."""
    closed = {NeedStatus.WITHDRAWN, NeedStatus.REJECTED, NeedStatus.MERGED, NeedStatus.APPROVED}
    pending = need.revisions.exclude(status__in=closed).first()
    return _("Revision %(code)s is not finished yet.") % {"code": pending.code} if pending else ""
