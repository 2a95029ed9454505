"""Who writes, corrects and reads minutes, and who may take a decision into a record."""

from __future__ import annotations

from accounts.roles import READERS
from forum.models import ORGANISER, MeetingStatus
from forum.rules.meetings import organises, roles_on_meeting
from forum.rules.messages import acts_on
from workflow.engine import may_edit
from workflow.mandate import covers


def may_write_minutes(user, meeting) -> bool:
    """The organisers write them once the meeting was held, until they are published."""
    return meeting.status == MeetingStatus.HELD and may_edit(meeting.flow, user, meeting)


def may_correct_minutes(user, meeting) -> bool:
    """Published minutes are corrected by their organisers, in the open: what they said before stays readable."""
    published = meeting.status == MeetingStatus.MINUTED
    return published and organises(user, meeting) and covers(user, meeting.flow.name)


def reads_minutes(user, meeting) -> bool:
    """Whoever sees the meeting reads its minutes once they are published; organisers and auditors before."""
    if meeting.status == MeetingStatus.MINUTED:
        return True
    return meeting.status == MeetingStatus.HELD and bool(roles_on_meeting(user, meeting) & {ORGANISER, *READERS})


def may_record(user, record) -> bool:
    """Whether somebody may take a decision into a record's log: who acts on the record, under a mandate that covers
    it."""
    return covers(user, record.flow.name) and acts_on(user, record)
