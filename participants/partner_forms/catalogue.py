"""Which paper belongs to which scheme. A table: a new scheme gets a row, a new form a description."""

from __future__ import annotations

from participants.partner_forms.description import Paper
from participants.partner_forms.itc_ilo import ITC_ILO
from participants.partner_forms.jica import JICA
from participants.partner_forms.koica import KOICA
from participants.partner_forms.letters import ASSIGNMENT, COVER

PAPERS = {paper.key: paper for paper in (JICA, KOICA, ITC_ILO, COVER, ASSIGNMENT)}

BY_SCHEME: dict[str, tuple[str, frozenset[str]]] = {
    # scheme -> (paper, flags). Part A is asked for Group & Region Focus only.
    "JICA_KCCP_GRF": ("jica", frozenset({"part_a"})),
    "JICA_KCCP_CF": ("jica", frozenset()),
    "JICA_YL": ("jica", frozenset()),
    "JICA_LT": ("jica", frozenset()),
    "JICA_TCTP": ("jica", frozenset()),
    "KOICA_CIAT_CTRY": ("koica", frozenset()),
    "KOICA_CIAT_GLOB": ("koica", frozenset()),
    "KOICA_SP": ("koica", frozenset()),
    "KOICA_PROJECT": ("koica", frozenset()),
    "ILO_ITC_OPEN": ("itc-ilo", frozenset()),
    "ILO_ITC_TAILOR": ("itc-ilo", frozenset()),
}
"""Not listed: JICA_EXPERT (nobody is nominated), ILO_TC and KEMNAKER_INCOUNTRY (no form of the partner)."""


def partner_paper(scheme: str) -> Paper | None:
    """The partner's paper for a scheme, or None."""
    found = BY_SCHEME.get(scheme)
    return PAPERS[found[0]] if found else None


def flags_of(scheme: str) -> frozenset[str]:
    """What the scheme adds to its paper."""
    return BY_SCHEME.get(scheme, ("", frozenset()))[1]
