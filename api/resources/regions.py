"""Provinces, regencies and cities by their Kemendagri code; open to everyone."""

from __future__ import annotations

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from api.fields import ChoiceLabel, Coded, Row
from api.resource import Resource, register
from api.selectors import reference as selectors


class RegionRow(Row):
    """A region."""

    example = {
        "url": "/api/v1/regions/5203",
        "code": "5203",
        "level": {"code": "REGENCY", "label": "Kabupaten"},
        "name": "Kabupaten Lombok Timur",
        "province": {"code": "52", "label": "Nusa Tenggara Barat"},
        "island_group": "Bali dan Nusa Tenggara",
        "time_zone": "Asia/Makassar",
        "capital": "Selong",
        "iso_code": "",
        "remote": False,
        "valid_from": "2020-01-01",
        "valid_to": None,
    }
    code = serializers.CharField()
    level = ChoiceLabel("level")
    name = serializers.CharField()
    province = Coded(source="parent")
    island_group = serializers.CharField()
    time_zone = serializers.CharField()
    capital = serializers.CharField(allow_blank=True)
    iso_code = serializers.CharField(allow_blank=True)
    remote = serializers.BooleanField(source="is_remote")
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True)


class Regions(Resource):
    """What places there are."""

    name, singular = "regions", "region"
    label = _("Regions")
    summary = _("Provinces, regencies and cities with their Kemendagri codes (52, 5203). Open without a token.")
    public = unscoped = True
    row = detail = RegionRow
    sorts = {"code": (_("Code"), ("code",)), "name": (_("Name"), ("name_id",))}
    default_sort = "code"
    search = staticmethod(selectors.region_matches)
    searched = _("Searches names and codes.")

    def facets(self, user):
        """Level and province."""
        return selectors.REGION_FACETS

    def rows(self, user, query):
        """All that are valid today."""
        return selectors.regions_today()

    def find(self, user, code):
        """One region, former ones too: records of the past name them."""
        found = selectors.region_by_code(code)
        if found is None:
            raise Http404
        return found


register(Regions())
