"""What a portal that people rely on does not start without, and what it does not start with: all reasons at once.

A first look on one's own computer (SINERGI_DEMO, DEBUG) may go without; it is refused as soon as others could reach it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.http.request import validate_host

FIRST_LOOK_KEY = "only-for-a-first-look-on-this-computer-never-in-production"
LOCAL = {"localhost", "127.0.0.1", "[::1]", "::1", "testserver"}
MADE_UP = ("django-insecure", "changeme", "change-me", "change_me", "example", "contoh", "rahasia", "password", "ganti")
"""Words of keys that somebody copied or thought of; chance puts one of them into one key of ten million."""
HOW_TO_MAKE_ONE = 'python3 -c "import secrets; print(secrets.token_urlsafe(64))"'


def refuse_unsafe(settings: Mapping[str, Any]) -> None:
    """Stops the start with every reason there is; called at the end of the settings."""
    if found := list(reasons(settings)):
        raise ImproperlyConfigured("\n".join(["Sinergi does not start:", *(f"- {reason}" for reason in found)]))


def reasons(settings: Mapping[str, Any]) -> Iterator[str]:
    """Sentences for whoever set the variables."""
    hosts, first_look = settings["ALLOWED_HOSTS"], settings["DEBUG"] or settings["DEMO"]
    public = not set(hosts) <= LOCAL
    if not hosts or "*" in hosts:
        yield "ALLOWED_HOSTS must name the portal's own names, with commas; * would answer to any name."
    if public and settings["DEBUG"]:
        yield "DEBUG may only be on while ALLOWED_HOSTS is this computer alone."
    if public and settings["DEMO"]:
        yield "SINERGI_DEMO lets anybody sign in without a password: only while ALLOWED_HOSTS is this computer alone."
    yield from _weak_personal_keys(settings, first_look)
    if not first_look:
        yield from _secrets(settings)
        yield from _servers(settings)
        yield from _addresses(settings, public)


def _weak_personal_keys(settings, first_look: bool) -> Iterator[str]:
    keys = settings["PERSONAL_DATA_KEYS"]
    if any(len(key) < 32 or (not first_look and is_weak(key, 32)) for key in keys):
        yield "PERSONAL_DATA_KEYS is too weak. Each key needs at least 32 random characters."


def _secrets(settings) -> Iterator[str]:
    key, personal = settings["SECRET_KEY"], settings["PERSONAL_DATA_KEYS"]
    if not key:
        yield f"SECRET_KEY is missing. Set it to at least 50 random characters: {HOW_TO_MAKE_ONE}"
    elif is_weak(key, 50):
        yield f"SECRET_KEY is too weak. Set it to at least 50 random characters: {HOW_TO_MAKE_ONE}"
    if not personal:
        yield "PERSONAL_DATA_KEYS is missing. Set it to a key of its own of at least 32 random characters."
    elif personal[0] == key:
        yield "PERSONAL_DATA_KEYS begins with the SECRET_KEY. Put a key of its own in front (docs/operations/daily.md)."


def is_weak(key: str, least: int) -> bool:
    """Too short, too few different characters, a repeated piece, or words somebody thought of."""
    repeated = key in (key + key)[1:-1]
    thought_of = key == FIRST_LOOK_KEY or any(word in key.lower() for word in MADE_UP)
    return len(key) < least or len(set(key)) < 10 or repeated or thought_of


def _servers(settings) -> Iterator[str]:
    for alias, name in (("default", "DATABASE_URL"), ("replica", "DATABASE_REPLICA_URL")):
        entry = settings["DATABASES"].get(alias)
        if entry and not _opens_by_itself(entry):
            yield f"{name} has no password, and the database is reached over the network."
    if settings["DATABASES"]["default"]["ENGINE"] == "portal.pooled" and settings["DATABASE_STATEMENT_TIMEOUT"]:
        yield "DATABASE_STATEMENT_TIMEOUT would stay on a lent connection: give it to the pool (deploy/pgbouncer.ini)."
    broker = settings["REDIS_URL"]
    if not broker and not settings["ALLOW_EAGER"]:
        yield "REDIS_URL is missing: every page would wait for mails and calculations. ALLOW_EAGER=1 accepts that."
    elif broker.startswith(("redis://", "rediss://")):
        parts = urlsplit(broker)
        if not parts.password and (parts.hostname or "localhost") not in LOCAL:
            yield "REDIS_URL has no password, and the broker is reached over the network."


def _opens_by_itself(entry) -> bool:
    """By a socket of this computer, a password, or a certificate of the client."""
    options = entry.get("OPTIONS", {})
    known = entry["PASSWORD"] or {"sslcert", "passfile", "service"} & options.keys()
    return bool(known) or entry["HOST"].startswith("/") or not entry["HOST"]


def _addresses(settings, public: bool) -> Iterator[str]:
    site = urlsplit(settings["SITE_URL"])
    if not validate_host(site.hostname or "", [host.strip("[]") for host in settings["ALLOWED_HOSTS"]]):
        yield "SITE_URL must lead to one of ALLOWED_HOSTS: mails would send people elsewhere."
    if settings["HTTPS"] and site.scheme != "https":
        yield "SITE_URL must begin with https:// while HTTPS is on."
    if public and not settings["HTTPS"]:
        yield "HTTPS=0 sends passwords and sessions in the open: only while ALLOWED_HOSTS is this computer alone."
    if settings.get("SECOND_FACTOR") == "offered":
        yield "SECOND_FACTOR=offered lets people decide with a password alone. Leave it at required."
    if settings["WEBHOOK_HTTP"]:
        yield "WEBHOOK_HTTP sends events without TLS. Set it on a developer's own computer only."
