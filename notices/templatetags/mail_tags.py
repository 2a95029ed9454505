"""What people wrote, made harmless for a mail: it neither turns the text around nor looks like the portal speaking."""

from __future__ import annotations

import re

from django import template
from django.utils.text import Truncator

register = template.Library()

TURNING = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
"""Marks that change the direction of everything after them, in a mail program that shows them."""
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")


@register.filter
def tame(text) -> str:
    """A text without marks that turn its neighbours around and without control characters."""
    return CONTROLS.sub(" ", TURNING.sub("", str(text or "")))


@register.filter
def cited(text, length: int) -> str:
    """A quotation in plain text, cut to a length: every line begins with ">", so that none can pass for a heading."""
    lines = Truncator(tame(text).strip()).chars(int(length)).splitlines()
    return "\n".join(f"  > {line.strip()}" for line in lines if line.strip())
