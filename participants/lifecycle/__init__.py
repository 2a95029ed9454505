"""The workflow tables of the participants' room."""

from participants.lifecycle.corrections import CORRECTION
from participants.lifecycle.evaluations import EVALUATION
from participants.lifecycle.nominations import NOMINATION

__all__ = ["CORRECTION", "EVALUATION", "NOMINATION"]
