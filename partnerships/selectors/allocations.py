"""Reads of rounds and runs, always for a user."""

from __future__ import annotations

from django.db.models import Prefetch
from django.http import Http404

from accounts.roles import CENTRAL
from accounts.rules import capacity
from partnerships.models import AllocationRound, AllocationRun
from workflow.reading import get_seen, seen_by

LISTED_WITHOUT = ("baselines", "rule_costs", "leftovers")
"""What a list of runs does not need: every seat of the plans a result is compared with."""


def runs_seen_by(user):
    """The runs that exist for this user, newest first, without their large papers."""
    return seen_by(user, "partnerships.allocation").order_by("-pk")


def get_run(user, code: str) -> AllocationRun:
    """One run, or Http404."""
    return get_seen(user, "partnerships.allocation", code=code)


def rounds_seen_by(user):
    """The rounds with the runs this user sees (`seen_runs`), newest first; rounds without any only for the centre."""
    runs = runs_seen_by(user).defer(*LISTED_WITHOUT)
    rounds = AllocationRound.objects.select_related("cycle").prefetch_related(
        Prefetch("runs", queryset=runs, to_attr="seen_runs")
    )
    if capacity(user)[0] not in CENTRAL:
        rounds = rounds.filter(pk__in=runs.order_by().values("round"))
    return rounds.order_by("-cycle", "-number")


def get_round(user, code: str) -> AllocationRound:
    """One round, or Http404."""
    found = rounds_seen_by(user).filter(code=code).first() if "\x00" not in code else None
    if found is None:
        raise Http404
    return found
