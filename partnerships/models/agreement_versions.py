"""What an agreement said at each step that counts, so that versions can be compared long afterwards."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from partnerships.models.agreement_papers import AgreementDocument
from partnerships.models.agreements import Agreement


class AgreementVersion(models.Model):
    """The content and the texts as they were adopted, sent to legal review or signed. Never changed afterwards."""

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    occasion = models.CharField(max_length=40)
    """The act it was kept with."""
    facts = models.JSONField(default=dict)
    """{field: {id, en}}: values in words of both languages; names may change later."""
    indonesian = models.ForeignKey(AgreementDocument, models.PROTECT, null=True, blank=True, related_name="+")
    english = models.ForeignKey(AgreementDocument, models.PROTECT, null=True, blank=True, related_name="+")
    signed = models.ForeignKey(AgreementDocument, models.PROTECT, null=True, blank=True, related_name="+")
    signed_on = models.DateField(null=True, blank=True)
    signatories = models.JSONField(default=list, blank=True, help_text="[{party, post}]: posts, never names")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["agreement", "number"], name="one_version_per_number")]

    def __str__(self):
        return f"{self.agreement_id} v{self.number}"


class PaperText(models.Model):
    """The words of a paper the portal drafted, line by line: a PDF does not give them back."""

    document = models.OneToOneField(AgreementDocument, models.CASCADE, related_name="words")
    lines = models.JSONField(default=list)

    def __str__(self):
        return f"{self.document_id}"
