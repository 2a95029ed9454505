"""Reads the environment and fails loudly on nonsense, so that a wrong setting never starts a half-working portal."""

import os
import re
from ipaddress import ip_network
from string import Formatter
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

_YES, _NO = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}


def flag(name: str, default: bool = False) -> bool:
    """A yes/no variable; anything else than 1/true/yes/on or 0/false/no/off stops the start."""
    value = os.environ.get(name)
    if value is None:
        return default
    value = value.strip().lower()
    if value in _YES:
        return True
    if value in _NO:
        return False
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")


def number(name: str, default: int, low: int, high: int) -> int:
    """A whole number between low and high."""
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    if not value.isdigit() or not low <= int(value) <= high:
        raise ImproperlyConfigured(f"{name} must be a whole number from {low} to {high}, not {value!r}.")
    return int(value)


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list."""
    return [w.strip() for w in os.environ.get(name, default).split(",") if w.strip()]


def networks(name: str) -> list[str]:
    """A comma-separated list of networks such as 10.20.0.0/16."""
    found = words(name)
    for network in found:
        try:
            ip_network(network)
        except ValueError:
            raise ImproperlyConfigured(f"{name} holds networks such as 10.20.0.0/16, not {network!r}.") from None
    return found


def one_of(name: str, default: str, known: tuple[str, ...]) -> str:
    """One of some words, or the dotted path of a class."""
    value = os.environ.get(name, "").strip() or default
    if value not in known and not re.fullmatch(r"[a-z_]\w*(\.\w+)+", value):
        raise ImproperlyConfigured(f"{name} must be {', '.join(known)} or the dotted path of a class, not {value!r}.")
    return value


def way_to_sign(*, demo: bool, debug: bool) -> str:
    """Who signs in the portal. The test authority has no legal force: real agreements are never signed with it."""
    value = one_of("SIGNING_ADAPTER", "local" if demo else "upload", ("upload", "local"))
    if value == "local" and not (demo or debug):
        raise ImproperlyConfigured(
            "SIGNING_ADAPTER=local signs with a test authority without legal force, in a demonstration only "
            "(SINERGI_DEMO=1). Set it to upload."
        )
    return value


def pattern(name: str, default: str, wanted: dict, allowed: dict) -> str:
    """A text with places to fill in, such as {serial:04d}/SERT/{year}; `wanted` must stand in it. Both give samples."""
    value = os.environ.get(name, "").strip() or default
    try:
        found = [place for _text, place, *_rest in Formatter().parse(value) if place is not None]
        value.format(**wanted, **allowed)
    except (ValueError, LookupError, AttributeError):
        found = []
    if not {*wanted} <= {*found} <= {*wanted, *allowed} or len(found) != len({*found}):
        places = ", ".join(f"{{{place}}}" for place in sorted({*wanted, *allowed}))
        raise ImproperlyConfigured(f"{name} may hold {places}, each once, not {value!r}.")
    return value


def database(url: str) -> dict:
    """Django's DATABASES entry for postgres://user:password@host:port/name or postgres:///name?host=/socket/folder."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(
            "DATABASE_URL must start with postgres:// . Sinergi runs on PostgreSQL only; "
            "SQLite cannot lock rows or refuse changes to the log."
        )
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    name = unquote(parts.path.lstrip("/"))
    if not name:
        raise ImproperlyConfigured("DATABASE_URL names no database: postgres://user@host/NAME")
    entry = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or query.pop("user", "")),
        "PASSWORD": unquote(parts.password or query.pop("password", "")),
        "HOST": query.pop("host", "") or parts.hostname or "",
        "PORT": query.pop("port", "") or (str(parts.port) if parts.port else ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
    }
    if query:
        entry["OPTIONS"] = query
    return entry
