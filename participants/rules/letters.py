"""Letters the office writes about a nomination: which, who may have them made, and what they still lack."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.roles import OFFICE
from accounts.rules import capacity
from participants.models import OPEN, SEATED

COVER, ASSIGNMENT = "nota-dinas", "surat-tugas"


def letters_for(user, nomination) -> tuple[str, ...]:
    """The office's own people: a cover letter while the nomination runs, an assignment once the person is chosen."""
    if capacity(user)[0] not in OFFICE or not nomination.flow.roles(user, nomination) or not nomination.person.name:
        return ()
    cover = (COVER,) if nomination.status in {*OPEN, *SEATED} else ()
    return (*cover, ASSIGNMENT) if nomination.status in SEATED else cover


def still_empty(nomination, letter: str) -> list[str]:
    """What the letter needs and the portal does not know; the paper shows a dotted line there."""
    person, proposal = nomination.person, nomination.proposal
    wanted = [
        (_("Rank"), person.rank),
        (_("Dates of the training"), proposal.intake_id),
        (_("Place of the training"), proposal.intake_id and proposal.intake.place),
    ]
    if letter == COVER:
        wanted += [
            (_("Why this training serves the person's duties"), nomination.relevance),
            (_("Number of the release letter"), nomination.letter_number),
        ]
    else:
        wanted += [
            (_("Day of departure"), nomination.leaves_on or not nomination.is_abroad),
            (_("Reference of the partner's answer"), nomination.answer_reference or not nomination.goes_to_partner),
        ]
    missing = [label for label, value in wanted if not value]
    return [*missing, _("Staff number (NIP): written by hand, because it does not leave the portal")]
