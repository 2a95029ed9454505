"""How often one person, or one network address without a sign-in, may ask for pages that cost much.

The budgets are written so that people never meet them; scripts that walk through the portal do, and are told when to
come back. Counted in the cache by fixed windows. A cache that is away refuses nobody: that protects work, not secrets
(tries to sign in are counted elsewhere and always: `accounts/throttle.py`).
"""

from __future__ import annotations

import hashlib
import logging
import time
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache

from accounts.throttle import network_address

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Budget:
    """So many requests in so many seconds, for all pages of one kind together."""

    kind: str
    people: int
    visitors: int
    """For a network address, behind which a whole office may sit."""
    seconds: int = 600
    methods: tuple[str, ...] = ("GET", "HEAD", "POST")


SEARCH = Budget("search", 200, 400)
PAPERS = Budget("papers", 60, 60)
EXPORTS = Budget("exports", 60, 60)
DRAWINGS = Budget("drawings", 300, 900)
"""Maps, dashboards and briefs, whose figures are counted when they are looked at."""
IMPORTS = Budget("imports", 30, 0, methods=("POST",))
SECRETS = Budget("secrets", 60, 300, methods=("POST",))
"""Whatever hashes a password: signing in has tries of its own beside it."""

COSTLY: dict[str, Budget] = {
    "search": SEARCH,
    **dict.fromkeys(
        (
            "exchange:record_pdf",
            "forum:minutes_paper",
            "participants:intake_sign_in",
            "participants:letter",
            "participants:letter_docx",
            "participants:roster_bundle",
            "participants:sign_in",
            "partnerships:agreement_draft",
            "partnerships:agreement_preview",
            "partnerships:brief_pdf",
        ),
        PAPERS,
    ),
    **dict.fromkeys(
        (
            "exchange:export",
            "kpi_file",
            "participants:evaluation_download",
            "participants:my_copy",
            "partnerships:allocation_file",
            "partnerships:brief_json",
            "partnerships:brief_xlsx",
        ),
        EXPORTS,
    ),
    **dict.fromkeys(
        (
            "dashboard",
            "dashboard_rows",
            "kpi",
            "kpi_detail",
            "map",
            "map_province",
            "partnerships:brief",
            "partnerships:demand",
        ),
        DRAWINGS,
    ),
    **dict.fromkeys(("exchange:import", "exchange:import_needs"), IMPORTS),
    **dict.fromkeys(("accounts:accept", "accounts:login", "accounts:password_reset_confirm"), SECRETS),
}
"""Name of an address: its budget. The interface for machines has limits of its own (`api/limits.py`)."""


def wait_for(request, name: str) -> int:
    """Seconds until this page may be asked for again; 0 where it may be made now. Counts the request."""
    budget = COSTLY.get(name)
    if budget is None or not settings.COSTLY_FACTOR or request.method not in budget.methods:
        return 0
    known = request.user.is_authenticated
    limit = (budget.people if known else budget.visitors) * settings.COSTLY_FACTOR
    if not limit:
        return 0  # nobody is let in without a sign-in: the page says so itself
    who = f"person:{request.user.pk}" if known else f"network:{network_address(request)}"
    now = int(time.time())
    window, left = now // budget.seconds, budget.seconds - now % budget.seconds
    key = f"costly:{budget.kind}:{hashlib.sha256(who.encode()).hexdigest()[:32]}:{window}"
    return left if _count(key, budget.seconds) > limit else 0


def _count(key: str, seconds: int) -> int:
    try:
        return 1 if cache.add(key, 1, seconds * 2) else cache.incr(key)
    except Exception:
        log.warning("the cache does not count costly pages")
        return 1
