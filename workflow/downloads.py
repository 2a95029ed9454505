"""Handing out a stored file; whether it may be read, and whether that is logged, its room has decided before."""

from __future__ import annotations

from django.http import FileResponse, Http404


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
