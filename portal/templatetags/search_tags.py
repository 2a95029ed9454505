"""What was searched for, marked where it stands."""

from __future__ import annotations

import re

from django import template
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def marked(text, found) -> SafeString:
    """A text with the words of the question in <mark>: whole words that begin with what was typed or meant."""
    words = {w for term in found.question.terms for phrase in term.phrases for w in phrase.split() if len(w) > 1}
    if not words:
        return escape(str(text))
    beginnings = "|".join(re.escape(w) for w in sorted(words, key=len, reverse=True))
    parts = re.split(rf"\b((?:{beginnings})\w*)", str(text), flags=re.IGNORECASE)
    return format_html_join("", "{}", ((_mark(part) if n % 2 else part,) for n, part in enumerate(parts)))


def _mark(part: str) -> SafeString:
    return format_html("<mark>{}</mark>", part)
