"""A long thread in pages: the one with the first unread message first, and what of it counts as read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from forum.models import Message
from forum.selectors.posts import posts_of

PAGE = 40
"""Messages on a page: a page of the portal has at most 1,500 elements."""


@dataclass(frozen=True)
class Shown:
    """One page of a thread."""

    posts: list[Any]
    number: int
    pages: int
    first_new: int
    """Key of the first message on this page that is new to the reader; 0 where there is none."""
    read_upto: int
    """How far the reader has read once this page is shown; 0 where unread messages stand before it."""

    @property
    def is_last(self) -> bool:
        """Whether new messages appear at the end of this page."""
        return self.number == self.pages

    @property
    def first(self) -> int:
        """Key of the first message shown."""
        return self.posts[0].pk if self.posts else 0

    @property
    def last(self) -> int:
        """Key of the last message shown."""
        return self.posts[-1].pk if self.posts else 0

    @property
    def previous_url(self) -> str:
        """The page before, or an empty string."""
        return f"?page={self.number - 1}" if self.number > 1 else ""

    @property
    def next_url(self) -> str:
        """The page after, or an empty string."""
        return f"?page={self.number + 1}" if self.number < self.pages else ""


def page_of(user, thread, *, last_read: int, number: str = "", message: str = "") -> Shown:
    """The page an address asks for: by number, by message, or the one with the first unread message, else the last."""
    rows = list(Message.objects.filter(thread=thread).order_by("pk").values_list("pk", "author_id", "deleted_at"))
    unread = [pk for pk, author, gone in rows if pk > last_read and author != user.pk and gone is None]
    keys = [pk for pk, _author, _gone in rows]
    order = {pk: n for n, pk in enumerate(keys)}
    pages = max(1, -(-len(keys) // PAGE))
    if message.isdecimal() and len(message) < 18 and int(message) in order:
        chosen = order[int(message)] // PAGE + 1
    elif number.isdecimal() and len(number) < 9:
        chosen = min(max(int(number), 1), pages)
    elif unread:
        chosen = order[unread[0]] // PAGE + 1
    else:
        chosen = pages
    here = keys[(chosen - 1) * PAGE : chosen * PAGE]
    posts = posts_of(user, thread, here[0] - 1, limit=PAGE) if here else []
    new_here = [pk for pk in unread if here and here[0] <= pk <= here[-1]]
    skipped = bool(unread and here and unread[0] < here[0])
    return Shown(
        posts=posts,
        number=chosen,
        pages=pages,
        first_new=new_here[0] if new_here else 0,
        read_upto=here[-1] if here and not skipped else 0,
    )
