"""Reads on who is asked to a meeting, for its pages: the list with answers, whom one could still ask, what stands in
the way of the time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.db.models.functions import Left
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Membership, Organisation, OrganisationKind
from accounts.rules import capacity
from forum import times
from forum.models import Invitee, Meeting, MeetingStatus, Reply
from forum.rules import meetings as rules
from regions.models import Region
from workflow.calendar import is_working_day
from workflow.formats import num
from workflow.listing import Facet, Listing

SHOWN = 50
"""How many organisations one search offers at once."""
FEW = 40
"""Who may invite no more than this sees them all without searching."""


@dataclass(frozen=True)
class Tally:
    """How many organisations and people are asked, and what they said."""

    organisations: int
    people: int
    yes: int
    maybe: int
    no: int

    @property
    def words(self) -> str:
        """12 organisations, 40 people."""
        asked = ngettext("%(count)s organisation", "%(count)s organisations", self.organisations)
        people = ngettext("%(count)s person", "%(count)s people", self.people)
        return f"{asked % {'count': num(self.organisations)}}, {people % {'count': num(self.people)}}"

    @property
    def silent(self) -> int:
        """People who have not answered."""
        return max(self.people - self.yes - self.maybe - self.no, 0)


def tally_of(meeting) -> Tally:
    """Counts that everyone who sees the meeting may know."""
    said = dict(_answers_that_count(meeting).values_list("reply").annotate(n=Count("pk")))
    return Tally(
        organisations=meeting.invitees.values("organisation").distinct().count(),
        people=people_asked(rules.invited_memberships(meeting)),
        yes=said.get(Reply.YES, 0),
        maybe=said.get(Reply.MAYBE, 0),
        no=said.get(Reply.NO, 0),
    )


def _answers_that_count(meeting):
    """Answers to the meeting as it is now: one given for another time or place has to be given again."""
    rows = meeting.answers.order_by()
    return rows.filter(given_at__gte=meeting.moved_at) if meeting.moved_at else rows


def people_asked(memberships: Q) -> int:
    """How many people hold one of these memberships today."""
    return Membership.objects.current().filter(memberships).values("user").distinct().count()


def invitee_listing(request, meeting) -> Listing:
    """Who is asked, with the answers of each; the number of queries does not depend on how many there are."""
    facets = (
        Facet("kind", gettext_lazy("Kind of organisation"), "organisation__kind", _kind_labels),
        Facet(
            "province",
            gettext_lazy("Province"),
            "province_code",
            _province_labels,
            expression=Left("organisation__region_code", 2),
        ),
    )
    listing = Listing(
        request,
        Invitee.objects.filter(meeting=meeting).select_related("organisation"),
        facets=facets,
        sorts={"name": (gettext_lazy("Organisation"), ("organisation__name_id", "role"))},
        default_sort="name",
        search=lambda text: Q(organisation__name_id__icontains=text) | Q(organisation__name_en__icontains=text),
    )
    with_replies(meeting, listing.rows)
    return listing


def with_replies(meeting, invitees) -> list[Invitee]:
    """Each invitation with how many people said what (`said`)."""
    rows = _answers_that_count(meeting).filter(organisation__in=[i.organisation_id for i in invitees])
    counted = rows.values_list("organisation_id", "role", "reply").annotate(n=Count("pk"))
    answers = list(counted)
    for invitee in invitees:
        totals = dict.fromkeys(Reply.values, 0)
        for organisation, role, reply, number in answers:
            if organisation == invitee.organisation_id and invitee.role in {"", role}:
                totals[reply] += number
        invitee.said = [(label, totals[value]) for value, label in Reply.choices if totals[value]]
    return list(invitees)


def first_invitees(meeting, limit: int = 12) -> list[Invitee]:
    """The first of the list, for the page of the meeting."""
    rows = meeting.invitees.select_related("organisation").order_by("organisation__name_id", "role")
    return with_replies(meeting, list(rows[:limit]))


def answers_by_name(user, meeting) -> list:
    """Who said what, by name and with their note: for those who organise, nobody else."""
    if not rules.organises(user, meeting):
        return []
    rows = list(meeting.answers.select_related("user", "organisation").order_by("reply", "organisation__name_id", "pk"))
    for row in rows:
        row.outdated = bool(meeting.moved_at and row.given_at < meeting.moved_at)
    order = list(Reply.values)
    return sorted(rows, key=lambda row: order.index(row.reply))


def _kind_labels(kinds) -> dict[str, str]:
    return {kind.value: str(kind.label) for kind in OrganisationKind if kind in kinds}


def _province_labels(codes) -> dict[str, str]:
    known = {region.code: region.name for region in Region.objects.filter(code__in=[c for c in codes if c])}
    return {code: known.get(code, code) for code in sorted(codes)}


def not_asked_yet(meeting, organisations: list[int], role: str) -> list[int]:
    """Those of some organisations for which an invitation (of a role, or of all of it) would say something new."""
    there = set(meeting.invitees.values_list("organisation_id", "role"))
    return [pk for pk in dict.fromkeys(organisations) if not {(pk, ""), (pk, role)} & there]


def invitees_among(meeting, *, keys: list[int], organisations: list[int]) -> list[Invitee]:
    """The invitations with these keys or of these organisations."""
    return list(meeting.invitees.filter(Q(pk__in=keys) | Q(organisation__in=organisations)))


def names_of(organisations: list[int]) -> list[str]:
    """What organisations are called, in order."""
    return [o.name for o in Organisation.objects.filter(pk__in=organisations).order_by("region_code", "name_id")]


# --- Whom one could still ask -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Candidates:
    """Organisations to choose from."""

    rows: list[Organisation]
    text: str
    more: int
    """How many more fit the search."""
    few: bool
    """All of them are shown; there is nothing to search."""


def candidates(user, meeting, text: str) -> Candidates:
    """Organisations the user may invite and that are not asked as a whole yet, by a piece of their name or code."""
    text = text.replace("\x00", "").strip()[:100]
    there = rules.invitable(user)
    few = there.count() <= FEW
    if not few and not text:
        return Candidates([], text, 0, False)
    there = there.exclude(pk__in=meeting.invitees.filter(role="").values("organisation"))
    for word in text.split()[:6]:
        fits = Q(code__icontains=word) | Q(name_id__icontains=word) | Q(name_en__icontains=word)
        there = there.filter(fits | Q(short_name__icontains=word))
    total = there.count()
    rows = list(there.order_by("kind", "region_code", "name_id")[:SHOWN])
    return Candidates(rows, text, max(total - len(rows), 0), few)


@dataclass(frozen=True)
class Group:
    """A quick choice of many organisations."""

    value: str
    label: Any


def groups_for(user) -> list[Group]:
    """The quick choices somebody may use; provinces are chosen in a list of their own."""
    found = [
        Group("unit:PPSDM", _("PPSDM")),
        Group("unit:BIRO-KS", _("Bureau of Cooperation")),
    ]
    if rules.may_invite_widely(user):
        found += [Group("provincial", _("All provincial offices")), Group("partners", _("All partners"))]
    return found


def provinces_for(user) -> list[Group]:
    """The provinces whose offices somebody may invite all at once."""
    offices = rules.invitable(user).filter(kind=OrganisationKind.OFFICE)
    codes = {code[:2] for code in offices.order_by().values_list("region_code", flat=True) if code}
    if not rules.may_invite_widely(user):
        codes &= {capacity(user)[1].province_code}
    return [Group(f"province:{code}", name) for code, name in _province_labels(codes).items()]


def group(actor, name: str) -> list[int]:
    """The keys of the organisations behind a quick choice ("province:52", "provincial", "partners", "unit:PPSDM"), as
    far as the actor may invite them; none where the choice is not theirs. Who organises need not be asked."""
    there = rules.invitable(actor).exclude(pk=getattr(capacity(actor)[1], "pk", None))
    kind, _colon, what = name.partition(":")
    if kind == "unit":
        found = there.filter(kind="MINISTRY", code=what)
    elif kind == "province" and len(what) == 2 and what.isdigit():
        found = there.filter(kind="OFFICE", region_code__startswith=what)
    elif not rules.may_invite_widely(actor):
        found = Organisation.objects.none()
    elif kind == "provincial":
        found = there.filter(kind="OFFICE", region_code__regex=r"^\d\d$")
    else:
        found = there.filter(kind="PARTNER") if kind == "partners" else Organisation.objects.none()
    return list(found.order_by("region_code", "code").values_list("pk", flat=True))


# --- What stands in the way ---------------------------------------------------------------------------------


def warnings_of(meeting) -> list[str]:
    """What the organiser should know about the time; nothing of it refuses anything."""
    zones = meeting.invitees.order_by().values_list("organisation__time_zone", flat=True).distinct()
    found = times.odd_hours(meeting.starts_at, meeting.ends_at, [meeting.zone, *zones])
    days = {times.day_there(at, meeting.zone) for at in (meeting.starts_at, meeting.ends_at)}
    if not all(is_working_day(day) for day in days):
        found.insert(0, _("The day is a weekend or a day off in the national calendar."))
    return [*found, *_clashes(meeting)]


def _clashes(meeting) -> list[str]:
    """Who has another meeting at that time. Only that they do is told, not which: the organiser may not know of it."""
    others = Meeting.objects.filter(
        status=MeetingStatus.PLANNED, starts_at__lt=meeting.ends_at, ends_at__gt=meeting.starts_at
    ).exclude(pk=meeting.pk)
    asked: dict[int, set[str]] = {meeting.organiser_id: {""}}
    for organisation, role in meeting.invitees.values_list("organisation_id", "role"):
        asked.setdefault(organisation, set()).add(role)
    busy: set[int] = set()
    rows = Invitee.objects.filter(meeting__in=others, organisation__in=asked)
    for organisation, role in rows.order_by().values_list("organisation_id", "role"):
        if not role or asked[organisation] & {"", role}:
            busy.add(organisation)
    busy |= set(others.filter(organiser__in=asked).order_by().values_list("organiser_id", flat=True))
    names = [o.name for o in Organisation.objects.filter(pk__in=busy).order_by("name_id")]
    if not names:
        return []
    shown, more = ", ".join(names[:3]), len(names) - 3
    if more <= 0:
        return [_("Another meeting at the same time: %(names)s.") % {"names": shown}]
    return [
        ngettext(
            "Another meeting at the same time: %(names)s and %(count)d more organisation.",
            "Another meeting at the same time: %(names)s and %(count)d more organisations.",
            more,
        )
        % {"names": shown, "count": more}
    ]
