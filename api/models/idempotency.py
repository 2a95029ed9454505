"""The key a write came under, with what was answered."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class IdempotencyKey(models.Model):
    """Written in the transaction of the act itself: there is a row if, and only if, the act was done."""

    owner = models.CharField(max_length=40)
    """token:12 or user:7: nobody meets the keys of others."""
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    """SHA-256 of method, address and body."""
    status = models.PositiveSmallIntegerField()
    body = models.TextField(blank=True)
    location = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="one_answer_per_key")]
        indexes = [models.Index(fields=["made_at"], name="idempotency_by_age")]

    def __str__(self):
        return f"{self.owner} {self.key}"
