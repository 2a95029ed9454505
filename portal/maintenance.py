"""The switch for maintenance: a small file, so that it works without database and cache, for every process at once."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils import timezone

WAIT = 600
"""Seconds after which programs ask again where nobody knows when the work ends."""


@dataclass(frozen=True)
class Pause:
    """The portal is closed for work, until a moment where one was given."""

    until: dt.datetime | None

    @property
    def seconds(self) -> int:
        """For Retry-After: the time left, never less than a minute."""
        if self.until is None:
            return WAIT
        return max(60, int((self.until - timezone.now()).total_seconds()))

    @property
    def announced(self) -> dt.datetime | None:
        """The end as people are told it; a moment that has passed is no longer promised."""
        return self.until if self.until and self.until > timezone.now() else None


def _file() -> Path:
    return Path(settings.MAINTENANCE_FILE)


def pause() -> Pause | None:
    """Whether the portal is closed now. A damaged file closes it too: somebody meant to."""
    try:
        content = _file().read_bytes()
    except OSError:
        return None
    try:
        until = json.loads(content or b"{}").get("until")
        moment = dt.datetime.fromisoformat(until) if until else None
    except (ValueError, AttributeError, TypeError):
        return Pause(None)
    return Pause(timezone.make_aware(moment) if moment and timezone.is_naive(moment) else moment)


def close(until: dt.datetime | None) -> None:
    """Close the portal from the next request on."""
    _file().parent.mkdir(parents=True, exist_ok=True)
    content = json.dumps({"until": until.isoformat() if until else None})
    part = _file().with_suffix(".part")
    part.write_text(content + "\n", encoding="utf-8")
    part.replace(_file())


def open_again() -> bool:
    """Open the portal; False when it was open."""
    try:
        _file().unlink()
    except FileNotFoundError:
        return False
    return True
