"""Puts notices into inboxes, each once, and into the mails they travel in: as many queries for a thousand people as for
one."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Count
from django.utils import timezone

from notices import rules
from notices.models import BatchItem, Notice, Outbox, Preference
from workflow.batches import batch_of

SETTLES = dt.timedelta(minutes=2)
"""A mail at once about many records waits so long for the rest of them: an import is one line, not its first rows."""
SETTLES_AT_MOST = dt.timedelta(minutes=15)
PIECE = 1000


@dataclass
class Draft:
    """A notice about to be delivered."""

    notice: Notice
    urgency: str = rules.NORMAL
    mail: bool = True
    """False: the inbox only."""
    items: dict[int, str] | None = None
    """The records of a notice about many: key -> code."""


def fold(drafts: list[Draft], entries: dict[str, object]) -> list[Draft]:
    """The notices of one batch about the same act, to the same person in the same capacity, as one; `entries`: the log
    entries by the keys of the notices."""
    found: list[Draft] = []
    folded: dict[str, Draft] = {}
    for draft in drafts:
        notice = draft.notice
        batch = batch_of(entries[notice.key])
        if not batch:
            found.append(draft)
            continue
        key = f"batch:{batch}:{notice.flow}:{notice.action}:{notice.kind}:{notice.membership_id or 0}"
        place = f"{notice.user_id}:{key}"
        if place not in folded:
            notice.key, notice.batch = key, batch
            draft.items = {notice.record_id: notice.record_code}
            folded[place] = draft
            found.append(draft)
            continue
        first = folded[place]
        first.items[notice.record_id] = notice.record_code
        first.notice.created_at = max(first.notice.created_at, notice.created_at)
        if first.notice.comment != notice.comment:
            first.notice.comment = ""
        if notice.due_at is not None:  # the earliest of many decides when it leaves, and is named
            first.notice.due_at = min(first.notice.due_at or notice.due_at, notice.due_at)
        if draft.urgency == rules.URGENT:
            first.urgency = rules.URGENT
        first.mail = first.mail or draft.mail
    for draft in folded.values():
        draft.notice.count = len(draft.items)
    return found


def deliver(drafts: list[Draft], now) -> int:
    """Put notices into inboxes and mails; returns how many are new. Who was told of an event is not told again."""
    if not drafts:
        return 0
    users = {draft.notice.user_id for draft in drafts}
    known = {
        (notice.user_id, notice.key): notice
        for notice in Notice.objects.filter(user__in=users, key__in={draft.notice.key for draft in drafts})
    }
    fresh: dict[tuple, Draft] = {}
    again: list[tuple[Draft, Notice]] = []
    for draft in drafts:
        place = (draft.notice.user_id, draft.notice.key)
        if place in known:
            again.append((draft, known[place]))
        else:
            fresh.setdefault(place, draft)
    _assign_mails(list(fresh.values()), now)
    made = [draft.notice for draft in fresh.values()]
    Notice.objects.bulk_create(made, batch_size=PIECE)
    _add_items([(d, d.notice) for d in fresh.values()])
    _grow([(draft, notice) for draft, notice in again if draft.items], now)
    return len(made)


# --- Mails --------------------------------------------------------------------------------------------------


def _assign_mails(drafts: list[Draft], now) -> None:
    """Give each notice the mail it leaves with, by what its reader chose."""
    choices = _choices({d.notice.user_id for d in drafts if d.mail and d.notice.user.is_active})
    wanted: dict[tuple, list[Draft]] = defaultdict(list)
    at_once: set[tuple] = set()
    for draft in drafts:
        notice = draft.notice
        if not draft.mail or not notice.user.is_active:
            continue
        when = rules.mail_at(
            notice.kind,
            choices.get(notice.user_id, {}),
            now,
            notice.time_zone,
            urgency=draft.urgency,
            due_at=notice.due_at,
        )
        if when is None:
            continue
        moment, in_digest = when
        if draft.items and moment == now:
            moment = now + SETTLES
        wanted[notice.user_id, moment].append(draft)
        if not in_digest:
            at_once.add((notice.user_id, moment))
    mails = _mails(wanted, at_once)
    for place, own in wanted.items():
        for draft in own:
            draft.notice.mail = mails[place]


def _choices(users: set[int]) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = defaultdict(dict)
    for user, kind, cadence in Preference.objects.filter(user__in=users).values_list("user_id", "kind", "cadence"):
        found[user][kind] = cadence
    return found


def _mails(wanted: dict[tuple, list[Draft]], at_once: set[tuple]) -> dict[tuple, Outbox]:
    """(user, moment) -> the mail that leaves then: one that is still open, else a new one.

    Open mails are locked until the notices are in: whoever wants to send one meanwhile leaves it for the next round.
    """
    if not wanted:
        return {}
    waiting = Outbox.objects.select_for_update().filter(
        user__in={user for user, _moment in wanted},
        due_at__in={moment for _user, moment in wanted},
        sent_at__isnull=True,
        dropped_at__isnull=True,
        given_up_at__isnull=True,
        in_doubt=False,
        seq__isnull=True,
    )
    found: dict[tuple, Outbox] = {}
    for mail in waiting.order_by("pk"):
        found.setdefault((mail.user_id, mail.due_at), mail)
    sooner = [mail.pk for place, mail in found.items() if mail.is_digest and place in at_once]
    if sooner:
        Outbox.objects.filter(pk__in=sooner).update(is_digest=False)
    new = {
        place: Outbox(
            user_id=place[0],
            due_at=place[1],
            next_at=place[1],
            is_digest=place not in at_once,
            key=f"{place[0]}:{drafts[0].notice.key}",
        )
        for place, drafts in wanted.items()
        if place not in found
    }
    Outbox.objects.bulk_create(new.values(), batch_size=PIECE)
    return found | new


# --- Notices about many records -----------------------------------------------------------------------------


def _add_items(pairs: list[tuple[Draft, Notice]]) -> None:
    rows = [
        BatchItem(notice=notice, record_id=pk, record_code=code)
        for draft, notice in pairs
        if draft.items
        for pk, code in draft.items.items()
    ]
    if rows:
        BatchItem.objects.bulk_create(rows, batch_size=PIECE, ignore_conflicts=True)


def _grow(pairs: list[tuple[Draft, Notice]], now) -> None:
    """More records of a batch that has been told of in part: the same notice counts them, unread again; its mail, if it
    has not left, waits for the rest."""
    if not pairs:
        return
    _add_items(pairs)
    items = BatchItem.objects.filter(notice__in={notice.pk for _draft, notice in pairs}).order_by()
    counts = dict(items.values_list("notice_id").annotate(n=Count("pk")))
    grown = {}
    for draft, notice in pairs:
        if counts[notice.pk] != notice.count:
            notice.count, notice.read_at = counts[notice.pk], None
            notice.created_at = max(notice.created_at, draft.notice.created_at)
            if notice.comment != draft.notice.comment:
                notice.comment = ""
            grown[notice.pk] = notice
    Notice.objects.bulk_update(grown.values(), ["count", "read_at", "created_at", "comment"], batch_size=PIECE)
    Outbox.objects.filter(
        notices__in=grown,
        sent_at__isnull=True,
        dropped_at__isnull=True,
        in_doubt=False,
        is_digest=False,
        created_at__gt=timezone.now() - SETTLES_AT_MOST,
        next_at__lt=now + SETTLES,
    ).update(next_at=now + SETTLES)
