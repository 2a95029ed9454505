"""Seats: taken and released one transaction at a time, so that an intake is never over-allotted."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F
from django.utils.translation import ngettext

from programs.models import Intake


@transaction.atomic
def take_seats(intake: Intake, count: int) -> str:
    """Take `count` (≥ 0) seats of an intake. Returns "" when done, else the sentence that refuses and nothing
    changed.

    The row is locked first: of two requests for the last seat one waits, then reads what the other left.
    """
    locked = _locked(intake, count)
    if count > locked.seats_free:
        return ngettext(
            "Only %(free)d seat of this intake is left.",
            "Only %(free)d seats of this intake are left.",
            locked.seats_free,
        ) % {"free": locked.seats_free}
    Intake.objects.filter(pk=intake.pk).update(seats_taken=F("seats_taken") + count)
    intake.refresh_from_db(fields=["seats", "seats_taken"])
    return ""


@transaction.atomic
def release_seats(intake: Intake, count: int) -> None:
    """Give back `count` (≥ 0) seats that were taken; giving back more than were taken is a programming
    error."""
    locked = _locked(intake, count)
    if count > locked.seats_taken:
        raise ValueError(f"{locked}: {count} seats released, {locked.seats_taken} taken")
    Intake.objects.filter(pk=intake.pk).update(seats_taken=F("seats_taken") - count)
    intake.refresh_from_db(fields=["seats", "seats_taken"])


def _locked(intake: Intake, count: int) -> Intake:
    if count < 0:
        raise ValueError(f"{intake}: {count} seats")
    return Intake.objects.select_for_update(no_key=True).get(pk=intake.pk)
