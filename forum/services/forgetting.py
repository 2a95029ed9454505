"""What was said about a nomination ends with the nomination's personal data."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from forum.models import Attachment, Mention, Message, MessageKind, MessageVersion, Thread
from forum.services.writing import log
from participants.models import Nomination
from participants.rules.access import FLOW


def forget_talks() -> int:
    """Empty the conversations on nominations whose time of keeping is over; returns how many.

    Their subject becomes the code, by which a conversation that was emptied is known: what a crash left over is done
    with the next one.
    """
    over = Nomination.objects.filter(emptied_at__isnull=False).values("pk")
    left = Thread.objects.filter(flow=FLOW, record_id__in=over)
    done = [thread for thread in left.order_by("pk") if thread.title != thread.record_code]
    for thread in done:
        _empty(thread)
    return len(done)


@transaction.atomic
def _empty(thread) -> None:
    fresh = Thread.objects.select_for_update(of=("self",), no_key=True).get(pk=thread.pk)
    messages = Message.objects.filter(thread=fresh)
    attachments = list(Attachment.objects.filter(message__thread=fresh))
    MessageVersion.objects.filter(message__thread=fresh).delete()
    Mention.objects.filter(message__thread=fresh).delete()
    Attachment.objects.filter(message__thread=fresh).delete()
    messages.update(text="", quotes=None, pinned_at=None, edited_at=None)
    messages.filter(kind=MessageKind.TEXT, deleted_at__isnull=True).update(deleted_at=timezone.now())
    fresh.title, fresh.message_count = fresh.record_code, 0
    fresh.save(update_fields=["title", "message_count"])
    log(fresh, "forget", None)
    for attachment in attachments:
        transaction.on_commit(lambda f=attachment.file: f.storage.delete(f.name))
