"""How long a session may lie idle, and who may end whose."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.rules.second_factor import NEEDS_FACTOR


def idle_seconds(user) -> int:
    """How long a person's session lies idle before it ends. Whoever holds a role that asks for a second factor decides,
    or reads everything, often at a desk that others use too: short. The strictest role counts, not the one acted in."""
    held = set(Membership.objects.current().filter(user_id=user.pk).values_list("role", flat=True))
    if user.is_staff or held & NEEDS_FACTOR.keys():
        return min(settings.SESSION_IDLE_DECIDING_SECONDS, settings.SESSION_COOKIE_AGE)
    return settings.SESSION_COOKIE_AGE


def may_end_sessions_of(actor, person) -> str:
    """A sentence that refuses, or an empty string."""
    if actor.pk == person.pk:
        return _("These are your own sessions. End them on the page of your devices.")
    return ""
