"""Who sees a record, now and once it has moved on, as queries on memberships: for rooms that talk about it."""

from __future__ import annotations

import copy
from typing import Any

from django.db.models import Q
from django.utils import timezone

from accounts.roles import OFFICE, Role
from forum.models import MeetingStatus
from forum.rules.access import TALKERS
from participants.models import NominationStatus
from partnerships.models import ProposalStatus, RunStatus
from programs.models import ProgramStatus
from regions.models import NeedLine, NeedStatus
from workflow.table import ANYONE

NEED = "regions.need"
WIDEST: dict[str, tuple[str, tuple[str, ...]]] = {
    "forum.meeting": (MeetingStatus.PLANNED, ("sent_at",)),
    "participants.nomination": (NominationStatus.FORWARDED, ("letter_date", "forwarded_at")),
    "partnerships.allocation": (RunStatus.RATIFIED, ()),
    "partnerships.proposal": (ProposalStatus.PARTNER_REVIEW, ()),
    "programs.program": (ProgramStatus.PUBLISHED, ("published_at",)),
}
"""The state in which everybody concerned has come to see a record, and what has a date by then. On the other tables who
is concerned does not depend on how far the record is."""


def sees_now(record) -> Q:
    """Memberships whose holders see a record in its present state. Readers by office (auditors) are left out."""
    return _sees(record, {record.status}, [record])


def sees_ever(record) -> Q:
    """Memberships whose holders see a record now or may come to see it, as far as the record's own way decides it."""
    ahead = _ahead(record)
    wide, dated = WIDEST.get(record.flow.name, ("", ()))
    stages = [record]
    if wide in ahead and wide != record.status:
        later = copy.copy(record)
        now = timezone.now()
        vars(later).update({"status": wide, **{name: getattr(record, name) or now for name in dated}})
        stages.append(later)
    return _sees(record, ahead, stages)


def roles_ever(record) -> set[str]:
    """The roles that see a record now or in a state it can still reach, wherever they are held."""
    return _roles(record, _ahead(record))


def _ahead(record) -> set[str]:
    """The present state and every state a record can still reach."""
    flow, found, left = record.flow, {record.status}, [record.status]
    while left:
        for transition in flow.leaving(left.pop()):
            fresh = {code for code in flow.reach(transition) if code not in found and flow.knows(code, record)}
            found |= fresh
            left += fresh
    return found


def _sees(record, states: set[str], stages: list[Any]) -> Q:
    roles = _roles(record, states)
    if record.flow.name == NEED:
        return _sees_need(record, roles)
    found = Q(pk__in=[])
    for stage in stages:
        found |= Q(user__in=record.flow.people(stage, roles).order_by().values("pk"))
    return Q(role__in=roles) & found


def _roles(record, states: set[str]) -> set[str]:
    """A need that was withdrawn as a draft stays its office's own, whatever the state says."""
    seen = [record.flow.state(code).sees for code in states]
    roles = {role for role in TALKERS if any(sees == ANYONE or role in sees for sees in seen)}
    if record.flow.name == NEED and record.status == NeedStatus.WITHDRAWN and record.submitted_at is None:
        return roles & {*OFFICE}
    return roles


def _sees_need(need, roles: set[str]) -> Q:
    """Of the technical reviewers `people` names only the unit that was asked; all units that guide a post read."""
    found = Q(role__in=roles, user__in=need.flow.people(need, roles).order_by().values("pk"))
    if Role.DITJEN_REV in roles:
        guides = NeedLine.objects.filter(need=need).order_by().values("post__guide_unit")
        found |= Q(role=Role.DITJEN_REV, organisation__code__in=guides)
    return found
