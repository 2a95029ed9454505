"""The types a workflow table is written in: states, transitions and what they ask. Plain Python, no Django.

A room's `lifecycle.py` holds one `Workflow`. Lawyers read it, code iterates it: permissions, buttons, forms, list
filters, notices, deadlines and the diagrams all derive from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

CLOCK = "CLOCK"
"""The role that no person holds: deadlines and automatic steps act under it."""

ANYONE = ("*",)
"""In `sees`: everyone who holds any role on the record."""

Check = Callable[[Any, Any], str]
"""(record, actor) -> a sentence that refuses, or an empty string."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing the actor must (or may) type for a transition; becomes one form field."""

    name: str
    label: Any
    kind: str = "text"
    """text | long | choice | choices | date | datetime | number | file | tick | comments"""
    required: bool = True
    help: Any = ""
    choices: Callable[[Any], Iterable[tuple[str, Any]]] | None = None
    initial: Callable[[Any], Any] | None = None
    min_length: int = 0

    def refusal(self, answers: dict) -> bool:
        """Whether a required answer is missing or too short."""
        value = answers.get(self.name)
        if not self.required and value in (None, "", [], False):
            return False
        if value in (None, "", [], False):
            return True
        return bool(self.min_length) and len(str(value).strip()) < self.min_length


@dataclass(frozen=True, slots=True)
class State:
    """A state: who sees it, who may edit the record in it, whose turn it is and until when."""

    code: str
    label: Any
    sees: tuple[str, ...] = ANYONE
    edits: tuple[str, ...] = ()
    waits_for: tuple[str, ...] = ()
    within: Callable[[Any, Any], Any] | None = None
    """(record, now) -> the moment this state is due, or None."""
    tone: str = "neutral"
    icon: str = "circle"
    stage: str = ""
    """Which step of the record's step bar this state belongs to."""
    final: bool = False


@dataclass(frozen=True, slots=True)
class Transition:
    """An act: from where to where, who, under which conditions, what must be said, what follows, who is told."""

    name: str
    label: Any
    source: tuple[str, ...]
    target: str | Callable[[Any], str]
    who: tuple[str, ...]
    done: Any = ""
    """What the timeline says afterwards, for example "Verified by the ministry"."""
    hint: Any = ""
    """One sentence on the effect, shown before the act."""
    applies: Callable[[Any], bool] | None = None
    """(record) -> whether this act exists for this record at all (tracks, office levels); hidden where it does not."""
    checks: tuple[Check, ...] = ()
    validates: tuple[Callable[[Any, Any, dict], str], ...] = ()
    """(record, actor, answers) -> refusal; like `checks`, but after the answers are known."""
    asks: tuple[Ask, ...] = ()
    effects: tuple[Callable[[Any, Any, dict], None], ...] = ()
    """(record, actor, answers); run in the same transaction, own room only."""
    tells: tuple[str, ...] = ()
    apart_from: tuple[str, ...] = ()
    """Maker and checker differ: whoever did one of these acts on this record may not do this one."""
    announces: bool = True
    """False for an act that comes by the hundred: whose turn it is then is told once, with the act that set it off."""
    never_by: tuple[str, ...] = ()
    """Kinds of delegation (PLT, PLH, AN, UB, KUASA) under which nobody may do this act."""
    with_authority: tuple[str, ...] = ()
    """Kinds of delegation that may do this act only where written authority is filed with the delegation."""
    in_turn: bool = False
    """Only those of `who` whose turn it is in the source state: a reviewer decides in their own step only."""
    auto: bool = False
    """CLOCK does this at once whenever the source state is reached and the checks pass."""
    when: Callable[[Any], Any] | None = None
    """CLOCK: (now) -> a query of the records that are due for this act; see workflow.clock."""
    style: str = "secondary"
    """primary | secondary | danger"""
    icon: str = "arrow-right"
    tone: str = "blue"

    def goes_to(self, record: Any) -> str:
        """The target state for this record."""
        return self.target(record) if callable(self.target) else self.target


@dataclass(frozen=True)
class Workflow:
    """One record type's whole life."""

    name: str
    label: Any
    states: tuple[State, ...]
    transitions: tuple[Transition, ...]
    roles: Callable[[Any, Any], set[str]]
    """(user, record) -> the roles this user holds on this record, in the capacity they act in now."""
    people: Callable[[Any, Iterable[str]], Any]
    """(record, roles) -> the users who hold one of the roles on the record; `roles` read backwards."""
    stages: tuple[tuple[str, Any], ...] = ()
    """The step bar: (stage, label) in order."""
    targets: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """For transitions whose target depends on the record: every state it may reach (diagrams, checks)."""
    home: Callable[[Any], int | None] | None = None
    """(record) -> key of the organisation it comes from: who belongs there never decides on it from another post."""

    def __post_init__(self):
        by_code = {s.code: s for s in self.states}
        by_name: dict[str, Transition] = {}
        if len(by_code) != len(self.states):
            raise ValueError(f"{self.name}: a state is listed twice")
        for t in self.transitions:
            if t.name in by_name:
                raise ValueError(f"{self.name}: transition {t.name} is listed twice")
            by_name[t.name] = t
            for code in (*t.source, *self.reach(t)):
                if code not in by_code:
                    raise ValueError(f"{self.name}.{t.name}: unknown state {code}")
        object.__setattr__(self, "_states", by_code)
        object.__setattr__(self, "_transitions", by_name)

    def state(self, code: str) -> State:
        """The state with this code."""
        return self._states[code]

    def transition(self, name: str) -> Transition | None:
        """The transition with this name, or None."""
        return self._transitions.get(name)

    def reach(self, t: Transition) -> tuple[str, ...]:
        """Every state a transition may lead to."""
        return self.targets[t.name] if callable(t.target) else (t.target,)

    def actors(self, t: Transition, code: str) -> tuple[str, ...]:
        """The roles that may do an act from a state."""
        if not t.in_turn:
            return t.who
        return tuple(role for role in t.who if role in self.state(code).waits_for)

    def leaving(self, code: str) -> list[Transition]:
        """The transitions that leave a state, in table order."""
        return [t for t in self.transitions if code in t.source]

    def open_to(self, record: Any) -> list[Transition]:
        """The transitions that exist for this record in its present state."""
        return [t for t in self.leaving(record.status) if t.applies is None or t.applies(record)]

    def seen_states(self, role: str) -> list[str]:
        """The states in which a role sees the record."""
        return [s.code for s in self.states if s.sees == ANYONE or role in s.sees]
