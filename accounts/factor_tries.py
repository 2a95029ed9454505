"""Wrong codes are few: a count for the person at one network address, and a wide one for the person everywhere.

Codes are asked for after the right password only, so nobody can use up the tries of somebody whose password they do
not know. Whoever knows it uses up those of their own address first; the wide count stops those with many addresses.
"""

from __future__ import annotations

from accounts.throttle import Tries, network_address

TRIES = 5
TRIES_EVERYWHERE = 20


def factor_tries(request, user) -> Tries:
    """Wrong codes and proofs for one person from one network address."""
    return Tries("factor", str(user.pk), network_address(request), limit=TRIES)


def account_tries(user) -> Tries:
    """Wrong codes and proofs for one person, wherever they come from."""
    return Tries("factor-account", str(user.pk), limit=TRIES_EVERYWHERE)


def warnings_of(user) -> Tries:
    """Letters about wrong codes: one in a quarter of an hour."""
    return Tries("factor-warning", str(user.pk), limit=1)
