"""The dated exchange rates behind K11: entered with their source, struck out when wrong, never changed."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.roles import Role
from accounts.rules import capacity
from accounts.services.log import record_event
from programs.models import ExchangeRate
from workflow.engine import Refused

LOG = "programs.rate"
KEEPERS = (Role.BIROKS_OFF, Role.EVAL)


def may_keep(user) -> bool:
    """Who enters rates: the cooperation officer and the evaluator, in a post of their own."""
    return capacity(user)[0] in KEEPERS and getattr(user, "mandate", None) is None


def standing():
    """The rates that count, by currency, the newest first."""
    return ExchangeRate.objects.filter(struck_at__isnull=True)


def get(pk: int) -> ExchangeRate | None:
    """One standing rate."""
    return standing().filter(pk=pk).first()


@transaction.atomic
def enter(actor, *, currency: str, rupiah, dated, source: str) -> ExchangeRate:
    """A new rate; Refused where there is one of that day."""
    try:
        with transaction.atomic():
            made = ExchangeRate.objects.create(
                currency=currency, rupiah=rupiah, dated=dated, source=source, entered_by=actor
            )
    except IntegrityError:
        raise Refused([_("There is a rate of this currency for this day. Strike it out first.")]) from None
    _log(made, "enter_rate", actor)
    return made


@transaction.atomic
def strike(rate: ExchangeRate, actor, *, reason: str) -> None:
    """Take a wrong rate out of every figure; the row stays."""
    locked = standing().select_for_update().filter(pk=rate.pk).first()
    if locked is None:
        raise Refused([_("This rate was struck out already.")])
    locked.struck_at = timezone.now()
    locked.save(update_fields=["struck_at"])
    _log(locked, "strike_rate", actor, comment=reason)


def _log(rate: ExchangeRate, action: str, actor, comment: str = "") -> None:
    facts = {"currency": rate.currency, "rupiah": str(rate.rupiah), "dated": rate.dated.isoformat()}
    code = f"{rate.currency}-{rate.dated:%Y%m%d}"
    record_event(LOG, rate.pk, code, action, actor, comment=comment, source=rate.source, **facts)
