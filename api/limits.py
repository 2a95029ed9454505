"""How many requests a token, a signed-in person or a network address may send in a minute; counted in the cache.

A cache that is away refuses nobody: the count is a courtesy among readers, not a lock.
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

WINDOW = 60


@dataclass(frozen=True)
class Allowance:
    """What is left of a window."""

    policy: str
    quota: int
    left: int
    seconds: int

    @property
    def spent(self) -> bool:
        """Whether this request is one too many."""
        return self.left < 0

    @property
    def headers(self) -> dict[str, str]:
        """The headers of the IETF draft (draft-ietf-httpapi-ratelimit-headers)."""
        found = {
            "RateLimit-Policy": f'"{self.policy}";q={self.quota};w={WINDOW}',
            "RateLimit": f'"{self.policy}";r={max(0, self.left)};t={self.seconds}',
        }
        return {**found, "Retry-After": str(self.seconds)} if self.spent else found


def take(request, token=None, user=None) -> Allowance:
    """Count one request."""
    if token is not None:
        return _count("token", str(token.pk), settings.API_RATE_TOKEN)
    if user is not None and user.is_authenticated:
        return _count("session", str(user.pk), settings.API_RATE_TOKEN)
    return _count("address", network_address(request), settings.API_RATE_ADDRESS)


def _count(policy: str, who: str, quota: int) -> Allowance:
    now = int(time.time())
    window, seconds = now // WINDOW, WINDOW - now % WINDOW
    digest = hashlib.sha256(who.encode()).hexdigest()[:32]
    key = f"api:{policy}:{digest}:{window}"
    try:
        used = 1 if cache.add(key, 1, WINDOW * 2) else cache.incr(key)
    except Exception:
        log.warning("the cache does not count requests")
        used = 1
    return Allowance(policy, quota, quota - used, seconds)
