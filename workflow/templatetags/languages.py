"""Content that was written in two languages: where the reader's own is missing, the other one, and it says so."""

from __future__ import annotations

from django import template
from django.template.defaultfilters import linebreaksbr, truncatechars
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext as _

register = template.Library()


def in_either(record, stem: str) -> tuple[str, str]:
    """(text, language it is in): the reader's language if there is a text, else the other; ("", "") if neither."""
    own = "en" if (get_language() or "id").startswith("en") else "id"
    for language in (own, "id" if own == "en" else "en"):
        if text := getattr(record, f"{stem}_{language}", ""):
            return text, language
    return "", ""


@register.simple_tag
def bilingual(record, stem: str, *, mark: bool = True, breaks: bool = False, limit: int = 0):
    """The text of `stem_id` or `stem_en`. The language that is not the reader's is told to screen readers by `lang`,
    and to everyone by a word behind the text; `mark=False` leaves the word out where there is no room (a list).

    A record without either shows what it calls itself (`record.stem`).
    """
    text, language = in_either(record, stem)
    text = truncatechars(text, limit) if limit else text
    shown = linebreaksbr(text) if breaks else text
    if not language:
        return getattr(record, stem, "")
    if language == (get_language() or "id")[:2]:
        return format_html("{}", shown)
    told = _("in Indonesian") if language == "id" else _("in English")
    word = format_html(' <span class="sg-in-language">{}</span>', told) if mark else ""
    return format_html('<span lang="{}">{}</span>{}', language, shown, word)
