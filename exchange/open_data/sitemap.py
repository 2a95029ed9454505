"""The pages of the open data, for search engines."""

from __future__ import annotations

from django.urls import reverse

from exchange.open_data.catalogue import DATASETS
from portal.views.published import Pages


class DataPages(Pages):
    """The catalogue, the page on IATI and one page per data set."""

    def items(self):
        """(name of the address, arguments)"""
        return [("data", ()), ("iati_page", ()), *(("dataset", (d.slug,)) for d in DATASETS)]

    def location(self, item):
        """Its address in the language being written."""
        name, arguments = item
        return reverse(f"exchange:{name}", args=arguments)
