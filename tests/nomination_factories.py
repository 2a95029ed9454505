"""The smallest valid nomination of any state; every field a test cares about is passed by name."""

from __future__ import annotations

import datetime as dt
import itertools

from django.utils import timezone

from participants.models import (
    SEATED,
    Attendance,
    Nomination,
    NominationPaper,
    NominationStatus,
    PanelScore,
    PaperKind,
    Path,
    Person,
)
from participants.rules.conditions import path_of
from participants.services.permits import open_clearance_list, plan_reminders
from partnerships.models import ProposalStatus
from programs.models import ProgramStatus
from tests import factories, program_factories
from tests.proposal_factories import open_need, proposal

_numbers = itertools.count(1)
S = NominationStatus
PARTNER_KNOWS = {
    S.FORWARDED,
    S.PARTNER_SCREENING,
    S.ACCEPTED,
    S.NOT_ACCEPTED,
    S.CLEARANCE,
    S.READY,
    S.ATTENDING,
    S.COMPLETED,
    S.INCOMPLETE,
    S.FOLLOW_UP,
    S.CLOSED,
    S.REPLACED,
}


def number(serial: int) -> str:
    """A staff number of the pattern kept for examples: 99999999 999999 9 and three digits."""
    return f"{'9' * 15}{serial:03d}"


def seats(office, partner, *, people: int = 5, given: int | None = None, status=ProposalStatus.ACCEPTED, **program):
    """A proposal of an office that holds seats of a partner's course abroad (or as the programme's fields say)."""
    fields = {"delivery_mode": "OVERSEAS", "country": "JP", "language": "EN", "min_language_level": "B1", **program}
    found = program_factories.program(partner, fields.pop("program_status", ProgramStatus.OPEN), seats=people, **fields)
    need = open_need(office, people=people)
    return proposal(need, found, status, seats_requested=people, seats_allotted=people if given is None else given)


AT_HOME = {"delivery_mode": "IN_COUNTRY", "country": "ID", "language": "ID", "min_language_level": ""}
"""A course in the country, for `seats(…, **AT_HOME)`."""


def person(office, serial: int = 0, **fields) -> Person:
    """A mediator with nothing against them."""
    serial = serial or next(_numbers) % 1000
    defaults = {
        "name": f"Peserta Contoh {serial}",
        "sex": "F",
        "birth_year": 1985,
        "post": factories.post("MEDHI"),
        "rank": "AHLI_MUDA",
        "employment_status": "PNS",
        "education": "S1_D4",
        "english": "B2",
        "years_in_post": 6,
    }
    found = Person(office=office, **{**defaults, **fields})
    found.hold_nip(number(serial))
    found.save()
    return found


def nomination(of, status: str = S.DRAFT, *, who: Person | None = None, created_by=None, **fields) -> Nomination:
    """A nomination on a proposal, in a state, with what the state needs."""
    now = timezone.now()
    path = fields.pop("path", path_of(of))
    defaults = {"relevance": "Menangani perselisihan hubungan industrial setiap hari.", "place_in_order": 1}
    if status in PARTNER_KNOWS and path != Path.IN_COUNTRY:
        defaults["forwarded_at"] = now
    if status != S.DRAFT:
        defaults["notice_read_on"] = timezone.localdate()
    if status in {S.RETURNED, S.WITHDRAWN} and fields.get("notice_read_on", True):
        defaults["letter_date"] = timezone.localdate()
    if status == S.RETURNED:
        defaults["returned_from"] = S.SCREENING
    if status in SEATED or status == S.RESERVE:
        defaults["panel_size"] = 3
    made = Nomination(
        code=f"NM-2026-{next(_numbers):04d}",
        status=status,
        proposal=of,
        person=who or person(of.line.need.office),
        path=path,
        created_by=created_by,
        **{**defaults, **fields},
    )
    within = made.flow.state(status).within
    made.due_at = fields.get("due_at", within(made, now) if within else None)
    made.save()
    if status == S.CLEARANCE:
        open_clearance_list(made)
        plan_reminders(made)
    return Nomination.objects.get(pk=made.pk)


def paper(of: Nomination, *kinds: str) -> None:
    """Papers of a nomination."""
    for kind in kinds or (PaperKind.CV, PaperKind.LANGUAGE, PaperKind.RELEASE):
        NominationPaper(nomination=of, kind=kind).hold(factories.pdf("CV Peserta.pdf")).save()


def sheets(of: Nomination, *members, **fields) -> None:
    """Score sheets of panel members, counted as the service counts them."""
    for member in members:
        values = {"relevance": 4, "competence": 4, "language": 4, "plan": 4, **fields}
        PanelScore.objects.create(nomination=of, member=member, role="PPSDM_VER", **values)
    Nomination.objects.filter(pk=of.pk).update(panel_size=len(members), panel_mean=16)


def present(of: Nomination, days: int, total: int = 10) -> None:
    """Attendance."""
    Attendance.objects.update_or_create(nomination=of, defaults={"days_present": days, "days_total": total})


def begins(of, days: int, length: int = 5) -> None:
    """Move the intake so that it begins so many days from today."""
    intake = of.intake
    intake.starts = timezone.localdate() + dt.timedelta(days=days)
    intake.ends = intake.starts + dt.timedelta(days=length - 1)
    intake.save()
