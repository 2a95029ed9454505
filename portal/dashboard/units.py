"""The places that a chart compares: the next smaller ones of what is chosen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from regions.models import Region

CENTRE = "00"
"""Stands in an address for units of the ministry, which lie in no region."""


@dataclass(frozen=True)
class Unit:
    """One place of a comparison; `key` narrows a choice to it, "" where nothing smaller can be chosen."""

    key: str
    name: str


class Units:
    """Turns codes of regions into the places of one choice, and keeps their order."""

    def __init__(self, choice, *, by_province: bool):
        self.choice = choice
        self._by_province = by_province
        self._regencies: dict[str, str] = {}
        if choice.province and choice.province != CENTRE:
            known = Region.objects.filter(parent_id=choice.province).order_by("code")
            self._regencies = {region.code: region.name for region in known}

    def key(self, code: str) -> str:
        """The place a region's code (cut to the choice's depth) belongs to."""
        if not code:
            return CENTRE
        if self.choice.province:
            return code
        region = self.choice.places.provinces.get(code[:2])
        if region is None:
            return CENTRE
        return code[:2] if self._by_province else region.island_group

    def unit(self, key: str) -> Unit:
        """A place by its key."""
        if key == CENTRE:
            return Unit(CENTRE, _("Units of the ministry"))
        if self.choice.province:
            name = self._regencies.get(key) or self.choice.place_name
            return Unit("", name)
        if self._by_province:
            region = self.choice.places.provinces[key]
            return Unit(key, region.name)
        return Unit(key, key)

    def ordered(self, keys: Iterable[str]) -> list[str]:
        """Keys from west to east."""
        order = [*self.choice.places.islands, *self.choice.places.provinces, *self._regencies, CENTRE]
        places = {key: number for number, key in enumerate(order)}
        return sorted(set(keys), key=lambda key: (places.get(key, len(places)), key))
