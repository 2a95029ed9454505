"""Conversations: those the reader is in, their messages, and writing one. Nothing names a person; conversations about
nominations are not told here at all."""

from __future__ import annotations

from django.db.models import Q, prefetch_related_objects
from django.http import Http404
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from api.body import Files, Input, StrictJSON, as_form, read
from api.problems import of_form
from api.resource import Extra, Operation, Resource
from api.resources.threads.shown import MessageRow, ThreadDetail, ThreadRow
from api.views.records import ListView
from forum.forms.threads import MessageForm
from forum.selectors import threads as selectors
from forum.services import messages as services
from participants.rules.access import FLOW as NOMINATION
from workflow.listing import Asked, Listing


def thread_of(user, code: str):
    """A conversation through its only door; about a nomination none is told here."""
    found = selectors.get_thread(user, code)
    if found.flow == NOMINATION:
        raise Http404
    return found


class Messages(Resource):
    """The messages of one conversation; never a resource of its own."""

    name, singular = "threads", "message"
    label = _("Messages")
    summary = _("What was said, the newest first. Reading here marks nothing as read.")
    row = detail = MessageRow
    writes = True
    thread = None

    def rows(self, user, query):
        """Of the conversation found."""
        return self.thread.messages.all()

    def prepare(self, user, records):
        """As the page shows them to this reader."""
        if not records:
            return
        keys = [record.pk for record in records]
        posts = {post.pk: post for post in selectors.posts_of(user, self.thread, only=Q(pk__in=keys))}
        for record in records:
            record.thread, record.post = self.thread, posts[record.pk]


SAID = (
    Input("text", max_length=8000, label=_("Message, in Markdown."), example="Surat dukungan sudah kami lampirkan."),
    Input("quotes", "integer", label=_("Id of the message that is answered.")),
    Input("files", "file", label=_("A file; send the message as multipart/form-data.")),
)


class MessagesView(ListView):
    """Messages of a conversation; POST writes one."""

    http_method_names = ["get", "head", "post"]
    parser_classes = [StrictJSON, Files]
    operations = {
        "post": Operation(
            "thread_say",
            _("Write a message"),
            inputs=SAID,
            sends=True,
            answer=MessageRow,
            status=201,
            errors=(404,),
            files=True,
        )
    }

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.resource = Messages()

    def operation(self, method):
        """Told from the messages."""
        if method != "get":
            return self.operations.get(method)
        return Operation("thread_messages", Messages.label, Messages.summary, answer=MessageRow, errors=(404,))

    @cached_property
    def listing(self):
        """The messages of a conversation the reader is in."""
        self.resource.thread = thread_of(self.request.user, self.kwargs["code"])
        return Listing(Asked(self.request.user, self.request.query_params), self.resource.rows(None, None))

    def get(self, request, code):
        """One page."""
        return super().get(request)

    def create(self, request, code):
        """Through the form and the service of the page."""
        thread = self.resource.thread = thread_of(request.user, code)
        data, files = as_form(read(request.data, SAID))
        form = MessageForm(data, files)
        if not form.is_valid():
            raise of_form(form)
        said = services.post(
            request.user,
            thread,
            text=form.cleaned_data["text"],
            quotes=form.cleaned_data["quotes"],
            files=form.cleaned_data["files"],
        )
        self.resource.prepare(request.user, [said])
        return self.made(self.show(MessageRow, said), status=201)


class Threads(Resource):
    """Conversations."""

    name, singular = "threads", "thread"
    label = _("Conversations")
    summary = _(
        "Conversations the reader is in, by their audience. Posts and organisations are named, persons never; "
        "conversations about nominations are not part of the interface."
    )
    row, detail = ThreadRow, ThreadDetail
    sorts = selectors.SORTS
    default_sort = "-news"
    search = staticmethod(selectors.matches)
    searched = _("Searches codes, subjects and words of messages.")
    writes = True

    def facets(self, user):
        """As on the page."""
        return selectors.FACETS

    def listing(self, user, query):
        """As on the page, without what is said about nominations."""
        found = selectors.thread_listing(Asked(user, query))
        found.found = found.found.exclude(flow=NOMINATION)
        return found

    def find(self, user, code):
        """One the reader is in."""
        return thread_of(user, code)

    def prepare(self, user, records):
        """A detail knows what the reader may do."""
        for thread in records:
            if hasattr(thread, "unread"):
                return
            prefetch_related_objects([thread], "parties__organisation")
            thread.standing = selectors.standing_of(user, thread)
            thread.follows, thread.muted = thread.standing.follows, thread.standing.muted
            thread.unread = selectors.unread_in(user, thread, thread.standing.last_read)

    def extras(self):
        """Messages."""
        return [Extra("/<str:code>/messages", MessagesView, "threads_messages")]
