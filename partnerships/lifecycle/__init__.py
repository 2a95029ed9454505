"""The tables of proposals, agreements, allocation runs, reviews and demand briefs."""

from partnerships.lifecycle.agreements import AGREEMENT
from partnerships.lifecycle.allocations import ALLOCATION
from partnerships.lifecycle.briefs import BRIEF
from partnerships.lifecycle.proposals import PROPOSAL
from partnerships.lifecycle.reviews import REVIEW

__all__ = ["AGREEMENT", "ALLOCATION", "BRIEF", "PROPOSAL", "REVIEW"]
