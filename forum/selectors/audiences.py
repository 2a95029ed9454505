"""Audiences on the pages: who exactly reads, how many people that is, and whom somebody may name."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from accounts.models import Membership, Organisation, OrganisationKind
from accounts.roles import MINISTRY
from accounts.rules import capacity
from forum.models import Audience
from forum.rules.access import TALKERS, Room, audiences_for, record_of, room_of
from forum.rules.widening import REGIONS, partners_known_to, record_fault, steps_from, widened
from forum.selectors.readers import in_sentences, readers_of
from regions.models import Region, Theme


@dataclass(frozen=True)
class Shown:
    """One audience as people read it."""

    value: str
    label: str
    sentence: str
    readers: tuple[str, ...] = ()
    """How many people that is today; on a record also for which organisations, and who comes to read it later."""
    refusal: str = ""
    """Why it cannot be chosen now."""

    @property
    def card(self) -> str:
        """What stands under its name where it is chosen: who, and how many that is."""
        return " ".join([self.sentence, *self.readers])


@dataclass(frozen=True)
class PartyChoice:
    """An organisation that can be named."""

    pk: int
    name: str
    people: int
    near: bool
    """A partner, or the office a record comes from: shown before all others."""


def shown_room(thread) -> Shown:
    """The audience of a thread that is stored."""
    room = room_of(thread)
    named = list(Organisation.objects.filter(pk__in=room.parties)) if room.parties else []
    return _shown(room, thread.organisation, record_of(thread), named=named)


def rooms_to_open(user, record=None) -> list[Shown]:
    """The audiences somebody may open a thread for, each with who will read it, or with the reason why not now."""
    own = capacity(user)[1]
    place = own.province_code or province_of(record)
    rooms = [Room(a, own.pk, place if a in REGIONS else "") for a in audiences_for(user)]
    return [_offered(room, own, record) for room in rooms]


def rooms_to_widen(thread) -> list[Shown]:
    """The wider audiences of a thread; more organisations to the same one count as wider."""
    own, now, record = thread.organisation, room_of(thread), record_of(thread)
    place = own.province_code or province_of(record)
    rooms = [widened(now, audience, place, ()) for audience in steps_from(now, own)]
    return [_offered(room, own, record) for room in rooms]


def _offered(room: Room, organisation, record) -> Shown:
    """A room as a choice. Which province or organisations are meant may be said only with the choice itself."""
    known = record is not None and (room.audience not in REGIONS or bool(room.province))
    named = list(Organisation.objects.filter(pk__in=room.parties)) if room.parties else []
    refusal = record_fault(record, room, []) if known else ""
    return _shown(room, organisation, record, named=named, open_ended=True, refusal=refusal)


def nameable(user):
    """The organisations somebody may name: partners they know, offices, training centres; never their own."""
    own = capacity(user)[1]
    offices = Q(kind__in=[OrganisationKind.OFFICE, OrganisationKind.CENTRE])
    partners = Q(pk__in=partners_known_to(user).order_by().values("pk"))
    found = Organisation.objects.filter(offices | partners, suspended=False, valid_to__isnull=True)
    return found.exclude(pk=own.pk if own else 0).order_by("kind", "name_id")


def party_choices(user, record=None, *, besides=()) -> list[PartyChoice]:
    """Whom somebody may name: the partners they know, the office a record comes from, and for ministry and partners
    also the offices of the provinces and the training centres. Nobody is named who could not read."""
    role, organisation = capacity(user)
    home = record.flow.home(record) if record is not None and record.flow.home else None
    wanted = Q(kind=OrganisationKind.PARTNER) | Q(pk=home or 0)
    if role in MINISTRY or organisation.kind == OrganisationKind.PARTNER:
        wanted |= Q(kind=OrganisationKind.CENTRE)
        wanted |= Q(kind=OrganisationKind.OFFICE, region_code__regex=r"^\d\d$")
    rows = nameable(user).filter(wanted).exclude(pk__in=list(besides))
    members = Membership.objects.current().filter(role__in=TALKERS, organisation__in=rows.order_by().values("pk"))
    people = dict(
        members.order_by()
        .values("organisation")
        .annotate(people=Count("user", distinct=True))
        .values_list("organisation", "people")
    )
    choices = [
        PartyChoice(
            row.pk,
            row.short_name or row.name,
            people[row.pk],
            row.kind == OrganisationKind.PARTNER or row.pk == home,
        )
        for row in rows
        if row.pk in people
    ]
    return sorted(choices, key=lambda choice: (not choice.near, choice.name))


def organisations_named(user, keys) -> list[Organisation]:
    """The organisations behind what a form sent."""
    return list(nameable(user).filter(pk__in=list(keys))) if keys else []


def province_choices() -> list[tuple[str, str]]:
    """Provinces a topic can speak of."""
    return [(region.code, region.name) for region in Region.objects.filter(level="PROVINCE").order_by("code")]


def province_of(record) -> str:
    """The province a record comes from; empty where it has none."""
    home = record.flow.home(record) if record is not None and record.flow.home else None
    office = Organisation.objects.filter(pk=home).first() if home else None
    return office.province_code if office else ""


def theme_choices() -> list[Theme]:
    """Themes a topic can speak of."""
    return list(Theme.objects.current())


def _shown(room: Room, organisation, record, *, named=(), open_ended=False, refusal="") -> Shown:
    """`open_ended`: organisations, or a province, are still to be named."""
    place, known = "", room.audience not in REGIONS or bool(room.province)
    if room.audience in REGIONS and room.province:
        region = Region.objects.filter(code=room.province).first()
        place = region.name if region else room.province
    said = in_sentences(readers_of(room, record), record) if known and not refusal else []
    sentence = _sentence(room, organisation, place, named, open_ended)
    return Shown(str(room.audience), str(Audience(room.audience).label), sentence, tuple(said), refusal)


def _sentence(room: Room, organisation, place: str, named, open_ended: bool) -> str:
    """Who reads along, by name of the office, the province and the organisations."""
    values = {
        "office": organisation.name,
        "place": place,
        "names": ", ".join(sorted(party.short_name or party.name for party in named)),
    }
    match room.audience:
        case Audience.OFFICE:
            return _("Only people of %(office)s.") % values
        case Audience.REGION:
            return (
                _("People of the labour offices of %(place)s: the provincial office, its regencies and cities.")
                % values
            )
        case Audience.REGION_MINISTRY if place:
            return _("People of the labour offices of %(place)s and all units of the ministry.") % values
        case Audience.REGION_MINISTRY:
            return _("People of the labour offices of one province and all units of the ministry.")
        case Audience.MINISTRY:
            return _("Only people of the units of the ministry.")
        case Audience.PARTNER if open_ended and named:
            return _("As today, and the organisations you add.")
        case Audience.PARTNER if open_ended:
            return _("People of %(office)s, all units of the ministry and the organisations you name.") % values
        case Audience.PARTNER:
            return _("People of %(office)s, all units of the ministry, and of %(names)s.") % values
    return _("Everyone who works with the portal: all offices, the ministry and all partners.")
