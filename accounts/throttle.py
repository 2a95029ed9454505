"""Slows down guessing: a number of tries per key and time, counted in the cache.

Whoever signs in on a browser the portal knows for that account has tries of their own, which nobody else can use up:
neither by guessing from elsewhere nor from the same office network. All other browsers share three counts: one for
account and network address, a wider one for the network address (one machine, many accounts), and one for the account
over all addresses (many machines, one account). When the last is used up, a browser that is not known has to wait or to
ask for a letter; the browser that opens the letter's link is known from then on.
"""

from __future__ import annotations

import hashlib
import logging

from django.conf import settings
from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache

from accounts.devices import known_for, one_line

log = logging.getLogger(__name__)

WINDOW = 15 * 60
TRIES_PER_ADDRESS = 5
TRIES_PER_NETWORK = 50
"""Wide on purpose: a whole office often shares one network address."""
TRIES_PER_DEVICE = 10
"""On a browser that is known for the account."""
TRIES_PER_ACCOUNT, ACCOUNT_WINDOW = 30, 3600
"""On all browsers that are not, wherever they are."""

_own_memory = LocMemCache("accounts.throttle", {"OPTIONS": {"MAX_ENTRIES": 20_000}})
"""Counts while the shared cache is away: each process by itself, so that guessing is never without limit."""


def network_address(request) -> str:
    """Where the request comes from; behind a trusted proxy that is what the proxy wrote last."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
    if getattr(settings, "SECURE_PROXY_SSL_HEADER", None) and forwarded:
        return one_line(forwarded.rsplit(",", 1)[-1])
    return one_line(request.META.get("REMOTE_ADDR", ""))


class Tries:
    """The tries left for a key. A try is taken before the password is looked at: parallel guesses gain
    nothing."""

    def __init__(self, purpose: str, *parts: str, limit: int, window: int = WINDOW):
        digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
        self._slots = [f"tries:{purpose}:{digest}:{n}" for n in range(limit)]
        self._window = window
        self._mine = ""

    def take(self) -> bool:
        """Use up one try; False when none is left. A cache that is away locks nobody out: then this process counts."""
        try:
            if not self._take_from(cache):
                return False
            if cache.get(self._mine) is not None:
                return True
            log.warning("the cache does not keep tries: this process counts by itself")
        except Exception:
            log.exception("the cache does not answer: this process counts tries by itself")
        return self._take_from(_own_memory)

    def _take_from(self, store) -> bool:
        taken = store.get_many(self._slots)
        for slot in self._slots:
            if slot not in taken and store.add(slot, 1, self._window):
                self._mine = slot
                return True
        return False

    def forget(self) -> None:
        """After a success: the count starts again."""
        self._drop(self._slots)

    def give_back(self) -> None:
        """After a success under a shared key: only this try is not counted."""
        self._drop([self._mine] if self._mine else [])

    def _drop(self, slots: list[str]) -> None:
        _own_memory.delete_many(slots)
        try:
            cache.delete_many(slots)
        except Exception:
            log.exception("the cache does not answer: tries are not forgotten")


class SignInTries:
    """Everything that a try to sign in to one account from one browser uses up."""

    def __init__(self, request, email: str):
        email = email.strip().lower()
        if device := known_for(request, email):
            self._own = [Tries("device", device, email, limit=TRIES_PER_DEVICE)]
            self._shared = []
        else:
            self._own = [Tries("password", email, network_address(request), limit=TRIES_PER_ADDRESS)]
            self._shared = [network_tries(request), account_tries(email)]

    def take(self) -> bool:
        """Use up one try of each count; False when one of them has none left. What was taken of the others is given
        back: a refused try tells nothing about the password, and must not use up what is the account's."""
        taken: list[Tries] = []
        for tries in (*self._own, *self._shared):
            if not tries.take():
                for earlier in taken:
                    earlier.give_back()
                return False
            taken.append(tries)
        return True

    def succeeded(self) -> None:
        """The password was right."""
        for tries in self._own:
            tries.forget()
        for tries in self._shared:
            tries.give_back()


def network_tries(request) -> Tries:
    """Wrong passwords from one network address, whatever the address typed."""
    return Tries("network", network_address(request), limit=TRIES_PER_NETWORK)


def account_tries(email: str) -> Tries:
    """Wrong passwords for one account on browsers that are not known for it, from anywhere."""
    return Tries("account", email.strip().lower(), limit=TRIES_PER_ACCOUNT, window=ACCOUNT_WINDOW)


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
