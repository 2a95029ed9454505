"""Writes about delegations. Each gives or takes the membership the delegate acts in, and leaves its line in the log."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import Delegation, DelegationPaper, DelegationPaperKind, Membership
from accounts.roles import DelegationKind
from accounts.rules import delegations as rules
from accounts.rules.printed import OVER_OWN_POST
from accounts.services.log import DELEGATION_LOG, record_event
from workflow.engine import Refused
from workflow.errands import promise
from workflow.models import Counter

_ONE_AT_A_TIME = 7220021
"""Advisory lock: overlaps and loops are questions about all delegations, so that only one is recorded at a time."""


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ONE_AT_A_TIME])


@transaction.atomic
def record_delegation(
    *,
    actor,
    post,
    delegate,
    kind,
    letter_no,
    letter_date,
    valid_from,
    valid_to,
    scopes,
    letter,
    authority=None,
    delegate_post="",
    through_post="",
) -> Delegation:
    """Record who stands in for whom, with the letter; from its first day on the delegate can act in the post."""
    _one_at_a_time()
    # As it is now: who ends this role at the same moment waits, or has ended it already.
    post = Membership.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=post.pk)
    reasons = (
        rules.may_record_for(actor, post),
        rules.dates_fit(letter_date, valid_from, valid_to),
        rules.post_fits(post, kind, valid_to),
        rules.posts_named(kind, delegate_post, through_post),
        rules.gives_to_another(actor, post, delegate),
        rules.delegate_fits(post, delegate),
        rules.no_overlap(post, delegate, kind, valid_from, valid_to),
        rules.no_loop(post, delegate, valid_from, valid_to),
    )
    if any(reasons):
        raise Refused([reason for reason in reasons if reason])
    delegation = Delegation.objects.create(
        code=Counter.code(f"DL-{timezone.localdate().year}"),
        kind=kind,
        post=post,
        delegate=delegate,
        letter_no=letter_no,
        letter_date=letter_date,
        valid_from=valid_from,
        valid_to=valid_to,
        scopes=sorted(scopes),
        has_authority=authority is not None,
        delegate_post=delegate_post.strip() if kind in OVER_OWN_POST else "",
        through_post=through_post.strip() if kind == DelegationKind.UB else "",
        recorded_by=actor,
        recorded_at=timezone.now(),
    )
    for paper_kind, upload in ((DelegationPaperKind.LETTER, letter), (DelegationPaperKind.AUTHORITY, authority)):
        if upload is not None:
            DelegationPaper(delegation=delegation, kind=paper_kind).hold(upload, actor=actor).save()
    Membership.objects.create(
        user=delegate,
        organisation=post.organisation,
        role=post.role,
        valid_from=valid_from,
        valid_to=valid_to,
        delegation=delegation,
    )
    record_event(DELEGATION_LOG, delegation.pk, delegation.code, "delegate", actor, **_what(delegation))
    _promise_letters(delegation, "recorded")
    return delegation


def _promise_letters(delegation: Delegation, event: str) -> None:
    """Both persons get a letter, each promised by itself: one that is tried again is not doubled for the other."""
    for person_id in sorted({delegation.post.user_id, delegation.delegate_id}):
        promise("accounts.tasks.send_delegation", delegation.pk, event, person_id)


@transaction.atomic
def revoke_delegation(delegation: Delegation, *, actor, reason: str) -> Delegation:
    """End a delegation at once. It stays in the list, and so do the acts done under it."""
    locked = Delegation.objects.select_for_update(of=("self",)).select_related("post").get(pk=delegation.pk)
    if refusal := rules.may_revoke(actor, locked):
        raise Refused([refusal])
    _end(locked, actor, reason)
    _promise_letters(locked, "revoked")
    return locked


def end_with_holder(membership: Membership, *, actor) -> None:
    """A role that ends takes along what its holder delegated from it, and, with a person's last role, what they hold
    for others."""
    concerned = Q(post=membership) & ~Q(kind=DelegationKind.PLT)
    if not Membership.objects.own().current().filter(user=membership.user_id).exists():
        concerned |= Q(delegate=membership.user_id)
    still = (
        Delegation.objects.select_for_update(of=("self",))
        .select_related("post__organisation")
        .filter(concerned, revoked_at__isnull=True, valid_to__gte=timezone.localdate())
    )
    for delegation in still:  # all rows are locked before the first line goes into the log
        _end(delegation, actor, "", by_itself=True)


def end_with_new_role(membership: Membership, *, actor) -> None:
    """A new holder ends the time of the acting official (Plt); who becomes auditor or administrator stands in for
    nobody any more."""
    _one_at_a_time()  # one that is being recorded now is seen, or sees the new role
    post = {"post__organisation": membership.organisation_id, "post__role": membership.role}
    concerned = Q(kind=DelegationKind.PLT, **post)
    if membership.role in rules.DECIDES_NOTHING:
        concerned |= Q(delegate=membership.user_id)
    still = Delegation.objects.select_for_update(of=("self",)).select_related("post__organisation").filter(concerned)
    for delegation in still.filter(revoked_at__isnull=True, valid_to__gte=timezone.localdate()):
        _end(delegation, actor, "", by_itself=True)


ENDS_SOON_DAYS = 3
"""So long before its last day both hear that a delegation ends; one that short from the start is not announced."""


def keep_time(now=None) -> int:
    """Announce the end of delegations and tell when they have ended by themselves; returns how many were told.

    Each is told once: the mark and the line in the log are written together. After a standstill the end is told, the
    announcement that came too late is not.
    """
    today = timezone.localdate(now)
    soon = today + timedelta(days=ENDS_SOON_DAYS)
    alive = Delegation.objects.filter(revoked_at__isnull=True)
    ending = alive.filter(end_announced_at__isnull=True, valid_to__gte=today, valid_to__lte=soon, valid_from__lte=today)
    ending = ending.filter(valid_to__gt=F("valid_from") + ENDS_SOON_DAYS)
    over = alive.filter(end_told_at__isnull=True, valid_to__lt=today)
    told = sum(_tell_once(pk, "end_announced_at", "delegation_ends", now) for pk in _keys(ending))
    return told + sum(_tell_once(pk, "end_told_at", "delegation_over", now) for pk in _keys(over))


def _keys(found) -> list[int]:
    return list(found.order_by("pk").values_list("pk", flat=True)[:1000])


@transaction.atomic
def _tell_once(pk: int, mark: str, action: str, now) -> bool:
    open_ones = Delegation.objects.filter(pk=pk, revoked_at__isnull=True, **{f"{mark}__isnull": True})
    delegation = (
        open_ones.select_related("post__organisation").select_for_update(of=("self",), skip_locked=True).first()
    )
    if delegation is None:
        return False
    setattr(delegation, mark, now or timezone.now())
    delegation.save(update_fields=[mark])
    record_event(DELEGATION_LOG, delegation.pk, delegation.code, action, None, **_what(delegation))
    return True


def _end(delegation: Delegation, actor, reason: str, *, by_itself: bool = False) -> None:
    now = timezone.now()
    delegation.revoked_at, delegation.revoked_by = now, actor
    delegation.save(update_fields=["revoked_at", "revoked_by"])
    Membership.objects.filter(delegation=delegation).update(ended_at=now)
    data = _what(delegation) | ({"with_role": True} if by_itself else {})
    record_event(DELEGATION_LOG, delegation.pk, delegation.code, "end_delegation", actor, comment=reason, **data)


def log_download(delegation: Delegation, paper: DelegationPaper, *, actor) -> None:
    """Who read the letter."""
    record_event(DELEGATION_LOG, delegation.pk, delegation.code, "download", actor, paper=paper.kind)


def _what(delegation: Delegation) -> dict:
    return {
        "kind": delegation.kind,
        "role": delegation.post.role,
        "organisation": delegation.post.organisation.code,
        "letter": delegation.letter_no,
        "valid_from": delegation.valid_from.isoformat(),
        "valid_to": delegation.valid_to.isoformat(),
        "scopes": delegation.scopes,
    }
