"""Writes on training needs: opening, content, and what each step of the workflow leaves behind."""

from regions.services.content import (
    Closed,
    Conflict,
    Seen,
    answer_remark,
    attach_evidence,
    attach_letter,
    copy_line_of,
    detach,
    move_line_to_province,
    remove_line,
    restore_line,
    save_part,
    write_line,
)
from regions.services.opening import copy_content, open_need, provincial_office_of
from regions.services.totals import facts_of, mandate_of, refresh_totals

__all__ = [
    "Closed",
    "Conflict",
    "Seen",
    "answer_remark",
    "attach_evidence",
    "attach_letter",
    "copy_content",
    "copy_line_of",
    "detach",
    "facts_of",
    "mandate_of",
    "move_line_to_province",
    "open_need",
    "provincial_office_of",
    "refresh_totals",
    "remove_line",
    "restore_line",
    "save_part",
    "write_line",
]
