"""Messages ready to show: rendered, with author, quotation and files, and what the reader may do with each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Max, Q
from django.db.models.functions import Greatest
from django.http import Http404
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.models import Organisation
from forum.markdown import plain, render
from forum.models import Attachment, Message, MessageKind, Reader
from forum.rules.access import Room, moderates, reads, record_of, writes
from forum.rules.messages import acts_on, delete_fault, edit_fault, wrote
from forum.selectors.rooms import Names
from workflow.registry import capacity_label

QUOTED = 240
AT_ONCE = 200


@dataclass(frozen=True)
class Quote:
    """The message another one answers."""

    pk: int
    author: str
    deleted: bool
    text: str


@dataclass(frozen=True)
class Post:
    """One message as one reader sees it."""

    pk: int
    kind: str
    author: str
    role: str
    """In words, with the capacity: "Plh. Kepala Dinas"."""
    organisation: str
    at: Any
    text: str
    """As typed, for the author's edit form and for quoting."""
    html: SafeString
    own: bool
    new: bool
    edited_at: Any = None
    edit_mark: str = ""
    deleted_at: Any = None
    deleted_by: str = ""
    pinned_at: Any = None
    recorded_at: Any = None
    quote: Quote | None = None
    attachments: list[Any] = field(default_factory=list)
    mentions: list[str] = field(default_factory=list)
    may_quote: bool = False
    may_edit: bool = False
    may_delete: bool = False
    may_pin: bool = False
    may_record: bool = False

    @property
    def initials(self) -> str:
        """Two letters for the picture beside it."""
        words = [word for word in self.author.split() if word[:1].isalpha()]
        return "".join(word[0] for word in words[:2]).upper()


def posts_of(user, thread, after: int = 0, *, limit: int = AT_ONCE, only=None) -> list[Post]:
    """The messages of a thread behind a given one, oldest first. A fixed number of queries, however many there are."""
    if not reads(user, thread):
        raise Http404
    rows = Message.objects.filter(thread=thread, pk__gt=after)
    if only is not None:
        rows = rows.filter(only)
    rows = rows.select_related("author", "organisation", "deleted_by", "quotes__author")
    found = list(rows.prefetch_related("attachments", "mentions__user").order_by("pk")[:limit])
    return _Shower(user, thread, found).all()


CHANGED = Greatest("edited_at", "deleted_at", "recorded_at")
"""When a message was last put into other words, deleted or taken into the record. Whoever does that holds the lock on
the thread, so that these moments never come out of order."""


def last_change(thread):
    """The moment anything that was said in a thread was last changed, or None."""
    return Message.objects.filter(thread=thread).aggregate(last=Max(CHANGED))["last"]


def changed_posts(user, thread, since, first: int, last: int) -> list[Post]:
    """The messages between two keys that were changed after a moment (None: ever)."""
    changed = {"changed__gt": since} if since is not None else {"changed__isnull": False}
    keys = Message.objects.filter(thread=thread, pk__gte=first, pk__lte=last).annotate(changed=CHANGED)
    return posts_of(user, thread, only=Q(pk__in=keys.filter(**changed).order_by().values("pk")))


def post_of(user, thread, pk: int) -> Post:
    """One message of a thread, or 404."""
    message = get_message(user, thread, pk)
    return posts_of(user, thread, message.pk - 1, limit=1)[0]


def pinned_posts(user, thread) -> list[Post]:
    """What moderators hold at the top, in the order of the thread."""
    return posts_of(user, thread, only=Q(pinned_at__isnull=False))


def get_message(user, thread, pk: int) -> Message:
    """One message of a thread through its only door: 404 for what this reader may not see."""
    if not reads(user, thread):
        raise Http404
    message = Message.objects.select_related("author", "organisation").filter(thread=thread, pk=pk).first()
    if message is None:
        raise Http404
    message.thread = thread
    return message


