"""Which code of an IATI list stands for what the portal knows; plain Python. The lists lie with the tests."""

from __future__ import annotations

from dataclasses import dataclass

PIPELINE, IMPLEMENTATION, FINALISATION, CLOSED, CANCELLED, SUSPENDED = "123456"

PROGRAM_STATUS = {
    "PUBLISHED": PIPELINE,
    "OPEN": PIPELINE,
    "CLOSED": PIPELINE,
    "SELECTION": PIPELINE,
    "RUNNING": IMPLEMENTATION,
    "COMPLETED": FINALISATION,
    "EVALUATED": CLOSED,
    "CANCELLED": CANCELLED,
    "SUSPENDED": SUSPENDED,
}
AGREEMENT_STATUS = {
    "ACTIVE": IMPLEMENTATION,
    "UNDER_AMENDMENT": IMPLEMENTATION,
    "SUSPENDED": SUSPENDED,
    "EXPIRED": CLOSED,
    "CLOSED": CLOSED,
    "TERMINATED": CANCELLED,
}

FUNDING, ACCOUNTABLE, EXTENDING, IMPLEMENTING = "1234"
GOVERNMENT, LOCAL_GOVERNMENT, INTERNATIONAL_NGO, MULTILATERAL, PRIVATE, ACADEMIC = "10", "11", "21", "40", "70", "80"
PARTNER_TYPE = {
    "BILATERAL_AGENCY": GOVERNMENT,
    "GOVERNMENT": GOVERNMENT,
    "MULTILATERAL": MULTILATERAL,
    "UN_AGENCY": MULTILATERAL,
    "DEV_BANK": MULTILATERAL,
    "UNIVERSITY": ACADEMIC,
    "NGO": INTERNATIONAL_NGO,
    "PRIVATE": PRIVATE,
}

BILATERAL, MULTILATERAL_OUTFLOW, TRIANGULAR = "1", "4", "8"
ODA, PRIVATE_DEVELOPMENT, GRANT = "10", "30", "110"
PROJECT, DONOR_PERSONNEL, OTHER_HELP, TRAINING_ABROAD = "C01", "D01", "D02", "E01"
PARTIALLY_TIED, TIED, UNTIED = "3", "4", "5"


@dataclass(frozen=True)
class Finance:
    """What a scheme is in the words of aid statistics; empty: no flow from abroad."""

    collaboration: str = ""
    flow: str = ""
    finance: str = ""
    aid: str = ""
    tied: str = ""


def _aid(collaboration: str, aid: str, tied: str) -> Finance:
    return Finance(collaboration, ODA, GRANT, aid, tied)


SCHEMES = {
    "JICA_KCCP_GRF": _aid(BILATERAL, TRAINING_ABROAD, TIED),
    "JICA_KCCP_CF": _aid(BILATERAL, TRAINING_ABROAD, TIED),
    "JICA_YL": _aid(BILATERAL, TRAINING_ABROAD, TIED),
    "JICA_LT": _aid(BILATERAL, TRAINING_ABROAD, TIED),
    "JICA_EXPERT": _aid(BILATERAL, DONOR_PERSONNEL, TIED),
    "JICA_TCTP": _aid(TRIANGULAR, OTHER_HELP, PARTIALLY_TIED),
    "KOICA_CIAT_CTRY": _aid(BILATERAL, TRAINING_ABROAD, TIED),
    "KOICA_CIAT_GLOB": _aid(BILATERAL, TRAINING_ABROAD, TIED),
    "KOICA_SP": _aid(BILATERAL, TRAINING_ABROAD, TIED),
    "KOICA_PROJECT": _aid(BILATERAL, PROJECT, PARTIALLY_TIED),
    "ILO_TC": _aid(MULTILATERAL_OUTFLOW, OTHER_HELP, UNTIED),
    "ILO_ITC_OPEN": _aid(MULTILATERAL_OUTFLOW, OTHER_HELP, UNTIED),
    "ILO_ITC_TAILOR": _aid(MULTILATERAL_OUTFLOW, OTHER_HELP, UNTIED),
    "KEMNAKER_INCOUNTRY": Finance(),
}


NOT_OFFICIAL = {INTERNATIONAL_NGO: PRIVATE_DEVELOPMENT, ACADEMIC: "", PRIVATE: ""}
"""Whose help is no official aid: neither bilateral nor multilateral, and nothing is tied. What a university or a
company gives can be one flow or another, so none is said."""


def finance_of(scheme: str, partner_type: str) -> Finance:
    """The defaults of a scheme; of one not listed what its partner's kind says, of the ministry's own nothing."""
    if scheme in SCHEMES:
        return SCHEMES[scheme]
    if not partner_type:
        return Finance()
    kind = PARTNER_TYPE.get(partner_type, GOVERNMENT)
    if kind in NOT_OFFICIAL:
        return Finance(flow=NOT_OFFICIAL[kind], finance=GRANT if NOT_OFFICIAL[kind] else "", aid=OTHER_HELP)
    many = kind == MULTILATERAL
    return _aid(MULTILATERAL_OUTFLOW if many else BILATERAL, OTHER_HELP, UNTIED if many else PARTIALLY_TIED)


NATIONAL, ONE_PROVINCE, ONE_REGENCY = "4", "6", "7"
INCOMING_COMMITMENT, OUTGOING_COMMITMENT = "11", "2"
OTHER_ACTIVITY_NUMBER = "A9"


def scope_of(region: str) -> str:
    """How far an agreement reaches: the country, or the province, regency or city whose office signed it."""
    if not region:
        return NATIONAL
    return ONE_PROVINCE if len(region) == 2 else ONE_REGENCY


GENERAL_TRAINING = "11430"
"""Advanced technical and managerial training: where an activity names no competency."""

CAPACITY_BUILDING = "17.9"
"""SDG target that every training of public servants serves."""
TARGETS = {
    "T01": ("8.8",), "T02": ("8.8", "16.6"), "T03": ("8.8",), "T04": ("8.8",), "T05": ("8.8",), "T06": ("8.7",),
    "T07": ("8.8",), "T08": ("8.8",), "T09": ("8.5",), "T10": ("8.5",), "T11": ("8.5", "8.6"), "T12": ("8.5",),
    "T13": ("8.5",), "T14": ("8.8", "10.7"), "T15": ("8.3",), "T16": ("8.5", "4.5"), "T17": ("4.c",), "T18": ("4.4",),
    "T19": ("4.4",), "T20": ("4.3",), "T21": ("8.3",), "T22": ("8.5",), "T23": ("16.6",), "T24": ("16.6",),
    "T25": ("17.16",), "T26": ("16.6",),
}  # fmt: skip
"""Competency -> SDG targets."""


def tags_of(themes: list[str]) -> list[tuple[str, str]]:
    """(vocabulary, code) of SDG goals (2) and targets (3), every one once."""
    targets = sorted({CAPACITY_BUILDING, *(t for theme in themes for t in TARGETS.get(theme, ()))}, key=_in_order)
    goals = sorted({target.split(".")[0] for target in targets}, key=int)
    return [("2", goal) for goal in goals] + [("3", target) for target in targets]


def _in_order(target: str) -> tuple[int, str]:
    goal, _dot, rest = target.partition(".")
    return int(goal), rest.rjust(3, "0")
