"""What several exports have in common: the state in words, a record named in the address, the note in the log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404
from django.utils.translation import gettext_lazy as _

from accounts.services.log import record_event
from workflow.exports import EXPORT_LOG, Column

CODE, STATUS, DUE = _("Code"), _("Status"), _("Due")


def state_of(record) -> str:
    """The state as the page's tag says it."""
    shown = getattr(record, "shown_status", None)
    return str(shown[0] if shown else record.state.label)


def due_of(record):
    """When it is due, while something is still to be done."""
    return None if record.state.final else record.due_at


def code(get: Callable[[Any], Any] = lambda row: row.code, label: Any = CODE, width: int = 18) -> Column:
    """A code, always a text."""
    return Column(label, get, width, "code")


def status(get: Callable[[Any], Any] = state_of) -> Column:
    """The state in words."""
    return Column(STATUS, get, 24)


def due(get: Callable[[Any], Any] = due_of) -> Column:
    """The deadline."""
    return Column(DUE, get, 17, "moment")


def of(asked, name: str = "of") -> str:
    """The code of the record a list belongs to; Http404 without one."""
    found = asked.GET.get(name, "").strip()
    if not found or "\x00" in found or len(found) > 80:
        raise Http404
    return found


def note_in_log(name: str) -> Callable[[Any, Any, int], None]:
    """Writes down that somebody took a list with them: which and how many rows, never what they searched for."""

    def heard(user, listing, number: int) -> None:
        filters = sorted(key for key, values in getattr(listing, "chosen", {}).items() if values)
        record_event(EXPORT_LOG, 0, name, "download", user, rows=number, filters=filters)

    return heard
