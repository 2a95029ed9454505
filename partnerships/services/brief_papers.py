"""The brief as a paper: what everyone outside the centre reads, made once per language after publication and sealed."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Organisation
from partnerships.models import Audience, Brief, BriefLine, BriefPaper, BriefStatus
from partnerships.sentences import post_names, province_names, theme_names
from partnerships.services.seals import both
from workflow import papers
from workflow.engine import Refused, lock
from workflow.formats import day, num
from workflow.models import Seal
from workflow.seals import Sealed, Standing, address, qr, said

FLOW = "partnerships.brief"
KIND = "BRIEF"
TEMPLATE = "papers/brief.html"
ISSUER = "PPSDM"
MOST_ROWS = 400
"""Rows on paper; the file for Excel has all of them."""


def place_of(line: BriefLine, province_name) -> str:
    """Where the people of a line are: a province, or what stands in its place."""
    if line.audience != Audience.OUTSIDE:
        return str(province_name(line.province))
    if line.island_group:
        return _("Several provinces of %(island)s") % {"island": line.island_group}
    return _("Several provinces of Indonesia")


def _values(brief: Brief, language: str) -> dict:
    with translation.override(language):
        theme, post, province = theme_names(), post_names(), province_names()
        found = brief.lines.filter(audience__in=(Audience.ALL, Audience.OUTSIDE)).order_by("-people", "number")
        rows = [
            {
                "line": line,
                "theme": theme(line.theme_id),
                "post": post(line.post_id),
                "place": place_of(line, province),
            }
            for line in found[:MOST_ROWS]
        ]
        unit = Organisation.objects.get(code=ISSUER)
        return {"brief": brief, "rows": rows, "left_out": max(found.count() - MOST_ROWS, 0), "unit": unit.name}


def paper_of(brief: Brief, language: str) -> BriefPaper:
    """The paper of a published brief: made at the first call and kept, so that its checksum stays true."""
    made = BriefPaper.objects.filter(brief=brief, language=language).first()
    return made or _make(brief, language)


@transaction.atomic
def _make(brief: Brief, language: str) -> BriefPaper:
    can_be_made()
    locked = lock(brief)
    if made := BriefPaper.objects.filter(brief=locked, language=language).first():
        return made
    seal = Seal.objects.create(
        flow=FLOW,
        record_id=locked.pk,
        kind=KIND,
        language=language,
        number=locked.code,
        dated=timezone.localdate(locked.published_at),
        version=locked.edition,
        facts={"title": both(lambda: locked.title), "people": locked.people},
    )
    url = address(seal, language)
    values = {**_values(locked, language), "seal": seal, "check_url": url, "qr": qr(url)}
    upload = papers.pdf_file(papers.pdf(TEMPLATE, values, language=language), f"{locked.code}-{language}.pdf")
    made = BriefPaper(brief=locked, language=language, seal=seal).hold(upload)
    made.save()
    seal.sha256 = made.sha256
    seal.save(update_fields=["sha256"])
    return made


def draft_of(brief: Brief, language: str) -> bytes:
    """How the paper of a draft would look: marked as a draft, without a seal."""
    can_be_made()
    with translation.override(language):
        mark = _("DRAFT")
    return papers.pdf(TEMPLATE, {**_values(brief, language), "konsep": mark}, language=language)


def can_be_made() -> None:
    """Refused with a sentence where the server cannot make PDFs."""
    if not papers.can_make():
        raise Refused([_("This server cannot make PDFs. Ask the portal's administrator to install Pango.")])


# --- The public page


def standing(seal: Seal) -> Standing:
    """Valid, superseded or withdrawn."""
    brief = Brief.objects.get(pk=seal.record_id)
    if brief.status == BriefStatus.WITHDRAWN:
        text = _("The ministry withdrew this brief. Its figures must no longer be used.")
        return Standing("withdrawn", _("Withdrawn"), text, "red", "x-octagon-fill")
    if brief.status == BriefStatus.SUPERSEDED:
        text = _("The ministry published a later edition.")
        return Standing("replaced", _("Superseded"), text, "amber", "arrow-repeat")
    text = _("This is the latest demand brief of the ministry.")
    return Standing("valid", _("Valid"), text, "green", "check-circle-fill")


def rows(seal: Seal) -> list[tuple[str, str]]:
    """What the public page says beside kind, number and date."""
    brief = Brief.objects.get(pk=seal.record_id)
    return [
        (_("Subject"), said(seal, "title")),
        (_("Counted on"), day(brief.counted_at)),
        (_("People without a seat"), num(seal.facts["people"])),
    ]


SEALED = Sealed({KIND: gettext_lazy("Demand brief")}, standing, rows)
