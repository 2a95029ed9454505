"""The life of a demand brief: a verifier counts and submits, the head of PPSDM publishes, the next one supersedes."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.roles import PARTNER, Role
from partnerships.models import BriefStatus as S
from partnerships.rules import briefs as rules
from partnerships.services import briefs as services
from workflow.calendar import working_days
from workflow.table import CLOCK, Ask, State, Transition, Workflow

MAKERS = (Role.PPSDM_VER, Role.PPSDM_HEAD, Role.AUDITOR)
"""Before it is submitted."""
DECIDING = (*MAKERS, Role.BIROKS_OFF, Role.BIROKS_HEAD)
"""While the head of PPSDM decides: the Bureau of Cooperation prepares what goes to partners."""
TOLD = (*PARTNER, Role.BIROKS_OFF, Role.BIROKS_HEAD, Role.PPSDM_VER)

_note = Ask("note", _("Note"), "long", required=False)

BRIEF = Workflow(
    name=rules.FLOW,
    label=_("Demand brief"),
    roles=rules.roles_on_brief,
    people=rules.people_on_brief,
    stages=(
        ("counting", _("Counting")),
        ("decision", _("Decision")),
        ("publication", _("Publication")),
    ),
    states=(
        State(
            S.DRAFT,
            S.DRAFT.label,
            sees=MAKERS,
            waits_for=(Role.PPSDM_VER,),
            within=rules.by_end_of_july,
            icon="file-earmark",
            stage="counting",
        ),
        State(
            S.REVIEW,
            S.REVIEW.label,
            sees=DECIDING,
            waits_for=(Role.PPSDM_HEAD,),
            within=working_days(5),
            tone="violet",
            icon="hourglass-split",
            stage="decision",
        ),
        State(S.PUBLISHED, S.PUBLISHED.label, tone="green", icon="check-circle-fill", stage="publication", final=True),
        State(S.SUPERSEDED, S.SUPERSEDED.label, tone="neutral", icon="layers", stage="publication", final=True),
        State(S.WITHDRAWN, S.WITHDRAWN.label, tone="red", icon="x-octagon-fill", final=True),
        State(S.DISCARDED, S.DISCARDED.label, sees=MAKERS, tone="neutral", icon="x-circle", final=True),
    ),
    transitions=(
        Transition(
            "refresh",
            _("Count again"),
            (S.DRAFT,),
            S.DRAFT,
            who=(Role.PPSDM_VER,),
            effects=(services.count_again,),
            icon="arrow-repeat",
            done=_("Counted again"),
            hint=_("Needs, seats and trainings as they are now take the place of the figures shown."),
        ),
        Transition(
            "submit",
            _("Submit for publication"),
            (S.DRAFT,),
            S.REVIEW,
            who=(Role.PPSDM_VER,),
            checks=(rules.asks_for_someone, rules.is_fresh, rules.follows_the_latest),
            asks=(_note,),
            style="primary",
            icon="send",
            tone="violet",
            done=_("Submitted for publication"),
            hint=_("The figures stay as they are from now on. The head of PPSDM has five working days."),
        ),
        Transition(
            "discard",
            _("Discard"),
            (S.DRAFT,),
            S.DISCARDED,
            who=(Role.PPSDM_VER,),
            asks=(Ask("reason", _("Reason"), "long", min_length=10),),
            style="danger",
            icon="x-circle",
            tone="neutral",
            done=_("Discarded"),
        ),
        Transition(
            "publish",
            _("Publish"),
            (S.REVIEW,),
            S.PUBLISHED,
            who=(Role.PPSDM_HEAD,),
            checks=(rules.follows_the_latest,),
            apart_from=rules.MAKES_A_BRIEF,
            asks=(_note,),
            effects=(services.publish,),
            tells=TOLD,
            style="primary",
            icon="megaphone",
            tone="green",
            done=_("Published"),
            hint=_("Partners, ministry and offices read it from now on, and partners can pledge seats."),
        ),
        Transition(
            "return",
            _("Return for changes"),
            (S.REVIEW,),
            S.DRAFT,
            who=(Role.PPSDM_HEAD,),
            asks=(Ask("reason", _("What must change"), "long", min_length=10),),
            tells=(Role.PPSDM_VER,),
            icon="arrow-counterclockwise",
            tone="amber",
            done=_("Returned for changes"),
        ),
        Transition(
            "withdraw",
            _("Withdraw"),
            (S.PUBLISHED,),
            S.WITHDRAWN,
            who=(Role.PPSDM_HEAD,),
            asks=(Ask("reason", _("Why it must no longer be used"), "long", min_length=30),),
            effects=(services.withdraw,),
            tells=TOLD,
            style="danger",
            icon="x-octagon",
            tone="red",
            done=_("Withdrawn"),
            hint=_("Its readers keep the page, with your reason on it. Nobody can pledge seats for it any more."),
        ),
        Transition(
            "supersede",
            _("Supersede"),
            (S.PUBLISHED,),
            S.SUPERSEDED,
            who=(CLOCK,),
            icon="layers",
            done=_("Superseded by the next edition"),
        ),
    ),
)
