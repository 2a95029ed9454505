"""Reads the log on and tells of each entry whom it concerns: those whose turn it is now, those the table tells, those a
registered audience adds."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Max, Subquery
from django.utils import timezone

from notices import audience, rules
from notices.models import Bookmark, NoticeKind, Pending
from notices.services.delivery import Draft, deliver, fold
from notices.services.letters import post_letters
from notices.services.wording import describe, entry_notice, news_notice
from workflow.batches import batch_of
from workflow.models import LogEntry
from workflow.registry import workflow
from workflow.turns import waits_for

log = logging.getLogger(__name__)

READER = "inbox"
BATCH = 200
TOO_OLD_FOR_MAIL = dt.timedelta(days=7)
"""After a long standstill the inbox is filled up, but nobody gets a hundred old mails."""


def read_on(now=None) -> int:
    """Read the next stretch of the log and tell whom it concerns; returns how many entries were read.

    Entry numbers become visible in order (the log has one writer at a time), so a bookmark never skips one. Notices,
    mails and bookmark are written together or not at all. An entry that fails is put aside and tried again later; it
    does not hold up the rest.
    """
    now = now or timezone.now()
    with transaction.atomic():
        Bookmark.objects.get_or_create(reader=READER)
        bookmark = Bookmark.objects.select_for_update().get(reader=READER)
        entries = list(LogEntry.objects.filter(seq__gt=bookmark.seq).order_by("seq")[:BATCH])
        for together in _together(entries):
            _tell_or_put_aside(together, now)
        if entries:
            bookmark.seq = entries[-1].seq
            bookmark.save()
    return len(entries)


def is_behind() -> bool:
    """Whether the log holds entries that nobody has read yet."""
    newest = LogEntry.objects.order_by("-seq").values("seq")[:1]  # asked this way round it is one look at the index
    return Bookmark.objects.filter(reader=READER, seq__lt=Subquery(newest)).exists()


def _together(entries: list) -> list[list]:
    """The entries one by one; those of one batch and act as one, at the place of the first."""
    found: dict = {}
    for entry in entries:
        batch = batch_of(entry)
        found.setdefault((batch, entry.flow, entry.action) if batch else entry.seq, []).append(entry)
    return list(found.values())


def _tell_or_put_aside(entries: list, now) -> None:
    """Tell of entries that belong together; where that fails, of each by itself; what fails then waits."""
    try:
        with transaction.atomic():
            tell_of(entries, now)
    except Exception as error:
        if len(entries) > 1:
            for entry in entries:
                _tell_or_put_aside([entry], now)
            return
        log.exception("notices: entry #%s was put aside", entries[0].seq)
        _put_aside(entries[0], error, now)


def _put_aside(entry, error, now) -> None:
    Pending.objects.get_or_create(
        key=f"entry:{entry.seq}",
        defaults={
            "kind": Pending.Kind.ENTRY,
            "flow": entry.flow,
            "record_id": entry.record_id,
            "seq": entry.seq,
            "attempts": 1,
            "next_at": now + dt.timedelta(minutes=1),
            "last_error": str(error)[:300],
        },
    )


def tell_of(entries: list, now) -> None:
    """Notices for entries of one table and one act (one entry, or those of a batch)."""
    registered = workflow(entries[0].flow)
    drafts = _drafts_of_news(entries) if registered is None else _drafts(registered, entries, now)
    by_key = {f"log:{entry.seq}": entry for entry in entries}
    for draft in drafts:
        if now - by_key[draft.notice.key].at > TOO_OLD_FOR_MAIL:
            draft.mail = False
    drafts = fold(drafts, by_key)
    for draft in drafts:
        describe(draft.notice)
    deliver(drafts, now)


# --- Entries of tables --------------------------------------------------------------------------------------


def _drafts(registered, entries: list, now) -> list[Draft]:
    flow, action = registered.flow, entries[0].action
    transition, letters = flow.transition(action), audience.letters_of(flow.name, action)
    if transition is None and letters is None and not audience.of(flow.name, action):
        return []  # most notes are for the record's history alone
    rows = registered.model._default_manager.select_related(*registered.related)
    records = rows.in_bulk({entry.record_id for entry in entries})
    entries = [entry for entry in entries if entry.record_id in records]
    if not entries:
        return []
    crowd = rules.Crowd()
    turns, others = _turns_and_others(registered, transition, entries, records, crowd)
    found: list[Draft] = []
    for entry in entries:
        record = records[entry.record_id]
        silent, told = _actors(entry, transition), set()
        if letters is not None:
            people = list(letters.listeners(record, entry))
            if now - entry.at <= TOO_OLD_FOR_MAIL:
                post_letters(entry, record, letters, people, now)
            found += _to(entry, record, people, NoticeKind.MEETING, rules.NORMAL, told, silent, mail=False)
        found += _to(entry, record, turns.get(entry.seq, ()), NoticeKind.TURN, rules.NORMAL, told, silent)
        urgency = rules.urgency_of(NoticeKind.CHANGE, transition)
        found += _to(entry, record, others.get(record.pk, ()), NoticeKind.CHANGE, urgency, told, silent)
        for extra in audience.of(flow.name, entry.action):
            urgency = rules.URGENT if extra.at_once else rules.NORMAL
            found += _to(entry, record, extra.listeners(record, entry), extra.kind, urgency, told, silent)
    return found


def _turns_and_others(registered, transition, entries, records, crowd) -> tuple[dict, dict]:
    """({number of the entry: whose turn it is}, {record key: whom the table tells}). "Your turn" is only said about the
    turn that is still on."""
    if transition is None:
        return {}, {}
    turns, others = {}, {}
    if transition.announces:
        latest = _latest(registered.flow, entries)
        last = [entry for entry in entries if entry.seq >= latest.get(entry.record_id, 0)]
        people = crowd.by_record(registered, [records[entry.record_id] for entry in last], waits_for, turn=True)
        turns = {entry.seq: people[entry.record_id] for entry in last}
    if transition.tells:
        own = [records[pk] for pk in dict.fromkeys(entry.record_id for entry in entries)]
        others = crowd.by_record(registered, own, lambda _record: transition.tells)
    return turns, others


def _latest(flow, entries: list) -> dict[int, int]:
    """record key -> number of the latest act on it after these entries began."""
    names = [t.name for t in flow.transitions]
    later = LogEntry.objects.filter(
        flow=flow.name,
        record_id__in={entry.record_id for entry in entries},
        seq__gte=min(entry.seq for entry in entries),
        action__in=names,
    )
    return dict(later.order_by().values_list("record_id").annotate(last=Max("seq")))


def _to(entry, record, people: Iterable[tuple], kind, urgency, told: set, silent: set, *, mail: bool = True):
    """Drafts to people who have not been told of this entry yet."""
    for user, membership in people:
        if user.pk not in told and user.pk not in silent:
            told.add(user.pk)
            yield Draft(entry_notice(entry, record, user, membership, kind), urgency, mail)


def _actors(entry, transition) -> set[int]:
    """Who did it. An automatic step belongs to the act that set it off: that person knows as well."""
    actors = {entry.actor_id} - {None}
    if not actors and transition is not None and transition.auto:
        before = (
            LogEntry.objects.filter(flow=entry.flow, record_id=entry.record_id, seq__lt=entry.seq)
            .order_by("-seq")
            .first()
        )
        actors = {before.actor_id} - {None} if before else set()
    return actors


# --- Entries of logs without table --------------------------------------------------------------------------


def _drafts_of_news(entries: list) -> list[Draft]:
    """Notices for entries about something without a table; whoever did it knows."""
    found = []
    for entry in entries:
        told: set[int | None] = set()
        for news in audience.news_of(entry):
            told |= set() if news.to_actor else {entry.actor_id}
            for user, membership in news.listeners:
                if user.pk not in told:
                    told.add(user.pk)
                    urgency = rules.URGENT if news.at_once else rules.NORMAL
                    found.append(Draft(news_notice(entry, news, user, membership), urgency, news.mail))
    return found
