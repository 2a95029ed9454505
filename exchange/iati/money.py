"""Costs that were disclosed, as a budget and as commitments."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.utils import timezone

from exchange.iati import codes
from exchange.iati.shapes import Money, Party

YEAR = dt.timedelta(days=366)
"""A budget speaks of a year at most."""
REGIONS = Party("", codes.LOCAL_GOVERNMENT, ("Pemerintah daerah pengirim", "Sending regional governments"))


def money_of(
    program, partner: Party, ministry: Party, period: tuple[dt.date, dt.date] | None
) -> tuple[Money | None, tuple[Money, ...]]:
    """(budget, commitments). What participants pay themselves is no one's commitment; a budget is told only where all
    of it is in one currency and within a year."""
    payers = {"PARTNER": partner, "KEMNAKER": ministry, "PEMDA": REGIONS}
    on = timezone.localdate(program.published_at)
    sums: dict[tuple[str, str], Decimal] = {}
    for cost in program.disclosed:
        if cost.payer in payers and cost.amount:
            key = (cost.payer, cost.currency)
            sums[key] = sums.get(key, Decimal()) + cost.amount
    commitments = tuple(Money(value, currency, on, payers[payer]) for (payer, currency), value in sorted(sums.items()))
    currencies = {money.currency for money in commitments}
    budget = None
    if len(currencies) == 1 and period and period[1] - period[0] < YEAR:
        budget = Money(sum((money.value for money in commitments), Decimal()), currencies.pop(), on)
    return budget, commitments
