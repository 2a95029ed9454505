"""Who is asking: a bearer token, or the session of somebody who is signed in to the pages."""

from __future__ import annotations

from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, SessionAuthentication

from accounts.services.tokens import use_token
from api.problems import Problem

CHALLENGE = 'Bearer realm="sinergi", error="invalid_token"'


class BearerToken(BaseAuthentication):
    """`Authorization: Bearer sinergi_…`. The person behind it acts in the token's own capacity and in no other."""

    def authenticate(self, request):
        """(user, token), or None where no token was sent."""
        header = request.META.get("HTTP_AUTHORIZATION", "")
        if not header:
            return None
        scheme, _space, secret = header.partition(" ")
        token = use_token(secret.strip()) if scheme.lower() == "bearer" else None
        if token is None:
            sentence = _("The access token is not valid: unknown, expired, revoked, or its role has ended.")
            raise Problem(401, sentence, headers={"WWW-Authenticate": CHALLENGE})
        return token.membership.user, token

    def authenticate_header(self, request):
        """What a 401 asks for."""
        return 'Bearer realm="sinergi"'


class Session(SessionAuthentication):
    """The browser's own session; what it writes needs the token against forged requests (X-CSRFToken)."""

    def enforce_csrf(self, request):
        """403 with a sentence."""
        try:
            super().enforce_csrf(request)
        except Exception as error:
            raise Problem(403, _("A write with a session needs the header X-CSRFToken of the pages.")) from error
