"""What became of a reviewer's remark: the values that were changed since, beside it."""

from __future__ import annotations

from workflow.engine import log_of


def with_answers(need, remarks: list) -> list:
    """The remarks of the last return, each with `changes`: what the office changed there since, from the log.

    Lines move up when one before them is removed: the log is walked from the return on, so that a number means the line
    it meant when it was written.
    """
    entries = list(log_of(need)) if remarks else []
    last = max((n for n, entry in enumerate(entries) if entry.action == "return"), default=len(entries))
    numbers = {remark.pk: remark.line_number for remark in remarks if remark.line_number}
    found: dict[int, dict[tuple[str, str], dict]] = {remark.pk: {} for remark in remarks}
    for entry in entries[last + 1 :]:
        for remark in remarks:
            for change in _speaks_of(remark, numbers.get(remark.pk), entry):
                key = (str(entry.data.get("part", "")) if not remark.is_on_line else "line", change["field"])
                first = found[remark.pk].setdefault(key, dict(change))
                first["after"] = change["after"]
        _renumber(numbers, entry, remarks)
    for remark in remarks:
        part = f"line {remark.line.position}" if remark.line_id else remark.part
        remark.changes = [
            shown | ({"label": ""} if shown["label"] == remark.about else {})  # said above it already
            for change in found[remark.pk].values()
            if change["before"] != change["after"] and (shown := _in_words(need, part, change))
        ]
    return remarks


def _speaks_of(remark, number: int | None, entry) -> list[dict]:
    """The changes of a log entry that answer a remark."""
    if entry.action in {"attach", "detach"} and remark.field in {"evidence", "letter"}:
        if (entry.data.get("type") == "LETTER") != (remark.field == "letter"):
            return []
        name = entry.data.get("name", "")
        gone, come = (name, "") if entry.action == "detach" else ("", name)
        return [{"field": remark.field, "before": gone, "after": come}]
    changes = entry.data.get("changes")
    if entry.action != "change" or not isinstance(changes, list):
        return []
    part = f"line {number}" if number else remark.part
    if entry.data.get("part") != part or (remark.is_on_line and not number):
        return []
    named = [change for change in changes if change.get("field") != "line"]
    return [change for change in named if not remark.field or change.get("field") == remark.field]


def _renumber(numbers: dict[int, int], entry, remarks: list) -> None:
    """After a line was removed those behind it move up; one that was brought back stands at the end."""
    changes = entry.data.get("changes")
    moved = isinstance(changes, list) and len(changes) == 1 and changes[0].get("field") == "line"
    place = str(entry.data.get("part", "")).removeprefix("line ")
    if entry.action != "change" or not moved or not place.isdecimal():
        return
    if changes[0].get("after") is None:
        for pk, number in list(numbers.items()):
            if number == int(place):
                del numbers[pk]
            elif number > int(place):
                numbers[pk] = number - 1
        return
    for remark in remarks:
        if remark.line_id and remark.line.position == int(place):
            numbers.setdefault(remark.pk, int(place))


def _in_words(need, part: str, change: dict) -> dict | None:
    """A change as the timeline would say it."""
    if change["field"] in {"evidence", "letter"}:
        return {"label": "", "before": change["before"], "after": change["after"]}
    return need.shown_change(part, change, need.status)
