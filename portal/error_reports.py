"""Reports of faults to a Sentry server, where SENTRY_DSN names one: what failed and where, nothing of its data.

What leaves is put together from a short list of parts, not filtered out of everything: a newer library that gathers
more changes nothing here.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings

from portal import logs
from portal.scrubbing import said_by, scrub

_KEPT = ("event_id", "timestamp", "level", "logger", "platform", "environment", "release", "sdk", "fingerprint")
_FRAME = ("filename", "function", "module", "lineno", "context_line", "pre_context", "post_context", "in_app")


def start(**options: Any) -> None:
    """Send reports from now on. `options` go to the library, for example another transport."""
    import sentry_sdk
    from sentry_sdk.integrations.celery import CeleryIntegration
    from sentry_sdk.integrations.dedupe import DedupeIntegration
    from sentry_sdk.integrations.django import DjangoIntegration
    from sentry_sdk.integrations.logging import LoggingIntegration

    sentry_sdk.init(
        dsn=settings.SENTRY_DSN,
        environment=settings.SENTRY_ENVIRONMENT,
        default_integrations=False,
        auto_enabling_integrations=False,
        integrations=[
            DjangoIntegration(transaction_style="function_name", middleware_spans=False, signals_spans=False),
            CeleryIntegration(),
            LoggingIntegration(level=None, event_level="ERROR"),
            DedupeIntegration(),
        ],
        data_collection={
            "user_info": False,
            "cookies": {"mode": "off"},
            "http_headers": {"request": {"mode": "off"}, "response": {"mode": "off"}},
            "http_bodies": [],
            "url_query_params": {"mode": "off"},
            "database_query_data": False,
            "queues": False,
            "stack_frame_variables": False,
        },
        max_breadcrumbs=0,
        server_name="",
        before_send=_only_what_may_leave,
        **options,
    )


def _only_what_may_leave(event: dict[str, Any], hint: dict[str, Any]) -> dict[str, Any]:
    found = {name: event[name] for name in _KEPT if name in event}
    found["tags"] = {"request": logs.request_number()} if logs.request_number() else {}
    record = hint.get("log_record")
    if record is not None:
        found["logentry"] = {"message": scrub(str(record.msg)), "formatted": logs.message_of(record)}
    if values := (event.get("exception") or {}).get("values"):
        found["exception"] = {"values": [_exception(value) for value in values]}
    return found


def _exception(value: dict[str, Any]) -> dict[str, Any]:
    kind = str(value.get("type") or "")
    frames = ((value.get("stacktrace") or {}).get("frames")) or []
    return {
        "type": kind,
        "module": value.get("module"),
        "value": said_by(kind, str(value.get("value") or "")),
        "mechanism": {"type": (value.get("mechanism") or {}).get("type", "generic"), "handled": True},
        "stacktrace": {"frames": [{name: frame[name] for name in _FRAME if name in frame} for frame in frames]},
    }
