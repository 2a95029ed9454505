"""Acts on the messages of a thread: writing, what is new, editing, deleting, pinning, history, into the record; files
and the people who can be called by name."""

from __future__ import annotations

from django.contrib import messages as told
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_aware
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.rules import zone_of
from forum.forms.threads import EditForm
from forum.rules.access import record_of
from forum.selectors import threads as selectors
from forum.selectors.posts import changed_posts, last_change
from forum.services import messages as services
from forum.services.threads import mark_read
from forum.views.thread_page import as_sent, message_form, thread_page
from partnerships.texts import difference
from workflow.answers import json_answer
from workflow.downloads import file_response
from workflow.engine import Refused, Stale
from workflow.registry import role_label
from workflow.table import ANYONE

WRITE = ["GET", "HEAD", "POST"]
MOST_NEW = 30
"""Messages one look brings at most; the next look brings the rest."""


@require_http_methods(WRITE)
def messages(request, code):
    """GET: what is new after a message, for the page that is open. POST: a message."""
    thread = selectors.get_thread(request.user, code)
    return _write(request, thread) if request.method == "POST" else _news(request, thread)


def _news(request, thread):
    """204 when nothing is new. Only what the reader's page says was on the screen (`seen`) counts as read. Messages the
    page has (from `first`) that were edited or deleted after `since` come along and take their own place."""
    after, seen = _key(request.GET.get("after", "")), _key(request.GET.get("seen", ""))
    if after is None:  # a link on the page that came back with a refused message
        asked = request.GET.urlencode()
        return redirect(f"{thread.get_absolute_url()}{f'?{asked}' if asked else ''}")
    if seen:
        mark_read(request.user, thread, min(seen, after))
    first, since, changed = (
        _key(request.GET.get("first", "")),
        _moment(request.GET.get("since", "")),
        last_change(thread),
    )
    again = []
    if first is not None and changed is not None and (since is None or changed > since):
        again = changed_posts(request.user, thread, since, first, after)
    posts = selectors.posts_of(request.user, thread, after, limit=MOST_NEW)
    if not posts and not again:
        return HttpResponse(status=204)
    context = {
        "thread": thread,
        "posts": posts,
        "again": again,
        "changed": as_sent(changed),
        "standing": selectors.standing_of(request.user, thread),
        "reader_zone": zone_of(request.user),
        "others": sum(1 for post in posts if not post.own),
    }
    return render(request, "forum/threads/_news.html", context)


def _write(request, thread):
    form = message_form(request, thread, request.POST, request.FILES)
    if not form.is_valid():
        return thread_page(request, thread, form=form, status=400)
    data = form.cleaned_data
    try:
        message = services.post(
            request.user,
            thread,
            text=data["text"],
            quotes=data["quotes"],
            mentions=data["mentions"],
            files=data["files"],
            key=data["key"],
        )
    except Refused as refusal:
        for reason in refusal.reasons:
            form.add_error(None, reason)
        return thread_page(request, thread, form=form, status=409)
    return redirect(link_to(thread, message.pk))


def link_to(thread, pk: int) -> str:
    """The permanent address of a message, on whatever page of the thread it stands."""
    return f"{reverse('forum:thread', args=[thread.code])}?pesan={pk}#pesan-{pk}"


@require_http_methods(WRITE)
def edit(request, code, pk):
    """Another wording; the former one stays in the history."""
    thread, post = _post(request, code, pk)
    if not post.may_edit:
        raise PermissionDenied("forum.thread.edit")
    message = selectors.get_message(request.user, thread, pk)
    form = EditForm(
        request.POST if request.method == "POST" else None, initial={"text": post.text, "seen": message.edit_mark}
    )
    status, stale = 200, None
    if form.is_valid():
        try:
            services.edit(request.user, message, text=form.cleaned_data["text"], seen_edit=form.cleaned_data["seen"])
        except Refused as refusal:
            for reason in refusal.reasons:
                form.add_error(None, reason)
            status = 409
        except Stale:
            status, stale = 409, selectors.get_message(request.user, thread, pk)
            form.data = form.data.copy()
            form.data["seen"] = stale.edit_mark
            form.add_error(None, _("You changed this message on another page meanwhile. Compare, then save again."))
        else:
            return redirect(link_to(thread, pk))
    elif form.is_bound:
        status = 400
    context = {"thread": thread, "post": post, "form": form, "stale": stale}
    return render(request, "forum/threads/edit.html", context, status=status)


