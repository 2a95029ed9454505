"""What a person typed into a form that could not be taken: kept in the answer, ready to be sent once more."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from django.middleware.csrf import get_token
from django.utils.http import escape_leading_slashes

MOST_FIELDS, MOST_LETTERS = 600, 200_000
NEVER_SHOWN = ("password", "sandi", "token")
"""A form with such a field is not repeated on a page: people type it anew."""
_FRAME = {"csrfmiddlewaretoken", "next"}


@dataclass(frozen=True)
class Typed:
    """A form as it was sent, without its files: browsers let nobody choose files but the person."""

    action: str
    token: str
    fields: list[tuple[str, str]]
    texts: list[str]
    """What was written in sentences, to read and to copy."""
    had_files: bool

    def knowing(self, version: int) -> Typed:
        """The same form for a person who has been told of this version: sending it again is a decision."""
        fields = [(name, str(version) if name == "version" else value) for name, value in self.fields]
        return replace(self, fields=fields)


def sent_from_here(request) -> bool:
    """Whether a page of the portal sent this form. Another site's form must not be offered for sending again."""
    if site := request.headers.get("Sec-Fetch-Site"):
        return site == "same-origin"
    origin = request.headers.get("Origin") or request.headers.get("Referer") or ""
    return bool(origin) and urlsplit(origin).netloc == request.get_host()


def typed(request) -> Typed | None:
    """The form behind a refusal; None where there is none, or where it must not be shown again."""
    try:
        if request.method != "POST" or not sent_from_here(request):
            return None
        pairs = [(name, value) for name, values in request.POST.lists() for value in values if name not in _FRAME]
        had_files = bool(request.FILES)
    except Exception:  # a body that cannot be read is no reason to fail twice
        return None
    letters = sum(len(name) + len(value) for name, value in pairs)
    if not pairs or len(pairs) > MOST_FIELDS or letters > MOST_LETTERS:
        return None
    if any(word in name.lower() for name, _value in pairs for word in NEVER_SHOWN):
        return None
    texts = [value for _name, value in pairs if len(value) > 20 and " " in value.strip()]
    return Typed(escape_leading_slashes(request.get_full_path()), get_token(request), pairs, texts, had_files)
