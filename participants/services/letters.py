"""The office's letters about a nomination as PDF: made for whoever asks, never stored, always logged."""

from __future__ import annotations

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from accounts.models import in_local_language
from participants.rules.letters import ASSIGNMENT, COVER
from regions.models import Region
from regions.models.vocabulary import term_label
from workflow import papers
from workflow.engine import Refused, note

TEMPLATES = {
    (COVER, "id"): "papers/participants/cover.id.html",
    (COVER, "en"): "papers/participants/cover.en.html",
    (ASSIGNMENT, "id"): "papers/participants/assignment.id.html",
    (ASSIGNMENT, "en"): "papers/participants/assignment.en.html",
}


@sensitive_variables()
def values_of(nomination, language: str) -> dict:
    """What the templates need; call within the paper's language."""
    person, proposal, office = nomination.person, nomination.proposal, nomination.office
    region = Region.objects.filter(code=office.region_code).first()
    government = ""
    if region:
        kind = "Provinsi " if region.level == "PROVINCE" and not region.name.startswith("Provinsi") else ""
        government = f"Regional Government of {region.name}" if language == "en" else f"Pemerintah {kind}{region.name}"
    return {
        "nomination": nomination,
        "person": person,
        "post": in_local_language(person.post, "label"),
        "rank": term_label("rank", person.rank) if person.rank else "",
        "head": {"body": government or office.name, "unit": office},
        "title": nomination.title,
        "partner": proposal.partner.name if proposal.partner_id else "",
        "first_day": nomination.first_day,
        "last_day": nomination.last_day,
        "place": proposal.intake.place if proposal.intake_id else "",
        "seat": region.capital if region and region.capital else "",
        "today": timezone.localdate(),
        "konsep": "KONSEP" if language == "id" else "KONSEP / DRAFT",
    }


@sensitive_variables()
def make(nomination, letter: str, language: str, actor) -> bytes:
    """The letter as PDF. The log knows which letter was made, nothing of what it says."""
    if not papers.can_make():
        raise Refused([_("This server cannot make PDFs. Ask the portal's administrator to install Pango.")])
    with translation.override(language):
        values = values_of(nomination, language)
    content = papers.pdf(TEMPLATES[letter, language], values, language=language)
    note(nomination.flow, nomination, actor, "draft", {"kind": letter, "language": language})
    return content
