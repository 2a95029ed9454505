"""Sign-ins: one row for each session a person opened, so that they can look through them and end them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.people import User


class SignInQuerySet(models.QuerySet):
    """Sign-ins, open or over."""

    def open(self):
        """Those whose session still opens the portal."""
        return self.filter(ended_at__isnull=True, ends_at__gt=timezone.now())

    def over(self):
        """Those that were ended or ran out."""
        return self.filter(Q(ended_at__isnull=False) | Q(ends_at__lte=timezone.now()))


class SignIn(models.Model):
    """One session of one person: since when, last used when, roughly from where. Never its key, only the key's hash."""

    class Ended(models.TextChoices):
        OUT = "OUT", _("Signed out")
        OWNER = "OWNER", _("Ended from another device")
        ADMIN = "ADMIN", _("Ended by an administrator")
        PASSWORD = "PASSWORD", _("The password was changed")  # noqa: S105 - why a session ended
        ACCESS = "ACCESS", _("The account or its last role has ended")
        TIME = "TIME", _("Its time ran out")

    user = models.ForeignKey(User, models.CASCADE, related_name="sign_ins")
    key_hash = models.CharField(max_length=40, unique=True, editable=False)
    began_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(default=timezone.now, help_text=_("Noted at most every ten minutes"))
    ends_at = models.DateTimeField(help_text=_("When it ends if nobody uses it any more"))
    network = models.CharField(max_length=43, blank=True, help_text=_("Coarse: /24 or /48"))
    browser = models.CharField(max_length=20, blank=True)
    system = models.CharField(max_length=20, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_for = models.CharField(max_length=8, choices=Ended, blank=True)

    objects = SignInQuerySet.as_manager()

    class Meta:
        ordering = ["-used_at", "-pk"]
        indexes = [
            models.Index(fields=["user"], condition=Q(ended_at__isnull=True), name="sign_in_open"),
            models.Index(fields=["ends_at"], condition=Q(ended_at__isnull=True), name="sign_in_runs_out"),
            models.Index(fields=["ended_at"], condition=Q(ended_at__isnull=False), name="sign_in_ended"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_for="") | Q(ended_at__isnull=False) & ~Q(ended_for=""),
                name="sign_in_ends_for_a_reason",
            )
        ]

    def __str__(self):
        return self.code

    @property
    def code(self) -> str:
        """How the log calls it."""
        return f"MASUK-{self.pk}"

    @property
    def device(self) -> str:
        """What it was opened with, in words; empty where nothing is known."""
        return ", ".join(part for part in (self.browser, self.system) if part)

    @property
    def why_over(self) -> str:
        """Why it is over."""
        return str(self.get_ended_for_display() if self.ended_for else self.Ended.TIME.label)
