"""Writes on the holiday calendar, and what follows: every date that counts working days moves with it, once.

An edit only raises the calendar's edition. The CLOCK compares it with the edition it has followed, so that nothing is
lost when a process dies in between, and two clocks follow one edit once.
"""

from __future__ import annotations

import datetime as dt
import logging
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from workflow.calendar import WIB, calendar_changed, forget_holidays
from workflow.engine import Refused, lock, note
from workflow.formats import moment
from workflow.models import Counter, Holiday, LogEntry
from workflow.registry import workflows

log = logging.getLogger(__name__)

HOLIDAY_LOG = "workflow.holiday"
EDITION, FOLLOWED = "holidays", "holidays.followed"
FIELDS = ("label_id", "label_en", "kind", "decree", "provisional")


@transaction.atomic
def save_holiday(holiday: Holiday | None, values: dict, *, actor) -> Holiday:
    """Add a day off, or change one. A day that moves leaves its old date; Refused where the new one is taken."""
    day, before = values["date"], holiday
    taken = Holiday.objects.select_for_update().filter(date=day, region_code="").first()
    if taken is not None and taken.removed_at is None and (before is None or taken.pk != before.pk):
        raise Refused([_("This day is in the calendar already: %(name)s.") % {"name": taken.label}])
    old = _facts(before) if before is not None else {}
    if before is not None and before.date != day:
        Holiday.objects.filter(pk=before.pk).update(removed_at=timezone.now())
    row = taken or Holiday(date=day)
    row.removed_at = None
    for name in FIELDS:
        setattr(row, name, values[name])
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Refused([_("This day is in the calendar already: %(name)s.") % {"name": row.label}]) from None
    new = _facts(row)
    if new != old:
        _record("change_holiday" if before is not None else "add_holiday", row, actor, {"before": old, "after": new})
        if before is None or before.date != day:
            edited()
    return row


@transaction.atomic
def remove_holiday(holiday: Holiday, *, actor, reason: str) -> None:
    """Take a day out of the calendar; its row stays, so that the first calendar does not bring it back."""
    gone = Holiday.objects.filter(pk=holiday.pk, removed_at__isnull=True).update(removed_at=timezone.now())
    if not gone:
        raise Refused([_("This day was taken out of the calendar already.")])
    _record("remove_holiday", holiday, actor, {"before": _facts(holiday)}, comment=reason)
    edited()


def edited() -> None:
    """The days off are other ones now; call inside the transaction that changed them."""
    Counter.next(EDITION)
    transaction.on_commit(forget_holidays)
    transaction.on_commit(_soon)


def _soon() -> None:
    from workflow.tasks import follow_calendar

    try:
        follow_calendar.delay()
    except Exception as error:
        log.info("the broker does not answer (%s): the next minute follows the calendar", error)


def _facts(holiday: Holiday) -> dict:
    return {"date": holiday.date.isoformat(), **{name: getattr(holiday, name) for name in FIELDS}}


def _record(action: str, holiday: Holiday, actor, data: dict, comment: str = "") -> None:
    mandate = actor.mandate
    LogEntry(
        at=timezone.now(),
        flow=HOLIDAY_LOG,
        record_id=holiday.pk,
        record_code=holiday.code,
        action=action,
        actor=actor,
        role=actor.acting_role,
        capacity=mandate.kind if mandate else "",
        on_behalf_of_id=mandate.principal_id if mandate else None,
        organisation=actor.acting_organisation_name,
        comment=comment,
        data=data,
    ).save(force_insert=True)


# --- What follows -------------------------------------------------------------------------------------------


def follow(now: dt.datetime | None = None) -> int:
    """Move what an edited calendar moves; returns how many due dates moved. Nothing to do costs two short queries."""
    editions = dict(Counter.objects.filter(name__in=(EDITION, FOLLOWED)).values_list("name", "value"))
    edition = editions.get(EDITION, 0)
    if edition <= editions.get(FOLLOWED, 0):
        return 0
    now = now or timezone.now()
    forget_holidays()
    moved, failed = 0, False
    for entry in workflows():
        some, left = _follow_table(entry, now)
        moved, failed = moved + some, failed or left
    for _receiver, answer in calendar_changed.send_robust(Holiday, now=now):
        if isinstance(answer, Exception):
            failed = True
            log.error("calendar: a room could not follow", exc_info=answer)
    if not failed:  # else the next minute tries again: what has moved already stays where it is
        Counter.objects.update_or_create(name=FOLLOWED, defaults={"value": edition})
    return moved


def _follow_table(entry, now) -> tuple[int, bool]:
    """The due dates of one table that count working days and have not come yet: how many moved, and whether one could
    not. That one holds nobody else up."""
    states = [s.code for s in entry.flow.states if getattr(s.within, "on_calendar", False)]
    waiting = entry.model._default_manager.filter(status__in=states, due_at__gt=now).select_related(*entry.related)
    moved, failed = 0, False
    for record in waiting.order_by("pk").iterator(chunk_size=500):
        try:
            if moved_date(record, now) != record.due_at:
                moved += move_due(record, moved_date, now)
        except Exception:
            failed = True
            log.exception("calendar: %s could not follow", record.code)
    return moved, failed


def moved_date(record, now) -> dt.datetime | None:
    """When the record is due by the calendar as it is now; never earlier than the end of today."""
    found = record.state.within(record, record.status_since)
    return at_the_earliest_today(found, record, now)


def at_the_earliest_today(found, record, now):
    """A calendar edited late makes nobody overdue at a stroke."""
    if found is None or found > now:
        return found
    zone = ZoneInfo(record.time_zone or WIB)
    return dt.datetime.combine(now.astimezone(zone).date(), dt.time(23, 59, 59), zone)


def move_due(record, date_of, now, **also) -> bool:
    """Give one record the due date that `date_of(record, now)` finds under its lock, and log the move.

    Reminders that were given stay given: a later date brings the marks that are still ahead, not the old ones again.
    """
    with transaction.atomic():
        try:
            fresh = lock(record)
        except type(record).DoesNotExist:
            return False
        if fresh.status != record.status or fresh.due_at is None or fresh.due_at <= now:
            return False
        before, after = fresh.due_at, date_of(fresh, now)
        if after is None or after == before:
            return False
        fresh.due_at, fresh.version = after, fresh.version + 1
        for name, value in also.items():
            setattr(fresh, name, value)
        fresh.save(update_fields=["due_at", "version", "updated_at", *also])
        note(fresh.flow, fresh, None, "reschedule", {"changes": [_change(before, after, fresh.time_zone)]})
    return True


def _change(before, after, zone) -> dict[str, str]:
    """The moved date as timelines show differences, in both languages."""
    found = {"field": "due_at"}
    for language, end in (("id", ""), ("en", "_en")):
        with translation.override(language):
            found |= {f"before{end}": moment(before, zone), f"after{end}": moment(after, zone)}
            found[f"label_{language}"] = _("Due date")
    return found
