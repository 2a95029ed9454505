"""Lists of the meeting hall: conversations, questions, meetings, invitations, action points."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.rules import zone_of
from exchange.exports.parts import code, due, note_in_log, of, status
from forum import times
from forum.models import Reply
from forum.selectors import actions, invitations, meetings, questions, threads
from programs.selectors import get_program
from workflow.exports import Column, register_export


def _thread_columns(user) -> list[Column]:
    return [
        code(),
        Column(_("Subject"), lambda t: t.title, 50),
        code(lambda t: t.record_code, _("Record")),
        Column(_("Who reads it"), lambda t: t.get_audience_display(), 34),
        Column(_("Theme"), lambda t: t.theme.label if t.theme_id else "", 30),
        Column(_("Opened by"), lambda t: t.organisation.name, 30),
        Column(_("Messages"), lambda t: t.message_count, 10, "whole"),
        Column(_("Last message"), lambda t: t.last_message_at, 17, "moment"),
        status(),
    ]


def _question_columns(user) -> list[Column]:
    return [
        code(),
        Column(_("Question"), lambda q: q.text, 60),
        Column(_("Answer"), lambda q: q.answer if q.answered_at else "", 60),
        Column(_("Programme"), lambda q: q.title, 44),
        Column(_("Partner"), lambda q: q.program.partner.name, 30),
        status(),
        Column(_("Asked on"), lambda q: q.created_at, 17, "moment"),
        due(),
        Column(_("Answered"), lambda q: q.answered_at, 17, "moment"),
        Column(_("Corrected"), lambda q: q.corrected_at, 17, "moment"),
    ]


def _on_program(asked):
    return questions.program_listing(asked, get_program(asked.user, of(asked)))


def _answer_columns(user) -> list[Column]:
    return [
        code(),
        Column(_("Question"), lambda q: q.text, 60),
        Column(_("Answer"), lambda q: q.answer, 60),
        Column(_("Answered by"), lambda q: q.answered_by.name if q.answered_by_id else "", 30),
        Column(_("Answered"), lambda q: q.answered_at, 17, "moment"),
        Column(_("Corrected"), lambda q: q.corrected_at, 17, "moment"),
    ]


def _meeting_columns(user) -> list[Column]:
    zone = zone_of(user)
    return [
        code(),
        Column(_("Subject"), lambda m: m.title, 50),
        Column(_("Kind"), lambda m: m.get_kind_display(), 26),
        Column(_("Begins"), lambda m: m.starts_at, 17, "moment"),
        Column(_("Ends"), lambda m: m.ends_at, 17, "moment"),
        Column(_("Time"), lambda m: times.both_clocks(m, zone)[0], 40),
        Column(_("Place"), lambda m: m.place or (_("Video meeting") if m.link else ""), 30),
        Column(_("Organiser"), lambda m: m.organiser.name, 34),
        status(),
        Column(_("Your answer"), lambda m: Reply(m.own_reply).label if m.own_reply else "", 16),
    ]


def _invited(asked):
    return invitations.invitee_listing(asked, meetings.get_meeting(asked.user, of(asked)))


def _replies(user, rows):
    return invitations.with_replies(rows[0].meeting, rows) if rows else []


def _said(reply: str):
    return lambda invitee: dict(invitee.said).get(Reply(reply).label, 0)


def _invitee_columns(user) -> list[Column]:
    return [
        Column(_("Organisation"), lambda i: i.organisation.name, 40),
        code(lambda i: i.organisation.code, _("Code of the organisation")),
        Column(_("Kind of organisation"), lambda i: i.organisation.get_kind_display(), 24),
        Column(_("Who in it"), lambda i: i.get_role_display() if i.role else _("The whole organisation"), 30),
        *(Column(reply.label, _said(reply), 12, "whole") for reply in Reply),
    ]


def _action_columns(user) -> list[Column]:
    return [
        code(),
        Column(_("Action point"), lambda a: a.text, 60),
        code(lambda a: a.meeting.code, _("Meeting")),
        Column(_("Who does it"), lambda a: a.organisation.name, 36),
        Column(_("Post"), lambda a: a.get_role_display() if a.role else "", 26),
        Column(_("By"), lambda a: a.due_on, 12, "day"),
        status(),
    ]


def register() -> None:
    """Make these lists known."""
    register_export("threads", _("Conversations"), listing=threads.thread_listing, columns=_thread_columns)
    register_export(
        "questions",
        _("Questions and answers"),
        listing=questions.question_listing,
        columns=_question_columns,
        tabs=lambda user: {name: questions.TAB_LABELS[name] for name in questions.tab_queries(user)},
    )
    register_export(
        "program-answers",
        _("Questions and answers on a programme"),
        listing=_on_program,
        columns=_answer_columns,
        public=True,
    )
    register_export(
        "meetings",
        _("Meetings"),
        listing=lambda asked: meetings.meeting_listing(asked, meetings.tabs_for(asked.user)),
        columns=_meeting_columns,
        tabs=lambda user: {tab.name: tab.label for tab in meetings.tabs_for(user)},
    )
    register_export(
        "invitations",
        _("Invited"),
        listing=_invited,
        columns=_invitee_columns,
        rows=_replies,
        heard=note_in_log("invitations"),
    )
    register_export(
        "actions",
        _("Action points"),
        listing=lambda asked: actions.action_listing(asked, actions.tabs_for(asked.user)),
        columns=_action_columns,
        tabs=lambda user: {tab.name: tab.label for tab in actions.tabs_for(user)},
    )
