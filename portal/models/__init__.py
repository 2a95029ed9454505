"""What the building itself keeps."""

from portal.models.search import SearchEntry, SearchWord
from portal.models.tasks import Errand, ParkedState, ParkedTask
from portal.models.totals import StepMark, StepTotal

__all__ = ["Errand", "ParkedState", "ParkedTask", "SearchEntry", "SearchWord", "StepMark", "StepTotal"]
