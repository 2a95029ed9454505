"""What the office writes into a need: sections, lines, papers, answers to remarks.

Every save carries the version the person saw and the page they type in. If another page saved the same part since,
the save is refused with both values (`Conflict`). Autosaves store at once but are not logged one by one: the values
before the first of them are kept with the part, and one "change" entry with before and after is written at the next
explicit save, or when the need is handed on. So the log says what changed, not how often a finger moved.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from regions.models import CompetencyGap, CoverLetter, Evidence, NeedLine, TrainingNeed
from regions.services.opening import GAP_COPY, LINE_COPY, copy_line, send_line_to_province
from regions.services.totals import refresh_totals
from workflow.engine import Stale, may_edit, note

OFFICE_FIELDS = ("contact_post", "contact_email", "contact_phone")
REASON_FIELDS = (
    "urgency",
    "preferred_mode",
    "causes",
    "reason",
    "nominees_identified",
    "language_evidence",
    "budget_line",
    "follow_up_plan",
)
LINE_FIELDS = tuple(name for name in LINE_COPY if name != "position")
GAP_FIELDS = (*(name for name in GAP_COPY), "evidence")
_LONGEST_LOGGED = 300


@dataclass(frozen=True, slots=True)
class Seen:
    """What the person typing saw: the version of the need, and a token of their page (its own saves never clash)."""

    version: int
    page: str


class Conflict(Exception):
    """Someone else saved this part meanwhile: `since` when, `need` as it is stored now."""

    def __init__(self, need: TrainingNeed, since: str):
        self.need, self.since = need, since
        super().__init__(f"{need.code} was saved by another page")


class Closed(Stale):
    """The need can no longer be edited by this person: signed, withdrawn or taken over meanwhile."""

    def __init__(self, need: TrainingNeed):
        self.need = need
        super().__init__(need, "change")


def locked(need: TrainingNeed, actor) -> TrainingNeed:
    """The need under lock, if this person may edit it now; raises Closed otherwise. Call inside a transaction."""
    related = ("office__office__region", "cycle")  # also what the score looks at
    fresh = TrainingNeed.objects.select_for_update(of=("self",)).select_related(*related).get(pk=need.pk)
    if not may_edit(fresh.flow, actor, fresh):
        raise Closed(fresh)
    return fresh


def _plain(value):
    if isinstance(value, list | int | bool) or value is None:
        return value
    text = str(getattr(value, "pk", value))
    return text if len(text) <= _LONGEST_LOGGED else text[: _LONGEST_LOGGED - 1] + "…"


def snapshot(need: TrainingNeed, part: str) -> dict:
    """The values of one part as the log shows them."""
    if part == "office":
        return {name: _plain(getattr(need, name)) for name in OFFICE_FIELDS}
    if part == "reason":
        return {name: _plain(getattr(need, name)) for name in REASON_FIELDS}
    number = part.removeprefix("line-")  # "new" for a line that does not exist yet
    lines = NeedLine.objects.filter(need=need).prefetch_related("gaps")
    line = lines.filter(pk=number).first() if number.isdecimal() else None
    if line is None:
        return {}
    values = {name: _plain(getattr(line, name)) for name in LINE_FIELDS if name != "post"} | {"post": line.post_id}
    for gap in line.gaps.all():
        values[f"gap {gap.theme_id}"] = f"{gap.current_level} → {gap.target_level}"
        values |= {
            f"gap {gap.theme_id} {name}": _plain(getattr(gap, name))
            for name in GAP_FIELDS
            if name not in {"theme", "current_level", "target_level", "evidence"} and getattr(gap, name)
        }
    return values


def _changes(before: dict, after: dict) -> list[dict]:
    """What differs, as the log keeps it: [{"field", "before", "after"}]."""
    keys = [*after, *(key for key in before if key not in after)]
    empty = (None, "", [], False)
    return [
        {"field": key, "before": before.get(key), "after": after.get(key)}
        for key in keys
        if before.get(key) != after.get(key) and not (before.get(key) in empty and after.get(key) in empty)
    ]


def _check_seen(need: TrainingNeed, part: str, seen: Seen | None) -> None:
    last = need.edits.get(part)
    if seen and last and last["version"] > seen.version and last["page"] != seen.page:
        raise Conflict(need, last["at"])


@transaction.atomic
def save_part(
    need: TrainingNeed,
    part: str,
    *,
    actor,
    seen: Seen | None,
    final: bool,
    write: Callable[[TrainingNeed], str | None],
) -> TrainingNeed:
    """Store one part under lock. `write` changes the locked need and may return the part's real key (a new line's).

    `final`: an explicit save, which is logged; otherwise an autosave. Raises Conflict or Closed.
    """
    fresh = locked(need, actor)
    _check_seen(fresh, part, seen)
    before = snapshot(fresh, part)
    part = write(fresh) or part
    fresh.__dict__.pop("all_lines", None)
    after = snapshot(fresh, part)
    last = fresh.edits.get(part, {})
    baseline = last.get("before", before)
    if before == after and not (final and "before" in last):
        return fresh
    fresh.version += 1
    entry = {
        "version": fresh.version,
        "page": seen.page if seen else "",
        "by": actor.pk,
        "at": timezone.now().isoformat(timespec="seconds"),
    }
    if not final:
        entry["before"] = baseline
    fresh.edits = {**fresh.edits, part: entry}
    fresh.save()
    refresh_totals(fresh)
    if final:
        _log_change(fresh, part, actor, baseline, after)
    return fresh


UNLOGGED = ("contact_email", "contact_phone")
"""The log says that these changed, never what they were: it cannot be erased, and a number may be someone's own."""


