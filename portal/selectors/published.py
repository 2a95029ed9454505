"""Agreements and partners as anyone may read them: parties, dates and state, never a paper and never a person.

What is still being negotiated does not exist here; from the signature on an agreement is public information.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, F, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, Left
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Organisation, OrganisationKind
from partnerships.models import Agreement, AgreementStatus, Track
from partnerships.rules.agreements import IN_FORCE
from programs.models import Intake, Program
from programs.rules import OFFERED, public_programs
from regions.models import Region
from workflow.listing import Facet, Listing

A = AgreementStatus
PUBLISHED = (A.ACTIVE, A.UNDER_AMENDMENT, A.SUSPENDED, A.EXPIRED, A.TERMINATED, A.CLOSED)
"""From the day an agreement takes effect, also after it has ended."""


@dataclass(frozen=True)
class Partner:
    """A partner with what it offers and what is agreed with it."""

    organisation: Organisation
    programs: int
    seats: int
    agreements: int

    name = property(lambda self: self.organisation.name)
    short_name = property(lambda self: self.organisation.short_name or self.organisation.code)
    code = property(lambda self: self.organisation.code)
    website = property(lambda self: getattr(getattr(self.organisation, "partner", None), "website", ""))


def published_agreements() -> QuerySet[Agreement]:
    """Every agreement anyone may read about, with its parties."""
    return Agreement.objects.filter(status__in=PUBLISHED).select_related("partner", "office", "unit", "program")


def _partner_names(codes) -> dict[str, str]:
    rows = Organisation.objects.filter(pk__in=codes)
    return {str(o.pk): o.short_name or o.name for o in sorted(rows, key=lambda o: o.name)}


def _province_names(codes) -> dict[str, str]:
    return {r.code: r.name for r in Region.objects.filter(code__in=codes).order_by("code")}


def facets() -> tuple[Facet, ...]:
    """The filters of the public list."""
    return (
        Facet("partner", gettext_lazy("Partner"), "partner", _partner_names),
        Facet("track", gettext_lazy("Track"), "track", lambda values: {t.value: t.label for t in Track}),
        Facet(
            "status",
            gettext_lazy("Status"),
            "status",
            lambda values: {s.code: s.label for s in Agreement.flow.states},
        ),
        Facet(
            "province",
            gettext_lazy("Province"),
            "region_province",
            _province_names,
            expression=Left("office__region_code", 2),
        ),
    )


SORTS = {
    "title": (gettext_lazy("Title"), ("title_id",)),
    "signed": (gettext_lazy("Signed on"), ("signed_on",)),
    "ends": (gettext_lazy("Valid until"), ("ends",)),
}


def matches(text: str) -> Q:
    """What the public list searches."""
    return (
        Q(code__icontains=text)
        | Q(title_id__icontains=text)
        | Q(title_en__icontains=text)
        | Q(partner__name_id__icontains=text)
        | Q(partner__name_en__icontains=text)
        | Q(partner__short_name__icontains=text)
        | Q(counterpart__icontains=text)
        | Q(office__name_id__icontains=text)
    )


def agreements(request) -> Listing:
    """The public list, with filters."""
    return Listing(
        request,
        published_agreements(),
        facets=facets(),
        sorts=SORTS,
        default_sort="-signed",
        search=matches,
    )


def get_agreement(code: str) -> Agreement:
    """One of them, or Http404."""
    found = None if "\x00" in code else published_agreements().filter(code=code).first()
    if found is None:
        raise Http404
    return found


def _partners() -> QuerySet[Organisation]:
    """Partners that offer a public programme or with whom an agreement was made."""
    offered = Program.objects.filter(public_programs(), status__in=OFFERED)
    agreed = Agreement.objects.filter(status__in=PUBLISHED)
    return (
        Organisation.objects.filter(kind=OrganisationKind.PARTNER, suspended=False)
        .select_related("partner")
        .filter(Q(pk__in=offered.values("partner")) | Q(pk__in=agreed.values("partner")))
        .annotate(offered=_count_of(offered), in_force=_count_of(agreed.filter(status__in=IN_FORCE)))
        .order_by("-offered", "-in_force", "code")
    )


def _count_of(records: QuerySet) -> Coalesce:
    """How many of these a partner has; each counted by itself, not every one beside every other."""
    counted = records.filter(partner=OuterRef("pk")).order_by().values("partner").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)


def _free_seats(organisations) -> dict[int, int]:
    rows = Program.objects.filter(public_programs(), status__in=OFFERED, partner__in=organisations)
    free = Sum(F("intakes__seats") - F("intakes__seats_taken"))
    return dict(rows.order_by().values_list("partner").annotate(free=free))


def partners() -> list[Partner]:
    """Everyone who offers or has agreed something, the largest offer first."""
    rows = list(_partners())
    seats = _free_seats(rows)
    return [Partner(o, o.offered, max(seats.get(o.pk) or 0, 0), o.in_force) for o in rows]


def get_partner(code: str) -> Partner:
    """One partner by its code in any case, or Http404."""
    found = None if "\x00" in code else _partners().filter(code__iexact=code).first()
    if found is None:
        raise Http404
    return Partner(found, found.offered, max(_free_seats([found]).get(found.pk) or 0, 0), found.in_force)


def programs_of(partner: Partner) -> list[Program]:
    """What it offers to everyone now, the nearest deadline first."""
    rows = Program.objects.filter(public_programs(), status__in=OFFERED, partner=partner.organisation)
    intakes = Prefetch("intakes", Intake.objects.order_by("starts"))
    found = rows.prefetch_related(intakes).order_by(F("internal_deadline").asc(nulls_last=True), "pk")
    return list(found[:50])


def open_programs() -> QuerySet[Program]:
    """Every programme anyone may read, the latest first."""
    return Program.objects.filter(public_programs()).order_by("-published_at", "-pk")


def agreements_of(partner: Partner) -> list[Agreement]:
    """What was agreed with it, newest first."""
    return list(published_agreements().filter(partner=partner.organisation).order_by("-signed_on", "-pk")[:50])


def parties_of(agreement) -> list[str]:
    """Who agreed: the ministry or the region, and the other side."""
    home = agreement.office.name if agreement.is_regional else _("Ministry of Manpower")
    return [home, agreement.other_party] if agreement.other_party else [home]
