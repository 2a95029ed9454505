"""Support that looks at the portal as somebody else: asked for, agreed to, short, and every page of it on record."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.people import User

ANSWER_WITHIN = dt.timedelta(days=3)
BEGIN_WITHIN = dt.timedelta(hours=24)
LASTS = dt.timedelta(minutes=30)


class SupportViewQuerySet(models.QuerySet):
    """Requests to look as somebody."""

    def waiting(self):
        """Asked for, not answered, not too old to be."""
        since = timezone.now() - ANSWER_WITHIN
        return self.filter(answered_at__isnull=True, ended_at__isnull=True, asked_at__gt=since)

    def ready(self):
        """Agreed to and not begun."""
        since = timezone.now() - BEGIN_WITHIN
        return self.filter(agreed=True, started_at__isnull=True, ended_at__isnull=True, answered_at__gt=since)

    def running(self):
        """Open now."""
        return self.filter(started_at__isnull=False, ended_at__isnull=True, ends_at__gt=timezone.now())


class SupportView(models.Model):
    """One request to look at the portal as a person sees it, their answer, and the half hour that follows."""

    class EndedBy(models.TextChoices):
        PERSON = "PERSON", _("Ended by the person")
        SUPPORT = "SUPPORT", _("Ended by support")
        TIME = "TIME", _("The time was over")

    supporter = models.ForeignKey(User, models.PROTECT, related_name="views_as_others")
    person = models.ForeignKey(User, models.CASCADE, related_name="views_by_support")
    reason = models.CharField(max_length=300)
    asked_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True, blank=True)
    agreed = models.BooleanField(default=False)
    started_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=8, choices=EndedBy, blank=True)

    objects = SupportViewQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(supporter=F("person")), name="support_view_of_another"),
            models.CheckConstraint(
                condition=Q(agreed=False) | Q(answered_at__isnull=False), name="support_view_agreed_to_by_answer"
            ),
            models.CheckConstraint(
                condition=Q(started_at__isnull=True, ends_at__isnull=True)
                | Q(agreed=True, started_at__isnull=False, ends_at__lte=F("started_at") + LASTS),
                name="support_view_with_consent_and_short",
            ),
        ]

    def __str__(self):
        return self.code

    @property
    def code(self) -> str:
        """How the log calls it."""
        return f"LIHAT-{self.pk}"

    @property
    def stage(self) -> str:
        """WAITING, READY, RUNNING, DECLINED, LAPSED or OVER."""
        now = timezone.now()
        if self.started_at is not None:
            return "OVER" if self.ended_at or self.ends_at <= now else "RUNNING"
        if self.answered_at is not None and not self.agreed:
            return "DECLINED"
        limit = self.answered_at + BEGIN_WITHIN if self.answered_at else self.asked_at + ANSWER_WITHIN
        if self.ended_at or limit <= now:
            return "LAPSED"
        return "READY" if self.agreed else "WAITING"


class SupportPage(models.Model):
    """One page that was opened as somebody else: which, on which record, when. Nothing of what stood on it."""

    view = models.ForeignKey(SupportView, models.CASCADE, related_name="pages")
    at = models.DateTimeField(default=timezone.now)
    page = models.CharField(max_length=80, help_text=_("Name of the address"))
    record_code = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self):
        return f"{self.page} {self.record_code}".strip()
