"""Reads of threads, always for a user: one by its code, lists, what is unread, whom to mention, files."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from django.db.models import (
    Case,
    Count,
    F,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
    prefetch_related_objects,
)
from django.db.models.functions import Coalesce
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from forum.models import Audience, Message, Reader, Thread, ThreadStatus
from forum.rules.access import RECORDS, capacities_in, hold, moderates, reads, threads_in_reach, writes
from forum.selectors.posts import (
    Post,
    get_message,
    pinned_posts,
    post_of,
    posts_of,
    versions_of,
)
from forum.selectors.posts import get_attachment as _attachment
from participants.rules.access import FLOW
from regions.models import Region, Theme
from workflow.listing import Facet, Listing
from workflow.registry import workflow

__all__ = [
    "Post",
    "Standing",
    "get_attachment",
    "get_message",
    "get_thread",
    "matches",
    "people_to_mention",
    "pinned_posts",
    "post_of",
    "posts_of",
    "standing_of",
    "thread_listing",
    "threads_on",
    "unread_count",
    "unread_in",
    "unread_threads",
    "versions_of",
]


def threads_seen_by(user):
    """Every thread that exists for somebody, with what a row of a list shows of it."""
    mine = Reader.objects.filter(thread=OuterRef("pk"), user=user.pk)
    last = Message.objects.filter(thread=OuterRef("pk")).order_by("-pk")
    return (
        Thread.objects.filter(threads_in_reach(user))
        .select_related("organisation", "theme")
        .annotate(
            last_read=Coalesce(Subquery(mine.values("last_read")[:1]), Value(0)),
            follows=Coalesce(Subquery(mine.values("follows")[:1]), Value(False)),
            muted=Coalesce(Subquery(mine.values("muted")[:1]), Value(False)),
            last_author=Subquery(last.values("author__name")[:1]),
        )
        .annotate(unread=_unread(user))
    )


def _unread(user):
    """How many messages of others, not deleted, stand behind the reader's mark."""
    behind = (
        Message.objects.filter(thread=OuterRef("pk"), pk__gt=OuterRef("last_read"), deleted_at__isnull=True)
        .exclude(author=user.pk)
        .order_by()
        .values("thread")
        .annotate(n=Count("pk"))
        .values("n")
    )
    return Coalesce(Subquery(behind, output_field=IntegerField()), Value(0))


def get_thread(user, code: str) -> Thread:
    """One thread through its only door: 404 for what does not exist for this reader."""
    if "\x00" in code:
        raise Http404
    found = Thread.objects.select_related("organisation", "theme", "opened_by").filter(code=code).first()
    if found is not None and found.audience == Audience.PARTNER:
        prefetch_related_objects([found], "parties")
    if found is None or not reads(user, hold(found)):
        raise Http404
    return found


@dataclass(frozen=True)
class Standing:
    """What a thread is to one reader: whether they take part, lead it, hear of it, and how far they have read."""

    may_write: bool
    may_moderate: bool
    follows: bool
    muted: bool
    last_read: int


def standing_of(user, thread) -> Standing:
    """What a thread is to somebody who reads it."""
    mark = Reader.objects.filter(thread=thread, user=user).first() or Reader()
    may_write = thread.is_open and writes(user, thread)
    return Standing(may_write, moderates(user, thread), mark.follows, mark.muted, mark.last_read)


# --- Lists --------------------------------------------------------------------------------------------------


def _audience_labels(values) -> dict[str, str]:
    return {str(a): str(a.label) for a in Audience if a in values}


TOPIC = "TOPIC"


def _about_labels(values) -> dict[str, str]:
    topics = {TOPIC: str(_("Open topic"))} if TOPIC in values else {}
    return topics | {name: str(workflow(name).flow.label) for name in RECORDS if name in values}


def _theme_labels(values) -> dict[str, str]:
    return {t.pk: t.label for t in Theme.objects.filter(pk__in=values).order_by("pk")}


def _province_labels(values) -> dict[str, str]:
    return {r.code: r.name for r in Region.objects.filter(code__in=values).order_by("code")}


def _state_labels(values) -> dict[str, str]:
    return {str(s): str(s.label) for s in ThreadStatus if s in values}


