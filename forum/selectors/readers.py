"""Who reads a room, counted and named: today, and on a record also who comes to read it once the record is visible to
them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Membership, Organisation
from forum.rules.access import Room, members_of
from forum.rules.sight import sees_ever, sees_now
from workflow import formats

SHOWN = 8


@dataclass(frozen=True)
class Group:
    """Some people, each counted once, with the offices, units and partners they read for."""

    people: int = 0
    names: tuple[str, ...] = ()
    """The organisation the room belongs to first, then by name; the first of them."""
    more: int = 0
    """Organisations besides those named."""

    @property
    def named(self) -> str:
        """The organisations as a phrase: "PPSDM, BBPVP Bandung and 3 others"."""
        names = ", ".join(self.names)
        if not self.more:
            return names
        return ngettext("%(names)s and %(number)s other", "%(names)s and %(number)s others", self.more) % {
            "names": names,
            "number": formats.num(self.more),
        }


@dataclass(frozen=True)
class Readers:
    """Who reads a room today, and who will as soon as its record becomes visible to them."""

    now: Group
    later: Group = Group()


def readers_of(room: Room, record=None) -> Readers:
    """The readers of a room. On a record those of them who see it, and those who may come to see it."""
    inside = members_of(room)
    if record is None:
        return Readers(_group(room, inside))
    seeing = Membership.objects.current().filter(inside & sees_now(record))
    later = inside & sees_ever(record) & ~Q(user__in=seeing.order_by().values("user"))
    return Readers(_group(room, inside & sees_now(record)), _group(room, later))


def _group(room: Room, wanted: Q) -> Group:
    rows = Membership.objects.current().filter(wanted).order_by().values_list("user", "organisation").distinct()
    people, keys = set(), set()
    for user, organisation in rows:
        people.add(user)
        keys.add(organisation)
    if not keys:
        return Group()
    first = [pk for pk in (room.organisation_id,) if pk in keys]
    found = {o.pk: o.short_name or o.name for o in Organisation.objects.filter(pk__in=keys).order_by("name_id")}
    order = [*first, *(pk for pk in found if pk not in first)]
    return Group(len(people), tuple(found[pk] for pk in order[:SHOWN]), max(len(order) - SHOWN, 0))


def in_sentences(readers: Readers, record=None) -> list[str]:
    """What stands under an audience: how many people read it today, on a record also for whom, and who comes later."""
    now = readers.now
    number = {"number": formats.num(now.people), "names": now.named}
    if record is None:
        return [ngettext("%(number)s person today.", "%(number)s people today.", now.people) % number]
    return [
        _("Of them only those who may see %(code)s.") % {"code": record.code},
        ngettext("%(number)s person today: %(names)s.", "%(number)s people today: %(names)s.", now.people) % number,
        *filter(None, [later_sentence(readers, record)]),
    ]


def later_sentence(readers: Readers, record) -> str:
    """Who comes to read besides as soon as the record is visible to them; an empty string where nobody does."""
    later = readers.later
    if not later.people:
        return ""
    return ngettext(
        "As soon as %(code)s becomes visible to them, %(number)s more person reads along, from the first message on: "
        "%(names)s.",
        "As soon as %(code)s becomes visible to them, %(number)s more people read along, from the first message on: "
        "%(names)s.",
        later.people,
    ) % {"code": record.code, "number": formats.num(later.people), "names": later.named}
