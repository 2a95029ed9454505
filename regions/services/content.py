"""What the office writes into a need: sections, lines, papers, answers to remarks.

Every save carries the version the person saw, the page they type in and what its fields held when it was opened. If
another page saved the same part since, the two are merged field by field (`regions.merging`); what both changed is
refused with both values (`Conflict`) until the person has chosen. Autosaves store at once but are not logged one by
one: the values before the first of them are kept with the part, and one "change" entry with before and after is written
at the next explicit save, or when the need is handed on. So the log says what changed, not how often a finger moved.

Whatever a page makes carries a key of that page (`client_key`): sent twice, it is made once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from regions.merging import Merged, marks, merge, own_since, remember
from regions.models import CompetencyGap, CoverLetter, Evidence, NeedLine, TrainingNeed
from regions.services.opening import GAP_COPY, LINE_COPY, copy_line, send_line_to_province
from regions.services.totals import refresh_totals
from workflow.engine import Stale, may_edit, note
from workflow.files import drop_later

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
NEW_LINE = "line-new"
MOST_FILES = 20
_LONGEST_LOGGED = 300


@dataclass(frozen=True, slots=True)
class Seen:
    """What the person typing saw: the version of the need, a token of their page, the marks of what its fields held
    when it was opened (None where the page cannot say), and what they chose where both had changed a field."""

    version: int
    page: str
    base: Mapping[str, str] | None = None
    choices: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that both changed: its name in the form, its label, both values in words, and the choice if made."""

    field: str
    label: str
    stored: str
    typed: str
    choice: str = ""


class Conflict(Exception):
    """Someone else changed the same fields: `since` when, `need` as it is stored now, `base` to go on from."""

    def __init__(self, need: TrainingNeed, since: str, differences: list[Difference], base: dict[str, str]):
        self.need, self.since, self.differences, self.base = need, since, differences, base
        super().__init__(f"{need.code} was saved by another page")


class Unfit(Exception):
    """What was typed, or what came out of the merge, breaks a rule of the form; nothing was written."""


class TooMany(Exception):
    """A need holds at most `MOST_FILES` files."""


class Replaced(Exception):
    """A colleague has attached another cover letter since the page was opened: `letter`, which stays."""

    def __init__(self, letter: CoverLetter):
        self.letter = letter
        super().__init__(f"another letter: {letter.name}")


class Gone(Exception):
    """The line was removed meanwhile."""


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


def values_of(need: TrainingNeed, part: str) -> dict:
    """The stored values of one part, by the names merging knows them by; empty for a line that does not exist."""
    if part in {"office", "reason"}:
        return {name: getattr(need, name) for name in (OFFICE_FIELDS if part == "office" else REASON_FIELDS)}
    number = part.removeprefix("line-")
    line = need.lines.prefetch_related("gaps").filter(pk=number).first() if number.isdecimal() else None
    return line_values(line) if line else {}


def line_values(line: NeedLine) -> dict:
    """The stored values of a line and its competencies."""
    values = {name: _value(line, name) for name in LINE_FIELDS}
    for gap in line.gaps.all():
        values |= {gap_name(gap.pk, name): _value(gap, name) for name in GAP_FIELDS}
    return values


def _value(instance, name: str):
    return instance._meta.get_field(name).value_from_object(instance)


def gap_name(pk: int, name: str) -> str:
    """How merging calls a field of a stored competency: rows of a page change places, keys do not."""
    return f"gap:{pk}:{name}"


def gap_of(name: str) -> int | None:
    """The competency a name belongs to; None for a field of the line itself."""
    kind, _colon, rest = name.partition(":")
    number = rest.partition(":")[0]
    return int(number) if kind == "gap" and number.isdecimal() and len(number) < 16 else None


def base_of(need: TrainingNeed, part: str) -> dict[str, str]:
    """The marks of what is stored of a part now."""
    return marks(values_of(need, part))


