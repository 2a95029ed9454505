"""Which tables exist: rooms register theirs when Django starts; the clock, the diagrams and the search walk them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workflow.table import Workflow


@dataclass(frozen=True)
class Registered:
    """A workflow with the model it moves."""

    flow: Workflow
    model: Any


_known: dict[str, Registered] = {}


def register(flow: Workflow, model) -> None:
    """Bind a table to its model; called once by the room's AppConfig.ready()."""
    model.flow = flow
    _known[flow.name] = Registered(flow, model)


def workflows() -> list[Registered]:
    """Every registered table, by name."""
    return [_known[name] for name in sorted(_known)]


def workflow(name: str) -> Registered | None:
    """The table with this name."""
    return _known.get(name)
