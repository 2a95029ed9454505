"""Who reads a thread: one rule in three directions. Who may open one for whom, and who may write and moderate."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Q

from accounts.models import Membership, OrganisationKind
from accounts.roles import MINISTRY, OFFICE, PARTNER, READERS, Role
from accounts.rules import capacity
from forum.models import Audience, Thread
from workflow.engine import may_see
from workflow.mandate import covers
from workflow.reading import seen_by
from workflow.registry import workflow

REGIONAL = (*OFFICE, Role.PROV_VER)
TALKERS = (*REGIONAL, *MINISTRY, *PARTNER)
"""Who takes part. An auditor reads along and stays silent; a nominee's own matters are on the nomination's page; an
administrator decides nothing and reads what is for all members."""
MEMBERS = (*TALKERS, Role.ADMIN)

STEPS: dict[str, tuple[str, ...]] = {
    Audience.OFFICE: (Audience.REGION, Audience.MINISTRY, Audience.REGION_MINISTRY, Audience.PARTNER, Audience.MEMBERS),
    Audience.REGION: (Audience.REGION_MINISTRY, Audience.MEMBERS),
    Audience.REGION_MINISTRY: (Audience.MEMBERS,),
    Audience.MINISTRY: (Audience.REGION_MINISTRY, Audience.PARTNER, Audience.MEMBERS),
    Audience.PARTNER: (Audience.PARTNER, Audience.MEMBERS),
    Audience.MEMBERS: (),
}
"""Where an audience may be widened to: only where nobody who is in the room has to leave it."""

RECORDS = (
    "forum.meeting",
    "participants.nomination",
    "partnerships.agreement",
    "partnerships.allocation",
    "partnerships.proposal",
    "partnerships.review",
    "programs.program",
    "regions.need",
)
"""The tables whose records can be talked about. Requests about personal data and evaluation forms cannot: what is said
there is between the person and whoever answers."""


@dataclass(frozen=True)
class Room:
    """Who a thread is for, apart from the thread: asked before it exists, and before it is widened."""

    audience: str
    organisation_id: int
    province: str = ""
    parties: frozenset[int] = frozenset()


def room_of(thread) -> Room:
    """The room of a thread as it is now; organisations are in it by name only where it is for named ones."""
    named = thread.parties.all() if thread.audience == Audience.PARTNER else ()
    return Room(
        thread.audience, thread.organisation_id, thread.province, frozenset(party.organisation_id for party in named)
    )


def is_in(role: str, organisation, room: Room) -> bool:
    """Whether somebody with this role there takes part in a room; readers by office (auditors) do not."""
    if room.audience == Audience.MEMBERS:
        return role in MEMBERS
    if role not in TALKERS:
        return False
    ministry, own = role in MINISTRY, organisation.pk == room.organisation_id
    near = own or (
        role in REGIONAL
        and organisation.kind == OrganisationKind.OFFICE
        and bool(room.province)
        and organisation.province_code == room.province
    )
    match room.audience:
        case Audience.OFFICE:
            return own
        case Audience.REGION:
            return near
        case Audience.REGION_MINISTRY:
            return near or ministry
        case Audience.MINISTRY:
            return ministry
    return own or ministry or organisation.pk in room.parties


def reads(user, thread) -> bool:
    """Whether a thread exists for somebody, in the capacity they act in now."""
    role, organisation = capacity(user)
    if not role or not (role in READERS or is_in(role, organisation, room_of(thread))):
        return False
    return not thread.flow or _sees(user, thread, record_of(thread))


def record_of(thread):
    """The record a thread is about, or None: an open topic, or a record that is gone."""
    held = getattr(thread, "held", None)
    return held.record if held is not None else _record(thread)


def _record(thread):
    entry = workflow(thread.flow) if thread.flow in RECORDS else None
    if entry is None:
        return None
    return entry.model._default_manager.select_related(*entry.related).filter(pk=thread.record_id).first()


class Held:
    """The record of a thread as one request finds it, and for which capacities it exists."""

    def __init__(self, thread):
        self.thread = thread
        self.seen: dict[tuple[int, int], bool] = {}

    @cached_property
    def record(self) -> Any:
        """Read when it is asked for: whoever is not in the room is turned away before."""
        return _record(self.thread)


def hold(thread):
    """A thread freshly read for one request, or inside one transaction: its record is read once. A page asks for it,
    and whether its reader sees it, a dozen times."""
    thread.held = Held(thread)
    return thread


def _sees(user, thread, record) -> bool:
    if record is None:
        return False
    held, acting = getattr(thread, "held", None), user.acting
    if held is None or held.record is not record or acting is None:
        return may_see(workflow(thread.flow).flow, user, record)
    key = (user.pk, acting.pk)
    if key not in held.seen:
        held.seen[key] = may_see(workflow(thread.flow).flow, user, record)
    return held.seen[key]


def threads_in_reach(user) -> Q:
    """`reads` as a query."""
    role, organisation = capacity(user)
    if not role:
        return Q(pk__in=[])
    return _room_query(role, organisation) & _records_query(user)


def _room_query(role: str, organisation) -> Q:
    if role in READERS:
        return Q()
    members = Q(audience=Audience.MEMBERS)
    if role not in TALKERS:
        return members if role in MEMBERS else Q(pk__in=[])
    own = Q(organisation=organisation)
    found = members | (own & Q(audience__in=[Audience.OFFICE, Audience.REGION, Audience.REGION_MINISTRY]))
    named = Thread.objects.filter(audience=Audience.PARTNER, parties__organisation=organisation)
    found |= Q(audience=Audience.PARTNER) & (own | Q(pk__in=named.order_by().values("pk")))
    if role in MINISTRY:
        found |= Q(audience__in=[Audience.REGION_MINISTRY, Audience.MINISTRY, Audience.PARTNER])
    if role in REGIONAL and organisation.kind == OrganisationKind.OFFICE and organisation.province_code:
        near = Q(province=organisation.province_code)
        found |= near & Q(audience__in=[Audience.REGION, Audience.REGION_MINISTRY])
    return found


def _records_query(user) -> Q:
    """Topics, and threads on records that exist for this reader."""
    found = Q(flow="")
    for name in RECORDS:
        found |= Q(flow=name, record_id__in=seen_by(user, name).order_by().values("pk"))
    return found


def members_of(room: Room) -> Q:
    """`is_in` read backwards, as a query on memberships."""
    if room.audience == Audience.MEMBERS:
        return Q(role__in=MEMBERS)
    own, ministry = Q(organisation=room.organisation_id, role__in=TALKERS), Q(role__in=MINISTRY)
    near = own
    if room.province:
        near |= Q(
            role__in=REGIONAL,
            organisation__kind=OrganisationKind.OFFICE,
            organisation__region_code__startswith=room.province,
        )
    return {
        Audience.OFFICE: own,
        Audience.REGION: near,
        Audience.REGION_MINISTRY: near | ministry,
        Audience.MINISTRY: ministry,
        Audience.PARTNER: own | ministry | Q(role__in=TALKERS, organisation__in=room.parties),
    }[room.audience]


def memberships_in(thread) -> Q:
    """`reads` read backwards, as a query on memberships; for a thread on a record still to be narrowed to those who see
    the record (`capacities_in`). Readers by office (auditors) are left out: they are told nothing."""
    return members_of(room_of(thread))


def capacities_in(thread, among: Q | None = None, order: tuple[str, ...] = ("user_id", "pk")) -> Iterable[tuple]:
    """(user, membership) of everyone in the room, each person once, in the first capacity that is; `among` narrows the
    memberships looked at (those who follow, whose name begins so). One after the other: who has enough stops."""
    found = Membership.objects.current().filter(memberships_in(thread))
    if among is not None:
        found = found.filter(among)
    told: set[int] = set()
    record = record_of(thread)
    rows = found.select_related("user", "organisation", "delegation__post").order_by(*order)
    for membership in rows.iterator(chunk_size=100):
        user = membership.user
        if user.pk in told:
            continue
        user.current_memberships = [membership]
        user.act_as(membership.pk)
        if thread.flow and not _sees(user, thread, record):
            continue
        told.add(user.pk)
        yield user, membership


def writes(user, thread) -> bool:
    """Whether somebody takes part in a thread they read. Readers by office stay silent, and so do an organisation that
    was suspended (what it was told it may still read) and a delegation that does not cover the record."""
    role, organisation = capacity(user)
    if role not in MEMBERS or organisation.suspended:
        return False
    return (not thread.flow or covers(user, thread.flow)) and reads(user, thread)


def moderates(user, thread) -> bool:
    """Pins, resolves and widens: who opened it, the head of the organisation that did, and the ministry's two heads."""
    role, organisation = capacity(user)
    if not writes(user, thread):
        return False
    heads = (Role.DINAS_HEAD, Role.PARTNER_HEAD, Role.PPSDM_HEAD, Role.BIROKS_HEAD)
    if organisation.pk == thread.organisation_id and (user.pk == thread.opened_by_id or role in heads):
        return True
    return role in {Role.PPSDM_HEAD, Role.BIROKS_HEAD}


def audiences_for(user) -> list[Audience]:
    """The audiences somebody may open a thread for: always one they are in themselves."""
    role, organisation = capacity(user)
    if not role or organisation.suspended:
        return []
    if role in MINISTRY:
        return [Audience.OFFICE, Audience.MINISTRY, Audience.REGION_MINISTRY, Audience.PARTNER, Audience.MEMBERS]
    if role in REGIONAL:
        near = []
        if organisation.province_code and organisation.kind == OrganisationKind.OFFICE:
            near.append(Audience.REGION)
        if organisation.province_code:
            near.append(Audience.REGION_MINISTRY)
        return [Audience.OFFICE, *near, Audience.PARTNER, Audience.MEMBERS]
    return [Audience.OFFICE, Audience.PARTNER, Audience.MEMBERS] if role in PARTNER else []
