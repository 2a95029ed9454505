"""What an event in a conversation means to whom, and who may read what a notice about it leads to."""

from __future__ import annotations

from django.db.models import Q
from django.utils import translation

from accounts.models import Membership
from forum.models import Audience, Mention, Message, Reader, Thread
from forum.rules.access import capacities_in, record_of, threads_in_reach
from notices.audience import News
from notices.models import NoticeKind
from workflow.turns import waits_for

LOG = "forum.thread"
TO_FOLLOWERS = ("message", "widen", "resolve", "reopen", "record")


def tell(entry) -> list[News]:
    """Whom one entry of a conversation concerns: those it calls by name, those who follow it, and at its beginning
    those it is addressed to. Whoever did it knows, whoever is no longer in the room hears nothing, and nobody hears of
    a message that is gone already."""
    thread = Thread.objects.select_related("organisation").filter(pk=entry.record_id).first()
    if thread is None or deleted([entry]):
        return []
    called = _called(entry)
    news = []
    if called and entry.action == "message":
        news.append(_news(thread, entry, Q(user__in=called), NoticeKind.MENTION))
    rest = None
    if entry.action in TO_FOLLOWERS:
        rest = Q(user__in=Reader.objects.filter(thread=thread, follows=True, muted=False).values("user"))
    if entry.action in ("open", "widen"):
        addressed = _addressed(thread, entry)
        rest = addressed if rest is None else rest | addressed
    if rest is not None:
        silent = called if entry.action == "message" else _called_at_the_beginning(thread, entry)
        news.append(_news(thread, entry, rest & ~Q(user__in=silent), NoticeKind.TALK))
    return news


def deleted(entries) -> set[int]:
    """The numbers of those entries whose message was deleted meanwhile."""
    messages = {entry.seq: entry.data.get("message") for entry in entries if entry.action == "message"}
    found = Message.objects.filter(pk__in={pk for pk in messages.values() if pk}, deleted_at__isnull=False)
    gone = set(found.order_by().values_list("pk", flat=True))
    return {number for number, pk in messages.items() if pk in gone}


def may_read(user, membership, record_id: int) -> bool:
    """Whether a conversation exists for somebody in the capacity they act in now."""
    return bool(readable(user, membership, [record_id]))


def readable(user, membership, record_ids) -> set[int]:
    """Those of some conversations that exist for somebody in the capacity they act in now."""
    return set(Thread.objects.filter(threads_in_reach(user), pk__in=record_ids).order_by().values_list("pk", flat=True))


def _news(thread, entry, among: Q, kind: str) -> News:
    with translation.override("id"):
        path = thread.get_absolute_url()
    message = entry.data.get("message")
    return News(
        listeners=capacities_in(thread, among & ~Q(user=entry.actor_id)),
        subject_id=thread.title,
        subject_en=thread.title,
        path=f"{path}?pesan={message}" if message else path,
        kind=kind,
    )


def _called(entry) -> set[int]:
    """Whom the message of an entry calls by name; nobody once it was deleted."""
    if entry.action != "message":
        return set()
    return set(Mention.objects.filter(message=entry.data.get("message")).values_list("user", flat=True))


def _called_at_the_beginning(thread, entry) -> set[int]:
    """Whom the first message calls: the entry of that message tells them."""
    if entry.action != "open":
        return set()
    first = thread.messages.order_by("pk").values("pk")[:1]
    return set(Mention.objects.filter(message__in=first).values_list("user", flat=True))


def _addressed(thread, entry) -> Q:
    """At the beginning: organisations that are named, colleagues of an own office, and on a record those it comes from
    or waits for. The hundreds who may read it besides find it in the forum."""
    if entry.action == "widen":
        codes = set(entry.data.get("after", {}).get("parties", ())) - set(
            entry.data.get("before", {}).get("parties", ())
        )
        return Q(organisation__code__in=codes) if codes else Q(pk__in=[])
    found = Q(organisation__in=thread.parties.values("organisation"))
    if thread.audience == Audience.OFFICE:
        found |= Q(organisation=thread.organisation_id)
    record = record_of(thread)
    if record is None:
        return found
    home = record.flow.home(record) if record.flow.home else None
    if home is not None:
        found |= Q(organisation=home)
    if roles := waits_for(record):
        people = record.flow.people(record, roles)
        turn = Membership.objects.current().filter(role__in=roles, user__in=people.order_by().values("pk"))
        found |= Q(pk__in=turn.values("pk"))
    return found
