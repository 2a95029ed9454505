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
    only: tuple[str, ...] = ()
    """The variants of the table that know this state; empty: all of them."""


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
    only: tuple[str, ...] = ()
    """The variants of the table that know this act; empty: all of them. Unlike `applies`, it can be drawn."""
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
    asks_again: bool = False
    """A dangerous act: the person proves once more who they are, unless they did minutes ago (workflow/proving.py)."""
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
    variants: tuple[tuple[str, Any], ...] = ()
    """(variant, label) where records of one table take different roads, such as the tracks of agreements."""
    variant: Callable[[Any], str] | None = None
    """(record) -> its variant."""
    unnamed: tuple[str, ...] = ()
    """Acts and notes of which notices and timelines tell neither the role nor the organisation of who did them."""

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
        self._check_variants()

    def _check_variants(self):
        """No act may lead out of its variant: what a variant does not know cannot be reached on it."""
        known = {code for code, _label in self.variants}
        for part in (*self.states, *self.transitions):
            if not set(part.only) <= known:
                raise ValueError(f"{self.name}: unknown variant in {part}")
        for variant in known:
            own = {s.code for s in self.states_of(variant)}
            for t in self.acts_of(variant):
                if not own & set(t.source) or not own & set(self.reach(t)):
                    raise ValueError(f"{self.name}.{t.name}: neither begins nor ends on {variant}")

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
        return self.open_from(record, record.status)

    def open_from(self, record: Any, code: str) -> list[Transition]:
        """The transitions that would exist for this record in a state."""
        variant = self.variant(record) if self.variant else ""
        return [
            t
            for t in self.leaving(code)
            if (not t.only or variant in t.only) and (t.applies is None or t.applies(record))
        ]

    def states_of(self, variant: str) -> list[State]:
        """The states that records of a variant can be in."""
        return [s for s in self.states if not s.only or variant in s.only]

    def acts_of(self, variant: str) -> list[Transition]:
        """The transitions of a variant."""
        return [t for t in self.transitions if not t.only or variant in t.only]

    def knows(self, code: str, record: Any) -> bool:
        """Whether a state exists for this record at all."""
        only = self.state(code).only
        return not only or self.variant is None or self.variant(record) in only

    def seen_states(self, role: str) -> list[str]:
        """The states in which a role sees the record."""
        return [s.code for s in self.states if s.sees == ANYONE or role in s.sees]
