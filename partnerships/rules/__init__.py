"""Who may do what with proposals and agreements."""

from partnerships.rules.agreements import agreements_in_reach
from partnerships.rules.proposals import proposals_in_reach

__all__ = ["agreements_in_reach", "proposals_in_reach"]
