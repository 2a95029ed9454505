"""Anchors of the log: what the chain's head was on a day, kept where nobody who can write the database can write.

A chain shows what was changed in its middle. Whoever takes entries off its end, or seals all of it anew, leaves a chain
that fits; only a head that was noted down elsewhere tells.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings
from django.core.mail import send_mail
from django.utils import timezone

from workflow.audit import Head

log = logging.getLogger(__name__)
_NAME = "log-anchor-{:%Y-%m-%d}.jsonl"


@dataclass(frozen=True)
class Anchor:
    """The log as it stood at a moment."""

    at: str
    seq: int
    count: int
    hash: str

    @property
    def line(self) -> str:
        """As it is kept."""
        return json.dumps(asdict(self), sort_keys=True)


def drop(head: Head, now: dt.datetime | None = None) -> Anchor:
    """Note down the head of a chain that was just found intact: a file per day, and a mail to somebody else's box."""
    now = now or timezone.now()
    anchor = Anchor(now.astimezone(dt.UTC).isoformat(timespec="seconds"), head.seq, head.count, head.hash)
    if settings.LOG_ANCHOR_DIR:
        try:
            _append(Path(settings.LOG_ANCHOR_DIR) / _NAME.format(timezone.localtime(now)), anchor.line)
        except OSError as error:
            log.error("the anchor of the log cannot be written into LOG_ANCHOR_DIR: %s", error.strerror)
    if settings.LOG_ANCHOR_MAIL:
        try:
            send_mail(f"Sinergi: log anchor {now:%Y-%m-%d}", anchor.line + "\n", None, settings.LOG_ANCHOR_MAIL)
        except Exception as error:  # tomorrow's mail carries a head that stands on today's
            log.error("the anchor of the log was not mailed: %s", error)
    return anchor


def _append(file: Path, line: str) -> None:
    """On the disk when this returns; nothing that stands there is touched."""
    file.parent.mkdir(parents=True, exist_ok=True)
    number = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640)
    try:
        os.write(number, line.encode("ascii") + b"\n")
        os.fsync(number)
    finally:
        os.close(number)


def files(folder: Path) -> list[Path]:
    """The files of a folder in the order of their days."""
    return sorted(folder.glob(_NAME.split("{")[0] + "*.jsonl"))


def kept_in(folder: Path) -> Iterator[Anchor]:
    """Every anchor of a folder, the oldest first. ValueError names a line that is none."""
    for file in files(folder):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            try:
                found = json.loads(line)
                yield Anchor(str(found["at"]), int(found["seq"]), int(found["count"]), str(found["hash"]))
            except (ValueError, KeyError, TypeError):
                raise ValueError(f"{file.name}, line {number}, is no anchor.") from None


def last_anchor_at() -> dt.datetime | None:
    """When the newest anchor was written, where this process can see the folder."""
    if not settings.LOG_ANCHOR_DIR or not (found := files(Path(settings.LOG_ANCHOR_DIR))):
        return None
    return dt.datetime.fromtimestamp(found[-1].stat().st_mtime, dt.UTC)


def misfit(cursor, anchor: Anchor, head: Head) -> str:
    """What of the log does not fit an anchor, as a sentence; empty: it fits."""
    cursor.execute("SELECT hash FROM workflow_logentry WHERE seq = %s", [anchor.seq])
    row = cursor.fetchone()
    if anchor.seq == 0 or row and row[0] == anchor.hash:
        return ""
    day = anchor.at[:10]
    if row is None and anchor.seq > head.seq:
        return (
            f"the anchor of {day} knows entry {anchor.seq}, the log ends at {head.seq}: entries were taken off its end"
        )
    if row is None:
        return f"the anchor of {day} knows entry {anchor.seq}, which is missing"
    return f"the anchor of {day} knows another entry {anchor.seq}: the log was rewritten up to there and sealed anew"
