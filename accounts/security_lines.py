"""Lines of the server's log on signing in: what was tried, roughly from where, and on which account.

An account stands in them under a keyed pseudonym: lines about one account can be laid side by side, and whoever reads
them without SECRET_KEY learns no address. Addresses nobody has look the same (docs/operations/monitoring.md).
"""

from __future__ import annotations

import logging

from django.utils.crypto import salted_hmac
from django.utils.functional import LazyObject, empty

from accounts.devices import coarse_network
from accounts.throttle import network_address

log = logging.getLogger(__name__)


def pseudonym(email: str) -> str:
    """Sixteen letters for an address; the same ones until SECRET_KEY changes."""
    return salted_hmac(__name__, email.strip().lower(), algorithm="sha256").hexdigest()[:16]


def who_asks(request) -> str:
    """The pseudonym of whoever is signed in. Nobody is looked up for it: empty where nothing asked who it is."""
    user = getattr(request, "supporter", None) or getattr(request, "user", None)
    if isinstance(user, LazyObject) and user._wrapped is empty:
        return ""
    email = getattr(user, "email", "")
    return pseudonym(email) if email else ""


def signed_in(request, email: str, factor: str) -> None:
    """Somebody is in, by password alone or with a second factor."""
    log.info("signed in", extra={"fields": _fields(request, email) | {"factor": factor or "none"}})


def refused(request, event: str, email: str) -> None:
    """A try that failed: `wrong_password`, `wrong_code`, `wrong_proof`, `tries_used_up`, `sso_refused`."""
    log.warning("sign-in refused", extra={"fields": {"event": event} | _fields(request, email)})


def _fields(request, email: str) -> dict[str, str]:
    fields = {"network": coarse_network(network_address(request))}
    return {"account": pseudonym(email)} | fields if email else fields
