"""Requests of people about their own data: who asks, who answers, what stands in the way."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.roles import OFFICE, Role
from accounts.rules import capacity, holders, people_with
from participants.models import OPEN, Basis, Correction, Nomination, RequestKind
from participants.models import CorrectionStatus as C
from participants.models import NominationStatus as S
from participants.models.backgrounds import Background
from participants.personal import CORRECTABLE
from participants.rules.access import is_nominee, is_the_person
from workflow.engine import may_see, offered
from workflow.mandate import covers

FLOW = "participants.correction"
WATCHES = (Role.PPSDM_VER, Role.PPSDM_HEAD, Role.AUDITOR)
"""Roles at the centre that see every request: who answers, who leads them, who checks that people are answered."""
AT_THE_OFFICE = (S.DRAFT, S.RETURNED, S.SUBMITTED)
OTHER = "other"
TRANSFER, ACCOMMODATION = "consent_transfer", "consent_accommodation"


# --- Who holds which role on a request ----------------------------------------------------------------------


def roles_on_correction(user, correction) -> set[str]:
    """One's own request is one's own in every capacity: whoever asks never answers."""
    role, organisation = capacity(user)
    if correction.person.account_id is not None and correction.person.account_id == user.pk:
        return {Role.NOMINEE}
    if not role or not covers(user, FLOW):
        return set()
    if role in OFFICE:
        return {role} if organisation.pk == correction.person.office_id else set()
    return {role} if role in WATCHES else set()


def corrections_in_reach(user) -> Q:
    """`roles_on_correction` as a query."""
    own = Q(person__account=user.pk)
    role, organisation = capacity(user)
    if not role or not covers(user, FLOW):
        return own
    if role in OFFICE:
        return own | Q(person__office_id=organisation.pk)
    return own | Q(pk__isnull=False) if role in WATCHES else own


def people_on_correction(correction, roles):
    """`roles_on_correction` read backwards."""
    conditions, account = [], correction.person.account_id
    for role in roles:
        if role == Role.NOMINEE:
            conditions.append(Q(user_id=account or 0))
        elif role in OFFICE:
            conditions.append(holders(role, pk=correction.person.office_id) & ~Q(user_id=account or 0))
        elif role in WATCHES:
            conditions.append(holders(role) & ~Q(user_id=account or 0))
    return people_with(*conditions)


# --- Who may ask --------------------------------------------------------------------------------------------


def asks_for_themselves(user, nomination) -> bool:
    """A person asks about their own data whatever capacity they act in now."""
    return is_nominee(user, nomination)


def asks_by_letter(user, nomination) -> bool:
    """The office's operator records what a person without an account asks in writing."""
    role, organisation = capacity(user)
    return (
        role == Role.DINAS_OP
        and organisation.pk == nomination.person.office_id
        and nomination.person.account_id is None
        and covers(user, FLOW)
        and may_see(nomination.flow, user, nomination)
    )


def may_ask(user, nomination) -> bool:
    """Whether a request about this nomination's person can be made; an emptied person has no data left."""
    if nomination.person.emptied_at is not None:
        return False
    return asks_for_themselves(user, nomination) or asks_by_letter(user, nomination)


def consents_of(person) -> list[str]:
    """The consents a person has given and not taken back."""
    found = []
    ended = Correction.objects.filter(person=person, kind=RequestKind.CONSENT, field=TRANSFER, status=C.DONE)
    if not ended.exists() and person.nominations.filter(transfers__basis=Basis.CONSENT).exists():
        found.append(TRANSFER)
    if Background.objects.filter(person=person, accommodation_consent_on__isnull=False).exists():
        found.append(ACCOMMODATION)
    return found


def consent_label(name: str) -> str:
    """A consent in words."""
    return {
        TRANSFER: _("Consent to hand personal data over to the partner"),
        ACCOMMODATION: _("Consent to pass the request for accommodation on"),
    }.get(name, name)


def kind_of(name: str) -> str:
    """What kind of request a name in the address stands for; empty for nonsense."""
    if name in CORRECTABLE:
        return RequestKind.FIELD
    return {OTHER: RequestKind.OTHER, TRANSFER: RequestKind.CONSENT, ACCOMMODATION: RequestKind.CONSENT}.get(name, "")


def desk_of(person) -> str:
    """Who answers: the office, or PPSDM once it judges one of the person's nominations on these data."""
    judged = [s.value for s in {*OPEN} - {*AT_THE_OFFICE}]
    return C.WITH_PPSDM if person.nominations.filter(status__in=judged).exists() else C.WITH_OFFICE


# --- What can stand in the way: (request, actor) -> sentence ------------------------------------------------


def is_not_ones_own(correction, actor) -> str:
    """Nobody answers their own request, nor that of the official they stand in for."""
    if actor is None or not is_the_person(actor, correction.person):
        return ""
    return _("This request is about yourself. Another authorised person must answer it.")


def was_recorded_by_the_office(correction, actor) -> str:
    """The office takes back what it recorded for a person; a person's own request is the person's."""
    if correction.is_by_letter or correction.person.account_id == getattr(actor, "pk", None):
        return ""
    return _("Only the person takes this request back.")


def still_has_data(correction, actor) -> str:
    """Once a person was emptied nothing is left to correct."""
    if correction.person.emptied_at is None:
        return ""
    return _("The person's data were deleted when their time was over. Close the request with a reason.")


def consent_still_stands(nomination, actor, answers) -> str:
    """A consent that was taken back is no basis any more."""
    if answers.get("basis") != Basis.CONSENT or not consent_ended(nomination):
        return ""
    return _("The person has taken their consent back. Choose another basis, or do not forward.")


def consent_ended(nomination: Nomination) -> bool:
    """Whether the person took back the consent to hand their data over."""
    return Correction.objects.filter(
        person=nomination.person_id, kind=RequestKind.CONSENT, field=TRANSFER, status=C.DONE
    ).exists()


def accepts_now(user, correction) -> bool:
    """Whether the user has the wanted value to check and can accept it now."""
    return any(offer.transition.name == "accept" and offer.enabled for offer in offered(user, correction))


# --- Which acts exist for a request -------------------------------------------------------------------------


def names_a_field(correction) -> bool:
    """The wanted value can be written by the portal itself."""
    return correction.kind == RequestKind.FIELD


def is_done_by_hand(correction) -> bool:
    """Somebody does it and says what was done."""
    return correction.kind != RequestKind.FIELD


def can_be_refused(correction) -> bool:
    """A consent is taken back without anybody's leave."""
    return correction.kind != RequestKind.CONSENT


def is_late(now) -> Q:
    """CLOCK: 3×24 hours are over."""
    return Q(due_at__lt=now)
