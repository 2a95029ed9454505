"""Who holds which role on a need: one rule in three directions."""

from __future__ import annotations

from django.db.models import Q

from accounts.roles import CENTRAL, OFFICE, READERS, Role
from accounts.rules import capacity, holders, people_with
from regions.models import NeedStatus, TrainingNeed

NATIONAL = tuple(r for r in CENTRAL if r not in {Role.DITJEN_REV, Role.LEGAL})
"""Roles at the centre that read every need of the country."""


def guide_units(need) -> set[str]:
    """Codes of the ministry units that guide the posts of a need's lines."""
    return {line.post.guide_unit for line in need.all_lines}


def _never_filed(need) -> bool:
    """A draft withdrawn before it was ever signed stays the office's own."""
    return need.status == NeedStatus.WITHDRAWN and need.submitted_at is None


def roles_on_need(user, need) -> set[str]:
    """The role a user holds on this need in the capacity they act in now; empty: the need does not exist for them."""
    role, organisation = capacity(user)
    if not role:
        return set()
    if role in OFFICE:
        return {role} if organisation.pk == need.office_id else set()
    if _never_filed(need) and role not in READERS:
        return set()
    if role == Role.PROV_VER:
        # The provincial verifier reads the whole province, its own office included.
        return (
            {role}
            if len(organisation.region_code) == 2 and need.region_code.startswith(organisation.region_code)
            else set()
        )
    if role == Role.DITJEN_REV:
        return {role} if organisation.code in guide_units(need) else set()
    return {role} if role in NATIONAL else set()


def needs_in_reach(user) -> Q:
    """`roles_on_need` as a query: the needs on which the user holds their present role, whatever the state."""
    role, organisation = capacity(user)
    if role in OFFICE:
        return Q(office_id=organisation.pk)
    if role in READERS:
        return Q()
    filed = ~Q(status=NeedStatus.WITHDRAWN, submitted_at__isnull=True)
    if role == Role.PROV_VER:
        if len(organisation.region_code) != 2:
            return Q(pk__in=[])
        return Q(office__region_code__startswith=organisation.region_code) & filed
    if role == Role.DITJEN_REV:
        guided = TrainingNeed.objects.filter(lines__post__guide_unit=organisation.code)
        return Q(pk__in=guided.values("pk")) & filed
    return filed if role in NATIONAL else Q(pk__in=[])


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
    """`roles_on_need` read backwards: the users who hold one of the roles on this need.

    One narrowing: of the technical reviewers only those of the unit that was asked, since this list is for telling
    people, and the other units have nothing to do.
    """
    conditions = []
    for role in roles:
        if role in OFFICE:
            conditions.append(holders(role, pk=need.office_id))
        elif role == Role.PROV_VER:
            conditions.append(holders(role, region_code=need.region_code[:2]))
        elif role == Role.DITJEN_REV and need.technical_unit:
            conditions.append(holders(role, code=need.technical_unit))
        elif role in NATIONAL:
            conditions.append(Q(role=role))
    return people_with(*conditions)
