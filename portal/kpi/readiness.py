"""What stands in the way of evaluating a programme (P7): reaction and learning of those who completed it."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from participants.models import PASSED, Evaluation, EvaluationStatus, Nomination

SETTLED = (EvaluationStatus.DONE, EvaluationStatus.MISSED)


def levels_missing(program) -> str:
    """Whose forms of level 1 and 2 are still open; an empty string when every form is answered or its time is over."""
    people = Nomination.objects.filter(proposal__intake__program=program, status__in=PASSED)
    found = []
    for level, sentence in (
        (
            "L1",
            lambda n: ngettext(
                "Reaction (level 1): the answer of %(count)d participant is still open.",
                "Reaction (level 1): the answers of %(count)d participants are still open.",
                n,
            ),
        ),
        (
            "L2",
            lambda n: ngettext(
                "Learning (level 2): the result of %(count)d participant is still missing.",
                "Learning (level 2): the results of %(count)d participants are still missing.",
                n,
            ),
        ),
    ):
        settled = Evaluation.objects.filter(level=level, status__in=SETTLED, nomination__in=people.values("pk"))
        if left := people.exclude(pk__in=settled.values("nomination_id")).count():
            found.append(sentence(left) % {"count": left})
    if not found:
        return ""
    return " ".join(found) + " " + _("Then the programme can be evaluated.")
