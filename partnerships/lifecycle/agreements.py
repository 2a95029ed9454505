"""The life of an agreement on its five tracks; each track knows only its own states and acts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.roles import OFFICE, Role
from partnerships.lifecycle.agreement_amendments import AMENDMENT
from partnerships.lifecycle.agreement_answers import EDITORS
from partnerships.lifecycle.agreement_renewal import RENEWAL
from partnerships.lifecycle.agreement_road import ROAD
from partnerships.lifecycle.agreement_turns import BESIDE, IN_FORCE
from partnerships.models import ABROAD, REGIONAL_TRACKS, STAGES, Track
from partnerships.models import AgreementStatus as S
from partnerships.rules import agreements as rules
from partnerships.rules import amendments as amending
from workflow.calendar import days, working_days
from workflow.table import State, Workflow

AGREEMENT = Workflow(
    name="partnerships.agreement",
    label=_("Agreement"),
    roles=rules.roles_on_agreement,
    people=rules.people_on_agreement,
    home=lambda agreement: agreement.office_id,
    stages=STAGES,
    variants=tuple(Track.choices),
    variant=lambda agreement: agreement.track,
    states=(
        State(
            S.INITIATED,
            S.INITIATED.label,
            edits=EDITORS,
            waits_for=(Role.BIROKS_OFF, Role.DINAS_HEAD),
            within=working_days(10),
            icon="send",
            stage="initiative",
        ),
        State(
            S.EXPLORATION,
            S.EXPLORATION.label,
            edits=EDITORS,
            waits_for=(Role.BIROKS_HEAD, Role.DINAS_HEAD),
            within=days(30),
            tone="blue",
            icon="hourglass-split",
            stage="initiative",
        ),
        State(
            S.INTENT,
            S.INTENT.label,
            edits=EDITORS,
            waits_for=(Role.BIROKS_OFF, *OFFICE),
            within=days(20),
            tone="blue",
            icon="hourglass-split",
            stage="plan",
        ),
        State(
            S.PLAN,
            S.PLAN.label,
            edits=EDITORS,
            waits_for=(Role.BIROKS_OFF, Role.DINAS_HEAD),
            within=working_days(10),
            tone="blue",
            icon="hourglass-split",
            stage="plan",
        ),
        State(
            S.DPRD_REVIEW,
            S.DPRD_REVIEW.label,
            only=REGIONAL_TRACKS,
            waits_for=(Role.DINAS_HEAD,),
            within=days(45),
            tone="blue",
            icon="hourglass-split",
            stage="region",
        ),
        # Outside bodies keep their own time: their steps have no due date, only an age.
        State(
            S.GOV_VERIFICATION,
            S.GOV_VERIFICATION.label,
            only=REGIONAL_TRACKS,
            waits_for=(Role.DINAS_OP,),
            tone="blue",
            icon="hourglass-split",
            stage="region",
        ),
        State(
            S.DRAFTING,
            S.DRAFTING.label,
            edits=EDITORS,
            waits_for=(Role.BIROKS_OFF, Role.DINAS_HEAD),
            within=working_days(10),
            tone="blue",
            icon="hourglass-split",
            stage="text",
        ),
        State(
            S.LEGAL_REVIEW,
            S.LEGAL_REVIEW.label,
            waits_for=(Role.LEGAL,),
            within=working_days(10),
            tone="blue",
            icon="hourglass-split",
            stage="text",
        ),
        State(
            S.CLEARANCE,
            S.CLEARANCE.label,
            only=ABROAD,
            waits_for=(Role.BIROKS_OFF,),
            tone="blue",
            icon="hourglass-split",
            stage="clearance",
        ),
        State(
            S.FULL_POWERS,
            S.FULL_POWERS.label,
            only=ABROAD,
            waits_for=(Role.BIROKS_OFF,),
            tone="blue",
            icon="hourglass-split",
            stage="clearance",
        ),
        State(
            S.READY_TO_SIGN,
            S.READY_TO_SIGN.label,
            waits_for=(Role.SEKJEN, Role.DINAS_HEAD),
            tone="violet",
            icon="pen",
            stage="signing",
        ),
        State(S.SIGNED, S.SIGNED.label, tone="green", icon="check-circle-fill", stage="signing"),
        # In force nobody has a turn until the end comes near (the record and `my_turn` say when).
        State(
            S.ACTIVE,
            S.ACTIVE.label,
            waits_for=(Role.BIROKS_OFF, Role.DINAS_HEAD),
            tone="teal",
            icon="play-circle",
            stage="force",
        ),
        # The signed text stays valid; the amendment changes hands within this state (decision 15).
        State(
            S.UNDER_AMENDMENT,
            S.UNDER_AMENDMENT.label,
            edits=EDITORS,
            waits_for=(Role.BIROKS_OFF, Role.LEGAL, Role.SEKJEN, Role.DINAS_HEAD),
            within=amending.due_in_phase,
            tone="amber",
            icon="pencil",
            stage="force",
        ),
        State(
            S.SUSPENDED,
            S.SUSPENDED.label,
            waits_for=(Role.BIROKS_HEAD,),
            tone="amber",
            icon="pause-circle",
            stage="force",
        ),
        State(S.EXPIRED, S.EXPIRED.label, icon="calendar-x", stage="done", final=True),
        State(S.TERMINATED, S.TERMINATED.label, tone="red", icon="x-octagon-fill", stage="done", final=True),
        State(S.CLOSED, S.CLOSED.label, tone="green", icon="check2", stage="done", final=True),
        State(
            S.RETURNED,
            S.RETURNED.label,
            edits=EDITORS,
            waits_for=(Role.BIROKS_OFF, Role.DINAS_HEAD),
            within=working_days(10),
            tone="amber",
            icon="arrow-counterclockwise",
            stage="text",
        ),
        State(S.REJECTED, S.REJECTED.label, tone="red", icon="x-octagon-fill", final=True),
        State(S.CANCELLED, S.CANCELLED.label, icon="x-circle", final=True),
    ),
    transitions=(*ROAD, *IN_FORCE, *AMENDMENT, *RENEWAL, *BESIDE),
    targets={
        "legal_ok": (S.CLEARANCE, S.READY_TO_SIGN),
        "clear": (S.FULL_POWERS, S.READY_TO_SIGN),
        "resubmit_plan": (S.DPRD_REVIEW, S.GOV_VERIFICATION),
        **{act.name: (S.ACTIVE, S.UNDER_AMENDMENT) for act in RENEWAL},
    },
)
