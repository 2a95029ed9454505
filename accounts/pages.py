"""Pages whose filters can be kept under a name. The rooms upstairs say which; the front desk knows their addresses."""

from __future__ import annotations

from typing import Any

from django.urls import NoReverseMatch, reverse

_pages: dict[str, Any] = {}


def keep_views_of(pages: dict[str, Any]) -> None:
    """{name of an address without arguments: what the page is called}; called once when Django starts."""
    _pages.update(pages)


def is_kept(name: str) -> bool:
    """Whether views of this page can be kept."""
    return name in _pages


def page_label(name: str) -> str:
    """What the page is called in the reader's language."""
    return str(_pages.get(name, name))


def page_url(name: str) -> str:
    """Where the page is; an empty string for a page that is no longer there."""
    try:
        return reverse(name) if name in _pages else ""
    except NoReverseMatch:
        return ""
