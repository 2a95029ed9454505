"""One request by one reader, judged by what came and by whether anything was written; all of it is taken back."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection, transaction
from django.test import Client

READ, ACT, LED, FORBIDDEN, ABSENT, SIGN_IN, NO_METHOD, FAULT = "R", "A", "L", "F", ".", "S", "x", "!"
WRITES = re.compile(r"\s*(INSERT INTO|UPDATE|DELETE FROM) (?!\"django_session\")", re.I)


@dataclass
class Answer:
    """What came back."""

    status: int
    location: str
    wrote: bool
    """A statement that writes was sent."""
    changed: bool
    """And a row was written by it."""
    body: bytes
    kind: str = ""

    def mark(self, method: str) -> str:
        """The letter of matrix.txt for it."""
        if self.status in {301, 302, 303}:
            if "/masuk/?next=" in self.location:
                return SIGN_IN
            return ACT if self.wrote and method == "POST" else LED
        if self.status in {200, 204, 206, 304, 400, 409, 410, 413, 415, 422}:
            return ACT if method == "POST" else READ
        return {401: SIGN_IN, 403: FORBIDDEN, 404: ABSENT, 405: NO_METHOD}.get(self.status, FAULT)


class _Spy:
    """Notices statements that write, and whether they wrote a row."""

    wrote = changed = False

    def __call__(self, execute, sql, params, many, context):
        done = execute(sql, params, many, context)
        if isinstance(sql, str) and WRITES.match(sql):
            self.wrote, self.changed = True, self.changed or context["cursor"].rowcount != 0
        return done


def ask(
    browser: Client, method: str, url: str, data=None, *, before: Callable[[], None] | None = None, **headers
) -> Answer:
    """The answer to one request."""
    spy, cookies = _Spy(), browser.cookies.copy()
    with transaction.atomic():
        if before is not None:
            before()
        with connection.execute_wrapper(spy):
            if method in {"GET", "POST"}:
                response = getattr(browser, method.lower())(url, data or {}, **headers)
            else:
                response = browser.generic(method, url, **headers)
            body = b"".join(response.streaming_content) if response.streaming else response.content
        transaction.set_rollback(True)
    browser.cookies = cookies  # who was signed out by it is signed in again
    where, kind = response.get("Location", ""), response.get("Content-Type", "")
    return Answer(response.status_code, where, spy.wrote, spy.changed, body, kind)
