"""Which audiences a room may be widened to, and which of them can talk about a record."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Membership, Organisation, OrganisationKind
from accounts.roles import MINISTRY, PARTNER
from accounts.rules import capacity
from forum.models import Audience
from forum.rules.access import STEPS, Room, members_of, room_of
from forum.rules.sight import roles_ever, sees_ever, sees_now
from regions.models import Region
from workflow.reading import seen_by

PERSON = "participants.nomination"
REGIONS = (Audience.REGION, Audience.REGION_MINISTRY)
NAMEABLE = (OrganisationKind.PARTNER, OrganisationKind.OFFICE, OrganisationKind.CENTRE)


def steps_from(room: Room, organisation) -> list[str]:
    """The audiences a room of this organisation may be widened to."""
    found = list(STEPS[room.audience])
    if organisation.kind != OrganisationKind.MINISTRY and Audience.MINISTRY in found:
        found.remove(Audience.MINISTRY)  # the office that opened it would have to leave
    if organisation.kind != OrganisationKind.OFFICE and Audience.REGION in found:
        found.remove(Audience.REGION)
    if organisation.kind == OrganisationKind.PARTNER and Audience.REGION_MINISTRY in found:
        found.remove(Audience.REGION_MINISTRY)
    return found


def widened(room: Room, audience: str, province: str, parties) -> Room:
    """The room after a widening: a region that is named stays, organisations that are named stay."""
    kept = room.province if audience in REGIONS and room.audience in REGIONS else ""
    named = frozenset(parties) | (room.parties if room.audience == Audience.PARTNER else frozenset())
    return Room(
        audience,
        room.organisation_id,
        (kept or province) if audience in REGIONS else room.province,
        named if audience == Audience.PARTNER else room.parties,
    )


def planned(thread, audience: str, province: str, parties) -> tuple[Room, Room, list[Organisation]]:
    """(room now, room afterwards, organisations newly named) of a widening that is asked for: page and act agree."""
    named = [o for o in parties if o.pk != thread.organisation_id]
    if audience in REGIONS and not province:
        province = thread.organisation.province_code
    before = room_of(thread)
    return before, widened(before, audience, province, [o.pk for o in named]), named


def step_fault(room: Room, after: Room, organisation) -> str:
    """Why a room may not become another one, as a sentence; nobody who is in it may have to leave."""
    if after == room:
        return _("Nothing would change: everyone named reads along already.")
    if after.audience not in steps_from(room, organisation):
        return _("This audience cannot be chosen: somebody who reads along now would have to leave.")
    if room.audience in REGIONS and after.audience in REGIONS and after.province != room.province:
        return _("This audience cannot be chosen: somebody who reads along now would have to leave.")
    return ""


def room_fault(user, room: Room, organisation, named) -> str:
    """What is missing or wrong in the choice of an audience, as a sentence; `named` are the organisations of `room`."""
    if room.audience in REGIONS:
        if not room.province:
            return _("Choose the province that takes part.")
        if organisation.kind != OrganisationKind.MINISTRY and room.province != organisation.province_code:
            return _("Choose your own province.")
        if not Region.objects.filter(code=room.province, level="PROVINCE").exists():
            return _("Choose the province that takes part.")
    if room.audience != Audience.PARTNER:
        return ""
    if any(o.kind not in NAMEABLE for o in named):
        return _("Name partners, labour offices or training centres. The ministry takes part in any case.")
    if gone := [o for o in named if o.suspended]:
        return _("%(organisation)s is suspended and cannot be named.") % {"organisation": gone[0].name}
    partners = [o for o in named if o.kind == OrganisationKind.PARTNER]
    if not partners and organisation.kind != OrganisationKind.PARTNER:
        return _("Name at least one partner.")
    known = set(partners_known_to(user).filter(pk__in=[o.pk for o in partners]).values_list("pk", flat=True))
    if any(o.pk not in known for o in partners):
        return _("Choose partners whose programmes, proposals or agreements you may see.")
    return ""


def partners_known_to(user):
    """The partners somebody may name: with whom the ministry only negotiates is not told to the rest."""
    role, organisation = capacity(user)
    partners = Organisation.objects.filter(kind=OrganisationKind.PARTNER, suspended=False)
    if role in MINISTRY:
        return partners
    known = Q(pk=organisation.pk if organisation else 0)
    for name in ("programs.program", "partnerships.proposal", "partnerships.agreement"):
        seen = seen_by(user, name).order_by()
        known |= Q(pk__in=seen.values("partner"))
    return partners.filter(known)


# --- Records ------------------------------------------------------------------------------------------------


def record_fault(record, room: Room, named) -> str:
    """Why an audience cannot talk about a record: nobody besides the office that opens it could ever read it that way,
    or an organisation it names may never see the record.

    Who may see the record only later is let in: whoever chooses such an audience is told that these read along then
    (`selectors/audiences.py`), and so is everybody inside. Not so about a person: what was written before partners were
    told of the nomination was not written for them.
    """
    if room.audience == Audience.OFFICE:
        return ""
    if record.flow.name == PERSON and room.audience in (Audience.PARTNER, Audience.MEMBERS):
        if not Membership.objects.current().filter(sees_now(record), role__in=PARTNER).exists():
            return _("Partners take part in a conversation about %(code)s once it was forwarded to them.") % {
                "code": record.code
            }
    ever = Membership.objects.current().filter(sees_ever(record))
    if room.audience == Audience.PARTNER and not named and not ever.filter(role__in=PARTNER).exists():
        return _("No partner may ever see %(code)s.") % {"code": record.code}
    for organisation in named if room.audience == Audience.PARTNER else ():
        if not ever.filter(organisation=organisation).exists():
            return _("%(organisation)s may never see %(code)s.") % {
                "code": record.code,
                "organisation": organisation.name,
            }
    if room.audience != Audience.REGION and roles_ever(record) & {*MINISTRY}:
        return ""
    if not ever.filter(members_of(room)).exclude(organisation=room.organisation_id).exists():
        return _("Besides your own office nobody of this audience may ever see %(code)s.") % {"code": record.code}
    return ""
