"""What the acts on an agreement ask for, and the acts that several stages share."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.roles import OFFICE, PARTNER, STAND_INS, WRITTEN_ONLY, Role
from partnerships.models import ABROAD, Condition, DocumentKind, ExternalBody
from partnerships.models import AgreementStatus as S
from partnerships.rules import agreements as rules
from partnerships.rules import signing
from partnerships.services import agreements as services
from partnerships.services.renewal import reopen_decision
from partnerships.services.signatures import keep_signed
from regions.models.vocabulary import term_choices
from workflow.signing.adapters import signing_adapter
from workflow.table import Ask, Transition

BUREAU = (Role.BIROKS_OFF, Role.BIROKS_HEAD)
EDITORS = (Role.BIROKS_OFF, Role.DINAS_OP)
PARTIES = (*BUREAU, *OFFICE, *PARTNER)
MAKERS = (
    "create",
    "start_drafting",
    "to_legal",
    "to_legal_region",
    "resubmit",
    "resubmit_plan",
    "resubmit_region",
    "gov_ok",
)
"""Whoever prepared the text does not clear, sign or refuse it."""

NOTE = Ask("note", _("Note"), "long", required=False)
REASON = Ask("reason", _("Reason"), "long", min_length=30)
WHY = Ask("reason", _("What must change"), "long", min_length=30)
TEXTS = (
    Ask(
        "text_id",
        _("Text in Indonesian"),
        "file",
        required=False,
        help=_("PDF. Leave empty when it is already uploaded."),
    ),
    Ask(
        "text_en",
        _("Text in English"),
        "file",
        required=False,
        help=_("PDF. Leave empty when it is already uploaded. Ministry and region need none."),
    ),
)
KEEP_TEXTS = services.keep(text_id=DocumentKind.TEXT_ID, text_en=DocumentKind.TEXT_EN)
HAS_TEXTS = (
    rules.paper(DocumentKind.TEXT_ID, "text_id", _("Add the text in Indonesian: the law requires it.")),
    rules.paper(DocumentKind.TEXT_EN, "text_en", _("Add the text in English."), tracks=ABROAD),
)
CONCEPT = Ask(
    "concept_note",
    _("Concept note"),
    "file",
    required=False,
    help=_("PDF. Leave empty when it is already uploaded."),
)
HAS_CONCEPT = rules.paper(DocumentKind.CONCEPT_NOTE, "concept_note", _("Add the concept note."))
LOI = Ask(
    "loi",
    _("Letter of intent"),
    "file",
    required=False,
    help=_("PDF. Leave empty when it is already uploaded."),
)
HAS_LOI = rules.paper(DocumentKind.LOI, "loi", _("Add the signed letter of intent."))
PLAN = Ask(
    "plan",
    _("Cooperation plan"),
    "file",
    required=False,
    help=_("PDF, optional: the plan itself is the content of this record."),
)
OPINION = Ask(
    "opinion_file",
    _("Legal opinion"),
    "file",
    required=False,
    help=_("PDF, optional. Not shown to the partner."),
)
CONDITIONS = Ask(
    "conditions",
    _("Conditions of cooperation abroad"),
    "choices",
    choices=lambda agreement: Condition.choices,
    initial=lambda agreement: list(agreement.conditions),
    help=_("Confirm each of them; the plan is adopted only with all six."),
)
NOTICE = Ask("notice", _("Notice letter"), "file")
KEEP_NOTICE = services.keep(notice=DocumentKind.NOTICE)


def _copies(agreement):
    bodies = (ExternalBody.KEMENDAGRI, ExternalBody.KEMLU, ExternalBody.SETNEG_KTLN)
    return [*((b.value, b.label) for b in bodies), ("ARSIP", _("National archive"))]


def _capacities(agreement):
    return [
        ("DEFINITIVE", _("Holder of the post")),
        ("PLT", _("Acting, vacant post (Plt), with written authority")),
        ("KUASA", _("By power of attorney (kuasa)")),
    ]


def _ways(agreement):
    """How the document was signed; signing here and now only where this portal can."""
    ways = [
        (signing.ELECTRONIC, _("Signed electronically outside the portal: upload the PDF")),
        (signing.SCAN, _("Signed by hand on paper: upload a scan")),
    ]
    if signing.signs_in_portal(agreement):
        ways.append((signing.PORTAL, signing_adapter().offer))
    return ways


SIGNED_FILE = (
    Ask(
        "way",
        _("How it is signed"),
        "choice",
        choices=_ways,
        help=_("Electronic signatures are read and checked. A scan is shown as what it is: without signature."),
    ),
    Ask(
        "signed",
        _("Signed document"),
        "file",
        required=False,
        help=_(
            "PDF with all signatures. To sign here: leave it empty to sign the current text, "
            "or upload what the other party has already signed electronically."
        ),
    ),
)
"""For every signing; `signing.signatures_hold` judges it and `keep_signed` keeps it."""


SIGNING = (
    *SIGNED_FILE,
    Ask("signed_on", _("Signed on"), "date"),
    Ask("place", _("Place of signing"), "text"),
    Ask(
        "our_post",
        _("Post that signed for the Indonesian side"),
        "text",
        help=_("The post, not the name. An official who only stands in for a day (Plh) may not sign."),
    ),
    Ask("capacity", _("Capacity of the Indonesian signatory"), "choice", choices=_capacities),
    Ask(
        "authority",
        _("Written authority of the acting official or attorney"),
        "file",
        required=False,
        help=_("Only for an acting official (Plt) or an attorney (kuasa)."),
    ),
    Ask("partner_post", _("Post that signed for the other party"), "text"),
    Ask("effective_date", _("Takes effect on"), "date", initial=lambda agreement: agreement.starts),
    Ask(
        "ends",
        _("Valid until"),
        "date",
        required=False,
        initial=lambda agreement: agreement.ends,
        help=_("Leave empty when the text names no end."),
    ),
    Ask("copies", _("Copies sent to"), "choices", choices=_copies),
    NOTE,
)
SIGNING_HOLDS = (
    signing.day_is_past,
    signing.signing_dates_fit,
    signing.approvals_come_first,
    signing.no_stand_in,
    signing.own_authority,
    signing.signatures_hold,
)
SIGNED = (
    services.sign,  # first: the seal of the signed document repeats its date and posts
    keep_signed,
    services.keep(authority=DocumentKind.FULL_POWERS),
)


def after_review(agreement):
    """Ministry and region sign at once; who agrees with somebody abroad is cleared first."""
    return S.CLEARANCE if agreement.track in ABROAD else S.READY_TO_SIGN


def after_clearance(agreement):
    """Full powers only where they are needed."""
    return S.FULL_POWERS if agreement.full_powers_needed else S.READY_TO_SIGN


def returning(name, source, who, *, own=False, **more):
    """A return for changes from one state; `own`: the leading office takes back what is its own, which uses up none of
    the three returns of those who examine it."""
    return Transition(
        name,
        _("Return for changes"),
        (source,),
        S.RETURNED,
        who=who,
        checks=() if own else (rules.may_still_be_returned,),
        asks=(WHY,),
        effects=(services.remember_return(source, counts=not own),),
        tells=(*BUREAU, *OFFICE),
        icon="arrow-counterclockwise",
        tone="amber",
        done=_("Returned for changes"),
        **more,
    )


def rejecting(name, source, who, **more):
    """A refusal that ends the agreement."""
    return Transition(
        name,
        _("Reject"),
        source,
        S.REJECTED,
        who=who,
        never_by=STAND_INS,
        with_authority=WRITTEN_ONLY,
        apart_from=MAKERS,
        asks=(
            Ask("reason_code", _("Ground"), "choice", choices=lambda agreement: term_choices("reject_reason")),
            REASON,
        ),
        effects=(reopen_decision,),
        tells=(*PARTIES, Role.PPSDM_VER),
        style="danger",
        icon="x-octagon",
        tone="red",
        done=_("Rejected"),
        hint=_("The agreement stops here. A new one would start from the beginning."),
        **more,
    )
