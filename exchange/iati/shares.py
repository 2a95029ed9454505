"""Shares of a hundred that add up to a hundred: the largest remainders get the hundredths that are left."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

WHOLE = 10_000
"""A hundred per cent in hundredths."""


def shares(weights: Mapping[str, int]) -> list[tuple[str, Decimal]]:
    """(key, per cent with two places) of every key with a weight, the largest first; the sum is exactly 100.00."""
    known = {key: weight for key, weight in weights.items() if weight > 0}
    total = sum(known.values())
    if not total:
        return []
    parts = {key: divmod(WHOLE * weight, total) for key, weight in known.items()}
    left = WHOLE - sum(whole for whole, _rest in parts.values())
    by_rest = sorted(parts, key=lambda key: (-parts[key][1], key))
    found = {key: parts[key][0] + (1 if key in by_rest[:left] else 0) for key in parts}
    # With more keys than hundredths some would get nothing, and nothing is no share.
    return [(key, Decimal(part).scaleb(-2)) for key, part in sorted(found.items(), key=lambda i: (-i[1], i[0])) if part]
