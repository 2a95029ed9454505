"""The certificate of a completed training: one file per version, kept so that its checksum stays true."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from participants.models.nominations import Nomination
from workflow.files import StoredFile
from workflow.models import Seal


class Certificate(StoredFile):
    """A made certificate. The seal carries what the public may read of it; the reason of a revocation stays here."""

    nomination = models.ForeignKey(Nomination, models.CASCADE, related_name="certificates")
    version = models.PositiveSmallIntegerField(default=1)
    seal = models.OneToOneField(Seal, models.PROTECT, related_name="certificate")
    revoked_reason = models.TextField(_("Reason"), blank=True, max_length=1000)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["nomination", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["nomination", "version"], name="one_certificate_per_version"),
        ]

    def __str__(self):
        return f"{self.nomination_id} v{self.version}"

    @property
    def is_revoked(self) -> bool:
        """Whether it was taken back."""
        return self.seal.revoked_at is not None
