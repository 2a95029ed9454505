"""The stages of an agreement's road, ready to show: who, since when, how long, what was said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from partnerships.models import ANSWERED_OUTSIDE, AgreementStatus
from partnerships.rules.agreements import CLEARING, DRAWING_UP
from workflow.engine import log_of
from workflow.table import CLOCK

ROAD = (*DRAWING_UP, *CLEARING, AgreementStatus.SIGNED, AgreementStatus.ACTIVE)


@dataclass
class StageRow:
    """One stage of the road, ready to show."""

    number: int
    code: str
    label: Any
    roles: list[str]
    place: str
    """done | now | skipped | stopped | todo"""
    since: Any = None
    until: Any = None
    days: int | None = None
    comment: str = ""
    ages: tuple[str, ...] = ()
    returned: bool = False

    @property
    def tone(self) -> str:
        """The colour of the mark."""
        now = "amber" if self.returned else "blue"
        return {"done": "green", "now": now, "stopped": "red"}.get(self.place, "neutral")

    @property
    def icon(self) -> str:
        """The sign in the mark."""
        signs = {"done": "check", "now": "hourglass-split", "skipped": "dash-circle", "stopped": "x-octagon"}
        return signs.get(self.place, "lock")


def road_of(agreement) -> list[AgreementStatus]:
    """The states of this agreement's track in order, up to being in force."""
    skip = set() if agreement.full_powers_needed else {AgreementStatus.FULL_POWERS}
    return [s for s in ROAD if agreement.flow.knows(s, agreement) and s not in skip]


def stage_rows(agreement, letters=()) -> list[StageRow]:
    """The stages of the road with who, since when, how long, and what was said; one query on the log."""
    flow, road = agreement.flow, road_of(agreement)
    entered: dict[str, Any] = {road[0]: agreement.created_at}
    left: dict[str, Any] = {}
    for entry in log_of(agreement):
        if entry.source != entry.target:
            left[entry.source] = entry
            entered[entry.target] = entry.at
    here, returned = agreement.status, agreement.status == AgreementStatus.RETURNED
    if returned:
        here = agreement.returned_from
    elif agreement.status in (AgreementStatus.SUSPENDED, AgreementStatus.UNDER_AMENDMENT):
        here = AgreementStatus.ACTIVE
    now = road.index(here) if here in road else -1
    reached = now if now >= 0 else max((n for n, s in enumerate(road) if s in entered), default=0) + 1
    rows = []
    for n, status in enumerate(road):
        place = "now" if n == now else "todo" if n >= reached else "done"
        if place == "done" and status == AgreementStatus.DPRD_REVIEW and agreement.dprd_exempt_reason:
            place = "skipped"
        if n == reached - 1 and agreement.status in (AgreementStatus.REJECTED, AgreementStatus.CANCELLED):
            place = "stopped"
        exit_entry = left.get(status) if place in {"done", "stopped"} else None
        since = entered.get(status) if place != "todo" else None
        until = exit_entry.at if exit_entry else None
        end = until or (timezone.now() if place == "now" else None)
        rows.append(
            StageRow(
                number=n + 1,
                code=status,
                label=flow.state(status).label,
                roles=_hands(agreement, status),
                place=place,
                since=since,
                until=until,
                days=(end - since).days if since and end and end >= since else None,
                comment=exit_entry.comment if exit_entry else "",
                ages=tuple(x.age for x in letters if x.is_open and x.step == ANSWERED_OUTSIDE.get(status)),
                returned=returned and place == "now",
            )
        )
    return rows


def _hands(agreement, status) -> list[str]:
    """The roles that take the main step out of a state on this track."""
    main = [t for t in agreement.flow.open_from(agreement, status) if t.style == "primary" or t.auto]
    return list(dict.fromkeys(CLOCK if r == CLOCK else str(r) for t in main for r in t.who))
