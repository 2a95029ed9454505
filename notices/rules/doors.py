"""What a notice speaks of may be closed by now, or done: asked when a mail is made and when the inbox is shown."""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from notices import audience
from notices.models import BatchItem, Notice, NoticeKind
from workflow.models import LogEntry
from workflow.reading import seen_by
from workflow.registry import workflow


@dataclass
class Sight:
    """What a reader may read of some notices, by their keys."""

    records: dict[int, dict[int, str]] = field(default_factory=dict)
    """Of each notice the records (key -> code) that are open to the reader."""

    def is_open(self, notice) -> bool:
        """Whether anything of it may be read."""
        return bool(self.records.get(notice.pk))

    def count(self, notice) -> int:
        """How many of its records may be read."""
        return len(self.records.get(notice.pk, ()))

    def code(self, notice) -> str:
        """The code it is called by: its own, or that of the first record that may be read."""
        found = self.records.get(notice.pk) or {}
        return notice.record_code if notice.record_id in found or not found else next(iter(found.values()))


def sight(user, notices: Iterable[Notice], *, still: bool = False) -> Sight:
    """What a reader may read of these notices, each in the capacity it was meant for; with `still`, only what is still
    to be told: a turn that is still theirs, a due date that still stands, a message that is still there.

    As many queries as there are capacities and tables among them, however many notices there are.
    """
    notices = list(notices)
    records = _records(notices)
    open_to = open_records(user, [(n.membership_id, n.flow, pk) for n in notices for pk in records[n.pk]])
    if still:
        turns = [(n.membership_id, n.flow, pk) for n in notices if n.kind == NoticeKind.TURN for pk in records[n.pk]]
        waiting = _open(user, turns, _waiting)
        due, gone = _due(notices), _gone(notices)
    found = Sight()
    for notice in notices:
        kept = {
            pk: code for pk, code in records[notice.pk].items() if (notice.membership_id, notice.flow, pk) in open_to
        }
        if still and notice.kind == NoticeKind.TURN and workflow(notice.flow):
            kept = {pk: c for pk, c in kept.items() if (notice.membership_id, notice.flow, pk) in waiting}
        if still and (notice.pk in gone or (notice.kind == NoticeKind.DUE and notice.pk not in due)):
            kept = {}
        found.records[notice.pk] = kept
    return found


def _records(notices: list[Notice]) -> dict[int, dict[int, str]]:
    """The records each notice speaks of: its own, or the items of many."""
    found: dict[int, dict[int, str]] = {n.pk: {} if n.batch else {n.record_id: n.record_code} for n in notices}
    many = [n.pk for n in notices if n.batch]
    if many:
        items = BatchItem.objects.filter(notice__in=many).order_by("pk")
        for notice, pk, code in items.values_list("notice_id", "record_id", "record_code"):
            found[notice][pk] = code
    return found


def open_records(user, wanted: Iterable[tuple[int | None, str, int]]) -> set[tuple[int | None, str, int]]:
    """Of (membership key, table or log, record key) those a person may read in that capacity; a membership that has
    ended opens nothing, none at all stands for any present one."""
    return _open(user, wanted, _readable)


def _open(user, wanted, ask) -> set[tuple[int | None, str, int]]:
    grouped: dict[tuple[int | None, str], set[int]] = defaultdict(set)
    for membership, flow, pk in wanted:
        grouped[membership, flow].add(pk)
    reader, found = copy.copy(user), set()
    present = {m.pk: m for m in user.current_memberships}
    for (meant_for, flow), ids in grouped.items():
        capacities = list(present) if meant_for is None else [meant_for] if meant_for in present else []
        for capacity in capacities:
            reader.act_as(capacity)
            found |= {(meant_for, flow, pk) for pk in ask(reader, present[capacity], flow, ids)}
        if meant_for is None and not capacities:
            found |= {(None, flow, pk) for pk in ask(reader, None, flow, ids)}
    return found


def _readable(reader, membership, flow: str, ids: set[int]) -> Iterable[int]:
    """Tables are asked through their query, logs through their door. A log without a door tells its own people only."""
    if workflow(flow) is not None:
        return seen_by(reader, flow).order_by().filter(pk__in=ids).values_list("pk", flat=True)
    door = audience.door_of(flow)
    return ids if door is None else door.open_for(reader, membership, ids)


def _waiting(reader, membership, flow: str, ids: set[int]) -> Iterable[int]:
    """The records of a table where it is still the reader's turn."""
    registered = workflow(flow)
    if registered is None or membership is None:
        return ()
    turns = [s.code for s in registered.flow.states if membership.role in s.waits_for]
    found = registered.model._default_manager.filter(pk__in=ids, status__in=turns)
    if registered.turn is not None:
        found = found.filter(registered.turn(reader))
    return found.values_list("pk", flat=True)


def _due(notices: list[Notice]) -> set[int]:
    """The keys of notices of due dates that still stand: the record has neither moved on nor got another day."""
    by_flow: dict[str, list[Notice]] = defaultdict(list)
    for notice in notices:
        if notice.kind == NoticeKind.DUE and workflow(notice.flow):
            by_flow[notice.flow].append(notice)
    found = set()
    for flow, own in by_flow.items():
        rows = workflow(flow).model._default_manager.filter(pk__in={n.record_id for n in own})
        now = {pk: (due, since) for pk, due, since in rows.values_list("pk", "due_at", "status_since")}
        for notice in own:
            due, since = now.get(notice.record_id, (None, None))
            if due is not None and due == notice.due_at and since <= notice.created_at:
                found.add(notice.pk)
    return found


def _gone(notices: list[Notice]) -> set[int]:
    """The keys of notices of log entries of which nothing is left to read."""
    by_log: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for notice in notices:
        if audience.gone_of(notice.flow) and notice.key.startswith("log:"):
            by_log[notice.flow][int(notice.key.removeprefix("log:"))].append(notice.pk)
    found = set()
    for log, by_number in by_log.items():
        entries = list(LogEntry.objects.filter(seq__in=by_number).order_by("seq"))
        found |= {pk for number in audience.gone_of(log)(entries) for pk in by_number[number]}
    return found
