"""The secret address under which a person's calendar program fetches their deadlines."""

from __future__ import annotations

import hashlib
import secrets

from django.db import models
from django.utils import timezone

from accounts.models.people import User


class CalendarFeed(models.Model):
    """One address per person. Whoever has it reads without signing in, so only its hash is kept, and it can be revoked
    at any time."""

    user = models.OneToOneField(User, models.CASCADE, related_name="calendar_feed")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self):
        return self.code

    @property
    def code(self) -> str:
        """How the log calls it."""
        return f"KALENDER-{self.pk}"

    def new_token(self) -> str:
        """A fresh secret; the former address stops working."""
        token = secrets.token_urlsafe(32)
        self.token_hash, self.made_at, self.revoked_at = hash_of(token), timezone.now(), None
        return token


def hash_of(token: str) -> str:
    """What is stored of a secret."""
    return hashlib.sha256(token.encode()).hexdigest()
