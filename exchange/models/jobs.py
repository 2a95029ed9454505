"""A long piece of work with its progress: an import, an export. It survives the page, the session and the worker."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from workflow.files import stored_path


class Phase(models.TextChoices):
    WAITING = "WAITING", _("Waiting")
    WORKING = "WORKING", _("In progress")
    ASKING = "ASKING", _("Read, nothing stored yet")
    """An import that was read and waits for its owner's word."""
    DONE = "DONE", _("Done")
    FAILED = "FAILED", _("Failed")
    STOPPED = "STOPPED", _("Stopped")


OPEN = (Phase.WAITING, Phase.WORKING)
"""Phases in which a worker has something to do."""


TO_DO = ("create", "change")
"""Actions of an import that somebody has to carry out."""


def _token() -> str:
    return secrets.token_urlsafe(18)


class Job(models.Model):
    """One piece of work of one person in one capacity. Nobody else may see it."""

    token = models.CharField(max_length=40, unique=True, default=_token, editable=False)
    kind = models.CharField(max_length=40)
    """Name of a registered kind: "export", "import.needs" …"""
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="jobs")
    membership = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+")
    """The capacity it was ordered in; it is carried out in no other."""
    language = models.CharField(max_length=2, default="id")
    asked = models.JSONField(default=dict)
    """What was ordered, kind's own keys; no personal data."""
    phase = models.CharField(max_length=10, choices=Phase, default=Phase.WAITING)
    step = models.CharField(max_length=20, blank=True)
    """Key of the step at work: one of the kind's `steps`."""
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    outcome = models.JSONField(default=dict)
    """What came of it: numbers and keys, kind's own."""
    failure = models.TextField(blank=True)
    """A sentence for the owner, in the job's language."""
    tries = models.PositiveSmallIntegerField(default=0)
    stop_asked = models.BooleanField(default=False)
    given = models.FileField(upload_to=stored_path, max_length=200, blank=True)
    given_name = models.CharField(max_length=200, blank=True)
    given_sha256 = models.CharField(max_length=64, blank=True)
    made = models.FileField(upload_to=stored_path, max_length=200, blank=True)
    made_name = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    beat_at = models.DateTimeField(null=True, blank=True)
    """The worker's last sign of life."""
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["owner", "-created_at"], name="job_by_owner"),
            models.Index(fields=["beat_at"], name="job_at_work", condition=Q(phase__in=["WAITING", "WORKING"])),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(phase__in=Phase.values), name="job_phase_known"),
            models.CheckConstraint(
                condition=~Q(phase__in=["DONE", "FAILED", "STOPPED"]) | Q(finished_at__isnull=False),
                name="finished_job_says_when",
            ),
        ]

    def __str__(self):
        return f"{self.kind} {self.token}"

    def get_absolute_url(self):
        """The page that shows how far it is."""
        return reverse("exchange:job", args=[self.token])


class JobItem(models.Model):
    """One record an import is about to make, change or leave alone; written once while the file is read, carried out
    in a transaction together with its record, so that a worker that dies neither loses nor doubles one."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="items")
    number = models.PositiveIntegerField()
    """Order in the file, from 1."""
    key = models.CharField(max_length=120)
    """The stable key of the record: the same in the next file."""
    label = models.CharField(max_length=200)
    action = models.CharField(
        max_length=10,
        choices=[
            ("create", _("Create")),
            ("change", _("Change")),
            ("skip", _("Unchanged")),
            ("fix", _("To fix")),
        ],
    )
    sheet = models.CharField(max_length=40, blank=True)
    first_row = models.PositiveIntegerField(default=0)
    rows = models.PositiveIntegerField(default=0)
    people = models.PositiveIntegerField(default=0)
    changes = models.JSONField(default=list)
    """[{"label", "before", "after"}] of what an existing record would get; empty for a new one."""
    problems = models.JSONField(default=list)
    """[{"sheet", "row", "column", "heading", "value", "problem", "advice"}]"""
    content = models.JSONField(default=dict)
    """What is handed to the kind's `carry_out`; emptied when the job is cleaned up."""
    record_code = models.CharField(max_length=60, blank=True)
    record_url = models.CharField(max_length=200, blank=True)
    refusal = models.TextField(blank=True)
    """Why it could not be carried out after all."""
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["job", "number"]
        constraints = [
            models.UniqueConstraint(fields=["job", "number"], name="one_item_per_number"),
            models.UniqueConstraint(fields=["job", "key"], name="one_item_per_key"),
        ]

    def __str__(self):
        return f"{self.job_id}/{self.number} {self.key}"
