"""Reads of webhooks: those of the organisation acted for, and what became of their calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, OuterRef, Q, Subquery
from django.http import Http404
from django.utils.translation import gettext as _

from notices import webhook_events
from notices.models import Attempt, Delivery, Webhook
from notices.rules.webhooks import may_keep_webhooks, still_held
from workflow.registry import workflow

OUTCOMES = ("semua", "menunggu", "terkirim", "gagal", "batal")
"""All, waiting, delivered, failed, not sent: as the address of the page names them."""


def webhooks_of(user):
    """Those of the organisation acted for; Http404 for whoever keeps none, so that the page does not exist for them."""
    if not may_keep_webhooks(user):
        raise Http404
    return Webhook.objects.filter(organisation=user.acting_organisation).select_related(
        "organisation", "membership__user"
    )


def webhook_rows(user):
    """The list: each with how much waits and how much failed, in one query."""
    waiting = Q(
        deliveries__isnull=False,
        deliveries__delivered_at__isnull=True,
        deliveries__given_up_at__isnull=True,
        deliveries__dropped_at__isnull=True,
    )
    return (
        webhooks_of(user)
        .annotate(
            waiting=Count("deliveries", filter=waiting),
            failed=Count("deliveries", filter=Q(deliveries__given_up_at__isnull=False)),
        )
        .order_by("pk")
    )


def get_webhook(user, pk: int) -> Webhook:
    """One of them."""
    found = webhooks_of(user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def get_delivery(webhook: Webhook, pk: int) -> Delivery:
    """One event for a webhook, with its attempts."""
    found = webhook.deliveries.filter(pk=pk).prefetch_related("attempts").first()
    if found is None:
        raise Http404
    found.webhook = webhook
    return found


def deliveries_of(webhook: Webhook, outcome: str):
    """The events for a webhook with one outcome, the newest first, each with its last answer."""
    rows = webhook.deliveries.all()
    chosen = {
        "menunggu": rows.waiting,
        "terkirim": rows.delivered,
        "gagal": rows.failed,
        "batal": rows.dropped,
    }.get(outcome, rows.all)()
    last = Attempt.objects.filter(delivery=OuterRef("pk")).order_by("-at", "-pk")
    return chosen.annotate(
        last_code=Subquery(last.values("code")[:1]),
        last_error=Subquery(last.values("error")[:1]),
        calls=Count("attempts"),
    ).order_by("-pk")


def counts_of(webhook: Webhook) -> dict[str, int]:
    """How many events there are of each outcome, in one query."""
    ended = Q(delivered_at__isnull=False) | Q(given_up_at__isnull=False) | Q(dropped_at__isnull=False)
    return webhook.deliveries.aggregate(
        semua=Count("pk"),
        menunggu=Count("pk", filter=~ended),
        terkirim=Count("pk", filter=Q(delivered_at__isnull=False)),
        gagal=Count("pk", filter=Q(given_up_at__isnull=False)),
        batal=Count("pk", filter=Q(dropped_at__isnull=False)),
    )


@dataclass(frozen=True)
class Outcome:
    """What became of an event, in words."""

    label: str
    tone: str
    icon: str


def outcome_of(delivery: Delivery) -> Outcome:
    """In the reader's language."""
    if delivery.delivered_at is not None:
        return Outcome(_("Delivered"), "green", "check-circle-fill")
    if delivery.given_up_at is not None:
        return Outcome(_("Failed"), "red", "exclamation-octagon-fill")
    if delivery.dropped_at is not None:
        return Outcome(_("Not sent: no longer open to your organisation"), "", "lock")
    if delivery.tries:
        return Outcome(_("Waits for the next try"), "amber", "alarm")
    return Outcome(_("Waits"), "", "hourglass-split")


def kind_words(kinds) -> dict[str, str]:
    """Names of kinds of event in words: "program.published" -> "Programme: Published"."""
    found = {webhook_events.TEST: _("Test event")}
    for flow_name in webhook_events.offered():
        table = str(workflow(flow_name).flow.label)
        found[webhook_events.whole(flow_name)] = _("%(table)s: everything") % {"table": table}
        for kind in webhook_events.kinds_of(flow_name):
            found[kind.name] = f"{table}: {kind.label}"
    return {name: found.get(name, name) for name in kinds}


def capacity_of(webhook: Webhook) -> dict[str, Any]:
    """In which role it reads, and whether that role is still held."""
    membership = webhook.membership
    return {"label": membership.role_label if membership else "", "is_held": still_held(webhook)}
