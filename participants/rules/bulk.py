"""Which acts are done for many people at once, and what certainly stands in the way of one of them.

Only acts that are the same for everyone: whoever shortlists, returns or reverses looks at one person.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from participants.models import Nomination
from participants.rules import acts
from participants.rules.training_days import days_of_trainings
from workflow.mandate import hands_of, outside_home

NAMES = ("screen", "start", "complete")


def offered_to(user, nominations: Iterable[Nomination]) -> dict[str, int]:
    """Act -> how many of these people are in a state it starts from, for acts of the user's role."""
    rows = list(nominations)
    if not rows:
        return {}
    flow = rows[0].flow
    found = {}
    for name in NAMES:
        t = flow.transition(name)
        count = sum(n.status in t.source for n in rows) if user.acting_role in t.who else 0
        if count:
            found[name] = count
    return found


def hints(user, name: str, nominations: list[Nomination]) -> dict[int, str]:
    """Nomination -> the first reason why the act would be refused, from what is at hand; a fixed number of queries.

    The engine asks again, and asks everything, when the act is done.
    """
    days = days_of_trainings({n.proposal_id: n.proposal for n in nominations}.values()) if name == "complete" else {}
    return {n.pk: _hint(user, name, n, days) for n in nominations}


def _hint(user, name: str, nomination, days) -> str:
    if nomination.person.account_id in hands_of(user):
        return acts.is_not_oneself(nomination, user)
    if sentence := outside_home(nomination.flow, nomination, user):
        return sentence
    if name == "start":
        return acts.training_has_begun(nomination, user)
    if name != "complete":
        return acts.proposal_holds_seats(nomination, user)
    if sentence := acts.training_has_ended(nomination, user) or acts.attendance_is_begun(nomination, user):
        return sentence
    marked = {mark.on for mark in nomination.marks.all()}
    left = len(set(days[nomination.proposal_id]) - marked) if marked else 0
    if left:
        return ngettext("%(count)d day is not marked yet.", "%(count)d days are not marked yet.", left) % {
            "count": left
        }
    return acts.attendance_is_enough(nomination, user)


def nothing_ticked() -> str:
    """What to say when the form comes without a row."""
    return _("Tick at least one person.")