class _Shower:
    """Knows once for all messages of a page what each of them needs."""

    def __init__(self, user, thread, messages):
        self.user, self.thread, self.messages = user, thread, messages
        self.writes = writes(user, thread)
        self.moderates = self.writes and moderates(user, thread)
        record = record_of(thread) if self.writes else None
        self.records = record is not None and acts_on(user, record)
        mark = Reader.objects.filter(thread=thread, user=user).values_list("last_read", flat=True).first()
        self.last_read = mark or 0
        self.rooms = {}
        if changes := [m for m in messages if m.kind == MessageKind.WIDENED]:
            codes = {code for m in changes for room in m.data.values() for code in room.get("parties", ())}
            keys = dict(Organisation.objects.filter(code__in=codes).values_list("code", "pk")) if codes else {}
            self.rooms = {m.pk: (self._room(m, "before", keys), self._room(m, "after", keys)) for m in changes}
            self.names = Names([room for pair in self.rooms.values() for room in pair])

    def _room(self, message, which: str, keys) -> Room:
        said = message.data.get(which, {})
        parties = frozenset(keys[code] for code in said.get("parties", ()) if code in keys)
        return Room(said.get("audience", ""), self.thread.organisation_id, said.get("province", ""), parties)

    def all(self) -> list[Post]:
        return [self.post(message) for message in self.messages]

    def post(self, message) -> Post:
        message.thread = self.thread
        lives = message.is_text and not message.is_deleted
        mine = wrote(self.user, message)
        return Post(
            pk=message.pk,
            kind=str(message.kind),
            author=message.author.name,
            role=capacity_label(message.role, message.capacity),
            organisation=message.organisation.short_name or message.organisation.name,
            at=message.made_at,
            text=message.text,
            html=self._html(message),
            own=message.author_id == self.user.pk,
            new=message.pk > self.last_read and message.author_id != self.user.pk,
            edited_at=message.edited_at,
            edit_mark=message.edit_mark,
            deleted_at=message.deleted_at,
            deleted_by=_deleted_by(message),
            pinned_at=message.pinned_at,
            recorded_at=message.recorded_at,
            quote=_quote(message.quotes),
            attachments=list(message.attachments.all()),
            mentions=[mention.user.name for mention in message.mentions.all()],
            may_quote=lives and self.writes and self.thread.is_open,
            may_edit=self.writes and message.author_id == self.user.pk and not edit_fault(self.user, message),
            may_delete=self.writes and (mine or self.moderates) and not delete_fault(message),
            may_pin=lives and self.moderates,
            may_record=lives and self.records and message.recorded_at is None,
        )

    def _html(self, message) -> SafeString:
        if message.kind != MessageKind.WIDENED:
            return render(message.text)
        before, after = (self.names.in_words(room) for room in self.rooms[message.pk])
        sentence = _("Read until now by: %(before)s. From now on: %(after)s.") % {"before": before, "after": after}
        return format_html("<p>{}</p>{}", sentence, render(message.text))


def _deleted_by(message) -> str:
    """Who deleted a message; the portal itself where the time of keeping was over."""
    if not message.is_deleted:
        return ""
    return message.deleted_by.name if message.deleted_by else _("System")


def _quote(quoted) -> Quote | None:
    if quoted is None:
        return None
    return Quote(quoted.pk, quoted.author.name, quoted.is_deleted, plain(quoted.text, QUOTED))


@dataclass(frozen=True)
class Wording:
    """One wording of a message and until when it stood; the present one stands still."""

    text: str
    until: Any


def versions_of(user, message) -> list[Wording]:
    """Every wording of a message, the first one first, for everyone who reads the thread; none of a deleted one."""
    if not reads(user, message.thread):
        raise Http404
    if message.is_deleted:
        return []
    return [*(Wording(v.text, v.replaced_at) for v in message.versions.all()), Wording(message.text, None)]


def get_attachment(user, thread, pk: int) -> Attachment:
    """A file of a thread through its only door: 404 for whoever does not read the thread, and once its message is
    deleted."""
    if not reads(user, thread):
        raise Http404
    found = Attachment.objects.filter(message__thread=thread, message__deleted_at__isnull=True, pk=pk).first()
    if found is None:
        raise Http404
    return found
