"""The one way to make a paper: an HTML template becomes an A4 PDF, from files of the portal only.

WeasyPrint needs Pango. It is loaded only when a paper is made, and a server without Pango still runs: `can_make()` says
so, and pages offer the print view instead.
"""

from __future__ import annotations

import functools
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.template.loader import render_to_string
from django.utils import timezone, translation

log = logging.getLogger(__name__)

PARTS = ("paper.css", "source-serif-4-400.woff2", "source-serif-4-400i.woff2", "source-serif-4-600.woff2")
"""What a paper may load, by name, from static/papers."""

POINTS_PER_PIXEL = 0.75


@dataclass(frozen=True)
class Room:
    """A place on a paper: page from 0, and left, bottom, right, top in points from its lower left corner."""

    page: int
    box: tuple[float, float, float, float]


@functools.cache
def can_make() -> bool:
    """Whether this server can make PDFs."""
    try:
        import weasyprint  # noqa: F401
    except OSError as error:  # the package is there, the system's Pango is not
        log.warning("papers are offered as print views only: %s", error)
        return False
    # One warning per unknown CSS property or font is no news to the operator.
    for name in ("weasyprint", "weasyprint.progress", "fontTools"):
        logging.getLogger(name).setLevel(logging.ERROR)
    return True


def html(template: str, values: dict[str, Any], *, language: str, printed: bool = False) -> str:
    """A paper as HTML in its own language, whatever the reader's. `printed`: on its way into a PDF."""
    with translation.override(language):
        stamp = {"language": language, "printed": printed, "printed_at": timezone.now()}
        return render_to_string(template, {**values, **stamp})


def pdf(template: str, values: dict[str, Any], *, language: str) -> bytes:
    """A paper as a tagged PDF (PDF/UA)."""
    return _document(template, values, language).write_pdf(pdf_variant="pdf/ua-1")


def pdf_with_room(template: str, values: dict[str, Any], *, language: str, room: str) -> tuple[bytes, Room | None]:
    """The same, and where the element with this id came to stand: a signature goes there."""
    document = _document(template, values, language).render(pdf_variant="pdf/ua-1")
    found = None
    for number, page in enumerate(document.pages):
        if room in page.anchors:
            left, top, right, bottom = (side * POINTS_PER_PIXEL for side in page.anchors[room])
            height = page.height * POINTS_PER_PIXEL
            found = Room(number, (left, height - bottom, right, height - top))
    return document.write_pdf(pdf_variant="pdf/ua-1"), found


def _document(template: str, values: dict[str, Any], language: str):
    import weasyprint
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class OwnFiles(URLFetcher):
        """Nothing but the named parts: no address of the network, no other file of the server."""

        def fetch(self, url, headers=None):
            name = url.removeprefix("paper:///")
            if name not in PARTS:
                raise ValueError(f"a paper may not load {url}")
            kind = "text/css" if name.endswith(".css") else "font/woff2"
            content = Path(settings.BASE_DIR, "static", "papers", name).read_bytes()
            return URLFetcherResponse(url, content, {"Content-Type": kind})

    text = html(template, values, language=language, printed=True)
    return weasyprint.HTML(string=text, base_url="paper:///", url_fetcher=OwnFiles(allowed_protocols={"paper"}))


def pdf_file(content: bytes, name: str) -> ContentFile:
    """A made paper in the shape in which uploads are stored."""
    return ContentFile(content, name=name)


_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")


def roman_month(day) -> str:
    """The month as offices write it in a number: XI."""
    return _ROMAN[day.month - 1]


def series_number(number: int, series: str, unit: str, day) -> str:
    """A number as offices write it: 007/LOI/BIRO-KS/XI/2026."""
    return f"{number:03d}/{series}/{unit}/{roman_month(day)}/{day.year}"
