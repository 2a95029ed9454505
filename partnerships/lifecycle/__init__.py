"""The tables of proposals, agreements and allocation runs."""

from partnerships.lifecycle.agreements import AGREEMENT
from partnerships.lifecycle.allocations import ALLOCATION
from partnerships.lifecycle.proposals import PROPOSAL

__all__ = ["AGREEMENT", "ALLOCATION", "PROPOSAL"]