@require_http_methods(WRITE)
def delete(request, code, pk):
    """What it says is gone for everybody; that it was there stays."""
    thread, post = _post(request, code, pk)
    if not post.may_delete:
        raise PermissionDenied("forum.thread.delete")
    if request.method == "POST":
        services.delete(request.user, selectors.get_message(request.user, thread, pk))
        told.success(request, _("The message was deleted."))
        return redirect(link_to(thread, pk))
    return render(request, "forum/threads/delete.html", _about(request, thread, post))


@require_POST
def pin(request, code, pk):
    """To the top of the thread, or back to its place."""
    thread, post = _post(request, code, pk)
    if not post.may_pin:
        raise PermissionDenied("forum.thread.pin")
    try:
        services.pin(request.user, selectors.get_message(request.user, thread, pk), request.POST.get("on") == "1")
    except Refused as refusal:
        told.warning(request, " ".join(refusal.reasons))
    return redirect(link_to(thread, pk))


@require_safe
def history(request, code, pk):
    """Every wording a message had, each with what differs from the one before."""
    thread, post = _post(request, code, pk)
    message = selectors.get_message(request.user, thread, pk)
    wordings = selectors.versions_of(request.user, message)
    texts = [wording.text.splitlines() for wording in wordings]
    steps = [
        {"number": n + 1, "at": wordings[n - 1].until, "blocks": difference(texts[n - 1], texts[n])}
        for n in range(1, len(wordings))
    ]
    first = {"at": message.made_at, "text": wordings[0].text}
    context = {**_about(request, thread, post), "first": first, "steps": steps[::-1]}
    return render(request, "forum/threads/history.html", context)


@require_http_methods(WRITE)
def record(request, code, pk):
    """A decision leaves the conversation and stands in the record's history, where others read it too."""
    thread, post = _post(request, code, pk)
    found = record_of(thread)
    if found is None or not post.may_record:
        raise PermissionDenied("forum.thread.record")
    reasons = []
    if request.method == "POST":
        try:
            services.take_into_record(request.user, selectors.get_message(request.user, thread, pk))
        except Refused as refusal:
            reasons = refusal.reasons
        else:
            told.success(request, _("The decision stands in the history of %(code)s.") % {"code": found.code})
            return redirect(link_to(thread, pk))
    sees = found.state.sees
    context = {
        **_about(request, thread, post),
        "record": found,
        "roles": [] if sees == ANYONE else [role_label(role) for role in sees],
        "reasons": reasons,
    }
    return render(request, "forum/threads/record.html", context, status=409 if reasons else 200)


@require_safe
def attachment(request, code, pk):
    """A file of a message, for whoever reads the thread."""
    return file_response(selectors.get_attachment(request.user, code, pk))


@require_safe
def people(request, code):
    """Whom a message can call by name, as JSON: those who read along and whose name begins so."""
    thread = selectors.get_thread(request.user, code)
    found = selectors.people_to_mention(request.user, thread, request.GET.get("q", "")[:60])
    rows = [{"id": person.pk, "name": person.name, "about": person.about} for person in found]
    return json_answer({"people": rows})


def _key(value: str) -> int | None:
    return int(value) if value.isdecimal() and len(value) < 18 else None


def _moment(value: str):
    """A moment as the page carries it; None for none and for nonsense."""
    try:
        found = parse_datetime(value[:40])
    except ValueError:
        return None
    return found if found is not None and is_aware(found) else None


def _post(request, code, pk):
    """The thread and one of its messages as this reader sees it; lines the portal wrote have no page."""
    thread = selectors.get_thread(request.user, code)
    post = selectors.post_of(request.user, thread, pk)
    if post.deleted_at or post.kind != "TEXT":
        raise Http404
    return thread, post


def _about(request, thread, post) -> dict:
    return {"thread": thread, "post": post, "reader_zone": zone_of(request.user)}
