"""Browsers the portal knows again, and what devices and networks are called. Nothing here identifies a person.

After a sign-in the browser keeps a signed cookie with a number of its own and, for the last accounts that signed in on
it, a mark only the portal can make. Whoever tries passwords elsewhere has no such cookie, so a known browser has tries
of its own and its owner is never locked out by others (`accounts/throttle.py`). The cookie opens nothing.
"""

from __future__ import annotations

import re
import secrets
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings
from django.core import signing
from django.utils.crypto import salted_hmac

SALT = "accounts.devices"
LASTS = 180 * 24 * 3600
MOST = 8
"""Accounts one browser is known for: a desk that several people share."""


def _mark(number: str, email: str) -> str:
    return salted_hmac(SALT, f"{number}\n{email.strip().lower()}", algorithm="sha256").hexdigest()[:24]


def _read(request) -> tuple[str, list[str]]:
    """(number, marks) of the cookie; ("", []) where there is none, or none of ours."""
    value = request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "")
    if not value:
        return "", []
    try:
        found = signing.loads(value, salt=SALT, max_age=LASTS)
        return str(found["n"]), [str(mark) for mark in found["m"]]
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        return "", []


def known_for(request, email: str) -> str:
    """The number of this browser if this account has signed in on it before; else an empty string."""
    number, marks = _read(request)
    return number if number and _mark(number, email) in marks else ""


def remember(request, response, email: str) -> None:
    """Know this browser for this account from now on."""
    number, marks = _read(request)
    number = number or secrets.token_urlsafe(12)
    own = _mark(number, email)
    kept = [own, *(mark for mark in marks if mark != own)][:MOST]
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        signing.dumps({"n": number, "m": kept}, salt=SALT),
        max_age=LASTS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )


# --- What devices and networks are called -------------------------------------------------------------------

_BROWSERS = (
    ("Edge", r"Edg(?:e|A|iOS)?/"),
    ("Opera", r"OPR/|Opera"),
    ("Samsung Internet", r"SamsungBrowser/"),
    ("UC Browser", r"UCBrowser/"),
    ("Firefox", r"Firefox/|FxiOS/"),
    ("Chrome", r"Chrome/|CriOS/"),
    ("Safari", r"Safari/"),
)
_SYSTEMS = (
    ("Android", r"Android"),
    ("iOS", r"iPhone|iPad|iPod"),
    ("Windows", r"Windows"),
    ("ChromeOS", r"CrOS"),
    ("macOS", r"Macintosh|Mac OS X"),
    ("Linux", r"Linux|X11"),
)


def device_words(agent: str) -> tuple[str, str]:
    """(browser, system) in plain words: enough to know one's own phone again, too little to track anybody."""
    text = agent[:400]
    return _first(_BROWSERS, text), _first(_SYSTEMS, text)


def _first(known: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for name, pattern in known if re.search(pattern, text)), "")


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text.strip().partition("%")[0])
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found


def coarse_network(text: str) -> str:
    """Roughly where an address is: 10.1.2.0/24 or 2001:db8:1::/48; empty where it is no address."""
    found = _address(text)
    if found is None:
        return ""
    return str(ip_network(f"{found}/{24 if found.version == 4 else 48}", strict=False))


def one_line(text: str) -> str:
    """An address as a line to count by: IPv6 gives every line a whole /64, whose addresses are one machine's to change
    at will."""
    found = _address(text)
    if found is None:
        return text.strip()
    return str(found if found.version == 4 else ip_network(f"{found}/64", strict=False))
