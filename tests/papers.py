"""PDFs read back as text, and compared with the texts under tests/golden.

SINERGI_GOLDEN=1 writes them anew; read the difference before keeping it.
"""

from __future__ import annotations

import io
import os
import re
from pathlib import Path

import pytest
from pypdf import PdfReader

from workflow.papers import can_make

needs_pango = pytest.mark.skipif(
    not can_make(), reason="Pango is missing: apt-get install libpango-1.0-0 libpangoft2-1.0-0"
)
FOLDER = Path(__file__).parent / "golden"
CODE = re.compile(r"[2-9A-HJ-NP-Z]{4}(?:-[2-9A-HJ-NP-Z]{4}){3}")
CHECKSUM = re.compile(r"[0-9a-f]{20,64}(?:\s+[0-9a-f]{1,44})?")


def pages(content: bytes) -> list[str]:
    """The text of each page, one space between words."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(content)).pages]


def text(content: bytes) -> str:
    """The text of a paper with codes and checksums made equal."""
    return CHECKSUM.sub("CHECKSUM", CODE.sub("CODE", "\n".join(pages(content)))) + "\n"


def golden(name: str, found: str) -> str:
    """The text this paper must have."""
    path = FOLDER / f"{name}.txt"
    if os.environ.get("SINERGI_GOLDEN"):
        path.write_text(found, encoding="utf-8")
    return path.read_text(encoding="utf-8")


def content(stored) -> bytes:
    """A stored file's bytes."""
    with stored.file.open("rb") as file:
        return file.read()
