"""Writes on programmes: drafting, deadlines, seats, amendments, and what each step of the workflow leaves
behind."""

from programs.services.amendments import amend, changes_between, content_of
from programs.services.deadlines import InternalDeadline, internal_deadline_for
from programs.services.offers import (
    attach_file,
    fill_section,
    open_program,
    remove_file,
    tick_remarks,
)
from programs.services.seats import release_seats, take_seats

__all__ = [
    "InternalDeadline",
    "amend",
    "attach_file",
    "changes_between",
    "content_of",
    "fill_section",
    "internal_deadline_for",
    "open_program",
    "release_seats",
    "remove_file",
    "take_seats",
    "tick_remarks",
]
