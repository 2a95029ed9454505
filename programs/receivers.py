"""What the room of programmes hears: the holiday calendar changed."""

from __future__ import annotations

from django.dispatch import receiver

from programs.services.deadlines import follow_calendar
from workflow.calendar import calendar_changed


@receiver(calendar_changed, dispatch_uid="programs.calendar")
def on_another_calendar(sender, now, **kwargs):
    """Deadlines of programmes that still take registrations move along."""
    follow_calendar(now)
