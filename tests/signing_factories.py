"""PDFs, authorities and signatures for tests, made in a second and kept in memory."""

from __future__ import annotations

import datetime as dt
import io
from functools import cache
from pathlib import Path

from workflow.signing import authority, signer

NOW = dt.datetime(2026, 3, 2, 3, 0, tzinfo=dt.UTC)


@cache
def plain_pdf(pages: int = 1, words: str = "Nota Kesepahaman") -> bytes:
    """A small correct PDF, written by hand: no package decides what is in it."""
    objects = ["<</Type/Catalog/Pages 2 0 R>>"]
    kids = " ".join(f"{3 + 2 * n} 0 R" for n in range(pages))
    objects.append(f"<</Type/Pages/Kids[{kids}]/Count {pages}>>")
    for n in range(pages):
        text = f"BT /F1 12 Tf 72 700 Td ({words}, {n + 1}) Tj ET"
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents {4 + 2 * n} 0 R"
            "/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>"
        )
        objects.append(f"<</Length {len(text)}>>stream\n{text}\nendstream")
    return assembled(objects)


def assembled(objects: list[str], extra: str = "") -> bytes:
    """Objects as a PDF with a correct table; `extra` goes into the trailer."""
    out, places = io.BytesIO(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), []
    out.seek(0, io.SEEK_END)
    for number, body in enumerate(objects, 1):
        places.append(out.tell())
        out.write(f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1"))
    start = out.tell()
    out.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode())
    out.writelines(f"{place:010d} 00000 n \n".encode() for place in places)
    out.write(f"trailer\n<</Size {len(objects) + 1}/Root 1 0 R{extra}>>\nstartxref\n{start}\n%%EOF\n".encode())
    return out.getvalue()


@cache
def other_authority() -> authority.Authority:
    """An authority nobody here knows."""
    return authority._new(dt.datetime.now(dt.UTC))


@cache
def home_authority() -> authority.Authority:
    """An authority whose root a test may put among the known ones."""
    return authority._new(dt.datetime.now(dt.UTC))


def signed(
    pdf: bytes | None = None,
    name: str = "Sekretaris Jenderal",
    organisation: str = "Kementerian Ketenagakerjaan",
    *,
    by: authority.Authority | None = None,
    certified_at: dt.datetime | None = None,
    field: str = "Sinergi",
    box: tuple[int, int, int, int] | None = None,
) -> bytes:
    """A PDF with one more signature."""
    by = by or home_authority()
    key, certificate = authority.issue(by, name, organisation, certified_at or dt.datetime.now(dt.UTC))
    asked = {"field": field, "reason": name, "place": "Jakarta", "lines": [name, authority.MARK]}
    if box:
        asked |= {"page": 0, "box": list(box)}
    return signer.sign(pdf or plain_pdf(), key, certificate, by.root, asked)


def changed(pdf: bytes, what: bytes = b"Nota", into: bytes = b"Nata") -> bytes:
    """The same file with one byte of its words changed."""
    assert pdf.count(what)
    return pdf.replace(what, into, 1)


def with_update(pdf: bytes, change) -> bytes:
    """The file with an incremental update appended, as an editor would write it."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def with_authority(settings, folder: Path) -> authority.Authority:
    """A portal that signs by itself with its own test authority."""
    settings.SIGNING_ADAPTER = "local"
    settings.SIGNING_CA_DIR = folder
    return authority.make(folder, dt.datetime.now(dt.UTC))
