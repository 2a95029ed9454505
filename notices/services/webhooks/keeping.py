"""What owners and the CLOCK do with webhooks: make, change, pause, delete, new secret, test, send again. Every change
leaves its line in the log, which never holds what follows the server's name: there may be keys in it."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.services.log import record_event
from notices.models import Delivery, Webhook
from notices.rules.webhooks import still_held
from notices.services.webhooks import reading
from notices.services.webhooks.guard import checked_url
from notices.services.webhooks.signing import BOX, FORMER_VALID, new_secret
from notices.webhook_events import TEST
from workflow.engine import Refused
from workflow.sealing import Unreadable

WEBHOOK_LOG = "notices.webhook"
MOST = 20
"""Webhooks of one organisation."""
KEPT = dt.timedelta(days=30)
"""How long deliveries can be looked up and sent again; of a paused webhook those that wait, too."""
PIECE = 2000
SAME_CLICK = dt.timedelta(minutes=2)
"""So soon after a new secret another one is a second click or a reload: nobody has taken the first over yet."""

BY_CLOCK = {
    Webhook.Paused.FAILING: "webhook_failing",
    Webhook.Paused.GONE: "webhook_gone",
    Webhook.Paused.CAPACITY: "webhook_orphaned",
}
"""What the log calls it when nobody paused it by hand; its owners are told of these."""


# --- By its owners ------------------------------------------------------------------------------------------


@transaction.atomic
def make(user, *, url: str, description: str, events: list[str]) -> tuple[Webhook, str]:
    """A new webhook of the organisation acted for, and its secret, which is shown this once."""
    organisation = user.acting_organisation
    if Webhook.objects.filter(organisation=organisation).count() >= MOST:
        raise Refused([_("Your organisation has %(count)d webhooks. Delete one first.") % {"count": MOST}])
    secret = new_secret()
    webhook = Webhook.objects.create(
        organisation=organisation,
        membership=user.acting,
        url=checked_url(url).url,
        description=description,
        events=sorted(events),
        secret_sealed=BOX.seal(secret),
        from_seq=reading.begin(),
    )
    _log(webhook, "make_webhook", user, events=webhook.events)
    return webhook, secret


@transaction.atomic
def change(webhook: Webhook, *, actor, url: str, description: str, events: list[str]) -> None:
    """Another address, description or choice of events. From now on it reads in the capacity of whoever saved it."""
    webhook = _locked(webhook)
    before = {"url": webhook.url, "description": webhook.description, "events": webhook.events}
    webhook.url, webhook.description, webhook.events = checked_url(url).url, description, sorted(events)
    webhook.membership = actor.acting
    webhook.save(update_fields=["url", "description", "events", "membership"])
    if webhook.url != before["url"]:  # what another server failed at is not counted against this one
        _begin_anew(webhook)
    changed = [name for name, value in before.items() if value != getattr(webhook, name)]
    _log(webhook, "change_webhook", actor, changed=changed, events=webhook.events)


@transaction.atomic
def pause(webhook: Webhook, *, actor) -> None:
    """No calls for now; what happens meanwhile waits."""
    webhook = _locked(webhook)
    if webhook.paused_at is not None:
        raise Refused([_("It is paused already.")])
    webhook.paused_at, webhook.paused_for = timezone.now(), Webhook.Paused.OWNER
    webhook.save(update_fields=["paused_at", "paused_for"])
    _log(webhook, "pause_webhook", actor)


@transaction.atomic
def resume(webhook: Webhook, *, actor) -> None:
    """Calls again, with what waited meanwhile; where the role it read under has ended, in one's own from now on."""
    webhook = _locked(webhook)
    if webhook.paused_at is None:
        raise Refused([_("It is not paused.")])
    if webhook.is_off:  # nothing was kept in between: it begins anew
        webhook.from_seq = reading.begin()
    if not still_held(webhook):
        webhook.membership = actor.acting
    webhook.paused_at, webhook.paused_for = None, ""
    webhook.save(update_fields=["from_seq", "membership", "paused_at", "paused_for"])
    _begin_anew(webhook)
    _log(webhook, "resume_webhook", actor)


def _begin_anew(webhook: Webhook) -> None:
    """No failure counts any more, and what waits for its next try leaves now."""
    webhook.failing_since, webhook.failures, webhook.rests_until = None, 0, None
    webhook.save(update_fields=["failing_since", "failures", "rests_until"])
    now = timezone.now()
    webhook.deliveries.waiting().filter(next_at__gt=now).update(next_at=now, tries=0)


@transaction.atomic
def remove(webhook: Webhook, *, actor) -> None:
    """Delete it with everything that was to be sent."""
    webhook = _locked(webhook)
    _log(webhook, "remove_webhook", actor)
    webhook.delete()


