"""The life of a training need (N1-N13): one table for permissions, buttons, forms, deadlines, notices and diagrams."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.roles import OFFICE, READERS, Role
from regions import rules
from regions.models import NeedStatus as S
from regions.models.vocabulary import term_choices
from regions.services import steps
from workflow.calendar import working_days
from workflow.clock import overdue
from workflow.table import CLOCK, Ask, State, Transition, Workflow

MINISTRY_READERS = (*rules.NATIONAL, Role.DITJEN_REV)
MAKERS = ("create", "change", "attach", "send_to_head", "submit", "resubmit")
"""Whoever wrote, handed over or signed a need does not decide on it (marked ◆ in the procedure)."""
WRITERS = ("create", "change", "attach", "send_to_head")
"""The head of office who wrote a need in another capacity does not sign it."""
PROVINCE_ON = (*OFFICE, Role.PROV_VER, *MINISTRY_READERS)
REVIEWERS = (Role.PROV_VER, Role.PPSDM_VER, Role.DITJEN_REV)

_note = Ask("note", _("Note"), "long", required=False)
_reject = (
    Ask("reason_code", _("Ground"), "choice", choices=lambda need: term_choices("reject_reason")),
    Ask("reason", _("Explanation to the office"), "long", min_length=30),
)


def _returned_to(need):
    return need.returned_from or (S.PROV_REVIEW if need.office.is_regency_level else S.MIN_REVIEW)


NEED = Workflow(
    name="regions.need",
    label=_("Training need"),
    roles=rules.roles_on_need,
    people=rules.people_on_need,
    stages=(
        ("draft", _("Draft and signature")),
        ("province", _("Provincial verification")),
        ("ministry", _("Ministry verification")),
        ("approved", _("Approved")),
        ("fulfilment", _("Training")),
        ("done", _("Closed")),
    ),
    states=(
        State(S.DRAFT, S.DRAFT.label, sees=(*OFFICE, *READERS), edits=(Role.DINAS_OP,), waits_for=OFFICE,
              icon="file-earmark", stage="draft"),
        State(S.SUBMITTED, S.SUBMITTED.label, sees=PROVINCE_ON, tone="blue", icon="send", stage="draft"),
        State(S.PROV_REVIEW, S.PROV_REVIEW.label, sees=PROVINCE_ON, waits_for=(Role.PROV_VER,),
              within=working_days(5), tone="blue", icon="hourglass-split", stage="province"),
        State(S.MIN_REVIEW, S.MIN_REVIEW.label, sees=PROVINCE_ON, waits_for=(Role.PPSDM_VER, Role.PPSDM_HEAD),
              within=steps.ministry_deadline, tone="blue", icon="hourglass-split", stage="ministry"),
        State(S.TECH_REVIEW, S.TECH_REVIEW.label, sees=PROVINCE_ON, waits_for=(Role.DITJEN_REV,),
              within=working_days(5), tone="blue", icon="hourglass-split", stage="ministry"),
        State(S.RETURNED, S.RETURNED.label, sees=PROVINCE_ON, edits=(Role.DINAS_OP,), waits_for=OFFICE,
              within=working_days(10), tone="amber", icon="arrow-counterclockwise", stage="draft"),
        State(S.APPROVED, S.APPROVED.label, sees=PROVINCE_ON, tone="green", icon="check-circle-fill",
              stage="approved"),
        State(S.IN_FULFILMENT, S.IN_FULFILMENT.label, sees=PROVINCE_ON, tone="teal", icon="award",
              stage="fulfilment"),
        State(S.FULFILLED, S.FULFILLED.label, sees=PROVINCE_ON, tone="green", icon="check2", stage="done", final=True),
        State(S.CLOSED_UNMET, S.CLOSED_UNMET.label, sees=PROVINCE_ON, tone="amber", icon="dash-circle", stage="done",
              final=True),
        State(S.REJECTED, S.REJECTED.label, sees=PROVINCE_ON, tone="red", icon="x-octagon-fill", stage="done"),
        State(S.WITHDRAWN, S.WITHDRAWN.label, sees=PROVINCE_ON, icon="x-circle", stage="done", final=True),
        State(S.MERGED, S.MERGED.label, sees=PROVINCE_ON, icon="layers", stage="done", final=True),
    ),
    transitions=(
        # The operator hands the finished form to the head; the state stays, the turn changes.
        Transition("send_to_head", _("Send for sign-off"), (S.DRAFT, S.RETURNED), lambda need: need.status,
                   who=(Role.DINAS_OP,), applies=rules.awaits_no_signature, checks=(rules.content_complete,),
                   effects=(steps.request_signature,), tells=(Role.DINAS_HEAD,), style="primary", icon="pen",
                   tone="violet", done=_("Sent for sign-off"),
                   hint=_("The head of office is asked to sign. You can take it back for changes.")),
        Transition("take_back", _("Take back for changes"), (S.DRAFT, S.RETURNED), lambda need: need.status,
                   who=OFFICE, applies=rules.awaits_signature, asks=(_note,), effects=(steps.cancel_signature,),
                   tells=(Role.DINAS_OP,), icon="arrow-counterclockwise", tone="amber", done=_("Taken back for changes")),
        Transition("submit", _("Sign and submit"), (S.DRAFT,), S.SUBMITTED, who=(Role.DINAS_HEAD,),
                   checks=(rules.window_is_open, rules.content_complete), apart_from=WRITERS,
                   effects=(steps.sign,), style="primary", icon="pen", tone="violet",
                   done=_("Signed and submitted"),
                   hint=_("The need goes to the province, or to the ministry for provincial offices.")),
        Transition("start_prov", _("Start provincial verification"), (S.SUBMITTED,), S.PROV_REVIEW, who=(CLOCK,),
                   auto=True, applies=rules.goes_to_province, tells=(Role.PROV_VER,), tone="blue",
                   done=_("Provincial verification started")),
        Transition("start_min", _("Start ministry verification"), (S.SUBMITTED,), S.MIN_REVIEW, who=(CLOCK,),
                   auto=True, applies=rules.goes_to_ministry, tells=(Role.PPSDM_VER,), tone="blue",
                   done=_("Ministry verification started")),
        Transition("prov_endorse", _("Endorse"), (S.PROV_REVIEW,), S.MIN_REVIEW, who=(Role.PROV_VER,),
                   apart_from=MAKERS,
                   asks=(Ask("checked", _("I checked staff figures, evidence and the cover letter"), "tick"),
                         Ask("provincial_rank", _("Rank within the province"), "number", required=False,
                             help=_("1 is the most important. You may leave it empty.")), _note),
                   effects=(steps.endorse,), tells=(*OFFICE, Role.PPSDM_VER), style="primary", icon="check2",
                   tone="green", done=_("Endorsed by the province")),
        Transition("auto_forward", _("Forward without provincial verification"), (S.PROV_REVIEW,), S.MIN_REVIEW,
                   who=(CLOCK,), when=overdue, effects=(steps.forward_without_province,),
                   tells=(*OFFICE, Role.PROV_VER, Role.PPSDM_VER), tone="amber",
                   done=_("Forwarded without provincial verification: the time limit passed")),
        Transition("propose_reject", _("Propose rejection"), (S.PROV_REVIEW,), S.MIN_REVIEW, who=(Role.PROV_VER,),
                   apart_from=MAKERS, asks=_reject, effects=(steps.propose_rejection,),
                   tells=(Role.PPSDM_HEAD, Role.PPSDM_VER), icon="x-octagon", tone="amber",
                   done=_("Rejection proposed by the province"), hint=_("The ministry decides.")),
        Transition("return", _("Return for changes"), (S.PROV_REVIEW, S.MIN_REVIEW, S.TECH_REVIEW), S.RETURNED,
                   who=(Role.PROV_VER, Role.PPSDM_VER, Role.PPSDM_HEAD, Role.DITJEN_REV), in_turn=True,
                   checks=(rules.unit_was_asked, rules.may_still_be_returned), apart_from=MAKERS,
                   asks=(Ask("comments", _("Remarks, each on a field or line"), "comments"), _note),
                   effects=(steps.take_comments,), tells=OFFICE, icon="arrow-counterclockwise", tone="amber",
                   done=_("Returned for changes")),
        Transition("resubmit", _("Sign and resubmit"), (S.RETURNED,), _returned_to, who=(Role.DINAS_HEAD,),
                   checks=(rules.content_complete, rules.comments_are_answered), apart_from=WRITERS,
                   asks=(Ask("summary", _("What was changed"), "long", initial=lambda need: need.change_summary),),
                   effects=(steps.resign,), tells=REVIEWERS, style="primary", icon="pen", tone="violet",
                   done=_("Signed and resubmitted")),
        Transition("expire", _("Withdraw after silence"), (S.RETURNED,), S.WITHDRAWN, who=(CLOCK,),
                   when=rules.silent_for_thirty_days, tells=OFFICE, tone="amber",
                   done=_("Withdrawn automatically: no answer within 30 working days")),
        Transition("send_tech", _("Ask for technical review"), (S.MIN_REVIEW,), S.TECH_REVIEW,
                   who=(Role.PPSDM_VER,),
                   asks=(Ask("unit", _("Reviewing unit"), "choice", choices=steps.guide_unit_choices), _note),
                   validates=(rules.unit_guides_a_post,), effects=(steps.ask_technical_review,),
                   tells=(Role.DITJEN_REV,), icon="person-check", done=_("Technical review requested"),
                   hint=_("Ask within three working days of arrival. The unit has five; the ministry ten in all.")),
        Transition("recommend", _("Recommend"), (S.TECH_REVIEW,), S.MIN_REVIEW, who=(Role.DITJEN_REV,),
                   checks=(rules.unit_was_asked,), apart_from=MAKERS,
                   asks=(Ask("opinion", _("Technical opinion"), "long"),
                         Ask("mandate", _("Mandate"), "choice", choices=steps.mandate_choices,
                             help=_("Is the theme on the national priority list or the provincial plan?"))),
                   effects=(steps.take_opinion,), tells=(Role.PPSDM_VER,), style="primary", icon="check2",
                   tone="green", done=_("Technical opinion given")),
        Transition("tech_silent", _("Take back without opinion"), (S.TECH_REVIEW,), S.MIN_REVIEW, who=(CLOCK,),
                   when=overdue, effects=(steps.no_opinion,), tells=(Role.PPSDM_VER, Role.DITJEN_REV),
                   tone="amber", done=_("Taken back without a technical opinion: the time limit passed")),
        Transition("approve", _("Approve"), (S.MIN_REVIEW,), S.APPROVED, who=(Role.PPSDM_HEAD,),
                   apart_from=(*MAKERS, "prov_endorse", "propose_reject", "send_tech", "recommend"),
                   checks=(rules.content_complete,), asks=(_note,), effects=(steps.approve,),
                   tells=(*OFFICE, Role.PROV_VER), style="primary", icon="check-circle", tone="green",
                   done=_("Approved by the ministry"),
                   hint=_("The score is frozen and the need enters the national list.")),
        Transition("reject", _("Reject"), (S.MIN_REVIEW,), S.REJECTED, who=(Role.PPSDM_HEAD,),
                   apart_from=MAKERS, asks=_reject, tells=(*OFFICE, Role.PROV_VER),
                   validates=(rules.rejection_reason_is_long_enough,), style="danger", icon="x-octagon", tone="red",
                   done=_("Rejected"), hint=_("The office may object once within 21 working days.")),
        Transition("object", _("Object"), (S.REJECTED,), S.MIN_REVIEW, who=(Role.DINAS_HEAD,),
                   checks=(rules.objection_in_time,), asks=(Ask("reason", _("Grounds of the objection"), "long",
                                                                min_length=30),),
                   effects=(steps.object_to_rejection,), tells=(Role.PPSDM_HEAD,), icon="chat-left-text",
                   tone="amber", done=_("Objection made")),
        Transition("merge", _("Merge"), (S.MIN_REVIEW, S.APPROVED), S.MERGED, who=(Role.PPSDM_VER,),
                   apart_from=MAKERS,
                   asks=(Ask("parent", _("Code of the need it joins"), "text"), Ask("reason", _("Reason"), "long")),
                   validates=(rules.parent_is_mergeable,), effects=(steps.merge,), tells=(*OFFICE, Role.PROV_VER),
                   icon="layers", done=_("Merged into another need")),
        Transition("supersede", _("Replace by the new revision"), (S.APPROVED, S.IN_FULFILMENT), S.MERGED,
                   who=(CLOCK,), effects=(steps.supersede,), tells=OFFICE,
                   done=_("Replaced by an approved revision")),
        Transition("revise", _("Revise"), (S.APPROVED, S.IN_FULFILMENT), lambda need: need.status,
                   who=(Role.DINAS_OP,), checks=(rules.no_open_revision,), effects=(steps.open_revision,),
                   tells=(), icon="pencil", done=_("Revision opened"),
                   hint=_("A copy opens for changes. The approved need stays valid until the revision is approved.")),
        Transition("start_fulfil", _("Start fulfilment"), (S.APPROVED,), S.IN_FULFILMENT, who=(CLOCK,), tells=OFFICE,
                   tone="teal", done=_("First seats accepted by a partner")),
        Transition("go_on", _("Continue fulfilment"), (S.APPROVED,), S.IN_FULFILMENT, who=(CLOCK,), auto=True,
                   applies=rules.predecessor_was_being_met, tone="teal",
                   done=_("Continues with the seats of the former revision")),
        Transition("fulfil", _("Record as met"), (S.IN_FULFILMENT, S.APPROVED), S.FULFILLED,
                   who=(Role.PPSDM_HEAD, CLOCK), when=rules.everyone_is_trained, asks=(_note,),
                   validates=(rules.met_or_explained,), tells=OFFICE, tone="green", icon="check2",
                   done=_("Recorded as met")),
        Transition("close_unmet", _("Close unmet"), (S.IN_FULFILMENT, S.APPROVED), S.CLOSED_UNMET,
                   who=(Role.PPSDM_HEAD,), asks=(Ask("reason", _("Reason"), "long", min_length=30),), tells=OFFICE,
                   icon="dash-circle", tone="amber", done=_("Closed unmet"),
                   hint=_("The office may copy the need into the next cycle.")),
        Transition("withdraw", _("Withdraw"),
                   (S.DRAFT, S.SUBMITTED, S.PROV_REVIEW, S.MIN_REVIEW, S.TECH_REVIEW, S.RETURNED), S.WITHDRAWN,
                   who=(Role.DINAS_HEAD,), asks=(Ask("reason", _("Reason"), "long"),),
                   tells=(Role.DINAS_OP, Role.PROV_VER, Role.PPSDM_VER), style="danger", icon="x-circle",
                   done=_("Withdrawn")),
    ),
    targets={
        "send_to_head": (S.DRAFT, S.RETURNED),
        "take_back": (S.DRAFT, S.RETURNED),
        "resubmit": (S.PROV_REVIEW, S.MIN_REVIEW, S.TECH_REVIEW),
        "revise": (S.APPROVED, S.IN_FULFILMENT),
    },
)

