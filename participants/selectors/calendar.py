"""The dates of one nomination as a calendar file: whole days, no person, no place of stay."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

from participants.models import NominationStatus, StepState
from participants.selectors.nominations import clearance_rows
from workflow.calendar_files import CANCELLED, CONFIRMED, Event
from workflow.calendar_files import calendar_file as written

OVER = (
    NominationStatus.WITHDRAWN,
    NominationStatus.REPLACED,
    NominationStatus.DISQUALIFIED,
    NominationStatus.NOT_ACCEPTED,
)


def events_of(nomination, *, with_permits: bool) -> list[Event]:
    """Training (each phase), departure and the latest day of each open permit.

    An event keeps its identity for life. Its sequence counts the saves of the nomination and of the programme, so that
    it rises whenever one of the two has moved a date.
    """
    program, intake = nomination.program, nomination.proposal.intake
    moved = [record for record in (nomination, program) if record is not None]
    same = {
        "stamp": max(record.updated_at for record in moved),
        "sequence": sum(record.version for record in moved),
        "url": f"{settings.SITE_URL}{nomination.get_absolute_url()}",
    }
    on, title, found = nomination.status not in OVER, nomination.title, []
    if intake is not None:
        found.append(("training", title, intake.starts, intake.ends, on))
        if intake.online_starts:
            words = _("Online phase: %(title)s") % {"title": title}
            found.append(("online", words, intake.online_starts, intake.online_ends, on))
    if nomination.departs_on:
        found.append(("departure", _("Departure: %(title)s") % {"title": title}, nomination.departs_on, None, on))
    for row in clearance_rows(nomination) if with_permits else []:
        if row.latest:  # what is settled is called off, so that it leaves the calendars it stands in
            words = _("At the latest: %(permit)s") % {"permit": row.step.get_kind_display()}
            still = on and row.step.state == StepState.OPEN
            found.append((row.step.kind.lower(), words, row.latest, None, still))
    return [
        Event(
            uid=f"{nomination.code}-{key}@sinergi",
            summary=str(words),
            start=first,
            end=last,
            status=CONFIRMED if stands else CANCELLED,
            **same,
        )
        for key, words, first, last, stands in found
    ]


def calendar_file(nomination, *, with_permits: bool) -> bytes:
    """The file."""
    return written(events_of(nomination, with_permits=with_permits))
