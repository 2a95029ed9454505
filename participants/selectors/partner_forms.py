"""The papers of a nomination as a page shows them: what is still empty, who can fill it in, and where."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from participants.models import SEATED
from participants.partner_forms import ASKED, FACTS, TABLES, WHO, FilledPaper, Gap, Origin, Paper
from participants.rules import editing
from participants.rules import letters as rules
from participants.selectors.nominations import nominations_seen_by
from participants.services import partner_forms as services
from workflow import formats


@dataclass(frozen=True)
class Empty:
    """One line of the report: the field, who can fill it in, and the page for it ("" where this reader has none)."""

    label: str
    who: str
    url: str


@dataclass(frozen=True)
class Offer:
    """One paper this reader may have made."""

    paper: Paper
    name: str
    is_draft: bool
    gaps: list[Empty]
    optional: list[str]
    by_hand: list[str]

    @property
    def languages(self) -> tuple[str, ...]:
        """The language of the one who reads it first: a partner's form in English, a letter in Indonesian."""
        return ("en", "id") if self.paper.partner else ("id", "en")


def papers_of(user, nomination) -> list[Paper]:
    """The papers this reader may have made; Http404 where there is none."""
    offered = rules.papers_for(user, nomination)
    if not offered:
        raise Http404
    return list(offered)


def handed_over(user, nomination) -> frozenset[str] | None:
    """For a partner, what the log says it was told; None for everyone else."""
    if not rules.reads_as_partner(user):
        return None
    fields = nomination.transfers.filter(recipient=nomination.proposal.partner_id).values_list("fields", flat=True)
    return frozenset(name for told in fields for name in told)


def offers_of(user, nomination) -> list[Offer]:
    """Every paper with its report, in the reader's language."""
    papers, language = papers_of(user, nomination), formats.language()
    known, told = services.known_of([nomination], user), handed_over(user, nomination)
    pages = {} if told is not None else _pages(user, nomination)
    # What is empty is the same in both languages, save the office's English name.
    return [
        _offer(
            services.filled(nomination, paper, "en" if paper.partner else "id", known, handed_over=told),
            pages,
            language,
        )
        for paper in papers
    ]


def _offer(made: FilledPaper, pages: dict[Origin, str], language: str) -> Offer:
    def said(gap: Gap) -> str:
        return gap.label.said(language)

    return Offer(
        paper=made.paper,
        name=made.paper.name.said(language),
        is_draft=made.is_draft,
        gaps=[Empty(said(gap), WHO[gap.origin].said(language), _place(gap, pages)) for gap in made.gaps],
        optional=[said(gap) for gap in made.optional_gaps],
        by_hand=[said(gap) for gap in made.by_hand],
    )


def _place(gap: Gap, pages: dict[Origin, str]) -> str:
    """The page, and on the form with the partner's questions the field itself."""
    url = pages.get(gap.origin, "")
    if not url or gap.origin not in ASKED:
        return url
    table = FACTS[gap.key].table
    return f"{url}#id_{gap.key}" + (f"-0-{TABLES[table].columns[0].key}" if table else "")


def _pages(user, nomination) -> dict[Origin, str]:
    """Where this reader can fill in what comes from where; left out what they cannot."""
    own, code = nomination.get_absolute_url(), [nomination.code]
    pages = {}
    if editing.may_change_person(user, nomination):
        pages[Origin.PERSON] = reverse("participants:edit_nomination", args=code)
    if rules.may_answer(user, nomination):
        pages[Origin.BACKGROUND] = pages[Origin.COURSE] = reverse("participants:answers", args=code)
        if rules.may_present_office(user, nomination):
            pages[Origin.OFFICE] = pages[Origin.BACKGROUND]
    if nomination.program is not None:
        pages[Origin.PROGRAM] = nomination.program.get_absolute_url()
    if editing.may_tick_permits(user, nomination):
        pages[Origin.PERMITS] = reverse("participants:clearance", args=code)
    return {Origin.ENDORSEMENT: own, Origin.ANSWER: own, Origin.PERMITS: own, **pages}


def form_parts(user, nomination, current: str) -> list[dict]:
    """The pages on which a nomination is filled in, as far as this reader may."""
    known = [
        ("edit_nomination", _("The person"), editing.may_change_person(user, nomination)),
        ("answers", asks(nomination), rules.may_answer(user, nomination)),
    ]
    return [
        {"label": label, "url": reverse(f"participants:{name}", args=[nomination.code]), "current": name == current}
        for name, label, open_to_reader in known
        if open_to_reader
    ]


def asks(nomination) -> str:
    """What the page with the partner's questions is called."""
    paper = rules.paper_of_partner(nomination)
    return _("What %(partner)s asks for") % {"partner": paper.partner} if paper else ""


@dataclass(frozen=True)
class ChosenRow:
    """One chosen person of a roster with the state of their papers."""

    nomination: object
    papers: list[FilledPaper]

    @property
    def shown(self) -> list[dict]:
        """Name of each paper and how many required fields are still empty."""
        language = formats.language()
        return [{"name": one.paper.name.said(language), "missing": len(one.gaps)} for one in self.papers]


def bundle_link(user, proposal, nominations) -> str:
    """The page with all papers of a roster, where this reader has one; asks no further questions of the database."""
    chosen = (nomination for nomination in nominations if nomination.status in SEATED)
    if rules.reads_as_partner(user) or not any(rules.papers_for(user, nomination) for nomination in chosen):
        return ""
    return reverse("participants:roster_papers", args=[proposal.code])


def chosen_of(user, proposal) -> tuple[list[ChosenRow], services.Known]:
    """The chosen people of a proposal whose papers this reader may have made; a fixed number of queries.

    Http404 where there is none. A partner gets its papers one by one: each shows only what was handed over for it.
    """
    if rules.reads_as_partner(user):
        raise Http404
    rows = [
        (nomination, papers)
        for nomination in nominations_seen_by(user)
        .filter(proposal=proposal, status__in=[s.value for s in SEATED])
        .order_by("place_in_order", "pk")
        if (papers := rules.papers_for(user, nomination))
    ]
    if not rows:
        raise Http404
    known = services.known_of([nomination for nomination, _papers in rows], user)
    return [
        ChosenRow(
            nomination, [services.filled(nomination, paper, "en" if paper.partner else "id", known) for paper in papers]
        )
        for nomination, papers in rows
    ], known
