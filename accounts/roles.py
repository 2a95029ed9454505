"""The roles people hold in an organisation. Codes are the ministry's; labels may change, codes never."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    DINAS_OP = "DINAS_OP", _("Office operator")
    DINAS_HEAD = "DINAS_HEAD", _("Head of office")
    PROV_VER = "PROV_VER", _("Provincial verifier")
    PPSDM_VER = "PPSDM_VER", _("Needs verifier, PPSDM")
    PPSDM_HEAD = "PPSDM_HEAD", _("Head of PPSDM")
    DITJEN_REV = "DITJEN_REV", _("Technical reviewer")
    BIROKS_OFF = "BIROKS_OFF", _("Cooperation officer")
    BIROKS_HEAD = "BIROKS_HEAD", _("Head of the Bureau of Cooperation")
    LEGAL = "LEGAL", _("Legal reviewer")
    SEKJEN = "SEKJEN", _("Secretary General")
    PARTNER_OFF = "PARTNER_OFF", _("Partner liaison")
    PARTNER_HEAD = "PARTNER_HEAD", _("Head of the partner office")
    NOMINEE = "NOMINEE", _("Nominee")
    EVAL = "EVAL", _("Evaluator")
    AUDITOR = "AUDITOR", _("Auditor")
    ADMIN = "ADMIN", _("Administrator")


class DelegationKind(TextChoices):
    """How somebody stands in for an official; the codes stand in the workflow tables as limits of an act."""

    PLT = "PLT", _("Plt. (post is vacant)")
    PLH = "PLH", _("Plh. (holder is away for a time)")
    AN = "AN", _("a.n. (in the holder's name)")
    UB = "UB", _("u.b. (for the one who acts in the holder's name)")
    KUASA = "KUASA", _("Power of attorney (kuasa)")


PREFIXES = {
    DelegationKind.PLT.value: "Plt.",
    DelegationKind.PLH.value: "Plh.",
    DelegationKind.AN.value: "a.n.",
    DelegationKind.UB.value: "u.b.",
    DelegationKind.KUASA.value: _("Attorney of"),
}
"""What stands before the post, on screens and papers. The abbreviations are the law's and stay in every language."""

STAND_INS = (DelegationKind.PLH, DelegationKind.AN, DelegationKind.UB)
"""For `Transition.never_by`: who merely stands in does routine work and changes nobody's legal position for good. An
acting official of a vacant post (Plt) and an attorney (kuasa) may; a Plt with written authority only."""

WRITTEN_ONLY = (DelegationKind.PLT,)
"""For `Transition.with_authority`: an acting official does what changes somebody's position for good (sign, terminate,
finally reject, ratify, take back a completion) with written authority filed with the delegation, and not otherwise."""

OFFICE = (Role.DINAS_OP, Role.DINAS_HEAD)
MINISTRY = (
    Role.PPSDM_VER,
    Role.PPSDM_HEAD,
    Role.DITJEN_REV,
    Role.BIROKS_OFF,
    Role.BIROKS_HEAD,
    Role.LEGAL,
    Role.SEKJEN,
    Role.EVAL,
)
PARTNER = (Role.PARTNER_OFF, Role.PARTNER_HEAD)
READERS = (Role.AUDITOR,)
"""Read everything, decide nothing."""
CENTRAL = (*MINISTRY, *READERS)
"""Everyone at the centre who may read business records of the whole country."""
