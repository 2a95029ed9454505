"""Who may do what with proposals, agreements, allocation runs, reviews and demand briefs."""

from partnerships.rules.agreements import agreements_in_reach
from partnerships.rules.allocations import runs_in_reach
from partnerships.rules.briefs import briefs_in_reach
from partnerships.rules.proposals import proposals_in_reach
from partnerships.rules.reviews import reviews_in_reach

__all__ = ["agreements_in_reach", "briefs_in_reach", "proposals_in_reach", "reviews_in_reach", "runs_in_reach"]
