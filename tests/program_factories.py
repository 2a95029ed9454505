"""The smallest valid programme of any state, with one intake; every field a test cares about is passed by
name."""

from __future__ import annotations

import datetime as dt
import itertools

from django.utils import timezone

from accounts.models import Organisation, User
from programs.models import (
    Contact,
    CostItem,
    EligibilityRule,
    Intake,
    Program,
    ProgramFile,
    ProgramStatus,
    ProgramTheme,
    Route,
    Scheme,
)
from tests import factories
from workflow.engine import note

_numbers = itertools.count(9001)

UNPUBLISHED = {
    ProgramStatus.DRAFT,
    ProgramStatus.SUBMITTED,
    ProgramStatus.VERIFICATION,
    ProgramStatus.RETURNED,
    ProgramStatus.REJECTED,
}
PAST_REGISTRATION = {
    ProgramStatus.CLOSED,
    ProgramStatus.SELECTION,
    ProgramStatus.RUNNING,
    ProgramStatus.COMPLETED,
    ProgramStatus.EVALUATED,
}
DAYS_TO_START = {ProgramStatus.RUNNING: -2, ProgramStatus.COMPLETED: -30, ProgramStatus.EVALUATED: -60}
"""Days from today to the first day of the intake, where it is not in the future."""


def scheme(code: str = "KOICA_CIAT_CTRY", partner: Organisation | None = None, **fields) -> Scheme:
    """A scheme by code; fields are used when it is new."""
    defaults = {
        "label_id": f"Skema {code}",
        "label_en": f"Scheme {code}",
        "partner": partner,
        "route": Route.DIRECT,
        "funding_mode": "FULL",
        **fields,
    }
    return Scheme.objects.get_or_create(code=code, defaults=defaults)[0]


def intake(program: Program, **fields) -> Intake:
    """One more intake of a programme: five days, 150 days from today, ten seats unless told otherwise."""
    start = fields.pop("starts", None) or timezone.localdate() + dt.timedelta(days=150)
    defaults = {
        "number": program.intakes.count() + 1,
        "starts": start,
        "ends": start + dt.timedelta(days=4),
        "seats": 10,
        "place": "Jakarta",
    }
    program.__dict__.pop("all_intakes", None)
    return Intake.objects.create(program=program, **{**defaults, **fields})


def program(
    partner: Organisation,
    status: str = ProgramStatus.PUBLISHED,
    themes: tuple[tuple[str, int, int], ...] = (("T07", 1, 3),),
    posts: tuple[str, ...] = ("MEDHI",),
    seats: int = 10,
    *,
    created_by: User | None = None,
    complete: bool = True,
    **fields,
) -> Program:
    """A programme of a partner with one intake. `complete` adds the papers that submission requires."""
    number, now, today = next(_numbers), timezone.now(), timezone.localdate()
    late = status in PAST_REGISTRATION
    starts = fields.pop("starts", today + dt.timedelta(days=DAYS_TO_START.get(status, 120)))
    defaults = {
        "code": f"PR-2026-{number:04d}",
        "slug": f"pr-2026-{number:04d}",
        "title_id": f"Program uji {number}",
        "title_en": f"Test programme {number}",
        "summary_id": "Ringkasan.",
        "summary_en": "Summary.",
        "objectives_id": "Tujuan.",
        "delivery_mode": "IN_COUNTRY",
        "country": "ID",
        "language": "ID",
        "funding_mode": "FULL",
        "route": Route.DIRECT,
        "opens_at": now - dt.timedelta(days=1),
        "partner_deadline": now + dt.timedelta(days=-5 if late else 60),
        "internal_deadline": None if status in UNPUBLISHED else now + dt.timedelta(days=-12 if late else 45),
        "published_at": None if status in UNPUBLISHED else now - dt.timedelta(days=1),
    }
    if "scheme" not in fields:
        fields["scheme"] = scheme()
    found = Program(status=status, partner=partner, created_by=created_by, **{**defaults, **fields})
    within = found.flow.state(status).within
    found.save()
    for code, entry, goal in themes:
        ProgramTheme.objects.create(program=found, theme=factories.theme(code), entry_level=entry, exit_level=goal)
    found.posts.set([factories.post(code) for code in posts])
    intake(found, seats=seats, starts=starts)
    if within and found.due_at is None:
        found.due_at = within(found, now)
        found.save()
    if complete:
        CostItem.objects.create(program=found, item="TUITION", payer="PARTNER")
        EligibilityRule.objects.create(
            program=found, text_id="Bertugas sebagai mediator.", text_en="Serves as mediator."
        )
        Contact.objects.create(program=found, post="Staf program", email="program@example.test")
        ProgramFile(program=found, kind=ProgramFile.Kind.GI).hold(factories.pdf("gi.pdf")).save()
    if created_by is not None:
        note(found.flow, found, created_by, "create")
    return Program.objects.get(pk=found.pk)
