"""Partners' papers from one nomination: each paper is a description, filled with facts. Plain Python without Django."""

from participants.partner_forms.catalogue import BY_SCHEME, PAPERS, flags_of, partner_paper
from participants.partner_forms.description import WHO, Origin, Paper, Words
from participants.partner_forms.facts import ASKED, FACTS
from participants.partner_forms.filling import LINE, FilledPaper, Gap, asked_keys, clean, fill, personal_names, without
from participants.partner_forms.letters import ASSIGNMENT, COVER
from participants.partner_forms.tables import TABLES

__all__ = [
    "ASKED",
    "ASSIGNMENT",
    "BY_SCHEME",
    "COVER",
    "FACTS",
    "LINE",
    "PAPERS",
    "TABLES",
    "WHO",
    "FilledPaper",
    "Gap",
    "Origin",
    "Paper",
    "Words",
    "asked_keys",
    "clean",
    "fill",
    "flags_of",
    "partner_paper",
    "personal_names",
    "without",
]
