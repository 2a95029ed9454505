"""Names of provinces by code, for lists whose rooms know no places."""

from __future__ import annotations

from collections.abc import Iterable

from regions.models import Region


def province_names(codes: Iterable[str]) -> dict[str, str]:
    """{two digits: name in the reader's language}, in the order of the codes."""
    return {r.code: r.name for r in Region.objects.filter(code__in=[c for c in codes if c]).order_by("code")}
