"""Writes on threads: open, widen, resolve, and what each reader wants to hear of them."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.db.models.functions import Greatest
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organisation
from forum.models import Audience, MessageKind, Party, Reader, Thread
from forum.rules.access import MEMBERS, RECORDS, Room, audiences_for, reads, record_of, room_of
from forum.rules.messages import names_the_person
from forum.rules.widening import REGIONS, planned, record_fault, room_fault, step_fault
from forum.services.writing import (
    check_pace,
    checked_files,
    checked_mentions,
    checked_text,
    clean_text,
    enter,
    log,
    log_message,
    store,
)
from workflow.engine import Refused, may_see
from workflow.mandate import beyond, over
from workflow.models import Counter

REASON_LENGTH = 10
NOTE_LENGTH = 500
TITLE_LENGTH = 160


def open_thread(
    actor,
    *,
    title,
    audience,
    text,
    record=None,
    theme=None,
    province="",
    parties=(),
    mentions=(),
    files=(),
    key="",
) -> Thread:
    """Begin a conversation: on a record, or on an open topic. The audience is part of it from the first word. The same
    key twice is the same thread."""
    key = key[:40]
    if made := _made(actor, key):
        return made
    try:
        with transaction.atomic():
            return _open(
                actor,
                title,
                audience,
                text,
                record,
                theme,
                province,
                named_organisations(parties),
                mentions,
                files,
                key,
            )
    except IntegrityError:
        if made := _made(actor, key):  # the other half of a double click was faster
            return made
        raise


def _made(actor, key: str) -> Thread | None:
    return Thread.objects.filter(opened_by=actor, key=key).first() if key else None


def _open(actor, title, audience, text, record, theme, province, parties, mentions, files, key) -> Thread:
    if sentence := over(actor):
        raise Refused([sentence])
    own = actor.acting_organisation
    if not audiences_for(actor):
        raise PermissionDenied("forum.thread")
    if record is not None:
        _check_record(actor, record)
    if audience not in audiences_for(actor):
        raise Refused([_("Choose one of the audiences that are offered.")])
    if audience in REGIONS and not province:
        province = own.province_code
    room = Room(
        audience, own.pk, province, frozenset(o.pk for o in parties) if audience == Audience.PARTNER else frozenset()
    )
    named = parties if audience == Audience.PARTNER else []
    faults = [
        _title_fault(clean_title(title), record),
        room_fault(actor, room, own, named),
        record_fault(record, room, named) if record is not None else "",
    ]
    if any(faults):
        raise Refused([fault for fault in faults if fault])
    kept = checked_files(files)
    words = checked_text(text)
    check_pace(actor)
    now = timezone.now()
    thread = Thread.objects.create(
        code=Counter.code(f"UT-{timezone.localdate().year}"),
        title=clean_title(title),
        audience=audience,
        organisation=own,
        province=province,
        flow=record.flow.name if record is not None else "",
        record_id=record.pk if record is not None else None,
        record_code=record.code if record is not None else "",
        theme=theme,
        opened_by=actor,
        opened_at=now,
        last_message_at=now,
        key=key,
    )
    others = [o for o in named if o.pk != own.pk]
    Party.objects.bulk_create(Party(thread=thread, organisation=o, added_at=now) for o in others)
    called = checked_mentions(actor, thread, mentions)
    message = store(actor, thread, text=words, files=kept, mentions=called)
    log(thread, "open", actor, **_described(room_of(thread)), **({"record": record.code} if record is not None else {}))
    log_message(actor, message)
    return thread


def named_organisations(parties) -> list[Organisation]:
    """Organisations, named as objects or by their keys."""
    keys = [getattr(party, "pk", party) for party in parties]
    return list(Organisation.objects.filter(pk__in=keys).order_by("pk"))


def _check_record(actor, record) -> None:
    """Only what exists for somebody is talked about, and only what their delegation covers."""
    if record.flow.name not in RECORDS or not may_see(record.flow, actor, record):
        raise Http404
    if sentence := beyond(record.flow, actor):
        raise PermissionDenied(sentence)


def clean_title(title: str) -> str:
    """A title in one line."""
    return " ".join(clean_text(title).split())


def _title_fault(title: str, record) -> str:
    if names_the_person(record, title):
        return _("The subject stands in notices and mails. Leave the person's name out.")
    if len(title) < 3:
        return _("Say in a few words what it is about.")
    if len(title) > TITLE_LENGTH:
        return _("The subject has %(count)d characters; %(limit)d fit.") % {"count": len(title), "limit": TITLE_LENGTH}
    return ""


def _described(room: Room) -> dict:
    """A room as log and message keep it: codes and keys."""
    codes = Organisation.objects.filter(pk__in=room.parties).order_by("code").values_list("code", flat=True)
    found = {"audience": str(room.audience), "province": room.province, "parties": list(codes)}
    return {key: value for key, value in found.items() if value}


@transaction.atomic
def widen(actor, thread, *, audience, province="", parties=(), reason, version) -> Thread:
    """Let more people into the room, with everything said so far. Never the other way: nobody who is in it leaves."""
    fresh = enter(actor, thread, version=version, moderate=True)
    before, after, named = planned(fresh, audience, province, named_organisations(parties))
    record = _record_or_404(fresh)
    why = clean_text(reason)
    faults = [
        "" if fresh.is_open else _("This conversation is resolved. Take it up again first."),
        step_fault(before, after, fresh.organisation),
        room_fault(actor, after, fresh.organisation, named),
        record_fault(record, after, named) if record is not None else "",
        _note_fault(why, REASON_LENGTH),
    ]
    if any(faults):
        raise Refused([fault for fault in faults if fault][:1])
    was = _described(before)
    fresh.audience, fresh.province, fresh.version = after.audience, after.province, fresh.version + 1
    fresh.save(update_fields=["audience", "province", "version"])
    fresh.parties.exclude(organisation__in=after.parties).delete()
    Party.objects.bulk_create(
        (Party(thread=fresh, organisation_id=pk, added_at=timezone.now()) for pk in after.parties - before.parties),
        ignore_conflicts=True,
    )
    now = _described(after)
    store(actor, fresh, kind=MessageKind.WIDENED, text=why, data={"before": was, "after": now})
    log(fresh, "widen", actor, comment=why, before=was, after=now)
    return fresh


def _record_or_404(thread):
    record = record_of(thread)
    if thread.flow and record is None:
        raise Http404
    return record


def _note_fault(text: str, least: int) -> str:
    if len(text) < least:
        return _("Say why, with at least %(count)d characters.") % {"count": least}
    if len(text) > NOTE_LENGTH:
        return _("The reason has %(count)d characters; %(limit)d fit.") % {"count": len(text), "limit": NOTE_LENGTH}
    return ""


@transaction.atomic
def resolve(actor, thread, note="") -> Thread:
    """The matter is settled: the thread stays to be read and takes no more messages."""
    return _turn(actor, thread, note, MessageKind.RESOLVED, "resolve")


@transaction.atomic
def reopen(actor, thread, note="") -> Thread:
    """The matter is not settled after all."""
    return _turn(actor, thread, note, MessageKind.REOPENED, "reopen")


def _turn(actor, thread, note: str, kind: str, action: str) -> Thread:
    fresh = enter(actor, thread, moderate=True)
    closing = kind == MessageKind.RESOLVED
    if closing != fresh.is_open:
        return fresh  # a double click, or somebody was faster: it is as it was wanted
    words = clean_text(note)
    if sentence := _note_fault(words, 0):
        raise Refused([sentence])
    fresh.resolved_at, fresh.resolved_by = (timezone.now(), actor) if closing else (None, None)
    fresh.version += 1
    fresh.save(update_fields=["resolved_at", "resolved_by", "version"])
    message = store(actor, fresh, kind=kind, text=words)
    log(fresh, action, actor, message=message.pk)
    return fresh


# --- What each reader wants to hear -------------------------------------------------------------------------


def follow(user, thread) -> Reader:
    """Hear of what is written here."""
    return _want(user, thread, follows=True, muted=False)


def unfollow(user, thread) -> Reader:
    """Hear no more of it, until writing here or being mentioned again."""
    return _want(user, thread, follows=False)


def mute(user, thread, on: bool) -> Reader:
    """Hear of this thread only where one is called by name; taking it back follows again."""
    return _want(user, thread, follows=not on, muted=on)


def _want(user, thread, **wishes) -> Reader:
    if not reads(user, thread):
        raise Http404
    if user.acting_role not in MEMBERS:
        raise PermissionDenied("forum.thread")
    return Reader.objects.update_or_create(thread=thread, user=user, defaults=wishes)[0]


def mark_read(user, thread, upto: int) -> None:
    """Everything up to a message has been seen; a mark never goes back, and never past the last message."""
    if not reads(user, thread):
        raise Http404
    last = thread.messages.aggregate(last=Max("pk"))["last"] or 0
    Reader.objects.bulk_create([Reader(thread=thread, user=user)], ignore_conflicts=True)
    Reader.objects.filter(thread=thread, user=user, last_read__lt=min(int(upto), last)).update(
        last_read=Greatest("last_read", min(int(upto), last))
    )
