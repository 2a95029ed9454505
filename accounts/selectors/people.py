"""Reads of the front desk: people with their roles, open invitations, organisations a person can be invited
to."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from allauth.mfa.models import Authenticator
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Left
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Invitation, Membership, Organisation, OrganisationKind
from accounts.roles import Role
from workflow.listing import Facet, Listing

_place_names: list[Callable[[Iterable[str]], dict[str, str]]] = []


def use_place_names(names: Callable[[Iterable[str]], dict[str, str]]) -> None:
    """Province codes -> names. Places live upstairs; whoever knows them hands the function down."""
    _place_names[:] = [names]


def province_names(codes: list) -> dict:
    """{province code: name}, the code itself where places are unknown."""
    return _place_names[0](codes) if _place_names else {c: c for c in codes}


def _role_names(values: list) -> dict:
    return {r.value: r.label for r in Role if r.value in values}


def _kind_names(values: list) -> dict:
    return {k.value: k.label for k in OrganisationKind if k.value in values}


def _validity_names(values: list) -> dict:
    return {"True": _("Ended"), "False": _("Valid")}


FACETS = (
    Facet("role", _("Role"), "role", _role_names),
    Facet("kind", _("Kind of organisation"), "organisation__kind", _kind_names),
    Facet("province", _("Province"), "province", province_names, Left("organisation__region_code", 2)),
    Facet("ended", _("Validity"), "is_over", _validity_names),
)
SORTS = {
    "name": (_("Name or post"), ("user__name",)),
    "organisation": (_("Organisation"), ("organisation__name_id",)),
    "since": (_("Since"), ("valid_from",)),
}


def memberships():
    """Every role anybody holds or held, for the administrator's list."""
    over = Q(ended_at__isnull=False) | Q(valid_to__lt=timezone.localdate()) | Q(user__is_active=False)
    factors = Authenticator.objects.filter(user=OuterRef("user")).exclude(type=Authenticator.Type.RECOVERY_CODES)
    found = Membership.objects.select_related("user", "organisation", "delegation")
    return found.annotate(is_over=over, has_factor=Exists(factors))


def people_search(text: str) -> Q:
    """By name or post, e-mail or organisation."""
    return (
        Q(user__name__icontains=text)
        | Q(user__email__icontains=text)
        | Q(organisation__name_id__icontains=text)
        | Q(organisation__name_en__icontains=text)
        | Q(organisation__code__iexact=text)
    )


def people_listing(request) -> Listing:
    """Everybody's roles, as filtered."""
    return Listing(request, memberships(), facets=FACETS, sorts=SORTS, default_sort="name", search=people_search)


def get_membership(pk: int) -> Membership:
    """One role by number."""
    found = Membership.objects.select_related("user", "organisation").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def unanswered_invitations():
    """Invitations nobody accepted or took back, those that ran out included, the newest first."""
    return Invitation.objects.select_related("organisation").filter(accepted_at__isnull=True, revoked_at__isnull=True)


def get_invitation(pk: int) -> Invitation:
    """One invitation by number."""
    found = Invitation.objects.select_related("organisation").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def organisations_to_invite():
    """Organisations that exist today, by kind and name."""
    today = timezone.localdate()
    return (
        Organisation.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=today), suspended=False)
        .filter(valid_from__lte=today)
        .order_by("kind", F("region_code"), "name_id")
    )
