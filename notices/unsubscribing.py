"""The address behind "unsubscribe": whoever has the mail may switch its kinds off with one click, without signing in.

The address is signed and stored nowhere: it names an account by number and the kinds by their codes, and no key but
the portal's own makes one. It never ends, as mails are kept for years; all it can do is to send less mail, and to undo
that.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from notices.models import SWITCHABLE, NoticeKind

SALT = "notices.unsubscribe"
LONGEST = 200


def token_for(user, kinds: Iterable[str]) -> str:
    """The token that switches these kinds off for this person."""
    return signing.Signer(salt=SALT).sign_object([user.pk, [kind for kind in NoticeKind if kind in set(kinds)]])


def owner_of(token: str) -> tuple[User, list[NoticeKind]] | None:
    """(person, kinds) of a token that the portal made and whose account is open; else None."""
    if len(token) > LONGEST:
        return None
    try:
        number, kinds = signing.Signer(salt=SALT).unsign_object(token)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    user = User.objects.filter(pk=number, is_active=True).first()
    known = [kind for kind in SWITCHABLE if kind in kinds]
    return (user, known) if user is not None and known else None


def address_for(user, kinds: Iterable[str]) -> str:
    """Where these kinds are switched off, in the person's language; an empty string where none of them may be."""
    may = [kind for kind in SWITCHABLE if kind in set(kinds)]
    if not may:
        return ""
    with translation.override(user.language):
        return settings.SITE_URL + reverse("notices:unsubscribe", args=[token_for(user, may)])


def headers_for(user, kinds: Iterable[str]) -> dict[str, str]:
    """What mail programs need to offer "unsubscribe" beside the sender (RFC 2369, RFC 8058)."""
    address = address_for(user, kinds)
    if not address:
        return {}
    return {"List-Unsubscribe": f"<{address}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
