"""What several acts on a nomination ask for."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from participants.rules.balance import balance_sentence
from participants.services.numbers import next_number
from workflow.table import Ask

REASON = Ask("reason", _("Reason"), "long", min_length=10, help=_("No names and no numbers of persons."))
CONSENT = Ask(
    "consent",
    _("Partner's consent: letter or e-mail, number and date"),
    "text",
    required=False,
    help=_("Needed where the partner selects."),
)
PLACE = Ask("place", _("Place on the list"), "number", initial=lambda n: n.place_in_order or 1)
BALANCE = Ask(
    "balance",
    _("Balance of sex and region"),
    "long",
    min_length=10,
    initial=balance_sentence,
    help=_("Counts of this intake so far; add why this choice keeps or mends the balance."),
)
WAIVER = Ask(
    "waiver",
    _("Waiver with its reason"),
    "long",
    required=False,
    help=_("Only where the person was trained abroad recently. At least 30 characters."),
)
REFERENCE = Ask("reference", _("Partner's notice: number or subject"), "text")
ANSWERED = Ask("answered_on", _("Date of the notice"), "date")

NUMBER = Ask(
    "certificate_number",
    _("Number of the certificate"),
    "text",
    initial=lambda n: n.certificate_number or next_number(),
    help=_("The next number of this year's series; another one may be typed."),
)
HOURS = Ask("lesson_hours", _("Lesson hours credited (JP)"), "number", initial=lambda n: n.lesson_hours)
REVERSAL = Ask(
    "reason",
    _("Why the completion does not stand"),
    "long",
    min_length=30,
    help=_("No names and no numbers of persons."),
)
