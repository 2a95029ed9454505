"""Which tables exist: rooms register theirs when Django starts; homes, the clock, diagrams and the search walk them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from workflow.table import Workflow


@dataclass(frozen=True)
class Registered:
    """A workflow with the model it moves and its permission rule as queries."""

    flow: Workflow
    model: Any
    reach: Callable[[Any], Any]
    """(user) -> a query of the records on which the user holds their present role, whatever the state."""
    turn: Callable[[Any], Any] | None = None
    """(user) -> a query that narrows "my turn" where the state alone does not say whose turn it is."""
    dates: Callable[[Any], Any] | None = None
    """(user) -> a query of the records whose due dates concern the user, where seeing a record is not enough."""
    related: tuple[str, ...] = ()
    """What a list row needs with it: arguments of select_related."""


_known: dict[str, Registered] = {}


def register(flow: Workflow, model, *, reach, turn=None, dates=None, related: tuple[str, ...] = ()) -> None:
    """Bind a table to its model; called once by the room's AppConfig.ready()."""
    model.flow = flow
    _known[flow.name] = Registered(flow, model, reach, turn, dates, related)


def workflows() -> list[Registered]:
    """Every registered table, by name."""
    return [_known[name] for name in sorted(_known)]


def workflow(name: str) -> Registered | None:
    """The table with this name."""
    return _known.get(name)


_role_labels: dict[str, Any] = {}


_capacity_prefixes: dict[str, Any] = {}


def use_role_labels(labels: dict[str, Any], capacities: dict[str, Any] | None = None) -> None:
    """Role code -> label and kind of delegation -> what stands before the post ("Plt."), handed down by the room that
    knows people; called once when Django starts."""
    _role_labels.update(labels)
    _capacity_prefixes.update(capacities or {})


def role_label(role: str) -> str:
    """A role code in the reader's language; the code itself when nobody named it."""
    return str(_role_labels.get(role, role))


def capacity_label(role: str, capacity: str) -> str:
    """A role with the capacity it is acted in: "Plt. Kepala Dinas"; the bare role for holders of the post."""
    return f"{_capacity_prefixes.get(capacity, capacity)} {role_label(role)}" if capacity else role_label(role)
