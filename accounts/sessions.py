"""How long a session lasts: twelve hours from the last time the portal was used, with a warning before its end.

The moment of use stands in the session itself and is written at most every ten minutes, because each write costs the
database one; so a session lasts up to ten minutes less than it could, and never ends unannounced.
"""

from __future__ import annotations

import time

from django.conf import settings

USED = "used_at"
STEP = 600


def use(session) -> None:
    """Note that the portal is being used; the cookie and the stored session are renewed with it."""
    session[USED] = int(time.time())


def use_again(session) -> None:
    """The same, when the last note is older than ten minutes."""
    if time.time() - session.get(USED, 0) > STEP:
        use(session)


def seconds_left(session) -> int:
    """Until the session ends, if nobody uses it any more."""
    return max(0, int(session.get(USED, time.time()) + settings.SESSION_COOKIE_AGE - time.time()))


def begin(sender, request, user, **_more) -> None:
    """Signing in is the first use."""
    use(request.session)
