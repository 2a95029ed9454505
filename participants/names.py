"""When two spellings of a name may be one person. A hint for people who look closer, never a proof."""

from __future__ import annotations

import re
import unicodedata

TITLES = frozenset(
    "prof dr drs dra ir h hj kh ki tgk st sh se sip sstp ssi spd skom sos ssos mm msi mh ma mt mpd mkom msc ap".split()
)
"""Titles and degrees, without their dots."""
GIVEN = {name: "muhammad" for name in "mohammad mohamad muhamad muhammad mohamed muhammed moh muh mohd muhd md".split()}
OLD_SPELLING = (("oe", "u"), ("dj", "j"), ("tj", "c"), ("nj", "ny"), ("sj", "sy"), ("ph", "f"))


def folded(name: str) -> str:
    """A name without degrees, titles, accents, case and old spelling: "Dr. Soekarno, S.H." is "sukarno"."""
    plain = unicodedata.normalize("NFKD", (name or "").partition(",")[0])
    plain = "".join(c for c in plain if not unicodedata.combining(c)).lower()
    plain = re.sub(r"\b(\w{1,2})\.(?=\w)", r"\1", plain).replace(".", " ")  # "S.H." is one word, "Moh. Hatta" two
    kept = [word for word in re.sub(r"[^\w\s]", "", plain).split() if word not in TITLES]
    return " ".join(_modern(GIVEN.get(word, word)) for word in kept)


def _modern(word: str) -> str:
    for old, new in OLD_SPELLING:
        word = word.replace(old, new)
    return re.sub(r"(.)\1+", r"\1", word)


def may_be_one(one: str, other: str) -> bool:
    """Whether two names may belong to one person; an empty name belongs to nobody."""
    return bool(folded(one)) and folded(one) == folded(other)
