"""How long a session lasts, and where it is kept.

It ends when the portal was not used for some hours (two for those who decide, twelve for others: see
`rules/sessions.py`) and in any case a day after signing in. The moment of use stands in the session itself and is
written at most every ten minutes, because each write costs the database; so a session lasts up to ten minutes less
than it could, and never ends unannounced.

Database and cache hold a session under the hash of its key: who reads them cannot continue anybody's session, and the
row of a sign-in (`SignIn`), which has the same hash, is enough to end it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import time
from collections.abc import Iterable

from django.conf import settings
from django.contrib.auth import SESSION_KEY as SIGNED_IN
from django.contrib.sessions.backends.cached_db import SessionStore as CachedStore
from django.core.cache import caches
from django.db import transaction
from django.utils import timezone

USED, BEGAN, IDLE = "used_at", "began_at", "idle"
STEP = 600


def stored_name(key: str) -> str:
    """Under which name a session with this key is kept."""
    return hashlib.sha256(key.encode()).hexdigest()[:40]


class SessionStore(CachedStore):
    """Django's cached sessions, found by the hash of the key. Named in SESSION_ENGINE."""

    cache_key_prefix = "accounts.session."

    @property
    def name(self) -> str:
        """Under which name this session is kept."""
        return stored_name(self._get_or_create_session_key())

    @property
    def cache_key(self):
        return self.cache_key_prefix + self.name

    def _get_session_from_db(self):
        kept = self.model.objects.filter(session_key=self.name, expire_date__gt=timezone.now()).first()
        if kept is None:
            self._session_key = None
        return kept

    def create_model_instance(self, data):
        """The row to write, under the hash."""
        row = super().create_model_instance(data)
        row.session_key = self.name
        return row

    def exists(self, session_key):
        """Whether there is a session with this key."""
        name = stored_name(session_key or "")
        return self.cache_key_prefix + name in self._cache or self.model.objects.filter(session_key=name).exists()

    def delete(self, session_key=None):
        """Forget the session with this key, or this one."""
        if key := session_key or self.session_key:
            forget([stored_name(key)])

    def cycle_key(self):
        """A new key for the same session: whoever learnt or set the former one has nothing. The sign-in goes along."""
        former = self.name if self.session_key and SIGNED_IN in self else ""
        super().cycle_key()
        if former:
            _sign_ins().filter(key_hash=former).update(key_hash=self.name)

    def flush(self):
        """The session is over; so is its sign-in, unless that has ended for another reason already."""
        former = self.name if self.session_key else ""
        super().flush()
        if former:
            over = {"ended_at": timezone.now(), "ended_for": "OUT"}
            _sign_ins().filter(key_hash=former, ended_at__isnull=True).update(**over)


def _sign_ins():
    from accounts.models import SignIn  # the engine is loaded before models are

    return SignIn.objects


def forget(names: Iterable[str]) -> None:
    """Take sessions out of the database and the cache. Once more after the commit: meanwhile another process may have
    read the row that was still there, and kept it."""
    names = list(names)
    SessionStore.get_model_class().objects.filter(session_key__in=names).delete()
    keys = [SessionStore.cache_key_prefix + name for name in names]
    cache = caches[settings.SESSION_CACHE_ALIAS]
    cache.delete_many(keys)
    if transaction.get_connection().in_atomic_block:
        transaction.on_commit(lambda: cache.delete_many(keys))


# --- Time ----------------------------------------------------------------------------------------------------


def use(request) -> None:
    """Note that the portal is being used; the cookie, the stored session and the sign-in are renewed with it."""
    from accounts.rules.sessions import idle_seconds

    session, now = request.session, int(time.time())
    session[USED] = now
    session[IDLE] = idle_seconds(_owner(request))
    session.setdefault(BEGAN, now)
    session.set_expiry(_end(session))
    if session.session_key:
        moments = {"used_at": timezone.now(), "ends_at": _end(session)}
        _sign_ins().filter(key_hash=session.name, ended_at__isnull=True).update(**moments)


def use_again(request) -> None:
    """The same, when the last note is older than ten minutes."""
    if time.time() - request.session.get(USED, 0) > STEP:
        use(request)


def _owner(request):
    """Whose session it is: support that looks as somebody else stays who they are."""
    return getattr(request, "supporter", None) or request.user


def seconds_left(session) -> int:
    """Until the session ends, if nobody uses it any more."""
    return max(0, int(_end(session).timestamp() - time.time()))


def _end(session) -> dt.datetime:
    now = time.time()
    unused = session.get(USED, now) + session.get(IDLE, settings.SESSION_COOKIE_AGE)
    whole = session.get(BEGAN, now) + settings.SESSION_ABSOLUTE_SECONDS
    return dt.datetime.fromtimestamp(min(unused, whole), dt.UTC)


def has_run_out(session) -> bool:
    """Whether its time is over, whatever the stores still hold."""
    return USED in session and seconds_left(session) == 0


def run_out(session) -> None:
    """End a session whose time is over."""
    over = {"ended_at": timezone.now(), "ended_for": "TIME"}
    _sign_ins().filter(key_hash=session.name, ended_at__isnull=True).update(**over)
    session.flush()


def begin(sender, request, user, **_more) -> None:
    """Signing in is the first use: the time begins, the sign-in is noted, the browser is known from now on."""
    from accounts.devices import coarse_network, device_words
    from accounts.throttle import network_address

    request.user = user
    request.session[BEGAN] = int(time.time())
    use(request)
    if not request.session.session_key:
        request.session.save()
    browser, system = device_words(request.META.get("HTTP_USER_AGENT", ""))
    _sign_ins().update_or_create(
        key_hash=request.session.name,
        defaults={
            "user": user,
            "began_at": timezone.now(),
            "used_at": timezone.now(),
            "ends_at": _end(request.session),
            "network": coarse_network(network_address(request)),
            "browser": browser,
            "system": system,
        },
    )
    request.known_from_now_on = user.email
