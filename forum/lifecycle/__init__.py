"""The tables of meetings, action points and questions. Threads have none: they are open or resolved."""

from forum.lifecycle.meetings import ACTION, MEETING
from forum.lifecycle.questions import QUESTION

__all__ = ["ACTION", "MEETING", "QUESTION"]
