"""Conversations for tests, written as rows: also ones that nobody could open."""

from __future__ import annotations

import itertools

from django.core.files.base import ContentFile

from accounts.models import Organisation, User
from forum.models import Attachment, Audience, Message, Party, Reader, Thread
from tests import factories

_numbers = itertools.count(1)


def message(thread: Thread, author: User, text: str = "Halo.", **fields) -> Message:
    """One message, in the capacity its author acts in now."""
    acting = author.acting
    made = Message.objects.create(
        thread=thread, author=author, organisation=acting.organisation, role=acting.role, text=text, **fields
    )
    count = thread.messages.filter(deleted_at__isnull=True).count()
    Thread.objects.filter(pk=thread.pk).update(message_count=count, last_message_at=made.made_at)
    return made


def attachment(said: Message, name: str = "lampiran.pdf") -> Attachment:
    """A small file sent with a message."""
    made = Attachment(message=said).hold(ContentFile(factories.PDF, name=name), actor=said.author)
    made.save()
    return made


def thread(
    opened_by: User,
    audience: str = Audience.MEMBERS,
    *,
    record=None,
    province: str = "",
    parties: tuple[Organisation, ...] = (),
    text: str = "Pesan pertama.",
    **fields,
) -> Thread:
    """A conversation with its first message, opened in the capacity somebody acts in now."""
    number = next(_numbers)
    where = opened_by.acting_organisation
    if audience in (Audience.REGION, Audience.REGION_MINISTRY) and not province:
        province = where.province_code
    made = Thread.objects.create(
        code=f"UT-2026-{number:04d}",
        title=fields.pop("title", f"Percakapan uji {number}"),
        audience=audience,
        organisation=where,
        province=province,
        opened_by=opened_by,
        flow=record.flow.name if record is not None else "",
        record_id=record.pk if record is not None else None,
        record_code=record.code if record is not None else "",
        **fields,
    )
    Party.objects.bulk_create(Party(thread=made, organisation=o) for o in parties)
    Reader.objects.create(thread=made, user=opened_by, follows=True)
    message(made, opened_by, text)
    return Thread.objects.get(pk=made.pk)
