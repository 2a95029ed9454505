"""Reads of tasks that were put aside and of work that is promised; for operators only."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Min
from django.utils import timezone

from portal.models import Errand, ParkedTask


def all_parked():
    """Every task that was put aside."""
    return ParkedTask.objects.all()


def parked(state: str):
    """Those of one state, the latest first."""
    return ParkedTask.objects.filter(state=state).order_by("-last_at", "-pk")


def counts() -> dict[str, int]:
    """How many of each state."""
    return dict(ParkedTask.objects.values_list("state").annotate(number=Count("pk")).order_by())


@dataclass(frozen=True)
class Promised:
    """Work that has not left yet."""

    total: int
    oldest: object


def promised() -> Promised:
    """Letters and other promised work that waits, and since when the oldest of it is overdue."""
    late = Errand.objects.filter(next_at__lt=timezone.now()).aggregate(oldest=Min("next_at"))
    return Promised(total=Errand.objects.count(), oldest=late["oldest"])
