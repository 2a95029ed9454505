"""Meetings as rows, in any state and at any moment, with minutes and action points; every field a test cares about is
passed by name."""

from __future__ import annotations

import datetime as dt
import itertools
from zoneinfo import ZoneInfo

from django.utils import timezone

from accounts.models import Organisation
from forum.models import (
    ActionPoint,
    ActionStatus,
    AgendaItem,
    Attendance,
    Decision,
    Invitee,
    Meeting,
    MeetingKind,
    MeetingStatus,
)

_numbers = itertools.count(1)
S = MeetingStatus
WIB = ZoneInfo("Asia/Jakarta")
STARTS = dt.datetime(2026, 10, 5, 9, tzinfo=WIB)


def meeting(organiser: Organisation, status: str = S.PLANNED, *, invited=(), agenda=(), came=None, **fields) -> Meeting:
    """A meeting called by an organisation. `invited`: organisations or (organisation, role); `agenda`: titles or
    records; `came`: {organisation: people}."""
    starts = fields.setdefault("starts_at", STARTS)
    fields.setdefault("ends_at", starts + dt.timedelta(hours=3))
    if status != S.DRAFT:
        fields.setdefault("sent_at", starts - dt.timedelta(days=10))
    if status == S.MINUTED:
        fields.setdefault("minuted_at", timezone.now())
        fields.setdefault("minutes", "Rapat berjalan lancar.")
    made = Meeting(
        code=f"RP-2020-{next(_numbers):04d}",
        status=status,
        organiser=organiser,
        **{
            "kind": MeetingKind.COORDINATION,
            "title": "Rapat koordinasi kebutuhan pelatihan",
            "place": "Ruang Tridharma, Jakarta",
            **fields,
        },
    )
    within = made.flow.state(status).within
    if within and made.due_at is None:
        made.due_at = within(made, timezone.now())
    made.save()
    for asked in invited:
        organisation, role = asked if isinstance(asked, tuple) else (asked, "")
        Invitee.objects.create(meeting=made, organisation=organisation, role=role)
    for position, of in enumerate(agenda, 1):
        item(made, of, position)
    for organisation, people in (came or {}).items():
        Attendance.objects.create(meeting=made, organisation=organisation, people=people)
    return Meeting.objects.get(pk=made.pk)


def item(of: Meeting, about, position: int = 1) -> AgendaItem:
    """A point of the agenda: a title, or a record with a title of its own."""
    if isinstance(about, str):
        return AgendaItem.objects.create(meeting=of, position=position, title=about)
    return AgendaItem.objects.create(
        meeting=of,
        position=position,
        title=f"Pembahasan {position}",
        flow=about.flow.name,
        record_id=about.pk,
        record_code=about.code,
    )


def decision(of: Meeting, text: str = "Kantor melengkapi bukti dukung.", **fields) -> Decision:
    """A decision of a meeting."""
    return Decision.objects.create(meeting=of, position=of.decisions.count() + 1, text=text, **fields)


def action(of: Meeting, organisation: Organisation, status: str = ActionStatus.OPEN, **fields) -> ActionPoint:
    """Something an organisation is to do."""
    made = ActionPoint(
        code=f"TL-2020-{next(_numbers):04d}",
        status=status,
        meeting=of,
        organisation=organisation,
        **{"text": "Kirim data jabatan.", "due_on": dt.date(2026, 10, 30), **fields},
    )
    within = made.flow.state(status).within
    if within:
        made.due_at = within(made, timezone.now())
    made.save()
    return ActionPoint.objects.get(pk=made.pk)


def form_data(of: Meeting, *, attendance=None, decisions=(), actions=(), blank: int = 2, **changed) -> dict:
    """What the form of the minutes sends. `attendance`: {organisation: people}; `decisions`, `actions`: rows."""
    data = {"version": str(of.version), "text": "Rapat dibuka pukul 09.00."}
    for prefix, rows in (("putusan", decisions), ("tindak", actions)):
        kept = [row for row in rows if row.get("pk")]
        data |= {f"{prefix}-TOTAL_FORMS": str(len(rows) + blank), f"{prefix}-INITIAL_FORMS": str(len(kept))}
        for number, row in enumerate(rows):
            data |= {f"{prefix}-{number}-{name}": str(value) for name, value in row.items()}
    for organisation, people in (attendance or {}).items():
        data[f"hadir-{organisation.pk}-people"] = str(people)
    return data | changed
