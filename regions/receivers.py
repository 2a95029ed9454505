"""What the room of needs hears: the holiday calendar changed."""

from __future__ import annotations

from django.dispatch import receiver

from regions.services.calendar import follow_calendar
from workflow.calendar import calendar_changed


@receiver(calendar_changed, dispatch_uid="regions.calendar")
def on_another_calendar(sender, now, **kwargs):
    """The ministry's own clock moves along."""
    follow_calendar(now)
