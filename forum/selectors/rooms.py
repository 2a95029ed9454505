"""A room in words, and what a widening would bring about."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Membership, Organisation
from accounts.roles import MINISTRY, PARTNER
from forum.models import Attachment, Audience
from forum.rules.access import Room, members_of, record_of
from forum.rules.sight import sees_now
from forum.rules.widening import planned, record_fault, room_fault, step_fault
from forum.selectors.readers import later_sentence, readers_of
from regions.models import Region


class Names:
    """Names of provinces and organisations that rooms mention, each kind read once for all of them."""

    def __init__(self, rooms):
        provinces = {room.province for room in rooms if room.province}
        organisations = {room.organisation_id for room in rooms} | {pk for room in rooms for pk in room.parties}
        self.provinces = {r.code: r.name for r in Region.objects.filter(code__in=provinces)} if provinces else {}
        found = Organisation.objects.filter(pk__in=organisations)
        self.organisations = {o.pk: o.short_name or o.name for o in found}

    def in_words(self, room: Room) -> str:
        """Who is in a room, as one phrase."""
        own = self.organisations.get(room.organisation_id, "")
        values = {"organisation": own, "province": self.provinces.get(room.province, room.province)}
        match room.audience:
            case Audience.OFFICE:
                return _("%(organisation)s only") % values
            case Audience.REGION:
                return _("offices in %(province)s") % values
            case Audience.REGION_MINISTRY:
                return _("offices in %(province)s and the ministry") % values
            case Audience.MINISTRY:
                return _("the ministry only")
            case Audience.PARTNER:
                named = sorted(self.organisations.get(pk, "") for pk in room.parties)
                return _("the ministry and %(organisations)s") % {"organisations": ", ".join(_once([own, *named]))}
        return _("all members")


def _once(names: list[str]) -> list[str]:
    return list(dict.fromkeys(name for name in names if name))


@dataclass(frozen=True)
class Widening:
    """What a widening would bring about, shown before it is confirmed."""

    before: str
    after: str
    refusal: str
    people: int
    """How many people come in."""
    organisations: tuple[str, ...]
    """Some of the organisations that come in, by name."""
    more_organisations: int
    groups: tuple[tuple[str, int], ...]
    """(offices, units of the ministry, partners; how many people of each come in)."""
    later: str
    """Who comes in besides as soon as the record becomes visible to them; an empty string where nobody does."""
    messages: int
    files: int
    version: int


SHOWN = 12


def widening(user, thread, audience: str, province: str = "", parties=()) -> Widening:
    """Who will read the thread besides those who do, and how much becomes visible to them."""
    before, after, named = planned(thread, audience, province, parties)
    record = record_of(thread)
    refusal = (
        step_fault(before, after, thread.organisation)
        or room_fault(user, after, thread.organisation, named)
        or (record_fault(record, after, named) if record is not None else "")
    )
    names = Names([before, after])
    memberships = [] if refusal else _coming_in(before, after, record)
    organisations = {m.organisation_id: m.organisation for m in memberships}
    shown = sorted(o.name for o in organisations.values())
    kinds = {"office": 0, "ministry": 0, "partner": 0}
    for membership in memberships:
        role = membership.role
        kinds["ministry" if role in MINISTRY else "partner" if role in PARTNER else "office"] += 1
    labels = {"office": _("Offices"), "ministry": _("Ministry"), "partner": _("Partners")}
    return Widening(
        before=names.in_words(before),
        after=names.in_words(after),
        refusal=refusal,
        people=len(memberships),
        organisations=tuple(shown[:SHOWN]),
        more_organisations=max(len(shown) - SHOWN, 0),
        groups=tuple((str(labels[kind]), count) for kind, count in kinds.items() if count),
        later="" if refusal or record is None else later_sentence(readers_of(after, record), record),
        messages=thread.message_count,
        files=Attachment.objects.filter(message__thread=thread).count(),
        version=thread.version,
    )


def _coming_in(before: Room, after: Room, record) -> list[Membership]:
    """The memberships that read the room afterwards and did not before, each person once."""
    visible = Q() if record is None else sees_now(record)
    within = Membership.objects.current().filter(members_of(before) & visible).order_by().values("user")
    coming = Membership.objects.current().filter(members_of(after) & visible).exclude(user__in=within)
    found: dict[int, Membership] = {}
    for membership in coming.select_related("organisation").order_by("user_id", "pk"):
        found.setdefault(membership.user_id, membership)
    return list(found.values())
