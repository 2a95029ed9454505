"""The life of a programme (P1-P8): one table for permissions, buttons, forms, deadlines, notices and diagrams."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.roles import CENTRAL, PARTNER, READERS, Role
from programs import rules
from programs.models import ProgramStatus as S
from programs.services import deadlines, effects
from regions.models.vocabulary import term_choices
from workflow.calendar import working_days
from workflow.table import CLOCK, Ask, State, Transition, Workflow

INSIDE = (*PARTNER, *CENTRAL)
"""Before publishing: the partner and the centre."""
EVERYONE = (*INSIDE, *rules.REGIONAL)
FILLERS = (*PARTNER, Role.BIROKS_OFF)
STOPPERS = (Role.BIROKS_HEAD, Role.PARTNER_HEAD)
ACTIVE = (S.PUBLISHED, S.OPEN, S.CLOSED, S.SELECTION, S.RUNNING)

_note = Ask("note", _("Note"), "long", required=False)
_reason = Ask("reason", _("Reason"), "long", min_length=30)
_new_deadline = Ask("new_deadline", _("Partner's new deadline (WIB)"), "datetime", initial=effects.default_deadline)
_consent = Ask("consent", _("Partner's consent: letter or e-mail, number and date"), "text")


def _resumed(program):
    return program.status_before_suspension or S.PUBLISHED


PROGRAM = Workflow(
    name="programs.program",
    label=_("Programme"),
    roles=rules.roles_on_program,
    people=rules.people_on_program,
    stages=(
        ("draft", _("Draft")),
        ("verification", _("Verification")),
        ("registration", _("Registration")),
        ("selection", _("Selection")),
        ("running", _("Training")),
        ("done", _("Evaluation")),
    ),
    states=(
        State(S.DRAFT, S.DRAFT.label, sees=(*PARTNER, *rules.BUREAU, *READERS), edits=FILLERS,
              waits_for=FILLERS, icon="file-earmark", stage="draft"),
        State(S.SUBMITTED, S.SUBMITTED.label, sees=INSIDE, waits_for=(Role.BIROKS_OFF,), within=working_days(1),
              tone="blue", icon="send", stage="verification"),
        State(S.VERIFICATION, S.VERIFICATION.label, sees=INSIDE, waits_for=rules.BUREAU, within=working_days(2),
              tone="blue", icon="hourglass-split", stage="verification"),
        State(S.RETURNED, S.RETURNED.label, sees=INSIDE, edits=FILLERS, waits_for=FILLERS, within=working_days(5),
              tone="amber", icon="arrow-counterclockwise", stage="draft"),
        State(S.PUBLISHED, S.PUBLISHED.label, sees=EVERYONE, edits=FILLERS, tone="green", icon="megaphone",
              stage="registration"),
        State(S.OPEN, S.OPEN.label, sees=EVERYONE, edits=FILLERS, tone="green", icon="door-open",
              stage="registration"),
        State(S.CLOSED, S.CLOSED.label, sees=EVERYONE, edits=FILLERS, waits_for=(Role.PPSDM_VER,), tone="neutral",
              icon="lock", stage="registration"),
        State(S.SELECTION, S.SELECTION.label, sees=EVERYONE, edits=FILLERS, waits_for=(Role.PPSDM_VER,), tone="violet",
              icon="people", stage="selection"),
        State(S.RUNNING, S.RUNNING.label, sees=EVERYONE, edits=FILLERS, waits_for=(Role.PPSDM_VER,), tone="teal",
              icon="award", stage="running"),
        State(S.COMPLETED, S.COMPLETED.label, sees=EVERYONE, waits_for=(Role.EVAL,), within=deadlines.evaluation_due,
              tone="teal", icon="check2", stage="done"),
        State(S.EVALUATED, S.EVALUATED.label, sees=EVERYONE, tone="green", icon="check-circle-fill", stage="done",
              final=True),
        State(S.SUSPENDED, S.SUSPENDED.label, sees=EVERYONE, waits_for=STOPPERS, tone="amber", icon="pause-circle"),
        State(S.CANCELLED, S.CANCELLED.label, sees=EVERYONE, tone="red", icon="x-circle", final=True),
        State(S.REJECTED, S.REJECTED.label, sees=INSIDE, tone="red", icon="x-octagon-fill", final=True),
    ),
    transitions=(
        Transition("submit", _("Submit to the ministry"), (S.DRAFT,), S.SUBMITTED, who=(Role.PARTNER_HEAD,),
                   checks=rules.CONTENT, apart_from=("create",), asks=(_note,), effects=(effects.sign_off,),
                   tells=(Role.BIROKS_OFF,), style="primary", icon="send", done=_("Submitted"),
                   hint=_("The Bureau of Cooperation checks the offer within two working days and publishes it.")),
        Transition("submit_on_behalf", _("Submit on the partner's behalf"), (S.DRAFT,), S.SUBMITTED,
                   who=(Role.BIROKS_OFF,), applies=rules.was_filed_by_bureau, checks=rules.CONTENT,
                   asks=(Ask("letter_number", _("Number of the partner's letter"), "text",
                             initial=lambda program: program.source_letter_number),
                         Ask("letter_date", _("Date of the partner's letter"), "date",
                             initial=lambda program: program.source_letter_date), _note),
                   effects=(effects.sign_off_on_behalf,), tells=(*rules.BUREAU, *PARTNER), style="primary",
                   icon="send", done=_("Submitted on the partner's behalf"),
                   hint=_("The partner's letter stands for its signature. Someone else in the Bureau publishes.")),
        Transition("take", _("Take for verification"), (S.SUBMITTED,), S.VERIFICATION, who=(Role.BIROKS_OFF,),
                   tells=PARTNER, style="primary", icon="person-check", done=_("Taken for verification")),
        Transition("return", _("Return for changes"), (S.VERIFICATION,), S.RETURNED, who=(Role.BIROKS_OFF,),
                   checks=(rules.may_still_be_returned,),
                   asks=(Ask("comments", _("Remarks, each on a part of the offer"), "comments"), _note),
                   effects=(effects.take_remarks,), tells=FILLERS, icon="arrow-counterclockwise", tone="amber",
                   done=_("Returned for changes")),
        Transition("resubmit", _("Resubmit"), (S.RETURNED,), S.VERIFICATION, who=(Role.PARTNER_OFF,),
                   checks=(*rules.CONTENT, rules.remarks_are_ticked),
                   asks=(Ask("summary", _("What was changed"), "long"),), tells=rules.BUREAU, style="primary",
                   icon="send", done=_("Resubmitted")),
        Transition("resubmit_on_behalf", _("Resubmit on the partner's behalf"), (S.RETURNED,), S.VERIFICATION,
                   who=(Role.BIROKS_OFF,), applies=rules.was_filed_by_bureau,
                   checks=(*rules.CONTENT, rules.remarks_are_ticked),
                   asks=(Ask("summary", _("What was changed"), "long"),), tells=(Role.BIROKS_HEAD, *PARTNER),
                   style="primary", icon="send", done=_("Resubmitted on the partner's behalf")),
        Transition("publish", _("Publish"), (S.VERIFICATION,), S.PUBLISHED, who=(Role.BIROKS_HEAD,),
                   apart_from=("create", "change", "submit", "submit_on_behalf", "resubmit", "resubmit_on_behalf"),
                   checks=rules.CONTENT,
                   asks=(Ask("visibility", _("Who may see it"), "choice", choices=effects.visibility_choices,
                             initial=lambda program: program.visibility),
                         Ask("provinces", _("Provinces, for selected offices or invitations"), "choices",
                             required=False, choices=effects.province_choices,
                             help=_("Every labour office and training centre of a ticked province sees the programme.")),
                         Ask("offices", _("Single offices, by code"), "long", required=False,
                             help=_("For example DISNAKER-5271. Separate codes by commas or new lines.")), _note),
                   validates=(rules.offices_are_named, rules.offices_exist), effects=(effects.publish,),
                   tells=(*PARTNER, Role.PPSDM_VER, Role.PPSDM_HEAD), style="primary", icon="megaphone", tone="green",
                   done=_("Published"),
                   hint=_("The internal deadline is set from the partner's deadline and the nomination route.")),
        Transition("reject", _("Reject"), (S.SUBMITTED, S.VERIFICATION, S.RETURNED), S.REJECTED,
                   who=(Role.BIROKS_HEAD,), apart_from=("create", "submit", "submit_on_behalf"),
                   asks=(Ask("reason_code", _("Ground"), "choice", choices=lambda p: term_choices("reject_reason")),
                         Ask("reason", _("Explanation to the partner"), "long", min_length=30)),
                   tells=PARTNER, style="danger", icon="x-octagon", tone="red", done=_("Rejected")),
        Transition("open", _("Open registration"), (S.PUBLISHED,), S.OPEN, who=(CLOCK, Role.BIROKS_OFF),
                   checks=(rules.deadline_lies_ahead,), when=rules.registration_begins, effects=(effects.open_now,),
                   tells=(*PARTNER, Role.PPSDM_VER), icon="door-open", tone="green", done=_("Registration opened")),
        Transition("close", _("Close registration"), (S.PUBLISHED, S.OPEN), S.CLOSED, who=(CLOCK, Role.BIROKS_OFF),
                   when=rules.registration_ends, asks=(_note,), tells=(*PARTNER, Role.PPSDM_VER), icon="lock",
                   tone="neutral", done=_("Registration closed"),
                   hint=_("Offices can no longer propose. You can reopen registration while there is time.")),
        Transition("extend", _("Extend the deadline"), (S.PUBLISHED, S.OPEN), lambda program: program.status,
                   who=(Role.BIROKS_OFF,), asks=(_new_deadline, _consent), validates=(rules.deadline_is_later,),
                   effects=(effects.extend,), tells=(*PARTNER, Role.PPSDM_VER), icon="calendar-plus", tone="blue",
                   done=_("Deadline extended"),
                   hint=_("The internal deadline moves along. Offices with open proposals are told.")),
        Transition("reopen", _("Reopen registration"), (S.CLOSED,), S.OPEN, who=(Role.BIROKS_OFF,),
                   asks=(Ask("new_deadline", _("Partner's new deadline (WIB)"), "datetime", required=False,
                             help=_("Needed once the internal deadline has passed.")),
                         Ask("consent", _("Partner's consent: letter or e-mail, number and date"), "text",
                             required=False), _note),
                   validates=(rules.deadline_is_later, rules.reopening_has_time),
                   effects=(effects.extend, effects.open_now), tells=(*PARTNER, Role.PPSDM_VER), icon="door-open",
                   tone="blue", done=_("Registration reopened")),
        Transition("start_selection", _("Start selection"), (S.CLOSED,), S.SELECTION, who=(CLOCK, Role.PPSDM_VER),
                   when=rules.training_begins, tells=(*PARTNER, Role.BIROKS_OFF), style="primary", icon="people",
                   tone="violet", done=_("Selection started")),
        Transition("start", _("Start the training"), (S.SELECTION,), S.RUNNING, who=(CLOCK, Role.PPSDM_VER),
                   checks=(rules.has_begun,), when=rules.training_begins, tells=(*PARTNER, Role.BIROKS_OFF),
                   style="primary", icon="play-circle", tone="teal", done=_("Training started")),
        Transition("complete", _("Complete"), (S.RUNNING,), S.COMPLETED, who=(Role.PPSDM_VER,),
                   checks=(rules.has_ended,),
                   asks=(Ask("attendance", _("Attendance list (PDF)"), "file",
                             help=_("Seen by the partner and the ministry only.")), _note),
                   effects=(effects.keep_attendance,), tells=(*PARTNER, Role.EVAL, Role.BIROKS_OFF), style="primary",
                   icon="check2", tone="teal", done=_("Completed")),
        Transition("evaluate", _("Record the evaluation"), (S.COMPLETED,), S.EVALUATED, who=(Role.EVAL,),
                   asks=(Ask("reaction", _("Participants' reaction (level 1) is collected"), "tick"),
                         Ask("learning", _("Learning (level 2) is measured"), "tick"),
                         Ask("report_file", _("Evaluation report (PDF)"), "file"),
                         Ask("summary", _("Summary of the evaluation"), "long", min_length=30)),
                   effects=(effects.keep_report,), tells=(*PARTNER, Role.PPSDM_VER, Role.BIROKS_OFF), style="primary",
                   icon="clipboard-check", tone="green", done=_("Evaluated")),
        Transition("suspend", _("Suspend"), ACTIVE, S.SUSPENDED, who=STOPPERS, asks=(_reason,),
                   effects=(effects.remember_state,), tells=(*PARTNER, *rules.BUREAU, Role.PPSDM_VER), style="danger",
                   icon="pause-circle", tone="amber", done=_("Suspended"),
                   hint=_("Offices keep their proposals; nothing moves until the programme is resumed.")),
        Transition("resume", _("Resume"), (S.SUSPENDED,), _resumed, who=STOPPERS, asks=(_note,),
                   effects=(effects.forget_state,), tells=(*PARTNER, *rules.BUREAU, Role.PPSDM_VER), style="primary",
                   icon="play-circle", tone="green", done=_("Resumed")),
        Transition("cancel", _("Cancel the programme"),
                   (S.DRAFT, S.SUBMITTED, S.VERIFICATION, S.RETURNED, *ACTIVE, S.SUSPENDED), S.CANCELLED, who=STOPPERS,
                   asks=(_reason,), tells=(*PARTNER, *rules.BUREAU, Role.PPSDM_VER), style="danger", icon="x-circle",
                   tone="red", done=_("Cancelled"),
                   hint=_("This cannot be undone. Every office with an open proposal is told the reason.")),
    ),
    targets={"extend": (S.PUBLISHED, S.OPEN), "resume": ACTIVE},
)
