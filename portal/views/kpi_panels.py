"""The figures beside a review; kept when it was submitted, worked out while it is written."""

from __future__ import annotations

from partnerships.services.reviews import evidence_of, register_evidence
from portal.kpi.evidence import evidence, facts
from workflow.panels import Panel, register_panel


def review_evidence(request, review) -> dict:
    """Kept figures once there are any; before that, those of this moment."""
    found = review.evidence or evidence_of(review)
    return {"facts": facts(found, request.user), "kept_at": review.evidence_at}


def register() -> None:
    """Called once by the AppConfig."""
    register_evidence(evidence)
    register_panel(Panel("partnerships.review", "portal/kpi/_evidence_panel.html", review_evidence, place="side"))
