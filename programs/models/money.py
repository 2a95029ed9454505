"""What a currency was worth in rupiah on a day, as somebody read it in a source they name. Nothing is invented."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ExchangeRate(models.Model):
    """One dated rate. Never changed: a wrong one is struck out with its reason, and a new one entered."""

    currency = models.CharField(_("Currency"), max_length=3)
    rupiah = models.DecimalField(
        _("Rupiah for one unit"),
        max_digits=14,
        decimal_places=4,
        validators=[MinValueValidator(Decimal("0.0001"))],
    )
    dated = models.DateField(_("Date of the rate"))
    source = models.CharField(_("Source"), max_length=200)
    entered_at = models.DateTimeField(default=timezone.now, editable=False)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    struck_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["currency", "-dated", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["currency", "dated"], condition=Q(struck_at__isnull=True), name="one_rate_per_currency_and_day"
            ),
            models.CheckConstraint(condition=Q(rupiah__gt=0), name="rate_above_nothing"),
            models.CheckConstraint(condition=~Q(currency__in=["", "IDR"]), name="rate_of_another_currency"),
        ]

    def __str__(self):
        return f"{self.currency} {self.dated:%Y-%m-%d}"
