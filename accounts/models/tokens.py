"""Access tokens: with one of them a program acts as a person in one capacity, or as a system of an organisation."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
import zlib

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.people import Membership, User

PREFIX = "sinergi_"
LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
SECRET, CHECK = 32, 6
LONGEST_DAYS = 365


def new_secret() -> str:
    """A fresh secret: prefix, 190 bits of chance, and a checksum by which scanners tell it from other text."""
    body = "".join(secrets.choice(LETTERS) for _n in range(SECRET))
    return f"{PREFIX}{body}{checksum(body)}"


def checksum(body: str) -> str:
    """Six letters of CRC-32, as other services do it: a typing mistake needs no look into the database."""
    number, found = zlib.crc32(body.encode()), ""
    for _n in range(CHECK):
        number, digit = divmod(number, len(LETTERS))
        found = LETTERS[digit] + found
    return found


def is_well_formed(secret: str) -> bool:
    """Whether a text could be a token of this portal at all."""
    body = secret.removeprefix(PREFIX)
    if body == secret or len(body) != SECRET + CHECK or not (body.isascii() and body.isalnum()):
        return False
    return checksum(body[:SECRET]) == body[SECRET:]


def fingerprint(secret: str) -> str:
    """What is stored of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


class AccessToken(models.Model):
    """A key to the interface for one membership. The secret is shown once; only its SHA-256 is kept."""

    membership = models.ForeignKey(Membership, models.PROTECT, related_name="tokens", verbose_name=_("Acts as"))
    name = models.CharField(_("What it is for"), max_length=80)
    scopes = ArrayField(models.CharField(max_length=60), verbose_name=_("Permissions"))
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    ending = models.CharField(max_length=4, editable=False, help_text=_("The last letters, to tell tokens apart"))
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("created_at"))
                & Q(expires_at__lte=models.F("created_at") + dt.timedelta(days=LONGEST_DAYS + 1)),
                name="access_token_ends_within_a_year",
            )
        ]

    def __str__(self):
        return self.code

    @property
    def code(self) -> str:
        """How the log calls it."""
        return f"TOKEN-{self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether neither its time is over nor anybody has revoked it; the membership is asked apart."""
        return self.revoked_at is None and self.expires_at > timezone.now()

    @property
    def is_of_a_system(self) -> bool:
        """Whether a program of an organisation uses it, and no person."""
        return self.membership.user.is_system
