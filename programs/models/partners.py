"""Partner organisations and the schemes under which they offer training."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from regions.models.vocabulary import Dated


class Route(models.TextChoices):
    """The way a nomination takes; decides how long before the partner's deadline ours must be."""

    SETNEG = "SETNEG", _("State Secretariat")
    KOICA_OFFICE = "KOICA_OFFICE", _("KOICA office")
    ILO_OFFICE = "ILO_OFFICE", _("ILO Jakarta")
    BIROKS = "BIROKS", _("Bureau of Cooperation")
    PPSDM = "PPSDM", _("PPSDM")
    DIRECT = "DIRECT", _("Direct to the organiser")


ROUTE_BUFFER = {
    Route.SETNEG: 15,
    Route.KOICA_OFFICE: 10,
    Route.ILO_OFFICE: 5,
    Route.BIROKS: 5,
    Route.PPSDM: 0,
    Route.DIRECT: 5,
}
"""Working days between our internal deadline and the partner's, per route."""

DESK_ROUTES = (Route.SETNEG, Route.KOICA_OFFICE, Route.ILO_OFFICE)
"""Routes on which an office outside the ministry passes nominations on to the partner."""


class PartnerProfile(models.Model):
    """What a partner has beyond being an organisation."""

    organisation = models.OneToOneField(Organisation, models.CASCADE, related_name="partner", primary_key=True)
    partner_type = models.CharField(max_length=20)
    country = models.CharField(max_length=2, blank=True, help_text=_("ISO 3166-1, empty for international bodies"))
    iati_id = models.CharField(max_length=40, blank=True)
    website = models.URLField(blank=True)

    def __str__(self):
        return str(self.organisation)


class Scheme(Dated):
    """A partner's kind of training, for example KCCP Group & Region Focus."""

    code = models.CharField(max_length=24, primary_key=True)
    partner = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="schemes")
    duration_note_id = models.CharField(max_length=120, blank=True)
    duration_note_en = models.CharField(max_length=120, blank=True)
    seats_note = models.CharField(max_length=60, blank=True)
    funding_mode = models.CharField(max_length=20, blank=True)
    route = models.CharField(max_length=12, choices=Route)
    needs_agreement = models.BooleanField(default=False)
    buffer_days = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        help_text=_("Working days between our deadline and the partner's; empty: by route"),
    )

    class Meta:
        ordering = ["position", "code"]
