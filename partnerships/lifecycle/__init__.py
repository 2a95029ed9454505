"""The tables of proposals, agreements, allocation runs and reviews."""

from partnerships.lifecycle.agreements import AGREEMENT
from partnerships.lifecycle.allocations import ALLOCATION
from partnerships.lifecycle.proposals import PROPOSAL
from partnerships.lifecycle.reviews import REVIEW

__all__ = ["AGREEMENT", "ALLOCATION", "PROPOSAL", "REVIEW"]
