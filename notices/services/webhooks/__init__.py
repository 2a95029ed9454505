"""Writes for machines that listen: keeping webhooks, reading the log on for them, calling them."""

from notices.services.webhooks.keeping import (
    MOST,
    WEBHOOK_LOG,
    change,
    forget_old,
    make,
    pause,
    pause_orphans,
    remove,
    renew_secret,
    reseal,
    resume,
    send_again,
    send_failed_again,
    send_test,
)
from notices.services.webhooks.reading import is_behind, read_on
from notices.services.webhooks.sending import is_due, send_due

__all__ = [
    "MOST",
    "WEBHOOK_LOG",
    "change",
    "forget_old",
    "is_behind",
    "is_due",
    "make",
    "pause",
    "pause_orphans",
    "read_on",
    "remove",
    "renew_secret",
    "reseal",
    "resume",
    "send_again",
    "send_due",
    "send_failed_again",
    "send_test",
]
