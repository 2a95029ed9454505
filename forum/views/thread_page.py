"""The page of one thread, shared by the views that show it: as it is, and with a message that was refused."""

from __future__ import annotations

from django.http import Http404
from django.template.response import TemplateResponse

from accounts.rules import zone_of
from forum.forms.threads import MessageForm
from forum.rules.access import record_of, room_of
from forum.rules.widening import steps_from
from forum.selectors import threads as selectors
from forum.selectors.audiences import shown_room
from forum.selectors.posts import last_change
from forum.selectors.thread_pages import page_of
from forum.services import threads as services

POLL_SECONDS = 15
LISTED = 50
"""People in the list for readers without a script; a script finds everybody by the first letters."""


def thread_page(request, thread, *, form=None, status: int = 200):
    """The whole page; what is shown on it counts as read, unless unread messages stand on a page before it."""
    user = request.user
    standing = selectors.standing_of(user, thread)
    changed = last_change(thread)  # before the messages: what is changed meanwhile is brought once more
    page = page_of(
        user,
        thread,
        last_read=standing.last_read,
        number=request.GET.get("page", ""),
        message=request.GET.get("pesan", ""),
    )
    if request.method == "GET" and page.read_upto > standing.last_read:
        services.mark_read(user, thread, page.read_upto)
    quote = _quoted(request, thread, form)
    if form is None and standing.may_write:
        form = message_form(request, thread, initial={"quotes": quote.pk if quote else None})
    context = {
        "thread": thread,
        "standing": standing,
        "page": page,
        "form": form,
        "quote": quote,
        "pinned": selectors.pinned_posts(user, thread),
        "room": shown_room(thread),
        "record": record_of(thread),
        "may_widen": standing.may_moderate
        and thread.is_open
        and bool(steps_from(room_of(thread), thread.organisation)),
        "reader_zone": zone_of(user),
        "poll_seconds": POLL_SECONDS,
        "changed": as_sent(changed),
    }
    return TemplateResponse(request, "forum/threads/thread.html", context, status=status)


def as_sent(moment) -> str:
    """A moment as the page carries it to the next look."""
    return moment.isoformat() if moment else ""


def message_form(request, thread, sent=None, files=None, initial=None) -> MessageForm:
    """The form at the end of a thread, with the people it can call by name without a script."""
    people = selectors.people_to_mention(request.user, thread, limit=LISTED)
    return MessageForm(sent, files, people=people, initial=initial)


def _quoted(request, thread, form):
    """The message that is answered: named in the address, or by the form that came back."""
    asked = request.GET.get("kutip", "") if form is None else str(form.data.get("quotes", ""))
    if not asked.isdecimal() or len(asked) > 17:
        return None
    try:
        post = selectors.post_of(request.user, thread, int(asked))
    except Http404:
        return None
    return None if post.deleted_at else post
