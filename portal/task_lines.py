"""Lines of workers and beat: in our form, with the number of the request that asked for the task, without its words.

A message also carries when it was sent, so that the age of a queue can be seen (portal/metrics/standing.py).
"""

from __future__ import annotations

import logging.config
import re
import time
from contextlib import ExitStack

from celery import signals

from portal import logs
from portal.scrubbing import scrub

REQUEST, SENT = "sinergi_request", "sinergi_sent"
"""Names of headers."""
_WORDS = re.compile(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"")
_open: dict[str, ExitStack] = {}


def _shown(text: str) -> str:
    """Numbers of records help whoever looks at a task; words may be about people."""
    return scrub(_WORDS.sub("'…'", text))


@signals.before_task_publish.connect(weak=False)
def _mark(headers=None, **_rest) -> None:
    headers[SENT] = round(time.time(), 3)
    if number := logs.request_number():
        headers.setdefault(REQUEST, number)
    for name in ("argsrepr", "kwargsrepr"):  # what logs, events and Flower show
        if headers.get(name):
            headers[name] = _shown(headers[name])


@signals.task_prerun.connect(weak=False)
def _begin(task_id=None, task=None, **_rest) -> None:
    number = getattr(task.request, REQUEST, None) or (getattr(task.request, "headers", None) or {}).get(REQUEST)
    if not task.request.is_eager:  # there the lines belong to the request around it
        _open[task_id] = block = ExitStack()
        block.enter_context(logs.working_for(logs.number_given(str(number or "")), task.name))


@signals.task_postrun.connect(weak=False)
def _end(task_id=None, **_rest) -> None:
    if block := _open.pop(task_id, None):
        block.close()


@signals.setup_logging.connect(weak=False)
def _write_as_we_do(**_rest) -> None:
    """Celery would bring handlers and forms of its own; the level is LOG_LEVEL's, also in workers."""
    from django.conf import settings

    logging.config.dictConfig(settings.LOGGING)
