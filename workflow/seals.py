"""Papers that anyone may check: their codes, the address on them as a QR code, and what is true of them today."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import segno
from django.conf import settings
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe

from workflow.models import Seal

_SHAPE = re.compile(r"[2-9A-HJ-NP-Z]{16}")


@dataclass(frozen=True)
class Standing:
    """What is true of a paper today: valid, a draft, replaced, ended …"""

    key: str
    label: str
    text: str
    tone: str = ""
    icon: str = "info-circle-fill"


@dataclass(frozen=True)
class Sealed:
    """How one room speaks of its papers: labels by kind, today's standing, further rows (label, text)."""

    kinds: Mapping[str, Any]
    standing: Callable[[Seal], Standing]
    rows: Callable[[Seal], list[tuple[str, str]]]


_known: dict[str, Sealed] = {}


def register_seals(flow: str, sealed: Sealed) -> None:
    """Called once by the room's AppConfig.ready()."""
    _known[flow] = sealed


def tidy(code: str) -> str:
    """A code as it is stored, whatever way it was typed; empty when it cannot be one."""
    letters = re.sub(r"[\s-]", "", code).upper()
    return "-".join(letters[n : n + 4] for n in range(0, 16, 4)) if _SHAPE.fullmatch(letters) else ""


def find(code: str) -> Seal | None:
    """The seal of a paper that exists; a paper that was never finished has no checksum and does not count."""
    return Seal.objects.filter(code=tidy(code)).exclude(sha256="").first() if tidy(code) else None


def kind_label(seal: Seal) -> str:
    """The kind of paper in the reader's language."""
    return str(_known[seal.flow].kinds.get(seal.kind, seal.kind))


def standing(seal: Seal) -> Standing:
    """What is true of the paper today."""
    return _known[seal.flow].standing(seal)


def rows(seal: Seal) -> list[tuple[str, str]]:
    """What else the page may say of it."""
    return _known[seal.flow].rows(seal)


def said(seal: Seal, name: str) -> str:
    """A fact in the reader's language: `facts` holds {"title": {"id": …, "en": …}}."""
    value = seal.facts.get(name) or ""
    if not isinstance(value, dict):
        return str(value)
    english = (translation.get_language() or "id").startswith("en")
    return str((value.get("en") if english else "") or value.get("id") or "")


def address(seal: Seal, language: str = "id") -> str:
    """Where the paper can be checked; the same on every copy, whatever page it was made from."""
    return f"{settings.SITE_URL}{'/en' if language == 'en' else ''}/verify/{seal.code}/"


def qr(url: str) -> SafeString:
    """The address as a picture: squares only, no style attribute, so that the strict policy holds."""
    made = segno.make(url, error="m", micro=False)
    return mark_safe(made.svg_inline(omitsize=True, border=2, svgclass="sg-qr", lineclass=None))  # noqa: S308 - drawn here