def saved_by_others(need: TrainingNeed, part: str, seen: Seen | None) -> str:
    """When another page saved this part since it was seen; empty where none did."""
    last = need.edits.get(part)
    theirs = seen and last and last["version"] > seen.version and last["page"] != seen.page
    return last["at"] if theirs else ""


def decide(need: TrainingNeed, part: str, seen: Seen | None, stored: Mapping, typed: Mapping) -> Merged:
    """Merge what was typed with what is stored. A page that cannot say what it was opened with is asked about every
    difference if others saved meanwhile; a choice made on a page that is old again is asked for again."""
    others = saved_by_others(need, part, seen)
    base = seen.base if seen else None
    if base is None and not others:
        base = marks(stored)
    own: dict[str, str] = {}
    if seen and seen.page:
        own = own_since(need.edits.get(part, {}).get("own", {}).get(seen.page, {}), seen.version)
    return merge(base=base, stored=stored, typed=typed, own=own, choices={} if others or not seen else seen.choices)


def line_part(need: TrainingNeed, part: str, client_key: str) -> str:
    """The part of a new line; that of the line its page has already made, if it has."""
    if part != NEW_LINE or not client_key:
        return part
    made = need.lines.filter(client_key=client_key).values_list("pk", flat=True).first()
    return f"line-{made}" if made else part


