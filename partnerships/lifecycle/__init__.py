"""The tables of proposals and agreements."""

from partnerships.lifecycle.agreements import AGREEMENT
from partnerships.lifecycle.proposals import PROPOSAL

__all__ = ["AGREEMENT", "PROPOSAL"]
