"""What the loading dock stores: long jobs and what their files held."""

from exchange.models.editions import Count, Edition
from exchange.models.jobs import Job, JobItem, Phase

__all__ = ["Count", "Edition", "Job", "JobItem", "Phase"]
