"""The life of a meeting and of an action point it leaves behind."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from forum.models import DOER, ORGANISER
from forum.models import ActionStatus as A
from forum.models import MeetingStatus as S
from forum.rules import actions as action_rules
from forum.rules import meetings as rules
from forum.rules.access import TALKERS
from forum.services import actions as action_services
from forum.services import meetings as services
from workflow.calendar import working_days
from workflow.table import CLOCK, Ask, State, Transition, Workflow

ORGANISERS, DOERS = (ORGANISER,), (DOER,)

MEETING = Workflow(
    name="forum.meeting",
    label=_("Meeting"),
    roles=rules.roles_on_meeting,
    people=rules.people_on_meeting,
    states=(
        State(S.DRAFT, S.DRAFT.label, edits=ORGANISERS, waits_for=TALKERS, icon="file-earmark"),
        State(S.PLANNED, S.PLANNED.label, edits=ORGANISERS, waits_for=TALKERS, tone="blue", icon="calendar-plus"),
        State(
            S.HELD,
            S.HELD.label,
            edits=ORGANISERS,
            waits_for=TALKERS,
            within=working_days(5),
            tone="violet",
            icon="pen",
        ),
        State(S.MINUTED, S.MINUTED.label, tone="green", icon="check-circle-fill", final=True),
        State(S.CANCELLED, S.CANCELLED.label, tone="red", icon="x-octagon-fill", final=True),
    ),
    transitions=(
        Transition(
            "send",
            _("Send the invitations"),
            (S.DRAFT,),
            S.PLANNED,
            who=ORGANISERS,
            checks=(rules.somebody_is_invited, rules.says_where, rules.lies_ahead),
            effects=(services.mark_sent,),
            style="primary",
            icon="send",
            done=_("Invitations sent"),
            hint=_("Everyone who is asked gets a mail with a calendar file, in their language and on their clock."),
        ),
        Transition(
            "hold",
            _("Record as held"),
            (S.PLANNED,),
            S.HELD,
            who=ORGANISERS,
            checks=(rules.has_begun,),
            style="primary",
            icon="check2",
            done=_("Held"),
            hint=_("Then attendance, minutes, decisions and action points are written."),
        ),
        Transition(
            "publish",
            _("Publish the minutes"),
            (S.HELD,),
            S.MINUTED,
            who=ORGANISERS,
            checks=(rules.has_minutes, rules.attendance_is_noted),
            effects=(services.mark_minuted, action_services.issue),
            tells=TALKERS,
            style="primary",
            icon="clipboard-check",
            tone="green",
            done=_("Minutes published"),
            hint=_("Everyone who was asked reads them; action points reach those who do them."),
        ),
        Transition(
            "cancel",
            _("Cancel the meeting"),
            (S.DRAFT, S.PLANNED),
            S.CANCELLED,
            who=ORGANISERS,
            asks=(Ask("reason", _("Reason"), "long", min_length=10),),
            effects=(services.count_sequence,),
            style="danger",
            icon="x-octagon-fill",
            tone="red",
            done=_("Cancelled"),
            hint=_("Everyone who was asked is told, and the meeting leaves their calendars."),
        ),
    ),
)

_reason = Ask("reason", _("Reason"), "long", min_length=10)
_date = Ask("due_on", _("By"), "date", initial=lambda action: action.due_on)

ACTION = Workflow(
    name="forum.action",
    label=_("Action point"),
    roles=action_rules.roles_on_action,
    people=action_rules.people_on_action,
    states=(
        State(A.DRAFT, A.DRAFT.label, icon="file-earmark"),
        State(A.OPEN, A.OPEN.label, waits_for=TALKERS, within=action_services.due, tone="blue", icon="bullseye"),
        State(A.DONE, A.DONE.label, tone="green", icon="check-circle-fill", final=True),
        State(A.DROPPED, A.DROPPED.label, icon="x-circle", final=True),
    ),
    transitions=(
        Transition(
            "issue",
            _("Hand it to whoever does it"),
            (A.DRAFT,),
            A.OPEN,
            who=(CLOCK,),
            icon="bullseye",
            done=_("Agreed on"),
            hint=_("Happens when the minutes are published."),
        ),
        Transition(
            "finish",
            _("Report as done"),
            (A.OPEN,),
            A.DONE,
            who=DOERS,
            asks=(Ask("note", _("What was done"), "long", min_length=10),),
            effects=(action_services.keep_outcome,),
            tells=ORGANISERS,
            style="primary",
            icon="check2",
            tone="green",
            done=_("Done"),
            hint=_("Whoever called the meeting is told; it leaves the dashboards."),
        ),
        Transition(
            "postpone",
            _("Set another date"),
            (A.OPEN,),
            A.OPEN,
            who=ORGANISERS,
            asks=(_date, _reason),
            validates=(action_services.lies_ahead, action_services.is_another_day),
            effects=(action_services.move_date,),
            tells=DOERS,
            announces=False,
            icon="calendar-plus",
            done=_("Date moved"),
            hint=_("Whoever does it is told; reminders begin anew."),
        ),
        Transition(
            "drop",
            _("Drop"),
            (A.OPEN,),
            A.DROPPED,
            who=ORGANISERS,
            asks=(_reason,),
            tells=DOERS,
            style="danger",
            icon="x-circle",
            done=_("Dropped"),
            hint=_("It need not be done any more; it leaves the dashboards."),
        ),
        Transition(
            "reopen",
            _("Open again"),
            (A.DONE, A.DROPPED),
            A.OPEN,
            who=ORGANISERS,
            asks=(_date, _reason),
            validates=(action_services.lies_ahead,),
            effects=(action_services.move_date, action_services.forget_outcome),
            icon="arrow-counterclockwise",
            tone="amber",
            done=_("Opened again"),
            hint=_("It goes back to whoever does it, with a new date."),
        ),
    ),
)
