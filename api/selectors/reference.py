"""Regions and vocabularies as the whole portal shares them."""

from __future__ import annotations

from django.db.models import Q
from django.db.models.functions import Left
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, OrganisationKind
from regions.models import FunctionalPost, Region, Theme
from regions.models.places import RegionLevel
from regions.models.vocabulary import Term
from workflow.listing import Facet


def _names_of(codes) -> dict[str, str]:
    return {region.code: region.name for region in Region.objects.filter(code__in=codes)}


def _levels(codes) -> dict[str, str]:
    return {level.value: level.label for level in RegionLevel if level.value in codes}


REGION_FACETS = (
    Facet("level", _("Level"), "level", _levels),
    Facet("province", _("Province"), "parent_id", _names_of),
)


def regions_today():
    """Every region that is valid today, with its province."""
    today = timezone.localdate()
    return Region.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=today)).select_related("parent")


def region_matches(text: str) -> Q:
    """By name in either language, or by code with or without its dot."""
    bare = text.replace(".", "")
    return Q(name_id__icontains=text) | Q(name_en__icontains=text) | Q(code__startswith=bare)


def region_by_code(code: str) -> Region | None:
    """One region, a former one too."""
    return Region.objects.select_related("parent").filter(code=code).first()


# --- Vocabularies ----------------------------------------------------------------------------------------------------


def _vocabularies(names) -> dict[str, str]:
    known = Term.objects.filter(vocabulary__in=names).values_list("vocabulary", flat=True)
    return {name: name for name in known}


TERM_FACETS = (Facet("vocabulary", _("Vocabulary"), "vocabulary", _vocabularies),)


def terms():
    """Every entry of every small vocabulary, retired ones too: records of the past name them."""
    return Term.objects.all()


def term_of(vocabulary: str, code: str) -> Term | None:
    """One entry."""
    return Term.objects.filter(vocabulary=vocabulary, code=code).first()


def posts():
    """Every functional post or target group."""
    return FunctionalPost.objects.all()


def themes():
    """Every training theme with its posts."""
    return Theme.objects.prefetch_related("posts")


def label_matches(text: str) -> Q:
    """By code, or label in either language."""
    return Q(code__icontains=text) | Q(label_id__icontains=text) | Q(label_en__icontains=text)


# --- Organisations ---------------------------------------------------------------------------------------------------


def _kinds(codes) -> dict[str, str]:
    return {kind.value: kind.label for kind in OrganisationKind if kind.value in codes}


ORGANISATION_FACETS = (
    Facet("kind", _("Kind of organisation"), "kind", _kinds),
    Facet("province", _("Province"), "province", _names_of, Left("region_code", 2)),
)


def organisations():
    """Organisations that exist today."""
    today = timezone.localdate()
    return Organisation.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=today)).select_related("parent")


def organisation_by_code(code: str) -> Organisation | None:
    """One organisation, a former one too."""
    return Organisation.objects.select_related("parent").filter(code=code).first()


def organisation_matches(text: str) -> Q:
    """By code, or name in either language."""
    names = Q(name_id__icontains=text) | Q(name_en__icontains=text) | Q(short_name__icontains=text)
    return names | Q(code__icontains=text)
