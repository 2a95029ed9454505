"""Seats, dates and deadlines of programmes, computed by the database with the rows."""

from __future__ import annotations

from django.db.models import Case, DateTimeField, F, Min, OuterRef, Subquery, Sum, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from programs.models import Intake


def _of_intakes(aggregate, field=None, **condition):
    """One figure over a programme's intakes, without multiplying the rows of other joins."""
    found = (
        Intake.objects.filter(program=OuterRef("pk"), **condition)
        .order_by()
        .values("program")
        .annotate(value=aggregate)
        .values("value")
    )
    return Subquery(found, output_field=field) if field else Subquery(found)


def with_figures(query):
    """Adds what cards and rows show: seats, the next start, and the internal deadline while it lies ahead."""
    now, today = timezone.now(), timezone.localdate()
    return (
        query.annotate(
            seats_total=Coalesce(_of_intakes(Sum("seats")), 0),
            seats_left=Coalesce(_of_intakes(Sum(F("seats") - F("seats_taken"))), 0),
            next_start=Coalesce(_of_intakes(Min("starts"), starts__gte=today), _of_intakes(Min("starts"))),
            deadline_ahead=Case(
                When(internal_deadline__gt=now, then=F("internal_deadline")),
                default=None,
                output_field=DateTimeField(),
            ),
        )
        .select_related("partner", "scheme")
        .prefetch_related("intakes", "themes__theme", "posts")
    )