def _log_change(need, part: str, actor, before: dict, after: dict) -> None:
    changes = _changes(before, after)
    for change in changes:
        if change["field"] in UNLOGGED:
            change |= {key: "•••" for key in ("before", "after") if change[key]}
    if changes:
        note(need.flow, need, actor, "change", {"part": _part_name(need, part), "changes": changes})


def _part_name(need, part: str) -> str:
    """The part as the log names it: a line by its number, which people know, not by its key."""
    if not part.startswith("line-"):
        return part
    position = (
        NeedLine.objects.filter(need=need, pk=part.removeprefix("line-")).values_list("position", flat=True).first()
    )
    return f"line {position}" if position else "line"


def log_unlogged(need: TrainingNeed) -> None:
    """Log what autosaves stored but nobody saved explicitly, in the name of whoever typed it. The need is not saved."""
    for part, entry in list(need.edits.items()):
        if "before" not in entry:
            continue
        editor = User.objects.filter(pk=entry["by"]).first()
        _log_change(need, part, editor, entry["before"], snapshot(need, part))
        need.edits = {**need.edits, part: {k: v for k, v in entry.items() if k != "before"}}


def _touch(need: TrainingNeed) -> None:
    """A change of content that is not one of the form's parts: the version moves on, totals follow."""
    need.version += 1
    need.__dict__.pop("all_lines", None)
    need.save()
    refresh_totals(need)


# --- Lines -----------------------------------------------------------------------------------------------------------


def write_line(need: TrainingNeed, line: NeedLine, gaps: list[CompetencyGap], *, final: bool) -> str:
    """Store a line with its gaps and return its part key. `final`: gaps that are not among `gaps` are removed."""
    line.need = need
    if line.pk is None:
        line.position = (need.lines.aggregate(n=Max("position"))["n"] or 0) + 1
    line.save()
    kept = {gap.pk for gap in gaps if gap.pk}
    if final:
        line.gaps.exclude(pk__in=kept).delete()
    present = {gap.theme_id: gap.pk for gap in line.gaps.all()}
    for gap in gaps:
        taken = present.get(gap.theme_id)
        if gap.pk is None and taken:
            gap.pk, gap._state.adding = taken, False
        elif taken and taken != gap.pk:
            continue  # another row holds this competency; the form says so on an explicit save
        gap.line = line
        gap.save()
        present = {theme: pk for theme, pk in present.items() if pk != gap.pk} | {gap.theme_id: gap.pk}
    return f"line-{line.pk}"


@transaction.atomic
def copy_line_of(need: TrainingNeed, line_id: int, *, actor) -> NeedLine | None:
    """Duplicate a line at the end of the need."""
    fresh = locked(need, actor)
    line = fresh.lines.filter(pk=line_id).prefetch_related("gaps").first()
    if line is None:
        return None
    last = fresh.lines.aggregate(n=Max("position"))["n"]
    copy = copy_line(line, fresh, position=last + 1)
    _touch(fresh)
    _log_line(fresh, actor, copy, before=None, after=_in_short(copy))
    return copy


@transaction.atomic
def remove_line(need: TrainingNeed, line_id: int, *, actor) -> dict | None:
    """Remove a line; returns everything `restore_line` needs to bring it back."""
    fresh = locked(need, actor)
    line = fresh.lines.filter(pk=line_id).prefetch_related("gaps").first()
    if line is None:
        return None
    kept = {
        "line": {name: _stored(line, name) for name in LINE_COPY},
        "gaps": [{name: _stored(gap, name) for name in GAP_FIELDS} for gap in line.gaps.all()],
        "continues": line.continues_id,
    }
    _drop_line(fresh, line)
    _log_line(fresh, actor, line, before=_in_short(line), after=None)
    return kept


def _in_short(line: NeedLine) -> str:
    return f"{line.post_id}, {line.requested_total}"


