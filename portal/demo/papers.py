"""Small real PDFs for the demo: one page, a heading, a few lines, and DATA CONTOH across it."""

from __future__ import annotations

from django.core.files.base import ContentFile

WATERMARK = "DATA CONTOH"


def _text(line: str) -> bytes:
    """A line as a PDF string in WinAnsi."""
    safe = line.replace("–", "-").encode("cp1252", "replace")
    return b"(" + safe.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)") + b")"


def pdf(name: str, heading: str, *lines: str) -> ContentFile:
    """A PDF of one A4 page as an upload."""
    page = [
        b"q 0.88 g BT /F2 62 Tf 0.707 0.707 -0.707 0.707 120 210 Tm " + _text(WATERMARK) + b" Tj ET Q",
        b"BT /F2 15 Tf 60 770 Td " + _text(heading) + b" Tj ET",
        b"BT /F1 11 Tf 60 735 Td 17 TL",
        *(_text(line) + b" Tj T*" for line in lines),
        b"ET",
        b"BT /F1 9 Tf 60 50 Td " + _text(f"{WATERMARK}: bukan dokumen resmi / sample data, not official") + b" Tj ET",
    ]
    stream = b"\n".join(page)
    font = b"<</Type/Font/Subtype/Type1/BaseFont/%s/Encoding/WinAnsiEncoding>>"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 6 0 R/Resources<</Font<</F1 4 0 R/F2 5 0 R>>>>>>",
        font % b"Helvetica",
        font % b"Helvetica-Bold",
        b"<</Length %d>>\nstream\n%s\nendstream" % (len(stream), stream),
    ]
    body, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(body)
    body += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    body += b"".join(b"%010d 00000 n \n" % place for place in places)
    body += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return ContentFile(body, name=name)