MINE = {
    "NEWS": _("Followed, with something new"),
    "FOLLOWED": _("Followed, read"),
    "MUTED": _("Silent"),
    "OTHER": _("Not followed"),
}


def _mine_labels(values) -> dict[str, str]:
    return {code: str(label) for code, label in MINE.items() if code in values}


FACETS = (
    Facet(
        "mine",
        _("My reading"),
        "mine",
        _mine_labels,
        Case(
            When(muted=True, then=Value("MUTED")),
            When(follows=True, unread__gt=0, then=Value("NEWS")),
            When(follows=True, then=Value("FOLLOWED")),
            default=Value("OTHER"),
        ),
    ),
    Facet(
        "state",
        _("State"),
        "turn",
        _state_labels,
        Case(When(resolved_at__isnull=True, then=Value("OPEN")), default=Value("RESOLVED")),
    ),
    Facet("audience", _("Who reads it"), "audience", _audience_labels),
    Facet("about", _("About"), "about", _about_labels, Case(When(flow="", then=Value(TOPIC)), default=F("flow"))),
    Facet("theme", _("Theme"), "theme", _theme_labels),
    Facet("province", _("Province"), "province", _province_labels),
)
SORTS = {
    "news": (_("Last message"), ("last_message_at",)),
    "title": (_("Subject"), ("title",)),
    "messages": (_("Messages"), ("message_count",)),
}


def thread_listing(request) -> Listing:
    """The conversations a reader is in, the newest word first."""
    return Listing(
        request,
        threads_seen_by(request.user),
        facets=FACETS,
        sorts=SORTS,
        default_sort="-news",
        search=_search,
    )


def _search(text: str) -> Q:
    """By code, by the record's code, by words of the subject or of a message that was not deleted. What is said about a
    nomination is not searched: nobody finds a nomination by anything about the person."""
    said = Message.objects.filter(text__icontains=text, deleted_at__isnull=True).exclude(thread__flow=FLOW)
    said = said.order_by().values("thread")
    return Q(code__iexact=text) | Q(record_code__iexact=text) | Q(title__icontains=text) | Q(pk__in=said)


matches = _search
"""What the list searches, for the JSON interface."""


def unread_in(user, thread, last_read: int) -> int:
    """How many messages of others stand behind a mark in one thread."""
    behind = thread.messages.filter(pk__gt=last_read, deleted_at__isnull=True)
    return behind.exclude(author=user.pk).count()


def threads_on(user, record) -> list[Thread]:
    """The conversations on a record, open ones first, the newest first."""
    if record.flow.name not in RECORDS:
        return []
    found = threads_seen_by(user).filter(flow=record.flow.name, record_id=record.pk)
    return list(found.order_by(F("resolved_at").asc(nulls_first=True), "-last_message_at", "-pk"))


def _with_news(user):
    return threads_seen_by(user).filter(follows=True, muted=False, unread__gt=0)


def unread_threads(user, limit: int = 8) -> list[Thread]:
    """The conversations somebody follows in which others have written since."""
    return list(_with_news(user).order_by("-last_message_at", "-pk")[:limit])


def unread_count(user) -> int:
    """How many conversations somebody follows have something new."""
    return _with_news(user).count()


# --- People and files ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Person:
    """Somebody who can be called by name."""

    pk: int
    name: str
    about: str
    """Their post and organisation."""


SUGGESTED = 8


def people_to_mention(user, thread, begins: str = "", limit: int = SUGGESTED) -> list[Person]:
    """People in the room whose name, or a word of it, begins so; the reader is not one of them."""
    if not reads(user, thread):
        raise Http404
    words = begins.replace("\x00", "").strip()[:60]
    wanted = ~Q(user=user.pk)
    if words:
        wanted &= Q(user__name__istartswith=words) | Q(user__name__icontains=f" {words}")
    found = []
    for person, membership in islice(capacities_in(thread, wanted, ("user__name", "user_id", "pk")), limit):
        where = membership.organisation.short_name or membership.organisation.name
        found.append(Person(person.pk, person.name, f"{membership.role_label}, {where}"))
    return found


def get_attachment(user, code: str, pk: int):
    """A file of a thread by the thread's code: 404 for whoever does not read it."""
    return _attachment(user, get_thread(user, code), pk)
