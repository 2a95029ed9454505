"""Addresses as operators and logs may show them."""

from __future__ import annotations

import re

ADDRESS = re.compile(r"([\w.+\-]+)@((?:[\w\-]+\.)+[\w\-]+)")


def masked(text: str) -> str:
    """A text whose addresses keep only their first letter and their domain: s***@kemnaker.go.id."""
    return ADDRESS.sub(lambda found: f"{found.group(1)[:1]}***@{found.group(2)}", text)
