"""An agreement's papers in versions, and its letters to bodies outside the portal."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partnerships.models.agreements import Agreement
from workflow.files import StoredFile
from workflow.models import Seal
from workflow.signing.found import Reading


class DocumentKind(models.TextChoices):
    CONCEPT_NOTE = "CONCEPT_NOTE", _("Concept note")
    LOI = "LOI", _("Letter of intent")
    PLAN = "PLAN", _("Cooperation plan")
    DPRD_LETTER = "DPRD_LETTER", _("Letter of the regional council")
    GOV_RESULT = "GOV_RESULT", _("Verification result of Home Affairs")
    TEXT_ID = "TEXT_ID", _("Text in Indonesian")
    TEXT_EN = "TEXT_EN", _("Text in English")
    LEGAL_OPINION = "LEGAL_OPINION", _("Legal opinion")
    CLEARANCE = "CLEARANCE", _("Letter of clearance")
    FULL_POWERS = "FULL_POWERS", _("Full powers")
    SIGNED = "SIGNED", _("Signed document")
    REPORT = "REPORT", _("Report")
    NOTICE = "NOTICE", _("Notice letter")
    COVER_LETTER = "COVER_LETTER", _("Cover letter (nota dinas)")
    OTHER = "OTHER", _("Other document")


class PaperForm(models.TextChoices):
    """Papers the portal drafts itself, from a template in each language."""

    LETTER_OF_INTENT = "LETTER_OF_INTENT", _("Letter of intent")
    MEMORANDUM = "MEMORANDUM", _("Memorandum of understanding")
    NOTA_KESEPAKATAN = "NOTA_KESEPAKATAN", _("Memorandum of agreement")
    COVER_LETTER = "COVER_LETTER", _("Cover letter (nota dinas)")


class Signing(models.TextChoices):
    """How a document was signed."""

    ELECTRONIC = "ELECTRONIC", _("Signed electronically")
    SCAN = "SCAN", _("Scan of a hand-signed paper")


class AgreementDocument(StoredFile):
    """One version of one paper; earlier versions stay."""

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="documents")
    kind = models.CharField(_("Kind of document"), max_length=16, choices=DocumentKind)
    version = models.PositiveSmallIntegerField(default=1)
    by_partner = models.BooleanField(default=False)
    """Uploaded by the partner itself, which therefore may read it whatever its kind."""
    note = models.CharField(_("Note"), max_length=200, blank=True)
    language = models.CharField(max_length=2, blank=True)
    generated = models.BooleanField(default=False)
    """Drafted by the portal from a template; a draft is never taken for the signed paper."""
    signing = models.CharField(_("How it was signed"), max_length=10, choices=Signing, blank=True)
    signatures = models.JSONField(_("Electronic signatures"), default=dict, blank=True)
    """What was read of its signatures when it came in (workflow.signing.found.Reading), and by which adapter."""
    text_sha256 = models.CharField(max_length=64, blank=True)
    """Of a drafted text: the checksum of its words, so that a clean copy to sign says the same."""
    seal = models.OneToOneField(
        Seal, models.PROTECT, null=True, blank=True, editable=False, related_name="agreement_document"
    )

    class Meta:
        ordering = ["kind", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "kind", "version"], name="one_document_per_version"),
            models.CheckConstraint(condition=Q(kind__in=DocumentKind.values), name="document_kind_known"),
            models.CheckConstraint(condition=Q(signing__in=["", *Signing.values]), name="document_signing_known"),
        ]

    @property
    def reading(self) -> Reading:
        """What was read of its signatures."""
        return Reading.from_json(self.signatures)


class ExternalBody(models.TextChoices):
    """Bodies outside the portal whose answers an agreement waits for."""

    SETNEG_KTLN = "SETNEG-KTLN", _("State Secretariat, Bureau for Foreign Technical Cooperation")
    KEMLU = "KEMLU", _("Ministry of Foreign Affairs")
    KEMENDAGRI = "KEMENDAGRI", _("Ministry of Home Affairs")
    BAPPENAS = "BAPPENAS", _("Ministry of National Development Planning (Bappenas)")
    KEMENKEU = "KEMENKEU", _("Ministry of Finance")
    DPRD = "DPRD", _("Regional council (DPRD)")


class LetterFor(models.TextChoices):
    """Which step of the road a letter serves: an answer to one never opens another."""

    CONSULTATION = "CONSULTATION", _("Consultation")
    COUNCIL = "COUNCIL", _("Approval by the regional council")
    VERIFICATION = "VERIFICATION", _("Verification by Home Affairs")
    CLEARANCE = "CLEARANCE", _("Government clearance")
    FULL_POWERS = "FULL_POWERS", _("Full powers")


class StepResult(models.TextChoices):
    APPROVED = "APPROVED", _("Approved")
    REMARKS = "REMARKS", _("Answered with remarks")
    REFUSED = "REFUSED", _("Refused")


class ExternalStep(models.Model):
    """A letter to a body outside the portal and its answer: no deadline we could set, only its age."""

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="external_steps")
    body = models.CharField(_("Body"), max_length=16, choices=ExternalBody)
    step = models.CharField(_("Step it serves"), max_length=12, choices=LetterFor, default=LetterFor.CONSULTATION)
    purpose = models.CharField(_("Purpose"), max_length=160)
    sent_on = models.DateField(_("Sent on"))
    ref_no = models.CharField(_("Letter number"), max_length=80)
    answered_on = models.DateField(_("Answered on"), null=True, blank=True)
    answer_no = models.CharField(_("Number of the answer"), max_length=80, blank=True)
    result = models.CharField(_("Result"), max_length=10, choices=StepResult, blank=True)
    document = models.ForeignKey(
        AgreementDocument,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="steps",
        verbose_name=_("Document"),
    )
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["sent_on", "pk"]
        indexes = [models.Index(fields=["agreement", "answered_on"], name="external_step_open")]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_on__isnull=True) | Q(answered_on__gte=F("sent_on")),
                name="answer_not_before_the_letter",
            ),
            models.CheckConstraint(
                condition=Q(answered_on__isnull=True, result="") | (Q(answered_on__isnull=False) & ~Q(result="")),
                name="answer_has_result",
            ),
            models.CheckConstraint(
                condition=Q(answered_on__isnull=True) | Q(document__isnull=False), name="answer_has_document"
            ),
            models.CheckConstraint(condition=Q(answered_on__isnull=True) | ~Q(answer_no=""), name="answer_has_number"),
            models.CheckConstraint(condition=Q(body__in=ExternalBody.values), name="external_body_known"),
        ]

    def __str__(self):
        return f"{self.body}: {self.purpose}"

    @property
    def is_open(self) -> bool:
        """Whether the body still owes an answer."""
        return self.answered_on is None

    def waiting_days(self, today: dt.date | None = None) -> int:
        """Calendar days from the letter to the answer, or to today while it is open."""
        return ((self.answered_on or today or timezone.localdate()) - self.sent_on).days
