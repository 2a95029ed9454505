"""Offices, units of the ministry, training centres and partners, without their people."""

from __future__ import annotations

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from api.fields import ChoiceLabel, Coded, Row
from api.resource import Resource, register
from api.selectors import reference as selectors


class OrganisationRow(Row):
    """An organisation."""

    example = {
        "url": "/api/v1/organisations/DISNAKER-52",
        "code": "DISNAKER-52",
        "kind": {"code": "OFFICE", "label": "Dinas daerah"},
        "name": "Dinas Tenaga Kerja Provinsi Nusa Tenggara Barat",
        "name_id": "Dinas Tenaga Kerja Provinsi Nusa Tenggara Barat",
        "name_en": "Labour Office of West Nusa Tenggara",
        "short_name": "Disnaker NTB",
        "region_code": "52",
        "time_zone": "Asia/Makassar",
        "parent": None,
        "suspended": False,
        "valid_from": "2020-01-01",
        "valid_to": None,
    }
    code = serializers.CharField()
    kind = ChoiceLabel("kind")
    name = serializers.CharField()
    name_id = serializers.CharField()
    name_en = serializers.CharField(allow_blank=True)
    short_name = serializers.CharField(allow_blank=True)
    region_code = serializers.CharField(allow_blank=True)
    time_zone = serializers.CharField()
    parent = Coded()
    suspended = serializers.BooleanField()
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True)


class Organisations(Resource):
    """Who takes part."""

    name, singular = "organisations", "organisation"
    label = _("Organisations")
    summary = _("Offices, units of the ministry, training centres and partners that exist today.")
    row = detail = OrganisationRow
    sorts = {"code": (_("Code"), ("code",)), "name": (_("Name"), ("name_id",))}
    default_sort = "code"
    search = staticmethod(selectors.organisation_matches)
    searched = _("Searches codes and names.")

    def facets(self, user):
        """Kind and province."""
        return selectors.ORGANISATION_FACETS

    def rows(self, user, query):
        """All that exist today."""
        return selectors.organisations()

    def find(self, user, code):
        """One organisation."""
        found = selectors.organisation_by_code(code)
        if found is None:
            raise Http404
        return found


register(Organisations())
