"""What a signing must get right: days, order of dates, and who may sign for whom."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from workflow.mandate import mandate_of


def day_is_past(agreement, actor, answers) -> str:
    """Nobody signed tomorrow."""
    if answers["signed_on"] <= timezone.localdate():
        return ""
    return _("The day of signing lies in the future. Record the signing when it has taken place.")


def signing_dates_fit(agreement, actor, answers) -> str:
    """Signed, in force, ended: in this order."""
    signed = answers.get("signed_on") or agreement.signed_on
    effective = answers.get("effective_date") or agreement.effective_date
    ends = answers.get("ends")
    if effective < signed:
        return _("The agreement cannot take effect before it was signed.")
    if ends and ends <= effective:
        return _("The validity must end after the day it begins.")
    return ""


def own_authority(agreement, actor, answers) -> str:
    """An acting official (Plt) signs only with written authority, attached here or filed with the delegation."""
    mandate = None if agreement.is_regional else mandate_of(actor)
    if mandate is not None and mandate.kind == "PLT":
        if answers.get("capacity") != "PLT":
            return _("You act as Plt. State this capacity: the document names it.")
        return ""
    if answers.get("capacity") != "PLT" or answers.get("authority"):
        return ""
    return _("An acting official (Plt) may sign only with written authority. Attach it.")
