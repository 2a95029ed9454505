"""Reads about delegations: those a person gave or holds, all of them for those who keep or audit them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Case, Max, Q, Value, When
from django.http import Http404
from django.utils import timezone

from accounts.models import DELEGABLE, Delegation, DelegationPaper, Membership, User
from accounts.models.delegations import STAGES
from accounts.roles import DelegationKind
from accounts.rules import delegations as rules
from workflow.listing import Facet, Listing
from workflow.registry import workflows

_RELATED = ("post__user", "post__organisation", "delegate")


def _kinds(values: list) -> dict:
    return {k.value: k.label for k in DelegationKind if k.value in values}


def _stages(values: list) -> dict:
    return {code: label for code, (label, _tone, _icon) in STAGES.items() if code in values}


def facets() -> tuple[Facet, ...]:
    """Kind and state."""
    kind, stage = Delegation._meta.get_field("kind").verbose_name, Delegation.STAGE_LABEL
    return (Facet("kind", kind, "kind", _kinds), Facet("stage", stage, "stage_now", _stages))


def sorts() -> dict:
    """By first and by last day."""
    first, last = (Delegation._meta.get_field(name).verbose_name for name in ("valid_from", "valid_to"))
    return {"from": (first, ("valid_from",)), "to": (last, ("valid_to",))}


def delegations_of(user):
    """Those the user may open, with their state as a column."""
    today = timezone.localdate()
    stage = Case(
        When(revoked_at__isnull=False, then=Value("REVOKED")),
        When(valid_from__gt=today, then=Value("COMING")),
        When(valid_to__lt=today, then=Value("OVER")),
        default=Value("NOW"),
    )
    found = Delegation.objects.select_related(*_RELATED).annotate(stage_now=stage)
    return found if rules.reads_all(user) else found.filter(Q(delegate=user.pk) | Q(post__user=user.pk))


def search(text: str) -> Q:
    """By number, letter, person or organisation."""
    return (
        Q(code__icontains=text)
        | Q(letter_no__icontains=text)
        | Q(delegate__name__icontains=text)
        | Q(post__user__name__icontains=text)
        | Q(post__organisation__name_id__icontains=text)
    )


def delegation_listing(request) -> Listing:
    """Those one gave or holds; all of them for administrators and auditors. As filtered."""
    return Listing(
        request,
        delegations_of(request.user),
        facets=facets(),
        sorts=sorts(),
        default_sort="-from",
        search=search,
    )


def get_delegation(user, code: str) -> Delegation:
    """One delegation through its only door; Http404 for everybody it does not concern."""
    found = Delegation.objects.select_related(*_RELATED).filter(code=code).first() if "\x00" not in code else None
    if found is None or not rules.may_open(user, found):
        raise Http404
    return found


def get_paper(delegation: Delegation, pk: int) -> DelegationPaper:
    """One of its papers."""
    found = delegation.papers.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def posts_to_delegate(user):
    """The posts a user may record a delegation for: every one for administrators, else the one they act in.

    Somebody who held a post more than once is listed once, with the last time.
    """
    posts = Membership.objects.own().filter(role__in=DELEGABLE).select_related("user", "organisation")
    if not rules.keeps_delegations(user):
        own = user.acting.pk if user.acting and user.mandate is None else 0
        return posts.filter(pk=own)
    latest = posts.order_by().values("organisation", "role", "user").annotate(last=Max("pk")).values("last")
    return posts.filter(pk__in=latest).order_by("organisation__kind", "organisation__name_id", "role")


def coverable() -> list[tuple[str, str]]:
    """(table, label) of every kind of record in which a post that can be delegated has something to do."""
    return [
        (entry.flow.name, entry.flow.label)
        for entry in workflows()
        if any(role in t.who for t in entry.flow.transitions for role in DELEGABLE)
    ]


def person_by_email(email: str) -> User | None:
    """An active account by its address."""
    return User.objects.filter(email=email.strip().lower(), is_active=True).first()


@dataclass(frozen=True)
class Limit:
    """One act of the post that the delegation does not reach, or reaches with written authority only."""

    record: str
    act: str
    with_authority: bool


def limits_of(delegation: Delegation) -> list[Limit]:
    """What the tables withhold from this kind of delegation, among the acts of the post."""
    found = []
    for entry in workflows():
        for t in entry.flow.transitions:
            if entry.flow.name not in delegation.scopes or delegation.post.role not in t.who:
                continue
            if delegation.kind in t.never_by or delegation.kind in t.with_authority:
                found.append(Limit(str(entry.flow.label), str(t.label), delegation.kind in t.with_authority))
    return found
