"""Handing out stored files and lists; whether they may be read, and whether that is logged, a room decides before."""

from __future__ import annotations

import csv
from collections.abc import Iterable

from django.http import FileResponse, Http404, StreamingHttpResponse


def file_response(paper, *, inline: bool = False, private: bool = True) -> FileResponse:
    """A stored file under its own name; 404 where the row is there and the file is not.

    `inline` shows it in the browser instead of saving it. `private` keeps it out of every cache.
    """
    try:
        content = paper.file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(content, as_attachment=not inline, filename=paper.name, content_type=paper.content_type)
    if private:
        response["Cache-Control"] = "private, no-store"
    return response


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, value):
        return value


def _harmless(cell) -> str:
    """Spreadsheets execute cells that begin like a formula."""
    text = str(cell)
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


def csv_response(rows: Iterable, name: str) -> StreamingHttpResponse:
    """Rows as they come. Semicolons and a byte order mark: so Indonesian Excel opens the file without asking."""
    writer = csv.writer(_Echo(), delimiter=";")

    def pieces():
        yield "\ufeff"
        for cells in rows:
            yield writer.writerow([_harmless(cell) for cell in cells])

    return StreamingHttpResponse(
        pieces(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
