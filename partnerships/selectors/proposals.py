"""Reads of proposals, always for a user."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q
from django.db.models.functions import Left
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Organisation, OrganisationKind
from accounts.roles import PARTNER
from accounts.rules import capacity
from partnerships.models import Proposal, ProposalStatus
from partnerships.sentences import province_name
from partnerships.services.proposals import summary_for_partner
from workflow import formats
from workflow.listing import Facet, Listing
from workflow.reading import get_seen, seen_by


def proposals_seen_by(user):
    """The proposals that exist for this user, rows ready for a list."""
    return seen_by(user, "partnerships.proposal").select_related("agreement").prefetch_related("line__gaps__theme")


def get_proposal(user, code: str) -> Proposal:
    """One proposal, or Http404."""
    return get_seen(user, "partnerships.proposal", code=code)


def is_partner(user) -> bool:
    """Whether the user acts for a partner, who reads summaries and never needs."""
    return capacity(user)[0] in PARTNER


def _status_labels(codes):
    return {s.value: s.label for s in ProposalStatus if s.value in codes}


def _partner_labels(ids):
    return {str(o.pk): o.short_name or o.name for o in Organisation.objects.filter(pk__in=ids).order_by("code")}


def _province_labels(codes):
    return {code: province_name(code) for code in sorted(codes)}


FACETS = (
    Facet("status", gettext_lazy("Status"), "status", _status_labels),
    Facet("partner", gettext_lazy("Partner"), "partner", _partner_labels),
    Facet(
        "province",
        gettext_lazy("Province"),
        "province_code",
        _province_labels,
        expression=Left("line__need__office__region_code", 2),
    ),
    Facet("cycle", gettext_lazy("Cycle"), "line__need__cycle", lambda years: {y: str(y) for y in sorted(years)}),
)

SORTS = {
    "code": (gettext_lazy("Code"), ("code",)),
    "score": (gettext_lazy("Score"), ("score",)),
    "due": (gettext_lazy("Due"), ("due_at",)),
    "since": (gettext_lazy("Since"), ("status_since",)),
}


def _search(text: str) -> Q:
    return (
        Q(code__icontains=text)
        | Q(line__need__code__icontains=text)
        | Q(line__need__office__name_id__icontains=text)
        | Q(intake__program__code__icontains=text)
        | Q(intake__program__title_id__icontains=text)
        | Q(intake__program__title_en__icontains=text)
    )


matches = _search
"""What the list searches, for the JSON interface."""


def proposal_list(request) -> Listing:
    """The filtered, sorted page of proposals for the signed-in user."""
    return Listing(
        request,
        proposals_seen_by(request.user),
        facets=FACETS,
        sorts=SORTS,
        default_sort="-since",
        search=_search,
    )


@dataclass(frozen=True)
class SinceSent:
    """How the offer differs from the day the proposal was sent to the partner."""

    seats_then: int
    seats_now: int
    amendments: list

    @property
    def differs(self) -> bool:
        """Whether anything changed."""
        return self.seats_then != self.seats_now or bool(self.amendments)


def since_sent(proposal) -> SinceSent | None:
    """What changed since the proposal left; None before it was sent or without an intake."""
    if proposal.sent_at is None or proposal.intake_id is None:
        return None
    program = proposal.intake.program
    changed = program.amendments.filter(edition__gt=proposal.edition_when_sent or program.edition)
    # Seats this proposal holds itself are no news to the one who gave them.
    free = proposal.intake.seats_free + proposal.seats_allotted
    return SinceSent(proposal.seats_free_when_sent or 0, free, list(changed.order_by("edition")))


def summary_of(user, proposal) -> str:
    """The text the partner reads: as sent, or as it would be sent."""
    return proposal.partner_summary or summary_for_partner(proposal)


def facts_of(proposal) -> list[dict]:
    """What every act on a proposal is decided on: for whom, for what, how many people and how many seats are free."""
    line = proposal.line
    rows = [
        (_("Office"), line.need.office.name),
        (_("Post"), f"{line.post.label}, {line.rank_label}" if line.rank_label else line.post.label),
        (_("People"), formats.num(proposal.seats_requested)),
    ]
    if proposal.intake_id is not None:
        intake = proposal.intake
        rows += [
            (_("Intake"), f"{intake.program.title}, {formats.daterange(intake.starts, intake.ends)}"),
            (_("Free seats"), formats.num(intake.seats_free)),
        ]
    return [{"label": label, "value": value} for label, value in rows]


def place_on_waiting_list(proposal) -> int:
    """1 for the first in line; 0 for proposals that do not wait."""
    if proposal.waitlist_position is None:
        return 0
    before = Proposal.objects.filter(
        intake=proposal.intake_id,
        status=ProposalStatus.WAITLISTED,
        waitlist_position__lt=proposal.waitlist_position,
    )
    return before.count() + 1


def partner_choices() -> list[tuple[str, str]]:
    """Whom a tailor-made request may be sent to."""
    partners = Organisation.objects.filter(kind=OrganisationKind.PARTNER, suspended=False).order_by("code")
    return [("", _("Choose …")), *((str(o.pk), o.name) for o in partners)]


def get_partner(pk: str) -> Organisation:
    """A partner chosen in a form."""
    return Organisation.objects.get(kind=OrganisationKind.PARTNER, pk=pk)


def partner_codes() -> list[tuple[str, str]]:
    """The same partners by their codes."""
    partners = Organisation.objects.filter(kind=OrganisationKind.PARTNER, suspended=False).order_by("code")
    return [(o.code, o.name) for o in partners]


def partner_by_code(code: str) -> Organisation:
    """A partner named by its code."""
    return Organisation.objects.get(kind=OrganisationKind.PARTNER, code=code)
