"""The parts of the need form as a task list: their names, addresses and how far each is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from regions.rules import CHECKS, missing_parts, part_is_begun

TITLES = {
    "office": _("Check office and officer in charge"),
    "lines": _("Fill in the need lines"),
    "reason": _("Explain the reason"),
    "papers": _("Attach the papers"),
    "review": _("Check and send"),
}
STATES = {
    "todo": (_("Not started"), "", "clock"),
    "doing": (_("In progress"), "blue", "pencil"),
    "done": (_("Completed"), "line", "check2"),
    "locked": (_("Cannot start yet"), "line", "lock"),
}


@dataclass(frozen=True, slots=True)
class PartOfForm:
    """One entry of the task list. A locked part has no address."""

    name: str
    title: Any
    url: str
    state: str
    current: bool = False

    @property
    def state_label(self) -> Any:
        """The state in words."""
        return STATES[self.state][0]

    @property
    def tone(self) -> str:
        """Colour family of the state's tag."""
        return STATES[self.state][1]

    @property
    def icon(self) -> str:
        """Icon of the state's tag."""
        return STATES[self.state][2]


def address(need, part: str) -> str:
    """Where a part of a need's form is filled in."""
    return reverse(f"regions:{part}", args=[need.code])


def parts_of(need, current: str = "") -> list[PartOfForm]:
    """The task list of a need. The last part opens when all others are complete."""
    lacking = {m.part for m in missing_parts(need)}
    found = []
    for name in CHECKS:
        state = "done" if name not in lacking else "doing" if part_is_begun(need, name) else "todo"
        found.append(PartOfForm(name, TITLES[name], address(need, name), state, name == current))
    last = "todo" if not lacking else "locked"
    url = address(need, "review") if last != "locked" or current == "review" else ""
    return [*found, PartOfForm("review", TITLES["review"], url, last, current == "review")]


def next_part(need, after: str = "") -> str:
    """The part to fill in next: the first unfinished one after `after`, then any unfinished one, then the review."""
    lacking = {m.part for m in missing_parts(need)}
    names = list(CHECKS)
    start = names.index(after) + 1 if after in names else 0
    return next((n for n in [*names[start:], *names[:start]] if n in lacking), "review")
