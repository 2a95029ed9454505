"""What became of the Bureau's remarks on an offer: the values that changed since the return, beside each."""

from __future__ import annotations

from django.utils.translation import get_language

from programs.selectors.reading import READ_IN_ORDER
from workflow.engine import log_of

PAPERS = "papers"
"""The part of an offer in which files are attached."""


def with_answers(program, remarks) -> list:
    """The remarks of the last return, each with `changes`: what was changed since in the part or field it names."""
    remarks = list(remarks)
    entries = list(log_of(program)) if remarks else []
    last = max((n for n, entry in enumerate(entries) if entry.action == "return"), default=len(entries))
    found: dict[str, dict] = {}
    papers: list[dict] = []
    for entry in entries[last + 1 :]:
        if entry.action in {"attach", "detach"}:
            name = entry.data.get("file", "")
            gone, come = (name, "") if entry.action == "detach" else ("", name)
            papers.append({"label": "", "before": gone, "after": come})
        for change in entry.data.get("changes") or () if entry.action == "change" else ():
            first = found.setdefault(change["field"], dict(change))
            first |= {key: change[key] for key in ("after", "after_en") if key in change}
    english = (get_language() or "id").startswith("en")
    for remark in remarks:
        remark.changes = [
            _in_words(change, english)
            for name, change in found.items()
            if change["before"] != change["after"] and _speaks_of(remark, name)
        ]
        if remark.field == PAPERS:
            remark.changes += papers
    return remarks


def _speaks_of(remark, name: str) -> bool:
    """Whether a changed field belongs to what a remark names."""
    if not remark.field:
        return False
    if remark.field != remark.section:
        return remark.field == name
    known = READ_IN_ORDER[remark.section] or ("intake.",)
    return any(name.startswith(key) if key.endswith(".") else name == key for key in known)


def _in_words(change: dict, english: bool) -> dict[str, str]:
    tail = "_en" if english else ""
    label = change.get("label_en" if english else "label_id", "")
    return {"label": label, "before": change.get(f"before{tail}", ""), "after": change.get(f"after{tail}", "")}
