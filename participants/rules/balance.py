"""Sex and region of those chosen for one intake, as counts; never who."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import Count
from django.db.models.functions import Left
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
    provinces: dict[str, int] = field(default_factory=dict)
    """Province code -> people, the most first; "" stands for offices of the centre."""

    @property
    def people(self) -> int:
        """Everyone chosen so far."""
        return self.women + self.men

    @property
    def share_women(self) -> int:
        """Whole percent."""
        return 100 * self.women // self.people if self.people else 0

    @property
    def share_outside_java(self) -> int:
        """Whole percent."""
        return 100 * self.outside_java // self.people if self.people else 0

    @property
    def is_met(self) -> bool | None:
        """Whether what the partner asks holds for those chosen so far; None where nothing is asked or nobody chosen."""
        if not self.asked_outside_java or not self.people:
            return None
        return 100 * self.outside_java >= self.asked_outside_java * self.people

    @property
    def missing_outside_java(self) -> int:
        """How many more people from outside Java the share takes, added to those chosen."""
        if self.is_met is not False:
            return 0
        asked = min(self.asked_outside_java, 99)
        short = asked * self.people - 100 * self.outside_java
        return -(-short // (100 - asked))


def balance_of(proposal) -> Balance:
    """The counts of the intake a proposal is for, over all offices; one query."""
    same = {"proposal__intake": proposal.intake_id} if proposal.intake_id else {"proposal": proposal.pk}
    return _counted(same, proposal.program)


def balance_on(intake) -> Balance:
    """The counts of an intake."""
    return _counted({"proposal__intake": intake.pk}, intake.program)


def _counted(same: dict, program) -> Balance:
    rows = (
        Nomination.objects.filter(**same, status__in=COUNTED)
        .order_by()
        .annotate(province=Left("proposal__line__need__office__region_code", 2))
        .values_list("province", "person__sex")
        .annotate(n=Count("pk"))
    )
    by_sex, provinces = {Sex.FEMALE: 0, Sex.MALE: 0}, {}
    for province, sex, n in rows:
        by_sex[sex] += n
        provinces[province] = provinces.get(province, 0) + n
    java = sum(n for province, n in provinces.items() if province in JAVA)
    return Balance(
        women=by_sex[Sex.FEMALE],
        men=by_sex[Sex.MALE],
        java=java,
        outside_java=sum(provinces.values()) - java,
        asked_outside_java=program.share_outside_java if program else None,
        provinces=dict(sorted(provinces.items(), key=lambda pair: (-pair[1], pair[0]))),
    )


def balance_sentence(nomination) -> str:
    """The counts in words, as a beginning of the note the head writes."""
    found = balance_of(nomination.proposal)
    text = _("Chosen so far: %(women)d women, %(men)d men; %(outside)d outside Java, %(java)d on Java.") % {
        "women": found.women,
        "men": found.men,
        "outside": found.outside_java,
        "java": found.java,
    }
    if found.is_met is None:
        return text
    asked = {"asked": found.asked_outside_java, "share": found.share_outside_java}
    if found.is_met:
        more = _("The programme asks for %(asked)d%% from outside Java; %(share)d%% so far.") % asked
    else:
        more = _("The programme asks for %(asked)d%% from outside Java; only %(share)d%% so far.") % asked
    return f"{text} {more}"
