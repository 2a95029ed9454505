"""What the address narrows the dashboard to: cycle, island group, province, competency, partner; each may stay open."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts.models import Organisation, OrganisationKind
from partnerships.sentences import theme_name
from portal.dashboard.units import CENTRE, Units
from portal.kpi.periods import Period
from portal.kpi.scopes import Scope
from regions.models import NeedCycle, NeedStatus, Region, Theme, TrainingNeed

CYCLE, ISLAND, PROVINCE, THEME, PARTNER = "siklus", "pulau", "provinsi", "tema", "mitra"
NAMES = (CYCLE, ISLAND, PROVINCE, THEME, PARTNER)
UNFILED = (NeedStatus.DRAFT, NeedStatus.WITHDRAWN, NeedStatus.MERGED)


@dataclass(frozen=True)
class Option:
    """One value of a filter."""

    value: str
    label: Any
    active: bool


@dataclass(frozen=True)
class Select:
    """A filter ready to show."""

    name: str
    label: Any
    options: list[Option]


@dataclass(frozen=True)
class Pill:
    """An active filter with the address without it; `listing` names it so."""

    label: str
    url: str


@dataclass(frozen=True)
class Places:
    """The provinces of the country by island group, read once."""

    provinces: dict[str, Region] = field(default_factory=dict)

    @cached_property
    def islands(self) -> dict[str, list[str]]:
        """{island group: codes of its provinces}, from west to east."""
        found: dict[str, list[str]] = {}
        for code, region in self.provinces.items():
            found.setdefault(region.island_group, []).append(code)
        return found


@dataclass(frozen=True)
class Choice:
    """One reader's choice."""

    scope: Scope
    cycle: int
    island: str = ""
    province: str = ""
    theme: str = ""
    partner: Organisation | None = None
    places: Places = field(default_factory=Places)

    @property
    def period(self) -> Period:
        """The calendar year of the cycle, for what belongs to no cycle."""
        return Period(self.cycle)

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the cycle is chosen."""
        return bool(self.island or self.province or self.theme or self.partner)

    def place(self, path: str) -> Q:
        """Rows of the chosen places; `path` leads to a code of a region."""
        if self.province == CENTRE:
            return Q(**{path: ""})
        if self.province:
            return Q(**{f"{path}__startswith": self.province})
        if self.island:
            found = Q(pk__in=[])
            for code in self.places.islands.get(self.island, []):
                found |= Q(**{f"{path}__startswith": code})
            return found
        return Q()

    @property
    def depth(self) -> int:
        """How many digits of a region's code tell the places of this choice apart."""
        return 4 if self.province else 2

    def with_place(self, key: str) -> Choice:
        """The choice narrowed to one of its own places (`units`)."""
        if self.province:
            return self
        if key == CENTRE:
            return replace(self, province=key)
        if key in self.places.provinces:
            return replace(self, province=key, island=self.places.provinces[key].island_group)
        return replace(self, island=key)

    def units(self, *, fine: bool = False) -> Units:
        """The places this choice is compared by: island groups, provinces of one, regencies of a province. `fine`: the
        country by provinces, too."""
        return Units(self, by_province=bool(self.island) or fine)

    def query(self, **changed: Any) -> str:
        """The choice as a query string; `changed` values win, empty ones are left out."""
        mine = {
            CYCLE: str(self.cycle),
            ISLAND: self.island,
            PROVINCE: self.province,
            THEME: self.theme,
            PARTNER: self.partner.code if self.partner else "",
        }
        return urlencode({key: value for key, value in {**mine, **changed}.items() if value})

    def pills(self) -> list[Pill]:
        """What is chosen beside the cycle, each with the way to let go of it."""
        shown = []
        if self.island:
            shown.append(Pill(f"{_('Island group')}: {self.island}", f"?{self.query(pulau='', provinsi='')}"))
        if self.province:
            shown.append(Pill(f"{_('Province')}: {self.place_name}", f"?{self.query(provinsi='')}"))
        if self.theme:
            shown.append(Pill(f"{_('Competency')}: {theme_name(self.theme)}", f"?{self.query(tema='')}"))
        if self.partner:
            shown.append(Pill(f"{_('Partner')}: {self.partner.name}", f"?{self.query(mitra='')}"))
        return shown

    @property
    def place_name(self) -> str:
        """The place chosen, in the reader's language."""
        if self.province == CENTRE:
            return _("Units of the ministry")
        if self.province:
            return self.places.provinces[self.province].name
        return self.island or _("Indonesia")

    def selects(self) -> list[Select]:
        """The filters with their values; provinces only of the chosen island group."""
        provinces = [
            (code, region.name)
            for code, region in self.places.provinces.items()
            if self.island in {"", region.island_group}
        ]
        themes = sorted(((t.code, t.label) for t in Theme.objects.current()), key=lambda pair: pair[1])
        cycles = [(str(year), str(year)) for year in NeedCycle.objects.values_list("year", flat=True)]
        partners = [(o.code, o.short_name or o.name) for o in _partners()]
        return [
            _select(CYCLE, _("Cycle"), cycles, str(self.cycle)),
            _select(ISLAND, _("Island group"), [(n, n) for n in self.places.islands], self.island, _("All")),
            _select(PROVINCE, _("Province"), [*provinces, (CENTRE, _("Units of the ministry"))], self.province,
                    _("All")),
            _select(THEME, _("Competency"), themes, self.theme, _("All")),
            _select(PARTNER, _("Partner"), partners, self.partner.code if self.partner else "", _("All")),
        ]  # fmt: skip


def _select(name: str, label: str, pairs: list, now: str, everything: str = "") -> Select:
    every = [("", everything)] if everything else []
    return Select(name, label, [Option(value, text, value == now) for value, text in [*every, *pairs]])


def _partners():
    return Organisation.objects.filter(kind=OrganisationKind.PARTNER).order_by("code")


def _cycle(asked: str) -> int:
    """The cycle asked for, where there is one; else this year's where something was filed, else the newest filed."""
    if asked.isdecimal() and len(asked) == 4 and NeedCycle.objects.filter(year=int(asked)).exists():
        return int(asked)
    filed = TrainingNeed.objects.exclude(status__in=UNFILED).order_by("-cycle_id").values_list("cycle_id", flat=True)
    years, this_year = list(filed.distinct()), timezone.localdate().year
    return this_year if this_year in years or not years else years[0]


def choice_of(scope: Scope, data) -> Choice:
    """The choice an address makes. What does not exist is as if it had not been asked for."""

    def asked(name: str) -> str:
        return data.get(name, "").replace("\x00", "")[:60]

    known = Region.objects.filter(level="PROVINCE", valid_to__isnull=True).order_by("code")
    places = Places({region.code: region for region in known})
    island = asked(ISLAND) if asked(ISLAND) in places.islands else ""
    province = asked(PROVINCE) if asked(PROVINCE) in {*places.provinces, CENTRE} else ""
    if province in places.provinces:
        island = places.provinces[province].island_group
    elif province == CENTRE:
        island = ""
    theme = asked(THEME) if asked(THEME) and Theme.objects.filter(code=asked(THEME)).exists() else ""
    partner = _partners().filter(code=asked(PARTNER)).first() if asked(PARTNER) else None
    return Choice(scope, _cycle(asked(CYCLE)), island, province, theme, partner, places)
