"""Briefs of any state, counted from the needs of a test; every field a test cares about is passed by name."""

from __future__ import annotations

import re
from html import unescape

from django.utils import timezone

from partnerships.lifecycle import BRIEF
from partnerships.models import Brief, BriefStatus
from partnerships.services import briefs as services
from tests import factories
from workflow.engine import note, perform

S = BriefStatus
AFTER_PUBLICATION = (S.PUBLISHED, S.SUPERSEDED, S.WITHDRAWN)


def brief(status: str = S.DRAFT, *, created_by=None, **fields) -> Brief:
    """A counted brief in a state, without the acts that lead there."""
    cycle = factories.cycle()
    edition = cycle.briefs.count() + 1
    if status in AFTER_PUBLICATION:
        fields.setdefault("published_at", timezone.now())
    made = Brief(
        code=f"RPP-{cycle.year}-9{edition:02d}",
        status=status,
        cycle=cycle,
        edition=900 + edition,
        created_by=created_by,
        **fields,
    )
    within = made.flow.state(status).within
    made.due_at = within(made, timezone.now()) if within else None
    made.save()
    services.count(made)
    made.save()
    if created_by is not None:
        note(made.flow, made, created_by, "create")
    return Brief.objects.get(pk=made.pk)


def published(verifier, head) -> Brief:
    """A brief that went the whole way: counted, submitted, published."""
    made = services.open_brief(factories.cycle(), verifier)
    made = perform(BRIEF, "submit", record=made, actor=verifier)
    return perform(BRIEF, "publish", record=made, actor=head)


def lines(brief: Brief, *audiences: str) -> dict[tuple, tuple[int, int, int]]:
    """{(competency, place): (wanted, met, without a seat)} of the lines with these audiences, all where none is named;
    the place of a sum is its island group, or "ID"."""
    found = brief.lines.filter(audience__in=audiences) if audiences else brief.lines.all()
    return {
        (row.theme_id, row.province or row.island_group or "ID"): (row.requested, row.met, row.people) for row in found
    }


def text(response) -> str:
    """A page as it is read."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())
