"""Draws each table for people: a Mermaid state diagram and a page of role x state under docs/workflows/."""

from __future__ import annotations

from pathlib import Path

from django.utils import translation

from workflow.registry import workflows
from workflow.table import ANYONE, CLOCK, Workflow


def page(flow: Workflow) -> str:
    """The whole page of one table as Markdown, in English with the Indonesian state labels."""
    with translation.override("en"):
        lines = [f"# {flow.label}", "", "Generated from the workflow table by `manage.py drawworkflows`.", ""]
        if flow.variants:
            for variant, label in flow.variants:
                lines += [f"## {variant}: {label}", "", *_diagram(flow, variant), ""]
        else:
            lines += [*_diagram(flow, ""), ""]
        lines += [
            "## States",
            "",
            f"| code | en | id | turn of | edited by | seen by |{' only on |' if flow.variants else ''}",
            f"|---|---|---|---|---|---|{'---|' if flow.variants else ''}",
        ]
        for s in flow.states:
            with translation.override("id"):
                indonesian = str(s.label)
            seen = "everyone with a role on it" if s.sees == ANYONE else ", ".join(s.sees)
            lines.append(
                f"| {s.code} | {s.label} | {indonesian} | {', '.join(s.waits_for) or '–'} | "
                f"{', '.join(s.edits) or '–'} | {seen} |{_only(flow, s)}"
            )
        more = " only on |" if flow.variants else ""
        lines += ["", "## Acts", "", f"| act | label | from | to | who | asks | never by who did | told |{more}"]
        lines += [f"|---|---|---|---|---|---|---|---|{'---|' if flow.variants else ''}"]
        lines += [
            f"| {t.name} | {t.label} | {', '.join(t.source)} | {', '.join(flow.reach(t))} | {', '.join(t.who)} | "
            f"{', '.join(a.name for a in t.asks) or '–'} | {', '.join(t.apart_from) or '–'} | "
            f"{', '.join(t.tells) or '–'} |{_only(flow, t)}"
            for t in flow.transitions
        ]
        lines += _limits(flow)
        roles = sorted({r for t in flow.transitions for r in t.who})
        lines += ["", "## Role x state", "", "| state | " + " | ".join(roles) + " |", "|---" * (len(roles) + 1) + "|"]
        for s in flow.states:
            cells = [
                ", ".join(t.name for t in flow.leaving(s.code) if role in flow.actors(t, s.code)) or "·"
                for role in roles
            ]
            lines.append(f"| {s.code} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _only(flow: Workflow, part) -> str:
    """A last cell: the variants that know this part; no cell where the table has none."""
    return f" {', '.join(part.only) or 'all'} |" if flow.variants else ""


def _diagram(flow: Workflow, variant: str) -> list[str]:
    """The states and acts of one variant, or of the whole table where it has none."""
    own = {s.code for s in flow.states_of(variant)}
    lines = ["```mermaid", "stateDiagram-v2", "    direction LR"]
    for t in flow.acts_of(variant):
        clock = " (clock)" if CLOCK in t.who else ""
        lines += [
            f"    {source} --> {target}: {t.name}{clock}"
            for source in t.source
            for target in flow.reach(t)
            if source in own
            and target in own
            and (not callable(t.target) or source == target or len(t.source) == 1 or target not in t.source)
        ]
    return [*lines, "```"]


def _limits(flow: Workflow) -> list[str]:
    """Acts that not every delegate may do; nothing where there are none."""
    limited = [t for t in flow.transitions if t.never_by or t.with_authority]
    if not limited:
        return []
    rows = [f"| {t.name} | {', '.join(t.never_by) or '–'} | {', '.join(t.with_authority) or '–'} |" for t in limited]
    head = "| act | never under | with written authority only under |"
    return ["", "## Limits of delegations", "", head, "|---|---|---|", *rows]


def pages() -> dict[str, str]:
    """File name -> content for every registered table."""
    return {f"{entry.flow.name.replace('.', '-')}.md": page(entry.flow) for entry in workflows()}


def write(folder: Path) -> list[str]:
    """Write the pages that changed; returns their names."""
    folder.mkdir(parents=True, exist_ok=True)
    changed = []
    for name, content in pages().items():
        target = folder / name
        if not target.exists() or target.read_text(encoding="utf-8") != content:
            target.write_text(content, encoding="utf-8")
            changed.append(name)
    return changed
