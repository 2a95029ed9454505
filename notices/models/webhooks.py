"""Machines of partners and offices that want to hear of events: where, of which, and what became of each call."""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Organisation


def new_identity() -> str:
    """What a receiver knows an event by, at every try."""
    return f"msg_{secrets.token_hex(16)}"


class Webhook(models.Model):
    """An address of one organisation that is called when something happens which its capacity may see."""

    class Paused(models.TextChoices):
        OWNER = "OWNER", _("Paused by hand")
        FAILING = "FAILING", _("Paused: no call has succeeded for days")
        GONE = "GONE", _("Switched off: the receiver answered 410 (gone)")
        CAPACITY = "CAPACITY", _("Paused: the role it read under has ended")

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="webhooks")
    membership = models.ForeignKey(
        Membership,
        models.SET_NULL,
        null=True,
        related_name="+",
        help_text=_("The capacity it reads in: that of whoever saved it last"),
    )
    url = models.CharField(_("Address"), max_length=500)
    description = models.CharField(_("Description"), max_length=120)
    events = models.JSONField(default=list, help_text=_("Kinds of event, such as program.published or proposal.*"))
    secret_sealed = models.TextField(editable=False)
    former_sealed = models.TextField(blank=True, editable=False)
    former_until = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField(default=timezone.now)
    from_seq = models.BigIntegerField(default=0, help_text=_("Events after this number of the log are told"))
    numbered = models.PositiveBigIntegerField(default=0, help_text=_("The last number given to an event"))
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_for = models.CharField(max_length=8, choices=Paused, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0, help_text=_("Failed calls in a row"))
    rests_until = models.DateTimeField(null=True, blank=True, help_text=_("Not called before, whatever is due"))
    busy_until = models.DateTimeField(null=True, blank=True, help_text=_("A worker is calling it"))
    busy_mark = models.CharField(max_length=32, blank=True)
    last_tried_at = models.DateTimeField(null=True, blank=True)
    last_success_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(paused_at__isnull=True, paused_for="") | Q(paused_at__isnull=False) & ~Q(paused_for=""),
                name="webhook_pause_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(former_sealed="", former_until__isnull=True)
                | ~Q(former_sealed="") & Q(former_until__isnull=False),
                name="webhook_former_secret_ends",
            ),
        ]

    def __str__(self):
        return self.code

    def get_absolute_url(self) -> str:
        """Its own page."""
        return reverse("notices:webhook", args=[self.pk])

    @property
    def code(self) -> str:
        """How the log calls it."""
        return f"WEBHOOK-{self.pk}"

    @property
    def host(self) -> str:
        """The name of the server. What follows it in the address may hold a key and stays out of lists and log."""
        return urlsplit(self.url).netloc

    @property
    def is_off(self) -> bool:
        """Whether nothing is kept for it any more: its receiver said that it is gone."""
        return self.paused_for == self.Paused.GONE


class DeliveryQuerySet(models.QuerySet):
    """Deliveries by what became of them."""

    def waiting(self):
        """Neither delivered nor over."""
        return self.filter(delivered_at__isnull=True, given_up_at__isnull=True, dropped_at__isnull=True)

    def delivered(self):
        """The receiver answered 2xx."""
        return self.filter(delivered_at__isnull=False)

    def failed(self):
        """Given up after the last try."""
        return self.filter(given_up_at__isnull=False)

    def dropped(self):
        """Not sent: the record is no longer open to the capacity."""
        return self.filter(dropped_at__isnull=False)


class Delivery(models.Model):
    """One event for one webhook: made exactly once, sent at least once, always under the same identity."""

    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries")
    seq = models.BigIntegerField(null=True, blank=True, help_text=_("Number of the log entry; empty: a test"))
    identity = models.CharField(max_length=40, unique=True, default=new_identity, editable=False)
    number = models.PositiveBigIntegerField(default=0)
    kind = models.CharField(max_length=80)
    flow = models.CharField(max_length=40, blank=True)
    record_id = models.BigIntegerField(null=True, blank=True)
    record_code = models.CharField(max_length=40)
    state = models.CharField(max_length=20, blank=True)
    happened_at = models.DateTimeField()
    made_at = models.DateTimeField(default=timezone.now)
    next_at = models.DateTimeField(default=timezone.now)
    tries = models.PositiveSmallIntegerField(default=0, help_text=_("Tries of the present row; a replay begins anew"))
    delivered_at = models.DateTimeField(null=True, blank=True)
    given_up_at = models.DateTimeField(null=True, blank=True)
    dropped_at = models.DateTimeField(null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["webhook", "next_at"],
                condition=Q(delivered_at__isnull=True, given_up_at__isnull=True, dropped_at__isnull=True),
                name="webhook_waiting",
            ),
            models.Index(fields=["webhook", "-id"], name="webhook_newest"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["webhook", "seq"], name="one_delivery_per_event"),
            models.CheckConstraint(
                condition=Q(delivered_at__isnull=True, given_up_at__isnull=True)
                | Q(delivered_at__isnull=True, dropped_at__isnull=True)
                | Q(given_up_at__isnull=True, dropped_at__isnull=True),
                name="webhook_delivery_has_one_end",
            ),
            models.CheckConstraint(
                condition=Q(seq__isnull=True) | Q(record_id__isnull=False) & ~Q(flow=""),
                name="webhook_event_says_of_what",
            ),
        ]

    def __str__(self):
        return self.identity

    @property
    def is_test(self) -> bool:
        """Whether somebody asked for it by hand to see whether their receiver works."""
        return self.seq is None

    @property
    def is_waiting(self) -> bool:
        """Whether a try is still to come."""
        return self.delivered_at is None and self.given_up_at is None and self.dropped_at is None


class Attempt(models.Model):
    """One call and what came back."""

    class Error(models.TextChoices):
        ADDRESS = "ADDRESS", _("The name of the server leads to no public address. Check the address and the DNS.")
        CONNECT = "CONNECT", _("The server did not take the connection. Check that it runs and that the port is open.")
        TLS = "TLS", _("The certificate of the server was not accepted. It must be valid and made out to this name.")
        TIMEOUT = "TIMEOUT", _("No complete answer within 10 seconds. Answer first, then do the work.")
        BROKEN = "BROKEN", _("The line broke before the answer was complete.")
        REDIRECT = "REDIRECT", _("The server sends calls elsewhere. Redirects are not followed: enter the new address.")
        CODE = "CODE", _("The server did not answer with a code from 200 to 299.")
        GONE = "GONE", _("The server answered 410 (gone): the webhook is switched off.")
        SECRET = "SECRET", _("The secret cannot be read any more. Make a new one.")

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="attempts")
    at = models.DateTimeField(default=timezone.now)
    took_ms = models.PositiveIntegerField(default=0)
    code = models.PositiveSmallIntegerField(null=True, blank=True)
    error = models.CharField(max_length=8, choices=Error, blank=True)
    answer = models.TextField(blank=True, help_text=_("The first 1,024 characters of what came back"))

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self):
        return f"{self.delivery_id} {self.code or self.error}"
