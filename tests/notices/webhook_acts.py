"""What the tests of webhooks share: acts as the engine writes them down, and a receiver at the end of the line."""

from __future__ import annotations

import datetime as dt
import itertools
import threading

from notices.services import webhooks
from notices.services.webhooks.calling import Answer
from workflow.models import LogEntry

MORNING = dt.datetime(2027, 3, 2, 2, 0, tzinfo=dt.UTC)
URL = "https://hub.mitra.example/hook"


def happened(record, action: str, target: str = "", source: str = "") -> LogEntry:
    """One act as the engine writes it down."""
    entry = LogEntry(
        flow=record.flow.name,
        record_id=record.pk,
        record_code=record.code,
        action=action,
        source=source,
        target=target or record.status,
        role="CLOCK",
        comment="Rahasia: alasan penolakan Siti Aminah",
        data={"reason": "Rahasia", "name": "Siti Aminah"},
    )
    entry.save(force_insert=True)
    return entry


def read() -> int:
    total = 0
    while found := webhooks.read_on():
        total += found
    return total


def told(webhook) -> list[tuple[str, str]]:
    return list(webhook.deliveries.order_by("number").values_list("kind", "record_code"))


class Post:
    """Stands at the end of the line: answers as it is told, one after the other, and keeps what it got."""

    def __init__(self, *answers: Answer):
        self.answers = itertools.chain(answers, itertools.repeat(answers[-1] if answers else Answer(200)))
        self.calls = []
        self._lock = threading.Lock()

    def __call__(self, call):
        with self._lock:
            self.calls.append(call)
            return next(self.answers)
