"""Builds a request about personal data of any state."""

from __future__ import annotations

import itertools

from django.utils import timezone

from participants.models import ANSWER_WITHIN, Correction
from participants.models import CorrectionStatus as C

_numbers = itertools.count(1)


def correction(nomination, status: str = C.WITH_OFFICE, *, field="name", wanted="Nama Baru", **fields):
    """A request about a nomination's person."""
    now = timezone.now()
    defaults = {"kind": "FIELD", "asked_at": now, "due_at": now + ANSWER_WITHIN, "created_by": None}
    made = Correction(
        code=f"PD-2026-{next(_numbers):04d}",
        status=status,
        person=nomination.person,
        nomination=nomination,
        field=field,
        **{**defaults, **fields},
    )
    made.hold(wanted, "SK kenaikan pangkat.")
    made.save()
    return Correction.objects.get(pk=made.pk)
