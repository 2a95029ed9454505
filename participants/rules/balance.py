"""Sex and region of those chosen for one intake, as counts; never who."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from participants.models import CHOSEN, PASSED, Nomination, Sex
from participants.models import NominationStatus as S

JAVA = ("31", "32", "33", "34", "35", "36")
COUNTED = (*CHOSEN, S.ATTENDING, *PASSED)


@dataclass(frozen=True)
class Balance:
    """Counts of one intake (or of one tailor-made request)."""

    women: int
    men: int
    java: int
    outside_java: int
    asked_outside_java: int | None = None
    """Share the programme asks for, in percent."""

    @property
    def people(self) -> int:
        """Everyone chosen so far."""
        return self.women + self.men

    @property
    def share_outside_java(self) -> int:
        """Whole percent."""
        return 100 * self.outside_java // self.people if self.people else 0


def balance_of(proposal) -> Balance:
    """The counts of the intake a proposal is for, over all offices; one query."""
    same = {"proposal__intake": proposal.intake_id} if proposal.intake_id else {"proposal": proposal.pk}
    in_java = Q()
    for code in JAVA:
        in_java |= Q(proposal__line__need__office__region_code__startswith=code)
    counts = Nomination.objects.filter(**same, status__in=COUNTED).aggregate(
        women=Count("pk", filter=Q(person__sex=Sex.FEMALE)),
        men=Count("pk", filter=Q(person__sex=Sex.MALE)),
        java=Count("pk", filter=in_java),
        outside_java=Count("pk", filter=~in_java),
    )
    return Balance(**counts, asked_outside_java=proposal.program.share_outside_java if proposal.program else None)


def balance_sentence(nomination) -> str:
    """The counts in words, as a beginning of the note the head writes."""
    found = balance_of(nomination.proposal)
    return _("Chosen so far: %(women)d women, %(men)d men; %(outside)d outside Java, %(java)d on Java.") % {
        "women": found.women,
        "men": found.men,
        "outside": found.outside_java,
        "java": found.java,
    }
