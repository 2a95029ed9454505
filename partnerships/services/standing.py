"""How a plan's pairs stand now: which seats are held, lie with a partner, or wait to be sent; and which fell free."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from partnerships.models import HOLDING, Proposal, ProposalStatus, RunKind

S = ProposalStatus
Pair = tuple[int, int]
"""(line, intake), by their keys."""

UNSENT = (S.SUGGESTED, S.PROPOSED, S.REVIEW, S.RETURNED)
"""Open and not with the partner yet: a plan may still change what is asked for."""
WITH_PARTNER = (S.PARTNER_REVIEW, S.WAITLISTED)
"""Open and out of the ministry's hands."""
ENDED = (S.DECLINED, S.LAPSED)
FIXED = (*HOLDING, S.PARTNER_REVIEW)
"""Proposals that take seats away from everyone else: held, or already before the partner."""
LARGE = ("score_parts", "failures", "note", "tailor_made_request", "partner_summary", "answer_note")
"""What a proposal says at length and no plan asks for."""


@dataclass
class Standing:
    """The proposals of one pair, sorted by what they mean for a plan."""

    held: int = 0
    """Seats given by the partner."""
    asked: int = 0
    """Seats the partner is deciding on."""
    unsent: Proposal | None = None
    """The open proposal that has not left yet; the database allows one per pair."""
    waiting: Proposal | None = None
    """The open proposal that lies with the partner."""
    ended: list[Proposal] = field(default_factory=list)
    """Declined, withdrawn or lapsed, oldest first."""
    answered: list[Proposal] = field(default_factory=list)
    """Accepted wholly or in part."""
    score: Decimal | None = None
    """What the pair scored when it was last proposed."""
    refused: bool = False
    """The partner turned the pair down; it is not asked for it again."""

    def kept_back(self, since: dt.datetime | None = None) -> int:
        """Seats a partner gave less than it was asked for; since a moment, or ever."""
        rows = (p for p in self.answered if since is None or p.answered_at is None or p.answered_at >= since)
        return sum(p.seats_requested - p.seats_allotted for p in rows)

    @property
    def fixed(self) -> int:
        """Seats no plan takes away."""
        return self.held + self.asked

    @property
    def placed(self) -> int:
        """Seats an earlier ratified plan asks for and that have not been sent yet."""
        placed = self.unsent is not None and self.unsent.allocation_id is not None
        return self.unsent.seats_requested if placed else 0

    @property
    def live(self) -> int:
        """Seats of the pair that an earlier plan or a partner's answer stands for."""
        return self.fixed + self.placed


NOTHING = Standing()


def standing(lines: Iterable[int] | None = None, *, cycle: int | None = None) -> dict[Pair, Standing]:
    """Every pair of these lines (or of a cycle's) with proposals; one query."""
    proposals = Proposal.objects.filter(intake__isnull=False).order_by("pk").defer(*LARGE)
    if lines is not None:
        proposals = proposals.filter(line__in=list(lines))
    if cycle is not None:
        proposals = proposals.filter(line__need__cycle=cycle)
    found: dict[Pair, Standing] = defaultdict(Standing)
    for proposal in proposals:
        _count(found[proposal.line_id, proposal.intake_id], proposal)
    return dict(found)


def _count(pair: Standing, proposal: Proposal) -> None:
    pair.score = proposal.score
    if proposal.status in HOLDING:
        pair.held += proposal.seats_allotted
        pair.answered.append(proposal)
    elif proposal.status == S.PARTNER_REVIEW:
        pair.asked += proposal.seats_requested
        pair.waiting = proposal
    elif proposal.status == S.WAITLISTED:
        pair.waiting = proposal
    elif proposal.status in UNSENT:
        pair.unsent = proposal
    elif proposal.status in ENDED:
        pair.ended.append(proposal)
        pair.refused |= proposal.status == S.DECLINED and proposal.declined_by == "PARTNER"


def fixed_beside(lines: Collection[int], intakes: Collection[int] | None = None) -> tuple[Counter, Counter]:
    """(seats by line, seats by intake) that are fixed beside the pairs of these lines and intakes (None: any intake).

    People of a line who have a seat elsewhere, and seats of an intake that others have; one query.
    """
    of_line, of_intake = Counter(), Counter()
    rows = Proposal.objects.filter(status__in=FIXED).values_list(
        "line", "intake", "status", "seats_allotted", "seats_requested"
    )
    for line, intake, status, allotted, requested in rows:
        seats = allotted if status in HOLDING else requested
        if line not in lines:
            of_intake[intake] += seats
        elif intake is None or (intakes is not None and intake not in intakes):
            of_line[line] += seats
    return of_line, of_intake


def fixed_for(run, now: dict[Pair, Standing], pins) -> dict[Pair, int]:
    """The seats a run must leave where they are: given, with a partner, pinned.

    A national run plans anew what was placed and not sent yet; a run for the remainder leaves that as well.
    """
    found = {}
    for pair, standing in now.items():
        if seats := standing.live if run.kind == RunKind.REMAINDER else standing.fixed:
            found[pair] = seats
    for pair, pin in pins.items():
        found[pair] = max(found.get(pair, 0), pin.seats)
    return found


def pair_name(line, intake) -> str:
    """ "KB-2026-0007/1, PR-2026-0004/1": how sentences name a pair."""
    return f"{line.need.code}/{line.position}, {intake}"
