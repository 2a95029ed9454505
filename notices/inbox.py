"""The inbox as its reader sees it: one group per record, the newest first, with what has become of the record since."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, F, IntegerField, Max, Q, Value, When, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext as _

from notices.lines import Line, line
from notices.models import BatchItem, Notice, NoticeKind
from notices.rules import sight
from notices.rules.doors import open_records
from workflow.registry import workflow

GROUPS = 20
SHOWN = 8
"""Notices of one record shown on the page; older ones are counted, the record's own history holds them."""

UNREAD = "baru"
FILTERS = {
    UNREAD: Q(read_at__isnull=True),
    "giliran": Q(kind=NoticeKind.TURN),
    "tenggat": Q(kind=NoticeKind.DUE),
    "perubahan": Q(kind=NoticeKind.CHANGE),
    "percakapan": Q(kind__in=(NoticeKind.TALK, NoticeKind.MENTION)),
    "rapat": Q(kind=NoticeKind.MEETING),
}
"""What the address may ask for (`?saring=`)."""


def filter_labels() -> dict[str, str]:
    """The words of the filters, everything first."""
    return {
        "": _("All"),
        UNREAD: _("Unread"),
        "giliran": _("Your turn"),
        "tenggat": _("Due dates"),
        "perubahan": _("Changes"),
        "percakapan": _("Conversations"),
        "rapat": _("Meetings"),
    }


def own(user, chosen: str = ""):
    """A person's notices under a filter; an unknown filter shows everything."""
    return Notice.objects.filter(FILTERS.get(chosen, Q()), user=user)


def unread_by_filter(user) -> dict[str, int]:
    """How many notices under each filter are unread; one query."""
    parts = {name or "all": Count("pk", filter=condition) for name, condition in {"": Q(), **FILTERS}.items()}
    found = Notice.objects.filter(user=user, read_at__isnull=True).aggregate(**parts)
    return {"": found.pop("all"), **found}


def newest(user) -> int:
    """The number of the newest notice, so that "mark all" marks no more than was there."""
    # A plain Max walks the notices of everybody from the end until it meets one of this reader's.
    return Notice.objects.filter(user=user).aggregate(newest=Max(F("pk") + 0))["newest"] or 0


# --- Groups -------------------------------------------------------------------------------------------------

_MANY = Case(When(count__gt=1, then=F("pk")), default=Value(0), output_field=IntegerField())
"""A notice about many records is a group of its own."""


def groups(user, chosen: str = ""):
    """(flow, record_id, many) of everything there is news of, with its counts: unread first, then the newest."""
    rows = own(user, chosen).annotate(many=_MANY).order_by().values("flow", "record_id", "many")
    return rows.annotate(
        number=Count("pk"),
        unread=Count("pk", filter=Q(read_at__isnull=True)),
        last=Max("created_at"),
        newest=Max("pk"),
        fresh=Case(When(unread__gt=0, then=Value(1)), default=Value(0), output_field=IntegerField()),
    ).order_by("-fresh", "-last", "-newest")


@dataclass(frozen=True)
class Earlier:
    """An older notice of the same record, in one line."""

    pk: int
    text: str
    by: str
    at: Any
    is_unread: bool
    by_day: bool = False


@dataclass(frozen=True)
class Group:
    """All news of one record, or one notice about many records, ready to show."""

    latest: Line
    earlier: list[Earlier]
    more: int
    """Earlier ones that are only counted."""
    unread: int
    record: Any
    """The record as it is now, for its status; None where it has no table, or where there are many."""
    newest: int
    zone: str

    @property
    def others(self) -> int:
        """How many notices there are beside the latest."""
        return len(self.earlier) + self.more


def on_page(user, rows, zone: str, chosen: str = "") -> list[Group]:
    """The groups of one page. Queries: notices, and per table what may be read and how it stands; none per row."""
    rows = list(rows)
    found = _lines(user, rows, chosen)
    seen = sight(user, [notices[0] for notices in found.values()])
    records = _records([notices[0] for notices in found.values() if seen.is_open(notices[0])])
    made = []
    for row in rows:
        notices = found.get((row["flow"], row["record_id"], row["many"]))
        if not notices:
            continue
        latest = line(notices[0], seen)
        older = [] if latest.is_closed else [_earlier(notice) for notice in notices[1:]]
        made.append(
            Group(
                latest=latest,
                earlier=older,
                more=0 if latest.is_closed else row["number"] - len(notices),
                unread=row["unread"],
                record=None if latest.is_closed or row["many"] else records.get((row["flow"], row["record_id"])),
                newest=notices[0].pk,
                zone=zone,
            )
        )
    return made


def _earlier(notice: Notice) -> Earlier:
    told = line(notice)
    text = told.headline.removeprefix(f"{notice.record_code}: ")
    words, by_day = text[:1].upper() + text[1:], notice.tells_day_only
    return Earlier(notice.pk, words, told.by, notice.created_at, told.is_unread, by_day)


def _records(notices: list[Notice]) -> dict[tuple[str, int], Any]:
    """The records themselves, by table and key; one query for each table."""
    wanted = defaultdict(set)
    for notice in notices:
        if workflow(notice.flow) is not None and not notice.is_many:
            wanted[notice.flow].add(notice.record_id)
    found: dict[tuple[str, int], Any] = {}
    for flow, numbers in wanted.items():
        known = workflow(flow)
        rows = known.model._default_manager.select_related(*known.related).filter(pk__in=numbers)
        found |= {(flow, record.pk): record for record in rows}
    return found


def _lines(user, rows, chosen: str) -> dict[tuple, list[Notice]]:
    """The newest notices of each group, the newest first; one query."""
    if not rows:
        return {}
    wanted = Q()
    for row in rows:
        wanted |= Q(flow=row["flow"], record_id=row["record_id"], many=row["many"])
    place = Window(RowNumber(), partition_by=["flow", "record_id", "many"], order_by=["-created_at", "-pk"])
    notices = own(user, chosen).annotate(many=_MANY).filter(wanted).annotate(place=place).filter(place__lte=SHOWN)
    found = defaultdict(list)
    for notice in notices.select_related("membership").order_by("-created_at", "-pk"):
        found[notice.flow, notice.record_id, notice.many].append(notice)
    return found


# --- One notice about many records --------------------------------------------------------------------------


def items(user, notice: Notice):
    """The records one notice speaks of."""
    return BatchItem.objects.filter(notice=notice, notice__user=user).order_by("pk")


@dataclass(frozen=True)
class Item:
    """One of many records, ready to show."""

    code: str
    record: Any
    """None where it may not be read any more."""


def items_on_page(user, notice: Notice, page) -> list[Item]:
    """The records of one page as they are now; two queries."""
    page = list(page)
    may = open_records(user, [(notice.membership_id, notice.flow, item.record_id) for item in page])
    known = workflow(notice.flow)
    numbers = [pk for _membership, _flow, pk in may]
    rows = known.model._default_manager.select_related(*known.related).filter(pk__in=numbers) if known else ()
    records = {record.pk: record for record in rows}
    return [Item(item.record_code, records.get(item.record_id)) for item in page]
