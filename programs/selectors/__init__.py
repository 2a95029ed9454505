"""Reads on programmes, always for a user."""

from programs.selectors.chain import COUNTING, chain_for, own_dates
from programs.selectors.lists import (
    MOST_FIRST,
    SORTS,
    catalogue,
    copy_sources,
    management_list,
    schemes_for,
    similar_to,
)
from programs.selectors.reach import (
    NAME,
    PUBLIC_FILES,
    amendments_of,
    get_file,
    get_managed,
    get_program,
    may_see_management,
    open_remarks,
    shown_files,
)
from programs.selectors.reading import costs, prerequisites, read_out, tasks_of

__all__ = [
    "COUNTING",
    "MOST_FIRST",
    "NAME",
    "PUBLIC_FILES",
    "SORTS",
    "amendments_of",
    "catalogue",
    "chain_for",
    "copy_sources",
    "costs",
    "get_file",
    "get_managed",
    "get_program",
    "management_list",
    "may_see_management",
    "open_remarks",
    "own_dates",
    "prerequisites",
    "read_out",
    "schemes_for",
    "shown_files",
    "similar_to",
    "tasks_of",
]
