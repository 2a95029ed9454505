"""Reads the environment and fails loudly on nonsense, so that a wrong setting never starts a half-working portal.

Every variable may also come from a file that only the portal can read: `SECRET_KEY_FILE=/run/secrets/secret_key`.
"""

import os
import re
from ipaddress import ip_network
from pathlib import Path
from string import Formatter
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

_YES, _NO = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}


def text(name: str, default: str = "") -> str:
    """A variable as it stands, or what the file says that NAME_FILE names; both at once stop the start."""
    value, file = os.environ.get(name), os.environ.get(f"{name}_FILE")
    if file and value:
        raise ImproperlyConfigured(f"{name} and {name}_FILE are both set. Keep one of them.")
    if file:
        try:
            value = Path(file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "not a text"
            raise ImproperlyConfigured(f"{name}_FILE names {file}, which cannot be read: {reason}.") from None
        if not value:
            raise ImproperlyConfigured(f"{name}_FILE names {file}, which is empty.")
    return default if value is None else value


def flag(name: str, default: bool = False) -> bool:
    """A yes/no variable; anything else than 1/true/yes/on or 0/false/no/off stops the start."""
    value = text(name, "1" if default else "0").strip().lower()
    if value in _YES:
        return True
    if value in _NO:
        return False
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")


def number(name: str, default: int, low: int, high: int) -> int:
    """A whole number between low and high."""
    value = text(name).strip()
    if not value:
        return default
    if not value.isdigit() or not low <= int(value) <= high:
        raise ImproperlyConfigured(f"{name} must be a whole number from {low} to {high}, not {value!r}.")
    return int(value)


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list."""
    return [w.strip() for w in text(name, default).split(",") if w.strip()]


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
    value = text(name).strip() or default
    if value not in known and not re.fullmatch(r"[a-z_]\w*(\.\w+)+", value):
        raise ImproperlyConfigured(f"{name} must be {', '.join(known)} or the dotted path of a class, not {value!r}.")
    return value


def choice(name: str, default: str, known: tuple[str, ...]) -> str:
    """One of some words."""
    value = text(name).strip() or default
    if value not in known:
        raise ImproperlyConfigured(f"{name} must be {' or '.join(known)}, not {value!r}.")
    return value


def single_sign_on(*, local: bool) -> dict[str, str] | None:
    """The provider people may sign in with beside their password; None where OIDC_ISSUER is not set."""
    names = {part: f"OIDC_{part.upper()}" for part in ("issuer", "client_id", "client_secret", "name")}
    found = {key: text(name).strip() for key, name in names.items()}
    if not any(found.values()):
        return None
    if missing := [names[key] for key, value in found.items() if not value]:
        raise ImproperlyConfigured(f"Single sign-on is not complete: set {', '.join(missing)} too, or none of them.")
    secure = urlsplit(found["issuer"]).scheme == "https"
    if not secure and not (local and urlsplit(found["issuer"]).hostname in {"localhost", "127.0.0.1"}):
        raise ImproperlyConfigured("OIDC_ISSUER must start with https:// .")
    if len(found["issuer"]) > 190:
        raise ImproperlyConfigured("OIDC_ISSUER is longer than 190 letters.")
    found["mfa_acr"] = text("OIDC_MFA_ACR").strip()
    return found


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
    value = text(name).strip() or default
    try:
        found = [place for _text, place, *_rest in Formatter().parse(value) if place is not None]
        value.format(**wanted, **allowed)
    except (ValueError, LookupError, AttributeError):
        found = []
    if not {*wanted} <= {*found} <= {*wanted, *allowed} or len(found) != len({*found}):
        places = ", ".join(f"{{{place}}}" for place in sorted({*wanted, *allowed}))
        raise ImproperlyConfigured(f"{name} may hold {places}, each once, not {value!r}.")
    return value


def role(name: str) -> str:
    """The name of a database role, or nothing."""
    value = text(name).strip()
    if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}|", value):
        raise ImproperlyConfigured(f"{name} holds small letters, digits and _, such as sinergi_web, not {value!r}.")
    return value


def databases() -> dict[str, dict]:
    """Django's DATABASES: the primary, and where one is named a replica that reports are read from."""
    pooled = flag("DATABASE_POOLED")
    found = {"default": database(text("DATABASE_URL", "postgres://localhost/sinergi"), pooled=pooled)}
    if url := text("DATABASE_REPLICA_URL"):
        replica = database(url, "DATABASE_REPLICA_URL", pooled=pooled)
        options = {"connect_timeout": "2", **replica.get("OPTIONS", {})}  # one that is away is not waited for
        found["replica"] = replica | {"OPTIONS": options, "TEST": {"MIRROR": "default"}}
    return found


def database(url: str, name: str = "DATABASE_URL", *, pooled: bool = False) -> dict:
    """One entry for postgres://user:password@host:port/name or postgres:///name?host=/socket/folder."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(
            f"{name} must start with postgres:// . Sinergi runs on PostgreSQL only; "
            "SQLite cannot lock rows or refuse changes to the log."
        )
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    stored = unquote(parts.path.lstrip("/"))
    if not stored:
        raise ImproperlyConfigured(f"{name} names no database: postgres://user@host/NAME")
    entry = {
        "ENGINE": "portal.pooled" if pooled else "django.db.backends.postgresql",
        "NAME": stored,
        "USER": unquote(parts.username or query.pop("user", "")),
        "PASSWORD": unquote(parts.password or query.pop("password", "")),
        "HOST": query.pop("host", "") or parts.hostname or "",
        "PORT": query.pop("port", "") or (str(parts.port) if parts.port else ""),
        "CONN_MAX_AGE": 0 if pooled else 60,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
    }
    if query:
        entry["OPTIONS"] = query
    return entry
