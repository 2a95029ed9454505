"""Answers for scripts: the same sentences as the pages, as JSON, and never a redirect to a page."""

from __future__ import annotations

from django.http import JsonResponse


def wants_json(request) -> bool:
    """Whether a script asked, which can show a sentence but not a page."""
    return "application/json" in request.headers.get("Accept", "")


def json_answer(found: dict, *, status: int = 200, **headers: str) -> JsonResponse:
    """What a script is told. Never kept: it speaks of one reader's drafts."""
    return JsonResponse(found, status=status, headers={"Cache-Control": "no-store"} | headers)
