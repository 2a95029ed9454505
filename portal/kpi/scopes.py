"""Whose records a reader's figures count: the whole country, a province, one office, or one partner's programmes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from accounts.roles import CENTRAL, OFFICE, PARTNER, Role
from accounts.rules import capacity

NATIONAL, PROVINCE, OWN, PARTNERS = "national", "province", "office", "partner"

OFFERED = {
    PROVINCE: ("K01", "K04", "K05", "K06", "K07", "K08", "K09", "K10", "K12", "K13"),
    OWN: ("K01", "K04", "K06", "K07", "K08", "K09", "K10", "K12", "K13"),
    PARTNERS: ("K02", "K03", "K04", "K06", "K10", "K11", "K12", "K13"),
}
"""Figures that say something about a reader's own part. What is missing has no meaning there: a province offers no
seats and lies in Java or not; a partner neither files needs nor answers for follow-up plans."""


@dataclass(frozen=True)
class Scope:
    """One reader's part of the country."""

    kind: str
    user: Any
    organisation: Any

    def shows(self, code: str) -> bool:
        """Whether this figure is for the reader at all."""
        return self.kind == NATIONAL or code in OFFERED[self.kind]

    @property
    def is_national(self) -> bool:
        """Whether the figures are the country's."""
        return self.kind == NATIONAL

    @property
    def withholds(self) -> bool:
        """Whether groups of fewer than five people stay out of sight. The centre works with them, and an office knows
        its own people; a province and a partner learn sums only."""
        return self.kind in {PROVINCE, PARTNERS}

    def within(self, *, office: str = "", partner: str = "") -> Q:
        """The rows that belong to the reader; paths to the office and to the partner's organisation."""
        if self.kind == NATIONAL:
            return Q()
        if self.kind == PROVINCE and office:
            return Q(**{f"{office}__region_code__startswith": self.organisation.region_code})
        if self.kind == OWN and office:
            return Q(**{office: self.organisation.pk})
        if self.kind == PARTNERS and partner:
            return Q(**{partner: self.organisation.pk})
        return Q(pk__in=[])


def scope_of(user) -> Scope | None:
    """The reader's scope in the capacity they act in; None for those who get no figures."""
    role, organisation = capacity(user)
    if role in CENTRAL:
        return Scope(NATIONAL, user, organisation)
    if role == Role.PROV_VER and len(organisation.region_code) == 2:
        return Scope(PROVINCE, user, organisation)
    if role in OFFICE:
        return Scope(OWN, user, organisation)
    if role in PARTNER:
        return Scope(PARTNERS, user, organisation)
    return None
