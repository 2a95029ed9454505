"""Writes of the post room: notices from log entries and time marks, the mails they travel in, and their leaving."""

from notices.services.keeping import follow_calendar, forget_old
from notices.services.pending import MAX_ATTEMPTS, keep_mark, work_off
from notices.services.reading import BATCH, READER, is_behind, read_on
from notices.services.sending import GIVEN_UP_AFTER, send_due

__all__ = [
    "BATCH",
    "GIVEN_UP_AFTER",
    "MAX_ATTEMPTS",
    "READER",
    "follow_calendar",
    "forget_old",
    "is_behind",
    "keep_mark",
    "read_on",
    "send_due",
    "work_off",
]
