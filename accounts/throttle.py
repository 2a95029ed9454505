"""Slows down guessing: a fixed number of tries per key and quarter of an hour, counted in the cache.

The key is address plus network address, so that nobody can lock another person out by typing wrong passwords
for
them. A second, wider count per network address stops one machine from trying many addresses.
"""

from __future__ import annotations

import hashlib
import logging

from django.conf import settings
from django.core.cache import cache

log = logging.getLogger(__name__)

WINDOW = 15 * 60
TRIES_PER_ADDRESS = 5
TRIES_PER_NETWORK = 50
"""Wide on purpose: a whole office often shares one network address."""


def network_address(request) -> str:
    """Where the request comes from; behind a trusted proxy that is what the proxy wrote last."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
    if getattr(settings, "SECURE_PROXY_SSL_HEADER", None) and forwarded:
        return forwarded.rsplit(",", 1)[-1].strip()
    return request.META.get("REMOTE_ADDR", "")


class Tries:
    """The tries left for a key. A try is taken before the password is looked at: parallel guesses gain
    nothing."""

    def __init__(self, purpose: str, *parts: str, limit: int):
        digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
        self._slots = [f"tries:{purpose}:{digest}:{n}" for n in range(limit)]
        self._mine = ""

    def take(self) -> bool:
        """Use up one try; False when none is left. A cache that is away refuses nobody: signing in
        matters more."""
        try:
            taken = cache.get_many(self._slots)
            for slot in self._slots:
                if slot not in taken and cache.add(slot, 1, WINDOW):
                    self._mine = slot
                    return True
        except Exception:
            log.exception("the cache does not answer: tries are not counted")
            return True
        return False

    def forget(self) -> None:
        """After a success: the count starts again."""
        self._drop(self._slots)

    def give_back(self) -> None:
        """After a success under a shared key: only this try is not counted."""
        self._drop([self._mine] if self._mine else [])

    def _drop(self, slots: list[str]) -> None:
        try:
            cache.delete_many(slots)
        except Exception:
            log.exception("the cache does not answer: tries are not forgotten")


def password_tries(request, email: str) -> Tries:
    """Wrong passwords for one address from one network address."""
    return Tries("password", email.strip().lower(), network_address(request), limit=TRIES_PER_ADDRESS)


def network_tries(request) -> Tries:
    """Wrong passwords from one network address, whatever the address typed."""
    return Tries("network", network_address(request), limit=TRIES_PER_NETWORK)


def network_letters(request) -> Tries:
    """Password letters asked for from one network address; a count of its own, so that asking locks nobody out."""
    return Tries("letters", network_address(request), limit=TRIES_PER_NETWORK)


def letter_tries(email: str) -> Tries:
    """Password letters to one address, so that nobody's inbox is flooded."""
    return Tries("letter", email.strip().lower(), limit=3)


def feed_reads(user) -> Tries:
    """Fetches of one person's calendar: programs ask every hour, some every few minutes."""
    return Tries("feed", str(user.pk), limit=60)


def wrong_feeds(request) -> Tries:
    """Calendar addresses that lead nowhere, from one network address."""
    return Tries("wrong-feed", network_address(request), limit=TRIES_PER_NETWORK)


def unsubscribe_tries(user) -> Tries:
    """Looks at and clicks on one person's way out of mails."""
    return Tries("unsubscribe", str(user.pk), limit=60)


def wrong_unsubscribes(request) -> Tries:
    """Ways out of mails that nobody made, from one network address."""
    return Tries("wrong-unsubscribe", network_address(request), limit=TRIES_PER_NETWORK)
