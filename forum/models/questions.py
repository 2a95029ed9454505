"""Clarification questions on a programme: asked by one office, answered once, read by all who may see it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from accounts.roles import OFFICE, READERS
from programs.models import Program
from workflow import formats
from workflow.models import Record, known_statuses


class QuestionStatus(models.TextChoices):
    DRAFT = "DRAFT", _("Draft")
    ASKED = "ASKED", _("Asked")
    ANSWERED = "ANSWERED", _("Answered")
    WITHDRAWN = "WITHDRAWN", _("Withdrawn")
    LAPSED = "LAPSED", _("Closed without an answer")


class Question(Record):
    """Who asked is kept for the asker's own list and the auditor; nobody else learns of it, the partner included."""

    program = models.ForeignKey(Program, models.PROTECT, related_name="questions")
    office = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    text = models.TextField(_("Question"), max_length=2000)
    answer = models.TextField(_("Answer"), max_length=4000, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    corrected_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            known_statuses("question_status_known", QuestionStatus.values),
            models.CheckConstraint(
                condition=~Q(status="ANSWERED") | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="answered_question_has_an_answer",
            ),
            models.CheckConstraint(
                condition=Q(corrected_at__isnull=True) | Q(answered_at__isnull=False),
                name="only_answers_are_corrected",
            ),
        ]
        indexes = [models.Index(fields=["program", "status"], name="question_by_program")]

    def get_absolute_url(self) -> str:
        """The question's page."""
        return reverse("forum:question", args=[self.code])

    @property
    def title(self) -> str:
        """What it is about: the programme, never the asker."""
        return self.program.title

    @property
    def turn_since(self):
        """The day, not the minute: the minute of asking would point at the asker."""
        return formats.start_of_day(self.status_since)

    def names_actors_to(self, user) -> bool:
        """Whether a reader learns who asked: the office that did, and who reads everything and decides nothing."""
        role = user.acting_role
        return role in READERS or (role in OFFICE and user.acting_organisation.pk == self.office_id)

    @property
    def is_on_behalf(self) -> bool:
        """Whether the Bureau of Cooperation answered in the partner's place."""
        return self.answered_by_id is not None and self.answered_by_id != self.program.partner_id
