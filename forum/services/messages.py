"""Writes on messages: post, edit, delete, pin, take a decision into the record."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from forum.markdown import plain
from forum.models import Message, MessageVersion, Thread
from forum.rules.access import moderates, reads, record_of
from forum.rules.messages import (
    PINS,
    delete_fault,
    edit_fault,
    recording_fault,
    resolved_fault,
    wrote,
)
from forum.services.writing import (
    check_pace,
    checked_files,
    checked_mentions,
    checked_text,
    enter,
    log,
    log_message,
    sha256,
    store,
)
from workflow.engine import Refused, Stale, note


@transaction.atomic
def post(actor, thread, *, text, quotes=None, mentions=(), files=(), key="") -> Message:
    """Write in a thread. The same key twice is the same message: a form sent twice says nothing twice."""
    fresh = enter(actor, thread)
    if key and (made := fresh.messages.filter(author=actor, key=key[:40]).first()):
        return made
    if sentence := resolved_fault(fresh):
        raise Refused([sentence])
    kept = checked_files(files)
    words = checked_text(text, empty=bool(kept))
    quoted = _quoted(fresh, quotes)
    called = checked_mentions(actor, fresh, mentions)
    check_pace(actor)
    message = store(actor, fresh, text=words, quotes=quoted, key=key[:40], files=kept, mentions=called)
    log_message(actor, message)
    return message


def _quoted(thread: Thread, quotes) -> Message | None:
    """The message a new one answers, which must stand in the same thread."""
    if quotes in (None, ""):
        return None
    value = str(getattr(quotes, "pk", quotes))
    found = thread.messages.filter(pk=int(value)).first() if value.isdecimal() and len(value) < 19 else None
    if found is None or not found.is_text:
        raise Refused([_("Only a message of this conversation can be quoted.")])
    if found.is_deleted:
        raise Refused([_("The message you quote has been deleted meanwhile.")])
    return found


def _locked(actor, message) -> Message:
    """A message of a thread somebody may write in, both under a lock."""
    thread = enter(actor, message.thread)
    found = Message.objects.select_for_update(of=("self",), no_key=True).get(pk=message.pk)
    found.thread = thread
    return found


@transaction.atomic
def edit(actor, message, *, text, seen_edit=None) -> Message:
    """Say it better; what it said before is kept. `seen_edit`: the `edit_mark` of the message on the form's page."""
    fresh = _locked(actor, message)
    if fresh.author_id != actor.pk:
        raise PermissionDenied("forum.message")
    if sentence := edit_fault(actor, fresh):
        raise Refused([sentence])
    if seen_edit is not None and seen_edit != fresh.edit_mark:
        raise Stale(fresh.thread, "edit")
    words = checked_text(text, empty=fresh.attachments.exists())
    if words == fresh.text:
        return fresh
    before, now = sha256(fresh.text), timezone.now()
    MessageVersion.objects.create(message=fresh, text=fresh.text, replaced_at=now)
    fresh.text, fresh.edited_at = words, now
    fresh.save(update_fields=["text", "edited_at"])
    log(fresh.thread, "edit", actor, message=fresh.pk, before=before, sha256=sha256(words))
    return fresh


@transaction.atomic
def delete(actor, message) -> Message:
    """Take a message back, or out: its text, earlier versions, mentions and files are gone for good. The row stays as a
    tombstone; the log keeps that it happened and the fingerprint of what was said."""
    fresh = _locked(actor, message)
    if not wrote(actor, fresh) and not moderates(actor, fresh.thread):
        raise PermissionDenied("forum.message")
    if sentence := delete_fault(fresh):
        raise Refused([sentence])
    was = sha256(fresh.text)
    attachments = list(fresh.attachments.all())
    hashes = [attachment.sha256 for attachment in attachments]
    fresh.versions.all().delete()
    fresh.mentions.all().delete()
    fresh.attachments.all().delete()
    fresh.text, fresh.quotes, fresh.edited_at, fresh.pinned_at = "", None, None, None
    fresh.deleted_at, fresh.deleted_by = timezone.now(), actor
    fresh.save()
    Thread.objects.filter(pk=fresh.thread_id).update(message_count=F("message_count") - 1)
    log(fresh.thread, "delete", actor, message=fresh.pk, sha256=was, **({"files": hashes} if hashes else {}))
    for attachment in attachments:
        transaction.on_commit(lambda f=attachment.file: f.storage.delete(f.name))
    return fresh


@transaction.atomic
def pin(actor, message, on: bool) -> Message:
    """Hold a message at the top of its thread, or let it go."""
    fresh = _locked(actor, message)
    if not moderates(actor, fresh.thread):
        raise PermissionDenied("forum.message")
    if on == (fresh.pinned_at is not None):
        return fresh
    if on and (not fresh.is_text or fresh.is_deleted):
        raise Refused([_("Only a message somebody wrote can be pinned.")])
    if on and fresh.thread.messages.filter(pinned_at__isnull=False).count() >= PINS:
        raise Refused([_("At most %(count)d messages are pinned. Unpin another one first.") % {"count": PINS}])
    fresh.pinned_at = timezone.now() if on else None
    fresh.save(update_fields=["pinned_at"])
    log(fresh.thread, "pin_message" if on else "unpin_message", actor, message=fresh.pk)
    return fresh


@transaction.atomic
def take_into_record(actor, message) -> Message:
    """Make a message a dated note in the log of the record its thread is about. The log is read by everyone who sees
    the record, whatever the thread's audience, and cannot be erased: the page says so before."""
    if not reads(actor, message.thread):
        raise Http404
    record = record_of(message.thread)
    fresh = _locked(actor, message)
    words = plain(fresh.text)
    if sentence := recording_fault(actor, fresh, record, words):
        raise Refused([sentence])
    fresh.recorded_at = timezone.now()
    fresh.save(update_fields=["recorded_at"])
    data = {"thread": fresh.thread.code, "message": fresh.pk, "by_role": fresh.role, "by": fresh.organisation.code}
    note(record.flow, record, actor, "decision", data, comment=words)
    log(fresh.thread, "record", actor, message=fresh.pk, record=record.code, sha256=sha256(fresh.text))
    return fresh
