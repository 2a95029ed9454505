"""Drawings by their content: made once for a specification and a language, kept, and never waited for long."""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import re
import time
from collections.abc import Iterable
from concurrent.futures import CancelledError, Future
from concurrent.futures import TimeoutError as TookTooLong
from decimal import Decimal
from typing import Any

from django.core.cache import cache

from workflow import formats
from workflow.charts.artist import DrawingFailed, artist
from workflow.charts.chart import Chart
from workflow.charts.svg import as_image, parts_of, tidy
from workflow.charts.theme import NUMBERS, themed

log = logging.getLogger(__name__)

EDITION = "1"
"""Raised with the look: drawings of the former one are not found again."""
KEPT_SECONDS = 24 * 3600
PATIENCE = 4.0
"""Seconds all drawings of a page may take together; what is not ready then is there at the next visit."""
MOST_PARTS = 200
"""Elements of a drawing that is still put into the page itself."""
ROOM = 400
"""Elements that all drawings of a page may have in it together; the others are pictures."""
HELD = 100
"""Drawings on their way or just made, by this process; beyond it the oldest are given up: nobody waits for them."""
RESTED = 60.0
"""Seconds after which a drawing that failed is tried again."""
LONGEST_TEXT = 300
"""Letters of one text; nothing of a longer one is seen, and measuring it takes seconds."""
UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""What no picture may hold: one such letter in a record's title would end the drawing process."""


def _job(spec: dict, kind: str) -> dict:
    return {"spec": _plain(themed(spec)), "kind": kind, "numbers": NUMBERS[formats.language()]}


def _plain(part: Any) -> Any:
    """A specification of plain values: lazy texts as they read now, no letters that a drawing cannot hold."""
    match part:
        case dict():
            return {key: value if key == "url" else _plain(value) for key, value in part.items()}
        case list() | tuple():
            return [_plain(value) for value in part]
        case None | bool() | int() | float():
            return part
        case Decimal():
            return float(part)
    return UNSEEN.sub("", str(part))[:LONGEST_TEXT]


def _key(job: dict) -> str:
    told = json.dumps(job, sort_keys=True)
    return f"chart.{EDITION}.{hashlib.sha256(told.encode('utf-8')).hexdigest()}"


def _ordered(job: dict, key: str) -> Future:
    """The drawing of a job, on its way or made; a failed one is tried again."""
    ours = artist()
    known = ours.on_the_way.get(key)
    if known is None or known.cancelled() or _may_be_tried_again(known):
        known = ours.on_the_way[key] = ours.draw(job)
        ours.on_the_way.move_to_end(key)
        while len(ours.on_the_way) > HELD:
            ours.on_the_way.popitem(last=False)[1].cancel()
    return known


def _may_be_tried_again(known: Future) -> bool:
    """Whether a drawing failed, and not just now: one that hangs must not stop all others at every visit."""
    if not known.done() or known.exception() is None:
        return False
    return time.monotonic() - getattr(known.exception(), "at", 0.0) > RESTED


def drawing(spec: dict, kind: str = "svg", *, patience: float = PATIENCE) -> str | None:
    """The SVG, or the PNG in base64; None where it failed or is not ready in time."""
    job = _job(spec, kind)
    key = _key(job)
    kept = cache.get(key)
    if kept is not None:
        return kept
    try:
        made = _ordered(job, key).result(timeout=max(patience, 0.0))
    except (TookTooLong, CancelledError):
        return None
    except DrawingFailed as error:
        log.warning("A chart could not be drawn: %s", error)
        return None
    cache.set(key, made, KEPT_SECONDS)
    artist().on_the_way.pop(key, None)
    return made


def prepare(charts: Iterable[Chart]) -> None:
    """Has several charts drawn while the page does something else."""
    specs = [spec for chart in charts if not chart.is_empty for spec in (chart.spec, chart.wide) if spec]
    jobs = {_key(job): job for job in (_job(spec, "svg") for spec in specs)}
    known = cache.get_many(list(jobs))
    for key, job in jobs.items():
        if key not in known:
            _ordered(job, key)


class Clock:
    """How long a page may still wait for its drawings, and how many elements it still has room for."""

    def __init__(self, seconds: float = PATIENCE):
        self._until = time.monotonic() + seconds
        self.room = ROOM

    @property
    def left(self) -> float:
        """Seconds, never below nothing."""
        return max(self._until - time.monotonic(), 0.0)


def draw(chart: Chart, clock: Clock | None = None) -> dict[str, Any]:
    """A chart ready for the page: {"narrow": svg, "wide": svg or "", "failed": whether there is only the table}."""
    if chart.is_empty:
        return {"narrow": "", "wide": "", "failed": False}
    clock = clock or Clock()
    narrow, wide = (drawing(spec, patience=clock.left) if spec else "" for spec in (chart.spec, chart.wide))
    return {
        "narrow": _placed(narrow, f"{chart.name}-n", clock, alone=bool(chart.wide)),
        "wide": _placed(wide, f"{chart.name}-w", clock),
        "failed": narrow is None or wide is None,
    }


def _placed(made: str | None, prefix: str, clock: Clock, *, alone: bool = False) -> str:
    """A drawing for the page: part of it, with marks that open their rows; or one picture where it has many parts
    (a page stays within 1,500), or is the small twin of a drawing that is part of the page."""
    if not made:
        return ""
    small = tidy(made, prefix, links=not alone)
    parts = parts_of(small)
    if alone or parts > min(MOST_PARTS, clock.room):
        return as_image(small)
    clock.room -= parts
    return small


def picture(spec: dict, kind: str) -> bytes | None:
    """A picture file; None where it cannot be drawn."""
    made = drawing(spec, kind, patience=20.0)
    if made is None:
        return None
    return base64.b64decode(made) if kind == "png" else made.encode("utf-8")
