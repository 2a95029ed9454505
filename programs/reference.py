"""Reference data of this room: the partners the portal begins with and the schemes they offer."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction

from accounts.models import Organisation, OrganisationKind
from programs.models import PartnerProfile, Scheme
from programs.models.partners import ROUTE_BUFFER
from regions.reference import Count, read, upsert
from regions.reference.loader import retire

DATA = Path(__file__).parent / "reference_data"


@transaction.atomic
def load() -> list[Count]:
    """Partners first, then their schemes. Runs after the regions' reference data (PPSDM owns one scheme)."""
    return [_partners(), _schemes()]


def _partners() -> Count:
    rows = read("partners", DATA)
    total, created, changed = upsert(
        Organisation,
        ("code",),
        [
            {
                "code": row["code"],
                "kind": OrganisationKind.PARTNER,
                "name_id": row["name_id"],
                "name_en": row["name_en"],
                "short_name": row["code"],
            }
            for row in rows
        ],
    )
    ids = dict(Organisation.objects.values_list("code", "pk"))
    upsert(
        PartnerProfile,
        ("organisation_id",),
        [
            {
                "organisation_id": ids[row["code"]],
                "partner_type": row["partner_type"],
                "country": row["country"],
                "iati_id": row["iati_id"],
                "website": row["website"],
            }
            for row in rows
        ],
    )
    return Count("partners", total, created, changed)


def _schemes() -> Count:
    ids = dict(Organisation.objects.values_list("code", "pk"))
    rows = [
        {
            **{k: v for k, v in row.items() if k != "partner"},
            "partner_id": ids[row["partner"]],
            "needs_agreement": row["needs_agreement"] == "yes",
            "buffer_days": ROUTE_BUFFER[row["route"]],
            "position": place,
        }
        for place, row in enumerate(read("schemes", DATA), 1)
    ]
    total, created, changed = upsert(Scheme, ("code",), rows)
    return Count("schemes", total, created, changed, retire(Scheme, ("code",), {(r["code"],) for r in rows}))
