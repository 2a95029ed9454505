"""What opening a thread and answering in one have in common: the door, the limits, storing a message."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import unicodedata

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import F, Q
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.services.log import record_event
from forum.models import Attachment, Mention, Message, MessageKind, Reader, Thread
from forum.rules.access import capacities_in, hold, moderates, reads, writes
from forum.rules.messages import (
    BURST,
    BURST_MINUTES,
    FILES,
    MENTIONS,
    TEXT_LENGTH,
    suspended_fault,
)
from workflow.engine import Refused, Stale
from workflow.files import admit, check_room, clean_name
from workflow.mandate import mandate_of, over

LOG = "forum.thread"
_HIDDEN = re.compile("[\u202a-\u202e\u2066-\u2069]")


def enter(actor, thread, *, version: int | None = None, moderate: bool = False) -> Thread:
    """The thread under a lock, for somebody who may write in it now; call inside a transaction."""
    fresh = Thread.objects.select_for_update(of=("self",), no_key=True).select_related("organisation").get(pk=thread.pk)
    if not reads(actor, hold(fresh)):
        raise Http404
    if sentence := suspended_fault(actor) or over(actor):
        raise Refused([sentence])
    if not writes(actor, fresh):
        raise PermissionDenied(LOG)
    if moderate and not moderates(actor, fresh):
        raise PermissionDenied(LOG)
    if version is not None and version != fresh.version:
        raise Stale(fresh)
    return fresh


def clean_text(text: str) -> str:
    """What was typed, without what cannot be seen: control characters, marks that turn the direction of writing."""
    found = _HIDDEN.sub("", (text or "").replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(c for c in found if c in "\n\t" or unicodedata.category(c) != "Cc").strip()


def checked_text(text: str, *, empty: bool = False) -> str:
    """The text of a message; Refused where it is missing or too long."""
    found = clean_text(text)
    if not found and not empty:
        raise Refused([_("Write the message first.")])
    if len(found) > TEXT_LENGTH:
        raise Refused(
            [
                _("The message has %(count)d characters; %(limit)d fit. Shorten it or attach a file.")
                % {"count": len(found), "limit": TEXT_LENGTH}
            ]
        )
    return found


def checked_files(files) -> list:
    """The files of a message; Refused where there are too many or one may not be stored."""
    found = [upload for upload in files if upload]
    if len(found) > FILES:
        raise Refused([_("At most %(count)d files fit one message.") % {"count": FILES}])
    return [_admitted(upload) for upload in found]


def _admitted(upload):
    try:
        return admit(upload)
    except ValidationError as error:
        raise Refused([f"{clean_name(upload.name)}: {sentence}" for sentence in error.messages]) from error


def check_pace(actor) -> None:
    """Refused for whoever writes faster than anyone can read."""
    since = timezone.now() - dt.timedelta(minutes=BURST_MINUTES)
    if Message.objects.filter(author=actor, made_at__gt=since).count() >= BURST:
        raise Refused(
            [
                ngettext(
                    "You have written %(count)d message in %(minutes)d minutes. Wait a little, then go on.",
                    "You have written %(count)d messages in %(minutes)d minutes. Wait a little, then go on.",
                    BURST,
                )
                % {"count": BURST, "minutes": BURST_MINUTES}
            ]
        )


def keys_of(people) -> set[int]:
    """Keys of people who were named as objects or by what a form sent."""
    found = set()
    for person in people:
        value = getattr(person, "pk", person)
        if not str(value).isdecimal() or len(str(value)) > 18:
            raise Refused([_("One of the people you call by name does not read this conversation. Take the name out.")])
        found.add(int(value))
    return found


def checked_mentions(actor, thread, people) -> set[int]:
    """Whom a message calls; Refused where one of them is not in the room: nobody is called to a closed door."""
    wanted = keys_of(people) - {actor.pk}
    if len(wanted) > MENTIONS:
        raise Refused([_("At most %(count)d people can be called by name in one message.") % {"count": MENTIONS}])
    if wanted and {user.pk for user, _m in capacities_in(thread, Q(user__in=wanted))} != wanted:
        raise Refused([_("One of the people you call by name does not read this conversation. Take the name out.")])
    return wanted


def store(actor, thread, *, kind=MessageKind.TEXT, text="", data=None, quotes=None, key="", files=(), mentions=()):
    """One message with its files and mentions, and the thread's counters; logs nothing. The thread is locked."""
    mandate = mandate_of(actor)
    message = Message.objects.create(
        thread=thread,
        kind=kind,
        author=actor,
        organisation=actor.acting_organisation,
        role=actor.acting_role,
        capacity=mandate.kind if mandate else "",
        text=text,
        data=data or {},
        quotes=quotes,
        made_at=timezone.now(),
        key=key,
    )
    for upload in files:
        check_room(Attachment.objects.filter(message__thread=thread), upload)
        Attachment(message=message).hold(upload, actor=actor).save()
    Mention.objects.bulk_create(Mention(message=message, user_id=pk) for pk in sorted(mentions))
    thread.last_message_at, thread.message_count = message.made_at, F("message_count") + 1
    thread.save(update_fields=["last_message_at", "message_count"])
    thread.refresh_from_db(fields=["message_count"])
    make_follow(thread, {actor.pk, *mentions})
    return message


def make_follow(thread, people) -> None:
    """Whoever opens, writes or is mentioned follows from then on; who has muted the thread stays in peace."""
    Reader.objects.bulk_create((Reader(thread=thread, user_id=pk) for pk in people), ignore_conflicts=True)
    Reader.objects.filter(thread=thread, user__in=people, muted=False, follows=False).update(follows=True)


def sha256(text: str) -> str:
    """The fingerprint by which the log knows a text without holding it."""
    return hashlib.sha256(text.encode()).hexdigest()


def log_message(actor, message) -> None:
    """That somebody wrote: whom the message calls is read from the message."""
    files = [attachment.sha256 for attachment in message.attachments.all()]
    more = {"files": files} if files else {}
    log(message.thread, "message", actor, message=message.pk, sha256=sha256(message.text), **more)


def log(thread, action: str, actor, comment: str = "", **data) -> None:
    """One event of a thread, written last in its transaction. Keys, codes and fingerprints, never what was said."""
    record_event(LOG, thread.pk, thread.code, action, actor, comment=comment, **data)
