"""Amending what is in force (A10): drafted, reviewed by the Legal Bureau again, signed. The signed text is valid until
then; the amendment changes hands within UNDER_AMENDMENT (decision 15)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.roles import STAND_INS, DelegationKind, Role
from partnerships.lifecycle import agreement_answers as ask
from partnerships.models import MINISTRY_TRACKS, REGIONAL_TRACKS, AmendmentPhase, DocumentKind
from partnerships.models import AgreementStatus as S
from partnerships.rules import agreements as rules
from partnerships.rules import amendments as amending
from partnerships.rules import signing
from partnerships.services import amendments as services
from partnerships.services.agreements import keep
from partnerships.services.signatures import keep_signed
from partnerships.services.versions import keep_version
from workflow.table import Transition

DRAFTERS = ("amendment_to_legal",)
"""Whoever drafted the amendment neither clears nor signs it."""

SIGNING = (
    *ask.SIGNED_FILE,
    *(a for a in ask.SIGNING if a.name in {"signed_on", "our_post", "capacity", "authority", "partner_post"}),
    ask.NOTE,
)


def _signing(name: str, role: Role, tracks) -> Transition:
    """The signing of an amendment is a signing: the same officials, the same limits."""
    return Transition(
        name,
        _("Record the signed amendment"),
        (S.UNDER_AMENDMENT,),
        S.ACTIVE,
        who=(role,),
        only=tracks,
        applies=amending.in_phase(AmendmentPhase.SIGNING),
        checks=(amending.minister_approves_again,),
        apart_from=DRAFTERS,
        asks=SIGNING,
        validates=(
            amending.amendment_dates_fit,
            signing.approvals_come_first,
            signing.no_stand_in,
            signing.own_authority,
            signing.signatures_hold,
        ),
        never_by=STAND_INS,
        with_authority=(DelegationKind.PLT,),
        asks_again=True,
        effects=(keep_signed, keep(authority=DocumentKind.FULL_POWERS), services.adopt),
        tells=(*ask.PARTIES, Role.PPSDM_VER),
        style="primary",
        icon="pen",
        tone="violet",
        done=_("Amendment signed"),
        hint=_("From now on the agreement reads as amended. The former text is kept as a version."),
    )


def _returning(name: str, role: Role, phase: AmendmentPhase, **more) -> Transition:
    """Who reviews or signs wants changes: the amendment is drafted again."""
    return Transition(
        name,
        _("Return the amendment"),
        (S.UNDER_AMENDMENT,),
        S.UNDER_AMENDMENT,
        who=(role,),
        applies=amending.in_phase(phase),
        asks=(ask.WHY,),
        effects=(services.send_back,),
        tells=ask.BUREAU,
        icon="arrow-counterclockwise",
        tone="amber",
        done=_("Amendment returned for changes"),
        **more,
    )


AMENDMENT = (
    Transition(
        "amend",
        _("Open an amendment"),
        (S.ACTIVE,),
        S.UNDER_AMENDMENT,
        who=(Role.BIROKS_HEAD,),
        apart_from=("create",),
        asks=(ask.NOTICE, ask.REASON),
        effects=(ask.KEEP_NOTICE, services.open_amendment),
        tells=ask.PARTIES,
        icon="pencil",
        tone="amber",
        done=_("Amendment opened"),
        hint=_("The agreement stays in force as it was signed while it is amended."),
    ),
    Transition(
        "amendment_to_legal",
        _("Send the amendment to legal review"),
        (S.UNDER_AMENDMENT,),
        S.UNDER_AMENDMENT,
        who=(Role.BIROKS_OFF,),
        applies=amending.in_phase(AmendmentPhase.DRAFTING),
        checks=(amending.something_changes,),
        asks=(*ask.TEXTS, ask.NOTE),
        validates=(amending.has_amended_texts,),
        effects=(
            ask.KEEP_TEXTS,
            services.pass_to(AmendmentPhase.LEGAL),
            keep_version("amendment_to_legal"),
        ),
        tells=(Role.LEGAL, *ask.PARTIES),
        style="primary",
        icon="send",
        done=_("Amendment sent to legal review"),
        hint=_("The amendment is frozen while the Legal Bureau reads it."),
    ),
    Transition(
        "amendment_ok",
        _("Approve the amendment"),
        (S.UNDER_AMENDMENT,),
        S.UNDER_AMENDMENT,
        who=(Role.LEGAL,),
        applies=amending.in_phase(AmendmentPhase.LEGAL),
        checks=(rules.clauses_are_checked,),
        apart_from=DRAFTERS,
        asks=(ask.OPINION, ask.NOTE),
        effects=(
            keep(opinion_file=DocumentKind.LEGAL_OPINION),
            services.pass_to(AmendmentPhase.SIGNING),
        ),
        tells=(*ask.PARTIES, Role.SEKJEN),
        style="primary",
        icon="check2",
        tone="green",
        done=_("Amendment approved by the Legal Bureau"),
        hint=_("The amendment can be signed afterwards."),
    ),
    _returning("amendment_back", Role.LEGAL, AmendmentPhase.LEGAL),
    _returning("amendment_back_signing", Role.SEKJEN, AmendmentPhase.SIGNING, only=MINISTRY_TRACKS),
    _returning("amendment_back_region", Role.DINAS_HEAD, AmendmentPhase.SIGNING, only=REGIONAL_TRACKS),
    _signing("amended", Role.SEKJEN, MINISTRY_TRACKS),
    _signing("amended_region", Role.DINAS_HEAD, REGIONAL_TRACKS),
    Transition(
        "drop_amendment",
        _("Drop the amendment"),
        (S.UNDER_AMENDMENT,),
        S.ACTIVE,
        who=(Role.BIROKS_HEAD,),
        asks=(ask.REASON,),
        effects=(services.drop,),
        tells=ask.PARTIES,
        icon="x-circle",
        tone="amber",
        done=_("Amendment dropped"),
        hint=_("The agreement goes on as it was signed."),
    ),
)
