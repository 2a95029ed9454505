"""Pages that support may look at as somebody else. The rooms upstairs say which; what nobody named is closed."""

from __future__ import annotations

from typing import Any

_open: dict[str, Any] = {}


def open_to_support(pages: dict[str, Any]) -> None:
    """{name of an address: what the page is called}; called once when Django starts."""
    _open.update(pages)


def is_open(name: str) -> bool:
    """Whether support may see this page as somebody else."""
    return name in _open


def page_title(name: str) -> str:
    """What the page is called, in the reader's language."""
    return str(_open.get(name, name))
