"""The minutes as a paper: a tagged PDF of what its reader may read."""

from __future__ import annotations

from workflow import papers

TEMPLATE = "papers/minutes.html"


def paper_of(content: dict, *, language: str) -> bytes:
    """The minutes as PDF, in the reader's language; `content`: what the page shows."""
    return papers.pdf(TEMPLATE, content, language=language)
