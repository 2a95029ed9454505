"""Questions in each of their states, moved there by the acts themselves; and the cast around one programme."""

from __future__ import annotations

from accounts.models import OrganisationKind
from accounts.roles import Role
from forum.lifecycle import QUESTION
from forum.models import Question
from forum.services.questions import ask
from tests import factories
from workflow.engine import perform

TEXT = "Apakah peserta perlu membawa laptop sendiri selama pelatihan?"


def cast() -> dict[str, object]:
    """Everybody around a programme of JICA: the asking office is Bali's."""
    bali, aceh, papua = factories.office("51"), factories.office("1101"), factories.office("94")
    jica = factories.organisation("JICA", OrganisationKind.PARTNER)
    koica = factories.organisation("KOICA", OrganisationKind.PARTNER)
    units = {
        "BIROKS_OFF": "BIRO-KS",
        "BIROKS_HEAD": "BIRO-KS",
        "PPSDM_VER": "PPSDM",
        "PPSDM_HEAD": "PPSDM",
        "DITJEN_REV": "DJ-PHI",
        "LEGAL": "BIRO-HUKUM",
        "SEKJEN": "SETJEN",
        "EVAL": "PPSDM",
        "AUDITOR": "ITJEN",
        "ADMIN": "PPSDM",
    }
    found = {
        "DINAS_OP": factories.member(Role.DINAS_OP, bali),
        "DINAS_HEAD": factories.member(Role.DINAS_HEAD, bali),
        "OTHER_OP": factories.member(Role.DINAS_OP, aceh),
        "OTHER_HEAD": factories.member(Role.DINAS_HEAD, aceh),
        "PROV_VER": factories.member(Role.PROV_VER, papua),
        "PARTNER_OFF": factories.member(Role.PARTNER_OFF, jica),
        "PARTNER_HEAD": factories.member(Role.PARTNER_HEAD, jica),
        "OTHER_PARTNER": factories.member(Role.PARTNER_OFF, koica),
        "NOMINEE": factories.member(Role.NOMINEE, aceh),
    }
    return found | {role: factories.member(role, factories.organisation(unit)) for role, unit in units.items()}


def asked(program, asker, text: str = TEXT) -> Question:
    """A question that waits."""
    return ask(program, text, actor=asker)


def answered(program, asker, answerer, text: str = TEXT, answer: str = "Tidak perlu, disediakan.") -> Question:
    """A question with its answer."""
    return perform(QUESTION, "answer", record=asked(program, asker, text), actor=answerer, answers={"answer": answer})
