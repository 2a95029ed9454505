"""Inbox, choices, mail waiting to leave, and how far the log has been read."""

from notices.models.mail import MailRoute, Outbox
from notices.models.notices import (
    ALLOWED,
    DEFAULTS,
    SWITCHABLE,
    BatchItem,
    Cadence,
    Notice,
    NoticeKind,
    Preference,
)
from notices.models.reading import Bookmark, Pending

__all__ = [
    "ALLOWED",
    "DEFAULTS",
    "SWITCHABLE",
    "BatchItem",
    "Bookmark",
    "Cadence",
    "MailRoute",
    "Notice",
    "NoticeKind",
    "Outbox",
    "Pending",
    "Preference",
]
