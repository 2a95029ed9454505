"""Work in the background that needs a memory: what was promised, and what failed for good."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Errand(models.Model):
    """A task promised in a transaction (`workflow/errands.py`). The row goes when the work is done. Its arguments are
    keys and fixed words."""

    task = models.CharField(max_length=100)
    args = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now)
    next_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["next_at"], name="errand_due")]

    def __str__(self):
        return f"{self.task} {self.args}"


class ParkedState(models.TextChoices):
    """What becomes of a parked task."""

    WAITING = "WAITING", _("Needs a look")
    AGAIN = "AGAIN", _("Run again")
    SETTLED = "SETTLED", _("Went well later")
    DISMISSED = "DISMISSED", _("Dismissed")


class ParkedTask(models.Model):
    """A task that failed for good. No text of a person: arguments are keys, of the error its kind and masked words."""

    task = models.CharField(max_length=100)
    queue = models.CharField(max_length=20, blank=True)
    args = models.JSONField(default=list)
    whole = models.BooleanField(default=True)
    """Whether all arguments could be kept; others cannot be run again from here."""
    first_at = models.DateTimeField(default=timezone.now)
    last_at = models.DateTimeField(default=timezone.now)
    count = models.PositiveIntegerField(default=1)
    error = models.CharField(max_length=100)
    text = models.CharField(max_length=300, blank=True)
    trace = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=ParkedState, default=ParkedState.WAITING)
    reason = models.CharField(max_length=300, blank=True)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["task", "args"], condition=Q(state="WAITING"), name="a_task_is_parked_once"
            ),
            models.CheckConstraint(condition=Q(state__in=ParkedState.values), name="parked_state_known"),
        ]
        indexes = [models.Index(fields=["state", "-last_at"], name="parked_by_state")]

    def __str__(self):
        return f"{self.code} {self.task}"

    @property
    def code(self) -> str:
        """How it is called on its page and in the log."""
        return f"TGS-{self.pk}"

    @property
    def keys(self) -> str:
        """Its arguments; what was not kept is left out."""
        return ", ".join("…" if value is None else str(value) for value in self.args)
