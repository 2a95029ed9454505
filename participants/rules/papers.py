"""Which papers of a nomination a person reads and adds."""

from __future__ import annotations

from accounts.roles import PARTNER, Role
from accounts.rules import capacity
from participants.models import NominationStatus as S
from participants.models import PaperKind

_OPERATOR = {
    S.DRAFT: (PaperKind.CV, PaperKind.LANGUAGE, PaperKind.RELEASE),
    S.RETURNED: (PaperKind.CV, PaperKind.LANGUAGE, PaperKind.RELEASE),
    S.SUBMITTED: (PaperKind.RELEASE,),
    S.COMPLETED: (PaperKind.REPORT,),
}


def reads_papers(user, nomination) -> bool:
    """Partners get their own forms outside the portal; the papers here stay with office and ministry."""
    return bool(nomination.flow.roles(user, nomination)) and capacity(user)[0] not in PARTNER


def kinds_to_upload(user, nomination) -> list[PaperKind]:
    """The kinds of paper the user may add now."""
    roles = nomination.flow.roles(user, nomination)
    if roles & {Role.NOMINEE, Role.DINAS_OP}:
        return list(_OPERATOR.get(nomination.status, ()))
    return [PaperKind.RELEASE] if Role.DINAS_HEAD in roles and nomination.status == S.SUBMITTED else []
