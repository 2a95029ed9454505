"""The language of an answer: what `Accept-Language` asks for; Indonesian where the portal speaks none of that."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation.trans_real import parse_accept_lang_header


def language_of(request) -> str:
    """id or en. The first language of the header that the portal speaks; neither cookie nor account is asked."""
    spoken = {code for code, _name in settings.LANGUAGES}
    for code, _weight in parse_accept_lang_header(request.META.get("HTTP_ACCEPT_LANGUAGE", "")):
        if (short := code.split("-")[0]) in spoken:
            return short
    return settings.LANGUAGE_CODE
