"""Who may stand in for whom, when, and as what. Each question returns a sentence that refuses, or an empty string."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import DELEGABLE, Delegation, Membership, OrganisationKind
from accounts.roles import DelegationKind, Role
from accounts.rules.people import is_administrator
from accounts.rules.printed import OVER_OWN_POST
from workflow import formats

LONGEST_DAYS = 366
DECIDES_NOTHING = (Role.AUDITOR, Role.ADMIN)
OUTSIDE = (OrganisationKind.PARTNER, OrganisationKind.CENTRAL)


def keeps_delegations(user) -> bool:
    """Records them for everybody: administrators, and whoever keeps the portal running."""
    return is_administrator(user) or user.is_staff


def reads_all(user) -> bool:
    """Sees every delegation, its letter included."""
    return keeps_delegations(user) or user.acting_role == Role.AUDITOR


def may_open(user, delegation) -> bool:
    """Principal and delegate, in whatever capacity they act, and those who read all."""
    return user.pk in {delegation.delegate_id, delegation.post.user_id} or reads_all(user)


def may_record_any(user) -> bool:
    """Whether the user can record delegations at all in the capacity they act in now."""
    own = user.acting is not None and user.mandate is None and user.acting_role in DELEGABLE
    return keeps_delegations(user) or own


def may_record_for(user, post) -> str:
    """Holders for their own post, in that post; administrators for every post. Nobody passes on what was passed to
    them."""
    if post.delegation_id is not None or user.mandate is not None:
        return _("A delegation cannot be delegated further. Only the holder of the post delegates.")
    if keeps_delegations(user) or (user.acting is not None and user.acting.pk == post.pk):
        return ""
    return _("You can delegate your own post only, and only while you act in it.")


def may_revoke(user, delegation) -> str:
    """The principal and administrators revoke; the delegate gives back."""
    concerned = user.pk in {delegation.post.user_id, delegation.delegate_id}
    if not (concerned or keeps_delegations(user)):
        return _("Only the principal, the delegate or an administrator ends a delegation.")
    if delegation.revoked_at is not None:
        return _("This delegation was already revoked.")
    if delegation.valid_to < timezone.localdate():
        return _("This delegation has already ended.")
    return ""


def dates_fit(letter_date: dt.date, first: dt.date, last: dt.date) -> str:
    """From today on: no act of the past is approved afterwards."""
    today = timezone.localdate()
    if letter_date > today:
        return _("The letter is dated in the future. Record the delegation when the letter is there.")
    if first < today:
        return _("A delegation begins today at the earliest: nothing done before can be approved afterwards.")
    if last < first:
        return _("The delegation must end on or after the day it begins.")
    if (last - first).days >= LONGEST_DAYS:
        return _("A delegation lasts one year at most. Record a new one afterwards.")
    return ""


def post_fits(post, kind: str, last: dt.date) -> str:
    """Plt for a vacant post, everything else for a post that is held the whole time."""
    if post.role not in DELEGABLE:
        return _("Nobody stands in for this role. Invite another person to it.")
    today = timezone.localdate()
    over = post.ended_at is not None or (post.valid_to is not None and post.valid_to < today)
    if kind == DelegationKind.PLT:
        held = Membership.objects.own().current().filter(organisation=post.organisation_id, role=post.role)
        return _("The post has a holder. End that role first, or record a Plh.") if not over or held.exists() else ""
    if over:
        return _("The post is vacant. Record an acting official (Plt).")
    if post.valid_to is not None and post.valid_to < last:
        return _("The holder's own role ends before, on %(day)s.") % {"day": formats.day(post.valid_to)}
    return ""


def posts_named(kind: str, delegate_post: str, through_post: str) -> str:
    """Who signs below another's post names their own; u.b. also names the one in between."""
    if kind in OVER_OWN_POST and not delegate_post.strip():
        return _("Name the post of the delegate: letters print it below the post they sign for.")
    if kind == DelegationKind.UB and not through_post.strip():
        return _("For u.b. name the post in between, which acts in the holder's name.")
    return ""


def gives_to_another(actor, post, delegate) -> str:
    """Who records delegations for everybody gives themselves none (separation of duties)."""
    if delegate.pk != actor.pk or delegate.pk == post.user_id:
        return ""
    return _("You cannot give yourself this role. Ask another administrator.")


def delegate_fits(post, delegate) -> str:
    """An official with a post of their own that decides; never the principal, a partner, an auditor or an
    administrator."""
    if delegate.pk == post.user_id:
        return _("Principal and delegate are the same person.")
    own = list(Membership.objects.own().current().filter(user=delegate).select_related("organisation"))
    if any(m.role in DECIDES_NOTHING for m in own):
        return _("Auditors and administrators decide nothing and stand in for nobody. Choose another person.")
    if any(m.organisation.kind in OUTSIDE for m in own) or not any(m.role != Role.NOMINEE for m in own):
        return _("Only an official with a role of their own in an office, centre or unit can stand in.")
    return ""


def no_overlap(post, delegate, kind: str, first: dt.date, last: dt.date) -> str:
    """One Plt for a post and one Plh for a holder at a time; nobody twice for the same post."""
    same_time = Delegation.objects.overlapping(first, last)
    taken = Q(post=post, delegate=delegate)
    if kind == DelegationKind.PLT:
        taken |= Q(kind=kind, post__organisation=post.organisation_id, post__role=post.role)
    if kind == DelegationKind.PLH:
        taken |= Q(kind=kind, post=post)
    found = same_time.filter(taken).first()
    if found is None:
        return ""
    return _("%(code)s already covers these days, until %(day)s. Revoke it first, or choose other days.") % {
        "code": found.code,
        "day": formats.day(found.valid_to),
    }


def no_loop(post, delegate, first: dt.date, last: dt.date) -> str:
    """Whoever stands in for somebody has not handed their own post to that person at the same time, not even by way
    of others."""
    pairs = Delegation.objects.overlapping(first, last).values_list("post__user_id", "delegate_id")
    given: dict[int, set[int]] = {}
    for principal, holder in pairs:
        given.setdefault(principal, set()).add(holder)
    seen, reached = set(), {delegate.pk}
    while reached:
        seen |= reached
        reached = {holder for person in reached for holder in given.get(person, ())} - seen
    if post.user_id not in seen:
        return ""
    return _("This closes a loop: the principal already stands in for this person in the same days.")
