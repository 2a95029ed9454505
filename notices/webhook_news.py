"""What the owners of a webhook are told: it was paused or switched off without anybody pressing a button."""

from __future__ import annotations

from notices.audience import News
from notices.models import Webhook
from notices.rules.webhooks import keepers_of, may_keep_webhooks
from notices.services.webhooks.keeping import BY_CLOCK


def news_of_webhook(entry) -> News | None:
    """Everyone who may keep the webhooks of its organisation hears of it, at once."""
    if entry.action not in BY_CLOCK.values():
        return None
    webhook = Webhook.objects.filter(pk=entry.record_id).first()
    if webhook is None:
        return None
    subject = f"{webhook.description} ({webhook.host})"
    return News(
        listeners=keepers_of(webhook.organisation_id),
        subject_id=subject,
        subject_en=subject,
        path=webhook.get_absolute_url(),
        at_once=True,
    )


def may_read(user, membership, webhook_id: int) -> bool:
    """Whether a webhook is of the organisation one keeps webhooks for."""
    found = Webhook.objects.filter(pk=webhook_id, organisation=user.acting_organisation)
    return may_keep_webhooks(user) and found.exists()
