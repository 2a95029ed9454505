"""An amendment: its phases within UNDER_AMENDMENT, and what each step of it must carry."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from partnerships.models import ABROAD, MINISTERS_APPROVAL, AgreementStatus, AmendmentPhase, LetterFor
from partnerships.rules.agreements import TEXTS
from partnerships.rules.external_steps import approved
from workflow.calendar import on_calendar, working_days
from workflow.engine import log_of

PROPOSABLE = (
    "title_id",
    "title_en",
    "subject",
    "scope",
    "cost_source",
    "place",
    "duration_months",
    "ends",
    "region_codes",
    "action_plan",
)
"""What an amendment may change. Parties, track and the day it took effect are another agreement."""


def in_phase(phase: AmendmentPhase):
    """An `applies`: the amendment stands in this phase. One opened before phases were kept is being drafted."""

    def applies(agreement) -> bool:
        here = agreement.amendment_phase or AmendmentPhase.DRAFTING
        return agreement.status == AgreementStatus.UNDER_AMENDMENT and here == phase

    return applies


@on_calendar
def due_in_phase(agreement, now):
    """For `State.within`: ten working days to draft, ten to review, from the day the amendment changed hands. Signing
    has no clock of its own, as with the agreement itself."""
    if agreement.amendment_phase == AmendmentPhase.SIGNING:
        return None
    return working_days(10)(agreement, agreement.amendment_turn_at or now)


def something_changes(agreement, actor) -> str:
    """An amendment that changes nothing is none."""
    if any(getattr(agreement, name) != value for name, value in proposed_values(agreement).items()):
        return ""
    return _("Write down first what the amendment changes.")


def proposed_values(agreement) -> dict:
    """{field: value} the amendment proposes, as the fields hold them."""
    known = agreement._meta.get_field
    return {name: known(name).to_python(value) for name, value in agreement.proposed.items() if name in PROPOSABLE}


def has_amended_texts(agreement, actor, answers) -> str:
    """Both languages of the amendment: given now, or stored since it was opened."""
    stored = agreement.documents.filter(kind__in=TEXTS, uploaded_at__gte=agreement.status_since)
    there = set(stored.values_list("kind", flat=True))
    if not (answers.get("text_id") or TEXTS[0] in there):
        return _("Add the text of the amendment in Indonesian: the law requires it.")
    if not (answers.get("text_en") or TEXTS[1] in there or agreement.track not in ABROAD):
        return _("Add the text of the amendment in English.")
    return ""


def texts_now(agreement) -> dict:
    """The text in each language that is signed now: the latest. Of an amendment only what was added since it was
    opened, so that nobody signs a former text along with it."""
    found = agreement.documents.filter(kind__in=TEXTS)
    opened = log_of(agreement).filter(action="amend").last() if agreement.amendment_phase else None
    if opened is not None:
        found = found.filter(uploaded_at__gte=opened.at)
    return {text.kind: text for text in found.order_by("version")}


def minister_approves_again(agreement, actor) -> str:
    """Where the Minister of Home Affairs approved the agreement, the amendment needs that approval too."""
    return approved(LetterFor.CLEARANCE)(agreement, actor) if agreement.track in MINISTERS_APPROVAL else ""


def amendment_dates_fit(agreement, actor, answers) -> str:
    """Signed after the agreement itself and not tomorrow; a new end lies ahead of the signing."""
    signed = answers["signed_on"]
    if signed > timezone.localdate():
        return _("The day of signing lies in the future. Record the signing when it has taken place.")
    if agreement.signed_on and signed < agreement.signed_on:
        return _("The amendment cannot have been signed before the agreement.")
    if signed < timezone.localdate(agreement.status_since):
        return _("The amendment cannot have been signed before it was opened.")
    ends = proposed_values(agreement).get("ends")
    if ends and ends <= signed:
        return _("The new validity must end after the amendment was signed.")
    return ""
