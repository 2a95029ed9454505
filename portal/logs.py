"""The form of log lines, JSON or plain: with the number of the request, without personal data or secrets.

Nothing here needs Django, because gunicorn's own process writes its lines with it too.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import logging
import os
import re
import secrets
import traceback
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

from portal.scrubbing import about, said_by, scrub

FORMS = ("json", "line")
_number: ContextVar[str] = ContextVar("request_number", default="")
_task: ContextVar[str] = ContextVar("task", default="")
_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without 0, 1, I and O: people read a number to somebody on the telephone."""
_GIVEN = re.compile(r"[A-Za-z0-9._-]{8,64}")


def new_number() -> str:
    """Sixty bits in three groups: 7KQM-X2WD-9FTB."""
    letters = "".join(secrets.choice(_LETTERS) for _n in range(12))
    return "-".join(letters[n : n + 4] for n in range(0, 12, 4))


def number_given(text: str) -> str:
    """A number that came from outside, unless it is none."""
    return text if _GIVEN.fullmatch(text) else ""


def request_number() -> str:
    """The request, or the request behind the task, that is at work now; empty: none."""
    return _number.get()


@contextlib.contextmanager
def working_for(number: str, task: str = "") -> Iterator[None]:
    """Every line written inside carries this number, and the name of the task where it is one."""
    tokens = _number.set(number), _task.set(task)
    try:
        yield
    finally:
        _number.reset(tokens[0])
        _task.reset(tokens[1])


def number_of(record: logging.LogRecord) -> str:
    """The request's number; Django writes of its answer when the request is no longer at work."""
    return request_number() or getattr(getattr(record, "request", None), "number", "")


def _safe(value: Any) -> Any:
    """An argument of a message: of an exception what it says without what it quotes."""
    return about(value) if isinstance(value, BaseException) else value


_REPEATED = ("exc", "return_value", "args", "kwargs", "traceback")
"""What Celery's own lines repeat of a task, as text."""


def _of_task(arguments: dict) -> dict:
    """The same without what it quotes; the traceback stands in the line's own."""
    words = {name: said_by("", str(arguments[name])) for name in _REPEATED if name in arguments}
    return {**arguments, **words, "traceback": ""}


def message_of(record: logging.LogRecord) -> str:
    """What a line says. Where Django names the address of a request, the name of the route takes its place."""
    arguments = record.args
    if isinstance(arguments, tuple):
        arguments = tuple(_safe(value) for value in arguments)
    elif isinstance(arguments, dict):
        arguments = {name: _safe(value) for name, value in arguments.items()}
        if record.name.startswith("celery."):
            arguments = _of_task(arguments)
    try:
        text = str(_safe(record.msg)) % arguments if arguments else str(_safe(record.msg))
    except (TypeError, ValueError):
        text = f"{record.msg} [its arguments do not fit]"
    request = getattr(record, "request", None)
    if (path := getattr(request, "path", "")) and len(path) > 1:
        text = text.replace(request.get_full_path(), path).replace(path, f"<{route_of(request)}>")
    return scrub(text)


def route_of(request) -> str:
    """The name of the address, never the address: that may hold a token or a word somebody searched for."""
    match = getattr(request, "resolver_match", None)
    return match.view_name if match is not None and match.view_name else "unknown"


def failure_of(record: logging.LogRecord) -> str:
    """The traceback: files, lines and code as they are, messages without what they quote; empty: there is none."""
    if not record.exc_info or record.exc_info[0] is None:
        return ""
    return "".join(_parts(traceback.TracebackException(*record.exc_info, compact=True))).rstrip("\n")


def _parts(found: traceback.TracebackException, depth: int = 0) -> Iterator[str]:
    before = found.__cause__ or (None if found.__suppress_context__ else found.__context__)
    if before is not None and depth < 20:
        yield from _parts(before, depth + 1)
        yield "\nThe following came of it:\n\n"
    yield "Traceback (most recent call last):\n"
    yield from found.stack.format()
    kind = found.exc_type_str if hasattr(found, "exc_type_str") else _kind(found)
    if issubclass(found.exc_type, SyntaxError):
        yield f"{kind}\n"
        return
    said = said_by(kind, str(found))
    yield f"{kind}: {said}\n" if said else f"{kind}\n"
    for inner in getattr(found, "exceptions", None) or ():
        yield from _parts(inner, depth + 1)


def _kind(found: traceback.TracebackException) -> str:
    kind = found.exc_type
    return (
        kind.__qualname__ if kind.__module__ in ("builtins", "__main__") else f"{kind.__module__}.{kind.__qualname__}"
    )


class JsonLines(logging.Formatter):
    """One object a line: `time`, `level`, `logger`, `message`, `request`, `task`, `failure`, and its own fields."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON."""
        moment = dt.datetime.fromtimestamp(record.created, dt.UTC)
        line: dict[str, Any] = {
            "time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "message": message_of(record),
        }
        if number := number_of(record):
            line["request"] = number
        if task := _task.get():
            line["task"] = task
        line |= getattr(record, "fields", {})
        if failure := failure_of(record):
            line["failure"] = failure
        line["process"] = record.process
        return json.dumps(line, ensure_ascii=False, default=lambda value: scrub(str(value)))


class PlainLines(logging.Formatter):
    """The same to be read by people at a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line, and its traceback below."""
        moment = self.formatTime(record)
        number = f" [{number_of(record)}]" if number_of(record) else ""
        own = "".join(f" {name}={value}" for name, value in getattr(record, "fields", {}).items())
        line = f"{moment} {record.levelname} {record.name}{number} {message_of(record)}{own}".replace("\n", "\n    ")
        failure = failure_of(record)
        return f"{line}\n{failure}" if failure else line


def form_of(value: str, default: str) -> str:
    """LOG_FORMAT, or the default; a word nobody knows stops the start."""
    found = value.strip().lower() or default
    if found not in FORMS:
        raise ValueError(f"LOG_FORMAT must be json or line, not {value!r}.")
    return found


def configuration(level: str, form: str) -> dict[str, Any]:
    """The `LOGGING` of Django, Celery and gunicorn."""
    out = {"handlers": ["console"], "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": JsonLines}, "line": {"()": PlainLines}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": form}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # Django's own handlers would write to the terminal a second time, and mail whole requests to ADMINS.
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            # The server for developers prints addresses; our line about the request takes its place.
            "django.server": {**out, "level": "WARNING"},
            "gunicorn.error": {**out, "level": "INFO"},
            "gunicorn.access": {"handlers": [], "level": "CRITICAL", "propagate": False},
        },
    }


def from_environment(default: str) -> dict[str, Any]:
    """The configuration that the variables ask for."""
    return configuration(os.environ.get("LOG_LEVEL", "INFO"), form_of(os.environ.get("LOG_FORMAT", ""), default))
