"""The file as it is handed out: made piece by piece, kept for a few minutes."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

from exchange.iati.activities import address, all_activities, reporter
from exchange.iati.writing import pieces

KEEP_SECONDS = 600
KEY = "exchange.iati.1"


@dataclass(frozen=True)
class Made:
    """A file with its checksum."""

    content: bytes
    sha256: str
    at: dt.datetime


def made() -> Made:
    """The file, ten minutes old at most."""
    found = cache.get(KEY)
    if found is None:
        found = make()
        cache.set(KEY, found, KEEP_SECONDS)
    return found


def make() -> Made:
    """The file of this moment. Its checksum leaves out the moment itself: what says the same is the same."""
    at = timezone.now()
    content = b"".join(pieces(all_activities(), reporter(), address("contact"), at))
    said = content.replace(f'generated-datetime="{at.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"'.encode(), b"", 1)
    return Made(content, hashlib.sha256(said).hexdigest(), at)


def is_registered() -> bool:
    """Whether the ministry's identifier was set."""
    return settings.IATI_ORGANISATION != "ID-GOV-KEMNAKER"