@transaction.atomic
def renew_secret(webhook: Webhook, *, actor) -> str:
    """A new secret, shown this once. For a day calls carry two signatures, so that the receiver can change over."""
    webhook, secret = _locked(webhook), new_secret()
    former, now = webhook.former_sealed, timezone.now()
    if not former or webhook.former_until - FORMER_VALID + SAME_CLICK < now:
        former = webhook.secret_sealed
    try:
        BOX.unseal(former)
    except Unreadable:
        former = ""
    webhook.former_sealed, webhook.former_until = former, now + FORMER_VALID if former else None
    webhook.secret_sealed = BOX.seal(secret)
    webhook.save(update_fields=["former_sealed", "former_until", "secret_sealed"])
    _log(webhook, "renew_webhook_secret", actor)
    return secret


@transaction.atomic
def send_test(webhook: Webhook, *, actor) -> Delivery:
    """One event that says nothing, to see whether the receiver works; sent to a paused webhook as well."""
    webhook = _locked(webhook)
    delivery = Delivery.objects.create(
        webhook=webhook, kind=TEST, record_code=webhook.code, happened_at=timezone.now().replace(microsecond=0)
    )
    _log(webhook, "test_webhook", actor)
    return delivery


@transaction.atomic
def send_again(delivery: Delivery, *, actor) -> None:
    """The same event once more, under the same identity."""
    webhook = _locked(delivery.webhook)
    count = _again(webhook.deliveries.filter(pk=delivery.pk, dropped_at__isnull=True))
    if not count:
        raise Refused([_("This event cannot be sent any more: the record is no longer open to your organisation.")])
    _log(webhook, "replay_webhook", actor, deliveries=[delivery.identity])


@transaction.atomic
def send_failed_again(webhook: Webhook, *, since, actor) -> int:
    """Everything once more that was given up since a moment; returns how many events. One entry in the log."""
    webhook = _locked(webhook)
    count = _again(webhook.deliveries.failed().filter(made_at__gte=since, seq__isnull=False))
    if not count:
        raise Refused([_("No event has failed since then.")])
    _log(webhook, "replay_webhooks", actor, since=since.isoformat(), deliveries=count)
    return count


def _again(deliveries) -> int:
    return deliveries.update(next_at=timezone.now(), tries=0, delivered_at=None, given_up_at=None)


def _locked(webhook: Webhook) -> Webhook:
    """The webhook as it is stored now, held until the write is over."""
    found = (
        Webhook.objects.select_for_update(of=("self",), no_key=True)
        .select_related("organisation", "membership__user")
        .filter(pk=webhook.pk)
        .first()
    )
    if found is None:
        raise Refused([_("This webhook was deleted meanwhile.")])
    return found


def _log(webhook, action: str, actor, **data) -> None:
    record_event(WEBHOOK_LOG, webhook.pk, webhook.code, action, actor, host=webhook.host, **data)


# --- By the CLOCK -------------------------------------------------------------------------------------------


def pause_by_clock(webhook: Webhook, why: str, now) -> None:
    """Stop calling, for a reason its owners are told."""
    webhook.paused_at, webhook.paused_for = now, why
    webhook.save(update_fields=["paused_at", "paused_for"])
    _log(webhook, BY_CLOCK[why], None)


@transaction.atomic
def pause_orphans(now) -> int:
    """Webhooks whose capacity has ended: somebody of the organisation has to take them over. One query where there is
    none."""
    held = Membership.objects.current().values("pk")
    over = Q(membership__isnull=True) | Q(organisation__suspended=True) | ~Q(membership__in=held)
    running = Webhook.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
    ended = list(running.filter(over, paused_at__isnull=True))
    for webhook in ended:
        pause_by_clock(webhook, Webhook.Paused.CAPACITY, now)
    return len(ended)


def forget_old(now) -> dict[str, int]:
    """Every night: deliveries go after thirty days, former secrets after their day."""
    count, old = 0, Delivery.objects.filter(made_at__lt=now - KEPT)
    while keys := list(old.order_by("pk").values_list("pk", flat=True)[:PIECE]):
        with transaction.atomic():
            Delivery.objects.filter(pk__in=keys).delete()
        count += len(keys)
    over = Webhook.objects.filter(~Q(former_sealed=""), former_until__lt=now)
    return {"deliveries": count, "secrets": over.update(former_sealed="", former_until=None)}


def reseal() -> tuple[int, int]:
    """Every secret anew under the first key; (done, unreadable)."""
    done = unreadable = 0
    for pk in list(Webhook.objects.values_list("pk", flat=True)):
        with transaction.atomic():
            webhook = Webhook.objects.select_for_update(no_key=True).get(pk=pk)
            for name in ("secret_sealed", "former_sealed"):
                if sealed := getattr(webhook, name):
                    try:
                        setattr(webhook, name, BOX.seal(BOX.unseal(sealed)))
                    except Unreadable:
                        unreadable += 1
                    else:
                        done += 1
            webhook.save(update_fields=["secret_sealed", "former_sealed"])
    return done, unreadable
