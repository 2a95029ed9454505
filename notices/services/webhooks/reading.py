"""Reads the log on for machines, with a bookmark of its own: each event becomes one delivery for every webhook that
wants it and whose capacity may see it."""

from __future__ import annotations

import copy
import datetime as dt
from collections import defaultdict

from django.db import transaction
from django.db.models import Max, Subquery
from django.utils import timezone

from notices import webhook_events
from notices.models import Bookmark, Delivery, Webhook
from notices.rules.doors import open_records
from notices.rules.webhooks import still_held
from workflow import formats
from workflow.models import LogEntry
from workflow.registry import workflow

READER = "webhooks"
BATCH = 200


def begin() -> int:
    """Where the log stands now; from the first webhook on there is a bookmark."""
    head = _head()
    Bookmark.objects.get_or_create(reader=READER, defaults={"seq": head})
    return head


def _head() -> int:
    return LogEntry.objects.aggregate(last=Max("seq"))["last"] or 0


def read_on(now=None) -> int:
    """Read the next stretch of the log; returns how many entries there were. Deliveries, their numbers and the bookmark
    are written together or not at all; who comes while another reads leaves it to them."""
    now = now or timezone.now()
    with transaction.atomic():
        bookmark = Bookmark.objects.select_for_update(skip_locked=True).filter(reader=READER).first()
        if bookmark is None:
            return 0
        head = _head()
        if head <= bookmark.seq:
            return 0
        found = LogEntry.objects.filter(seq__gt=bookmark.seq, seq__lte=head, flow__in=webhook_events.offered())
        entries = list(found.order_by("seq")[:BATCH])
        if entries:
            _prepare(entries, now)
        before, bookmark.seq = bookmark.seq, entries[-1].seq if len(entries) == BATCH else head
        bookmark.save()
    return bookmark.seq - before


def is_behind() -> bool:
    """Whether the log holds entries that no webhook has heard of yet. Without any webhook there is no bookmark, and
    nobody is behind."""
    newest = LogEntry.objects.order_by("-seq").values("seq")[:1]  # asked this way round it is one look at the index
    return Bookmark.objects.filter(reader=READER, seq__lt=Subquery(newest)).exists()


def _prepare(entries: list, now) -> None:
    """One delivery for each webhook and event. As many queries as there are capacities and tables among them."""
    names = webhook_events.names_by_act()
    listening = Webhook.objects.exclude(paused_for=Webhook.Paused.GONE)
    wanted: dict[Webhook, list] = {}
    users: dict = {}
    for webhook in listening.select_related("membership__user", "organisation").order_by("pk"):
        if webhook.membership is not None:  # of one person everything is asked once
            user = webhook.membership.user
            webhook.membership.user = users.setdefault(user.pk, user)
        own = [e for e in entries if e.seq > webhook.from_seq and _is_wanted(webhook, e, names)]
        if own and still_held(webhook):
            wanted[webhook] = own
    open_to = open_to_webhooks((webhook, e.flow, e.record_id) for webhook, own in wanted.items() for e in own)
    made = []
    for webhook, own in wanted.items():
        told = [e for e in own if is_told((webhook.pk, e.flow, e.record_id), open_to, _happened(e))]
        # The row is held from here on: one that was deleted a moment ago must not take the others' events along.
        if told and Webhook.objects.filter(pk=webhook.pk).update(numbered=webhook.numbered + len(told)):
            for number, entry in enumerate(told, webhook.numbered + 1):
                made.append(_delivery(webhook, entry, names, number, now))
    Delivery.objects.bulk_create(made, batch_size=1000, ignore_conflicts=True)


def _is_wanted(webhook, entry, names) -> bool:
    """Whether the webhook asks for this event, and its role sees the state the event led to. What happened before a
    record was opened to somebody stays untold when it is opened later."""
    name = names.get((entry.flow, entry.action))
    if name is None or not webhook_events.wants(webhook.events, name):
        return False
    return entry.target in workflow(entry.flow).flow.seen_states(webhook.membership.role if webhook.membership else "")


Place = tuple[int, str, int]
"""Webhook, table and key of a record."""


def open_to_webhooks(wanted) -> dict[Place, dt.datetime | None]:
    """Of (webhook, table, record key) those whose record the webhook's capacity may see today; each with the moment
    before which its page hides from that capacity what happened, None where it hides nothing."""
    by_user: dict = defaultdict(set)
    users: dict = {}
    for webhook, flow, pk in wanted:
        membership = webhook.membership
        users.setdefault(membership.user_id, membership.user)
        by_user[membership.user_id].add((webhook.pk, membership.pk, flow, pk))
    found: dict[Place, dt.datetime | None] = {}
    for user_id, asked in by_user.items():
        seen = open_records(users[user_id], {(membership, flow, pk) for _w, membership, flow, pk in asked})
        begins = _beginnings(users[user_id], seen)
        found |= {
            (webhook, flow, pk): begins.get((membership, flow, pk))
            for webhook, membership, flow, pk in asked
            if (membership, flow, pk) in seen
        }
    return found


def _beginnings(user, seen) -> dict[tuple, dt.datetime | None]:
    """Since when a person may know what happened to records, capacity by capacity, as their timelines have it."""
    keys: dict[str, set[int]] = defaultdict(set)
    for _membership, flow, pk in seen:
        if hasattr(workflow(flow).model, "history_since"):
            keys[flow].add(pk)
    records = {
        flow: workflow(flow).model._default_manager.select_related(*workflow(flow).related).in_bulk(own)
        for flow, own in keys.items()
    }
    reader, found = copy.copy(user), {}
    for membership, flow, pk in seen:
        if record := records.get(flow, {}).get(pk):
            reader.act_as(membership)
            found[membership, flow, pk] = record.history_since(reader)
    return found


def is_told(place: Place, open_to: dict[Place, dt.datetime | None], at: dt.datetime) -> bool:
    """Whether a webhook may hear of something that happened to a record then."""
    return place in open_to and (open_to[place] is None or at >= open_to[place])


def _happened(entry) -> dt.datetime:
    """When it happened, as it is told. Where nobody is told who did it, the minute is not told either: it would point
    at somebody."""
    return formats.start_of_day(entry.at) if entry.action in workflow(entry.flow).flow.unnamed else entry.at


def _delivery(webhook, entry, names, number: int, now) -> Delivery:
    return Delivery(
        webhook=webhook,
        seq=entry.seq,
        number=number,
        kind=names[entry.flow, entry.action],
        flow=entry.flow,
        record_id=entry.record_id,
        record_code=entry.record_code,
        state=entry.target,
        happened_at=_happened(entry),
        made_at=now,
        next_at=now,
    )
