"""For load balancers and for the launcher: does the process live, and can it serve."""

from __future__ import annotations

import logging

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

log = logging.getLogger(__name__)


@login_not_required
@never_cache
@require_safe
def healthz(request):
    """The process answers. Touches nothing else: the database may be away."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@never_cache
@require_safe
def readyz(request):
    """200 when every part works, else 503 with the part that does not. No versions, addresses or names."""
    parts = {name: _result(name, check) for name, check in CHECKS.items()}
    ready = all(result == "ok" or name == "tasks" and result == "eager" for name, result in parts.items())
    return JsonResponse({"ready": ready, "parts": parts}, status=200 if ready else 503)


def _result(name, check) -> str:
    try:
        return check()
    except Exception:  # whatever is wrong, the answer is "failed"; the reason is for the operator's log
        log.exception("readyz: %s", name)
        return "failed"


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


def _migrations() -> str:
    executor = MigrationExecutor(connection)
    behind = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return f"{len(behind)} to apply" if behind else "ok"


def _cache() -> str:
    cache.set("readyz", "1", 30)
    return "ok" if cache.get("readyz") == "1" else "failed"


def _tasks() -> str:
    """The broker takes work; `eager` when there is none and tasks run inside the request."""
    if settings.CELERY_TASK_ALWAYS_EAGER:
        return "eager"
    from portal.celery_app import app

    with app.connection_for_write() as broker:
        broker.ensure_connection(max_retries=1, interval_start=0, timeout=3)
    return "ok"


CHECKS = {"database": _database, "migrations": _migrations, "cache": _cache, "tasks": _tasks}
