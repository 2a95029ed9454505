"""Handing out stored files and lists; whether they may be read, and whether that is logged, a room decides before."""

from __future__ import annotations

import csv
import datetime as dt
import math
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from workflow import formats
from workflow.file_types import TYPES
from workflow.sheets import SHORT, STARTERS, clean, file_name

SHOWN = {"application/pdf"}
"""What may be shown in the browser instead of being saved."""
SEALED_OFF = "default-src 'none'; frame-ancestors 'none'; sandbox"
SHOWN_ALONE = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'none'"
"""Browsers show a PDF with a viewer of their own, which in some of them does not start inside a sandbox."""
KNOWN = {content_type for _head, content_type in TYPES.values()} | {"text/csv", "application/zip"}
REDIRECT_SECONDS = 60


def file_response(paper, *, inline: bool = False, private: bool = True) -> HttpResponseBase:
    """A stored file under its own name; 404 where the row is there and the file is not.

    `inline` shows a PDF in the browser instead of saving it. `private` keeps it out of every cache.
    """
    return stored_response(paper.file, paper.name, paper.content_type, inline=inline, private=private)


def stored_response(file, name: str, content_type: str, *, inline: bool = False, private: bool = True):
    """The one way out for what lies in the storage: through the portal, or by word of the portal (docs/files.md).

    The type is one of ours, never what somebody sent along.
    """
    content_type = content_type if content_type in KNOWN else "application/octet-stream"
    inline = inline and content_type in SHOWN
    disposition = content_disposition_header(not inline, name)
    try:
        if settings.FILES_ACCEL or (settings.S3_REDIRECT and hasattr(file.storage, "bucket")):
            if not file.storage.exists(file.name):
                raise Http404
            response = _by_word(file, disposition, content_type)
        else:
            response = FileResponse(file.open("rb"), content_type=content_type)
    except FileNotFoundError as error:
        raise Http404 from error
    return _guarded(response, disposition, inline=inline, private=private)


def _by_word(file, disposition: str, content_type: str) -> HttpResponseBase:
    """An answer whose content somebody else sends: the proxy from the disk, or the object storage for a minute."""
    if settings.FILES_ACCEL:
        return HttpResponse(
            content_type=content_type, headers={"X-Accel-Redirect": settings.FILES_ACCEL + quote(file.name)}
        )
    said = {"ResponseContentDisposition": disposition, "ResponseContentType": content_type}
    url = file.storage.url(file.name, parameters=said, expire=REDIRECT_SECONDS)
    return HttpResponseRedirect(url, headers={"Referrer-Policy": "no-referrer"})


def _guarded(response, disposition: str, *, inline: bool, private: bool):
    """What keeps a stranger's file from doing anything in the portal's name, whatever it is."""
    response["Content-Disposition"] = disposition
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Content-Security-Policy"] = SHOWN_ALONE if inline else SEALED_OFF
    if private:
        response["Cache-Control"] = "private, no-store"
    return response


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, value):
        return value


AT_ONCE = 200
"""Rows that leave together: one by one they would cost more on their way than in their making."""
_NUMBER = re.compile(r"-\d{1,15}([.,]\d{1,15})?")
_INSIDE = re.compile(r"""([,\t\r\n]["' ]*)(?=[=+@＝＋＠]|[-－](?=\S))""")
"""Where a program that cuts at commas or lines would see the beginning of a cell."""


def harmless(text: str) -> str:
    """A text that no spreadsheet executes: cells that begin like a formula get an apostrophe in front. A plain negative
    number is none."""
    return _harmless(text) if len(text) > SHORT else _known(text)


def _harmless(text: str) -> str:
    text = clean(text)
    if not text or text.isalnum():
        return text
    text = _INSIDE.sub(r"\1'", text)
    return f"'{text}" if text[0] in STARTERS and not _NUMBER.fullmatch(text) else text


_known = lru_cache(maxsize=10_000)(_harmless)


def csv_cell(value) -> Any:
    """A value as it stands in a CSV file: numbers as numbers with a point, days as 2026-11-30, moments on Jakarta's
    clock, texts harmless."""
    kind = type(value)
    if kind is str:
        return harmless(value)
    if value is None or kind is int:
        return value
    if isinstance(value, bool):
        return harmless(_("yes") if value else _("no"))
    if isinstance(value, float | Decimal):
        return value if math.isfinite(value) else harmless(str(value))
    if isinstance(value, dt.datetime):
        return f"{formats.local(value):%Y-%m-%d %H:%M}"
    if isinstance(value, dt.date):
        return value.isoformat()
    return harmless(str(value))


def csv_pieces(rows: Iterable) -> Iterator[str]:
    """Rows as they come, some at a time. Semicolons and a byte order mark: so Indonesian Excel opens the file without
    asking."""
    writer = csv.writer(_Echo(), delimiter=";")
    yield "\ufeff"
    rows = iter(rows)
    while some := list(islice(rows, AT_ONCE)):
        yield "".join([writer.writerow([csv_cell(cell) for cell in cells]) for cells in some])


def csv_response(rows: Iterable, name: str) -> StreamingHttpResponse:
    """Rows as a download that begins at once, however long it is."""
    disposition = content_disposition_header(True, file_name(name))
    return StreamingHttpResponse(
        csv_pieces(rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": disposition},
    )
