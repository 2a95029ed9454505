"""Editions as files: CSV for machines (RFC 4180), CSV for Excel in Indonesia, JSON; made from what is stored alone."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from exchange.models import Edition
from workflow.downloads import harmless

LICENCE_URL = "https://creativecommons.org/licenses/by/4.0/"
MACHINE, EXCEL = "csv", "excel"
TYPES = {
    "csv": "text/csv; charset=utf-8; header=present",
    "excel": "text/csv; charset=utf-8; header=present",
    "json": "application/json",
}


def cell(value: Any) -> Any:
    """A value as it is stored and stays: days as 2026-11-30, and no text that a spreadsheet would execute."""
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if value is None or isinstance(value, int | float):
        return value
    return harmless(str(value))


def stored(rows: Iterable[list]) -> list[list]:
    """Rows as an edition keeps them."""
    return [[cell(value) for value in row] for row in rows]


def machine(head: list[str], rows: list[list]) -> bytes:
    """Commas, CRLF, UTF-8 without a mark."""
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow(head)
    writer.writerows(rows)
    return target.getvalue().encode()


def excel(head: list[str], rows: list[list]) -> bytes:
    """Semicolons, decimal commas and a byte order mark: so Excel in Indonesia opens it without asking."""
    target = io.StringIO(newline="")
    writer = csv.writer(target, delimiter=";")
    writer.writerow(head)
    for row in rows:
        writer.writerow([str(value).replace(".", ",") if isinstance(value, float) else value for value in row])
    return b"\xef\xbb\xbf" + target.getvalue().encode()


def sha256(content: bytes) -> str:
    """The checksum that metadata name."""
    return hashlib.sha256(content).hexdigest()


def as_json(edition: Edition) -> bytes:
    """Rows as objects, with the day and the checksum of the CSV file of the same edition."""
    content = {
        "dataset": edition.dataset,
        "edition": edition.day.isoformat(),
        "licence": LICENCE_URL,
        "csv_sha256": edition.sha256,
        "rows": [dict(zip(edition.head, row, strict=True)) for row in edition.rows],
    }
    return json.dumps(content, ensure_ascii=False, indent=1).encode()
