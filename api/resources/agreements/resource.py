"""Agreements to those who read them, with their acts; signed ones to everyone."""

from __future__ import annotations

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext_lazy as _

from api.resource import Resource
from api.resources.agreements.shown import AgreementDetail, AgreementRow, PublishedRow
from partnerships.selectors import agreements as selectors
from portal.selectors import published
from workflow.listing import Asked


class Agreements(Resource):
    """Agreements on their five tracks."""

    name, singular = "agreements", "agreement"
    label = _("Agreements")
    summary = _("Agreements on five tracks: stages, letters to bodies outside, seats, papers, and every act.")
    flow_name = selectors.FLOW
    row, detail = AgreementRow, AgreementDetail
    sorts = selectors.SORTS
    default_sort = "-since"
    search = staticmethod(selectors.matches)
    searched = _("Searches codes, titles, partners and offices.")

    def facets(self, user):
        """As on the page."""
        return selectors.facets()

    def listing(self, user, query):
        """As on the page."""
        return selectors.agreement_listing(Asked(user, query))

    def prepare(self, user, records):
        """A detail asks for its letters more than once."""
        if len(records) == 1 and not hasattr(records[0], "open_letters"):
            prefetch_related_objects(records, "external_steps")


class PublishedAgreements(Resource):
    """What everyone may know of signed agreements."""

    name, singular = "published-agreements", "published_agreement"
    label = _("Signed agreements")
    summary = _("From the signature on an agreement is public: parties, dates, state. Open without a token.")
    public = True
    row = detail = PublishedRow
    sorts = published.SORTS
    default_sort = "-signed"
    search = staticmethod(published.matches)
    searched = _("Searches codes, titles, partners and offices.")

    def facets(self, user):
        """As on the page."""
        return published.facets()

    def listing(self, user, query):
        """As on the page."""
        return published.agreements(Asked(user, query))

    def find(self, user, code):
        """One that was published."""
        return published.get_agreement(code)
