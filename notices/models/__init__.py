"""Inbox, choices, mail waiting to leave, machines that are called, and how far the log has been read."""

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
from notices.models.webhooks import Attempt, Delivery, Webhook

__all__ = [
    "ALLOWED",
    "DEFAULTS",
    "SWITCHABLE",
    "Attempt",
    "BatchItem",
    "Bookmark",
    "Cadence",
    "Delivery",
    "MailRoute",
    "Notice",
    "NoticeKind",
    "Outbox",
    "Pending",
    "Preference",
    "Webhook",
]
