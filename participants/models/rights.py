"""What a person asks about their own data: a correction, or the end of a consent. Answered within 3×24 hours."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from participants import sealing
from participants.models.nominations import Nomination
from participants.models.people import Person
from workflow.models import Record, known_statuses

ANSWER_WITHIN = dt.timedelta(hours=72)
"""Law 27/2022: 3×24 hours, nights and Sundays included."""


class CorrectionStatus(models.TextChoices):
    WITH_OFFICE = "WITH_OFFICE", _("With the office")
    WITH_PPSDM = "WITH_PPSDM", _("With PPSDM")
    OVERDUE = "OVERDUE", _("Time limit passed")
    DONE = "DONE", _("Carried out")
    REFUSED = "REFUSED", _("Refused")
    WITHDRAWN = "WITHDRAWN", _("Withdrawn")


UNANSWERED = (CorrectionStatus.WITH_OFFICE, CorrectionStatus.WITH_PPSDM, CorrectionStatus.OVERDUE)
"""States in which the person waits for an answer."""


class RequestKind(models.TextChoices):
    FIELD = "FIELD", _("Correction")
    OTHER = "OTHER", _("Correction of something else")
    CONSENT = "CONSENT", _("End of a consent")


class Correction(Record):
    """One request. What is wanted and why is sealed like a staff number: nobody reads it in a dump or in the log."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="corrections")
    nomination = models.ForeignKey(Nomination, models.PROTECT, related_name="corrections")
    kind = models.CharField(max_length=8, choices=RequestKind)
    field = models.CharField(max_length=40, blank=True)
    wanted_sealed = models.TextField(blank=True, editable=False)
    grounds_sealed = models.TextField(blank=True, editable=False)
    letter_number = models.CharField(max_length=80, blank=True, help_text=_("Of a person without an account"))
    letter_date = models.DateField(null=True, blank=True)
    asked_at = models.DateTimeField(default=timezone.now)
    answer = models.TextField(max_length=4000, blank=True)
    emptied_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["status", "due_at"], name="correction_by_due")]
        constraints = [
            known_statuses("correction_status_known", CorrectionStatus.values),
            models.UniqueConstraint(
                fields=["person", "field"],
                condition=Q(status__in=[s.value for s in UNANSWERED]) & ~Q(field=""),
                name="one_open_correction_per_field",
            ),
            models.CheckConstraint(
                condition=~Q(kind="FIELD") | ~Q(field=""),
                name="correction_names_its_field",
            ),
        ]

    def get_absolute_url(self):
        """The request's page; its address holds a code and nothing about the person."""
        return reverse("participants:correction", args=[self.code])

    @property
    def title(self) -> str:
        """What lists, notices and mails call it: never the person, never the field."""
        return str(_("Request about personal data in %(code)s") % {"code": self.nomination.code})

    @property
    def office(self):
        """The office that knows the person."""
        return self.person.office

    @property
    def time_zone(self) -> str:
        """The office's clock."""
        return self.office.time_zone

    @property
    def is_by_letter(self) -> bool:
        """Whether the office recorded it for a person without an account."""
        return bool(self.letter_number)

    @property
    @sensitive_variables()
    def wanted(self) -> str:
        """The wanted value as typed; empty once its time was over or where no key opens it."""
        return _opened(self.wanted_sealed)

    @property
    @sensitive_variables()
    def grounds(self) -> str:
        """What the person says for it."""
        return _opened(self.grounds_sealed)

    @sensitive_variables()
    def hold(self, wanted: str, grounds: str) -> None:
        """Seal both texts; does not save the row."""
        self.wanted_sealed = sealing.seal(wanted) if wanted else ""
        self.grounds_sealed = sealing.seal(grounds) if grounds else ""


@sensitive_variables()
def _opened(sealed: str) -> str:
    if not sealed:
        return ""
    try:
        return sealing.unseal(sealed)
    except sealing.Unreadable:
        return ""