def _log_line(need, actor, line: NeedLine, *, before, after) -> None:
    """A line as a whole was added, removed or moved away."""
    change = {"field": "line", "before": before, "after": after}
    note(need.flow, need, actor, "change", {"part": f"line {line.position}", "changes": [change]})


def _stored(instance, name: str):
    """A field's value as JSON keeps it."""
    value = instance._meta.get_field(name).value_from_object(instance)
    return value.isoformat() if hasattr(value, "isoformat") else value


def _drop_line(need: TrainingNeed, line: NeedLine) -> None:
    """Delete a line and close the gap it leaves in the numbering."""
    need.edits = {key: entry for key, entry in need.edits.items() if key != f"line-{line.pk}"}
    NeedLine.objects.filter(pk=line.pk).delete()
    for position, other in enumerate(need.lines.order_by("position", "pk"), 1):
        if other.position != position:
            NeedLine.objects.filter(pk=other.pk).update(position=position)
    _touch(need)


@transaction.atomic
def restore_line(need: TrainingNeed, kept: dict, *, actor) -> NeedLine:
    """Bring a removed line back, at the end of the need."""
    fresh = locked(need, actor)
    values = {("post_id" if name == "post" else name): value for name, value in kept["line"].items()}
    values["position"] = (fresh.lines.aggregate(n=Max("position"))["n"] or 0) + 1
    former = NeedLine.objects.filter(pk=kept.get("continues"), need=fresh.revises_id).first()
    line = NeedLine.objects.create(need=fresh, continues=former, **values)
    papers = set(fresh.evidence.values_list("pk", flat=True))
    for gap in kept["gaps"]:
        found = {("theme_id" if name == "theme" else name): value for name, value in gap.items() if name != "evidence"}
        evidence = gap.get("evidence") if gap.get("evidence") in papers else None
        CompetencyGap.objects.create(line=line, evidence_id=evidence, **found)
    _touch(fresh)
    _log_line(fresh, actor, line, before=None, after=_in_short(line))
    return line


@transaction.atomic
def move_line_to_province(need: TrainingNeed, line: NeedLine, *, actor) -> TrainingNeed | None:
    """Send a line to the provincial office and take it out of this need. None: the province has no office here."""
    fresh = locked(need, actor)
    draft = send_line_to_province(fresh, line, actor=actor)
    if draft is None:
        return None
    _drop_line(fresh, line)
    _log_line(fresh, actor, line, before=_in_short(line), after=draft.code)
    return draft


# --- Papers ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def attach_evidence(need: TrainingNeed, upload, evidence_type: str, *, actor) -> Evidence:
    """Store a checked file of evidence."""
    fresh = locked(need, actor)
    paper = Evidence(need=fresh, evidence_type=evidence_type).hold(upload, actor=actor)
    paper.save()
    _touch(fresh)
    _log_paper(fresh, actor, "attach", paper, evidence_type)
    return paper


@transaction.atomic
def attach_letter(need: TrainingNeed, upload, *, number: str, date, subject: str, actor) -> CoverLetter:
    """Store the cover letter, or correct its number and date; a new file replaces the former one."""
    fresh = locked(need, actor)
    letter = CoverLetter.objects.filter(need=fresh).first() or CoverLetter(need=fresh)
    former = letter.file.name if letter.pk and upload else ""
    letter.number, letter.date, letter.subject = number, date, subject
    if upload:
        letter.hold(upload, actor=actor)
    letter.save()
    if former:
        storage = letter.file.storage
        transaction.on_commit(lambda: storage.delete(former))
    _touch(fresh)
    _log_paper(fresh, actor, "attach", letter, "LETTER", number=number)
    return letter


@transaction.atomic
def detach(need: TrainingNeed, paper, *, actor) -> None:
    """Remove a file of evidence or the cover letter, its content included."""
    fresh = locked(need, actor)
    storage, name = paper.file.storage, paper.file.name
    kind = getattr(paper, "evidence_type", "LETTER")
    _log_paper(fresh, actor, "detach", paper, kind)
    paper.delete()
    _touch(fresh)
    transaction.on_commit(lambda: storage.delete(name))


def _log_paper(need, actor, action: str, paper, kind: str, **more) -> None:
    note(need.flow, need, actor, action, {"name": paper.name, "type": kind, "sha256": paper.sha256, **more})


# --- Remarks ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def answer_remark(need: TrainingNeed, remark_id: int, done: bool, *, actor) -> bool:
    """Tick a reviewer's remark off, or open it again; False when it is not one of this need's open round."""
    fresh = locked(need, actor)
    found = fresh.comments.filter(pk=remark_id, round=fresh.return_count)
    return bool(found.update(resolved_at=timezone.now() if done else None))