@transaction.atomic
def save_part(
    need: TrainingNeed,
    part: str,
    *,
    actor,
    seen: Seen | None,
    final: bool,
    write: Callable[[TrainingNeed, str], str | None],
    client_key: str = "",
) -> TrainingNeed:
    """Store one part under lock. `write` merges into the locked need (see `decide`), changes it and may return the
    part's real key (a new line's).

    `final`: an explicit save, which is logged; otherwise an autosave. Raises Closed, and what `write` raises: Conflict,
    Unfit, Gone.
    """
    fresh = locked(need, actor)
    part = line_part(fresh, part, client_key)
    before, stored = snapshot(fresh, part), base_of(fresh, part)
    part = write(fresh, part) or part
    fresh.__dict__.pop("all_lines", None)
    after, now = snapshot(fresh, part), base_of(fresh, part)
    last = fresh.edits.get(part, {})
    if before == after and stored == now and not (final and "before" in last):
        return fresh
    baseline = last.get("before", before)
    if "before" in last and last["by"] != actor.pk:  # what a colleague typed is logged in the colleague's name
        _log_change(fresh, part, User.objects.get(pk=last["by"]), baseline, before)
        baseline = before
    fresh.version += 1
    written = {name: now.get(name, "") for name in {**stored, **now} if stored.get(name) != now.get(name)}
    entry = {
        "version": fresh.version,
        "page": seen.page if seen else "",
        "by": actor.pk,
        "at": timezone.now().isoformat(timespec="seconds"),
        "own": remember(last.get("own", {}), seen.page if seen else "", written, fresh.version),
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
    """Log what autosaves stored but nobody saved explicitly, in the name of whoever typed it. The need is not saved.

    What open pages have written is forgotten: after this they can save nothing.
    """
    need.edits = {part: {k: v for k, v in entry.items() if k != "own"} for part, entry in need.edits.items()}
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


def write_line(
    need: TrainingNeed,
    line: NeedLine,
    gaps: list[CompetencyGap],
    *,
    final: bool,
    client_key: str = "",
    keep: Collection[int] = (),
) -> str:
    """Store a line with its gaps and return its part key.

    `final`: gaps that are neither among `gaps` nor in `keep` (others added them meanwhile) are removed.
    """
    line.need = need
    if line.pk is None:
        line.position = (need.lines.aggregate(n=Max("position"))["n"] or 0) + 1
        line.client_key = client_key
    line.save()
    kept = {gap.pk for gap in gaps if gap.pk} | set(keep)
    if final:
        line.gaps.exclude(pk__in=kept).delete()
    present = {gap.theme_id: gap.pk for gap in line.gaps.all()}
    used = set(line.gaps.exclude(client_key="").values_list("client_key", flat=True))
    for gap in gaps:
        if gap.pk is None:
            gap.client_key = "" if gap.client_key in used else gap.client_key
            used.add(gap.client_key)
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
def copy_line_of(need: TrainingNeed, line_id: int, *, actor, client_key: str = "") -> NeedLine | None:
    """Duplicate a line at the end of the need."""
    fresh = locked(need, actor)
    if client_key and (made := fresh.lines.filter(client_key=client_key).first()):
        return made
    line = fresh.lines.filter(pk=line_id).prefetch_related("gaps").first()
    if line is None:
        return None
    last = fresh.lines.aggregate(n=Max("position"))["n"]
    copy = copy_line(line, fresh, position=last + 1, client_key=client_key)
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
        "remarks": list(line.comments.values_list("pk", flat=True)),
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
    fresh.comments.filter(pk__in=kept.get("remarks", [])).update(line=line)
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
def attach_evidence(need: TrainingNeed, upload, evidence_type: str, *, actor, client_key: str = "") -> Evidence:
    """Store a checked file of evidence. The same file sent again from the same page is the same piece of evidence."""
    fresh = locked(need, actor)
    paper = Evidence(need=fresh, evidence_type=evidence_type).hold(upload, actor=actor)
    former = fresh.evidence.filter(client_key=client_key).first() if client_key else None
    if former is not None and former.sha256 == paper.sha256:
        return former
    if former is None:
        paper.client_key = client_key
    if fresh.evidence.count() >= MOST_FILES:
        raise TooMany
    paper.save()
    _touch(fresh)
    _log_paper(fresh, actor, "attach", paper, evidence_type)
    return paper


@transaction.atomic
def attach_letter(need: TrainingNeed, upload, *, number: str, date, subject: str, actor, was="") -> CoverLetter:
    """Store the cover letter, or correct its number and date; a new file replaces the former one.

    `was`: the checksum of the letter the page showed. Raises Replaced where another one has been attached since.
    """
    fresh = locked(need, actor)
    letter = CoverLetter.objects.filter(need=fresh).first() or CoverLetter(need=fresh)
    before, known = (letter.number, letter.date, letter.subject, letter.sha256), letter.file.name
    letter.number, letter.date, letter.subject = number, date, subject
    if upload:
        letter.hold(upload, actor=actor)
        if letter.pk and was and before[3] not in (was, letter.sha256):
            raise Replaced(CoverLetter.objects.get(pk=letter.pk))
    if letter.pk and before == (number, date, subject, letter.sha256):
        return CoverLetter.objects.get(pk=letter.pk)  # sent twice: the second time changes nothing
    former = known if letter.pk and upload else ""
    letter.save()
    if former:
        drop_later(former)
    _touch(fresh)
    _log_paper(fresh, actor, "attach", letter, "LETTER", number=number)
    return letter


@transaction.atomic
def detach(need: TrainingNeed, paper, *, actor) -> None:
    """Remove a file of evidence or the cover letter, its content included."""
    fresh = locked(need, actor)
    name = paper.file.name
    kind = getattr(paper, "evidence_type", "LETTER")
    _log_paper(fresh, actor, "detach", paper, kind)
    paper.delete()
    _touch(fresh)
    drop_later(name)


def _log_paper(need, actor, action: str, paper, kind: str, **more) -> None:
    note(need.flow, need, actor, action, {"name": paper.name, "type": kind, "sha256": paper.sha256, **more})


# --- Remarks ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def answer_remark(need: TrainingNeed, remark_id: int, done: bool, *, actor) -> bool:
    """Tick a reviewer's remark off, or open it again; False when it is not one of this need's open round."""
    fresh = locked(need, actor)
    found = fresh.comments.filter(pk=remark_id, round=fresh.return_count)
    return bool(found.update(resolved_at=timezone.now() if done else None))
