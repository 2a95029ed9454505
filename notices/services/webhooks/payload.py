"""What a machine is told of an event: which record, which state, where to read more. Never who, never why."""

from __future__ import annotations

import datetime as dt
import json

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from notices import webhook_events
from workflow.registry import workflow

LARGEST = 20 * 1024


def body_of(delivery, record=None) -> bytes:
    """The body of a call: the same at every try."""
    data = _test_data(delivery) if delivery.is_test else _data(delivery, record)
    content = {
        "type": delivery.kind,
        "timestamp": delivery.happened_at.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "sequence": delivery.number,
        "data": data,
    }
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    if len(body) > LARGEST:
        raise ValueError(f"delivery {delivery.pk}: {len(body)} bytes are too many")
    return body


def _data(delivery, record) -> dict:
    flow = workflow(delivery.flow).flow
    state = flow.state(delivery.state)
    data = {
        "flow": delivery.flow,
        "code": delivery.record_code,
        "state": str(delivery.state),
        "state_label": _in_both(lambda: state.label),
        "url": _page(record),
    }
    if address := webhook_events.api_address(flow, record):
        data["api_url"] = settings.SITE_URL + address
    return data


def _test_data(delivery) -> dict:
    return {
        "flow": "webhook",
        "code": delivery.record_code,
        "state": "TEST",
        "state_label": _in_both(lambda: _("Test event")),
        "url": _page(delivery.webhook),
    }


def _in_both(label) -> dict[str, str]:
    """A text in both languages."""
    found = {}
    for language in ("id", "en"):
        with translation.override(language):
            found[language] = str(label())
    return found


def _page(record) -> str:
    """The page for people, in Indonesian; a sign-in is asked for where the record is not public."""
    with translation.override("id"):
        return settings.SITE_URL + record.get_absolute_url()
