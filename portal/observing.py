"""Observes each request: gives it a number, measures it, writes its line."""

from __future__ import annotations

import logging
import sys
import time
from contextlib import ExitStack

from django.conf import settings
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.core.signals import got_request_exception
from django.db import connections
from django.dispatch import receiver
from django.http import Http404

from accounts.security_lines import who_asks
from portal import logs
from portal.metrics import counted

log = logging.getLogger("portal.request")

HEADER = "X-Request-ID"
QUIET = {"healthz", "readyz", "metrics"}
"""Machines ask for these every few seconds: their lines are written at DEBUG only."""
REFUSED = {401, 403, 404, 429}
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


@receiver(got_request_exception, dispatch_uid="page_of_a_refusal")
def _page_of_a_refusal_failed(sender, **_more) -> None:
    """Django writes down the fault of a page; of the page that says "not found" it would keep no trace."""
    error = sys.exc_info()[1]
    if error is not None and isinstance(
        error.__context__, Http404 | PermissionDenied | SuspiciousOperation | BadRequest
    ):
        error.__suppress_context__ = True  # what was refused is no fault
        log.error("the page of a refusal failed", exc_info=error)


class Queries:
    """Counts what a request asks of the databases, and how long they take."""

    def __init__(self):
        self.count, self.seconds = 0, 0.0

    def __call__(self, execute, sql, params, many, context):
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.count += 1
            self.seconds += time.perf_counter() - began


class ObservingMiddleware:
    """The first of all: what the others answer is measured too. The line names the route, never the address, and no
    person, a refusal the account under its pseudonym: the number leads from a page that somebody complains about to
    its lines."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.number = number = self._number(request)
        began, queries = time.perf_counter(), Queries()
        with ExitStack() as block:
            block.enter_context(logs.working_for(number))
            for connection in connections.all():
                block.enter_context(connection.execute_wrapper(queries))
            response = self.get_response(request)
            response[HEADER] = number
            self._write(request, response, time.perf_counter() - began, queries)
        return response

    def _number(self, request) -> str:
        given = request.headers.get(HEADER, "") if settings.BEHIND_PROXY else ""
        return logs.number_given(given) or logs.new_number()

    def _write(self, request, response, seconds: float, queries: Queries) -> None:
        is_static = request.path.startswith(settings.STATIC_URL)
        route = "static" if is_static else logs.route_of(request)
        method = request.method if request.method in METHODS else "other"
        counted.request(route, method, response.status_code, seconds, queries)
        fields = {
            "method": method,
            "route": route,
            "status": response.status_code,
            "ms": round(seconds * 1000, 1),
            "queries": queries.count,
            "database_ms": round(queries.seconds * 1000, 1),
        }
        if not response.streaming:
            fields["bytes"] = len(response.content)
        if response.status_code in REFUSED and (account := who_asks(request)):
            fields["account"] = account
        level = logging.DEBUG if is_static or route in QUIET else logging.INFO
        log.log(level, "request", extra={"fields": fields})
