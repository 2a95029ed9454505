"""How alike two questions are, by their words and by the letters these are made of. Plain Python."""

from __future__ import annotations

import re
import unicodedata

SMALL_WORDS = frozenset(
    "ada adalah akan anda apa apakah atau bagaimana bagi berapa bila bisa boleh dan dapat dari dengan di harus ini itu "
    "jika kah kami kapan karena ke kepada kita mana maupun mereka mohon oleh pada para per perlu program saat saja "
    "sampai saya sebagai secara sudah supaya tanya tentang terhadap tersebut tetapi tidak untuk yaitu yang "
    "a an and any are as at be by can could do does for from has have how if in is it may must of on or our program "
    "programme question shall should that the their there this to us was we were what when where whether which who "
    "will with would you your".split()
)
ALIKE = 0.34
"""From here on two questions are shown side by side: better one too many than the same answer given twice."""


def plain(text: str) -> str:
    """Without capitals, accents and marks: what makes two texts the same."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return re.sub(r"[\W_]+", " ", bare).strip()


def _words(text: str) -> set[str]:
    return {word for word in plain(text).split() if word not in SMALL_WORDS and len(word) > 1}


def _trigrams(words: set[str]) -> set[str]:
    return {f" {word} "[n : n + 3] for word in words for n in range(len(word))}


def likeness(one: str, other: str) -> float:
    """0 (nothing in common) to 1 (the same): the larger of the share of common words and of common letters in threes,
    so that "beasiswa" and "beasiswanya" count as related."""
    a, b = _words(one), _words(other)
    if not a or not b:
        return 1.0 if plain(one) == plain(other) else 0.0
    fewer = min(len(a), len(b))
    shared = 0.9 * len(a & b) / fewer * min(1.0, fewer / 3)  # of two or three words few have to agree by chance
    x, y = _trigrams(a), _trigrams(b)
    return max(shared, 2 * len(x & y) / (len(x) + len(y)))


def most_alike(text: str, others: list[tuple[str, object]], limit: int = 3) -> list:
    """Of (text, thing) those that are alike enough, the most alike first."""
    rated = [(likeness(text, other), n, thing) for n, (other, thing) in enumerate(others)]
    rated = sorted((r for r in rated if r[0] >= ALIKE), key=lambda r: (-r[0], r[1]))
    return [thing for _rate, _n, thing in rated[:limit]]
