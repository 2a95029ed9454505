"""Says in each answer what it took in this process: statements, milliseconds in the database, milliseconds of CPU."""

from __future__ import annotations

import time

from django.db import connection


class Meter:
    """Middleware, outermost. `X-Bench: statements;database ms;CPU ms;ms`."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        count, spent = 0, 0.0

        def watch(execute, sql, params, many, context):
            nonlocal count, spent
            began = time.perf_counter()
            try:
                return execute(sql, params, many, context)
            finally:
                count, spent = count + 1, spent + time.perf_counter() - began

        began, work = time.perf_counter(), time.thread_time()
        with connection.execute_wrapper(watch):
            answer = self.get_response(request)
        took, cpu = time.perf_counter() - began, time.thread_time() - work
        answer["X-Bench"] = f"{count};{spent * 1000:.2f};{cpu * 1000:.2f};{took * 1000:.2f}"
        return answer
