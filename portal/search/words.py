"""What was typed, as a question to the index: words, what each may stand for, and codes however they are written."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace

from portal.search.variants import SMALL_WORDS, VARIANTS

LONGEST = 100
MOST_WORDS = 8


def plain(text: str) -> str:
    """Without accents, capitals and marks, as the index writes it: "Ma'rang, KB-2026" -> "ma rang kb 2026"."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c))
    return re.sub(r"[\W_]+", " ", unicodedata.normalize("NFC", bare)).strip()


@dataclass(frozen=True)
class Term:
    """One typed word (or two written together) with the phrases any of which will do."""

    word: str
    phrases: tuple[str, ...]

    def sql(self) -> tuple[str, list[str]]:
        """The term as a tsquery: one word or another, or the words of a phrase side by side."""
        asked = ["search_phrase(%s)" if " " in phrase else "search_word(%s)" for phrase in self.phrases]
        return f"({' || '.join(asked)})", list(self.phrases)


@dataclass(frozen=True)
class Whole(Term):
    """The word as it stands, neither its beginning nor its stem, or one of the phrases."""

    def sql(self) -> tuple[str, list[str]]:
        """The term as a tsquery."""
        sql, values = super().sql()
        return (f"({sql} || search_phrase(%s))" if values else "search_phrase(%s)"), [*values, self.word]


@dataclass(frozen=True)
class Question:
    """Everything that was typed. All terms must fit; neighbours may stand together as one word ("Palangkaraya")."""

    text: str
    terms: tuple[Term, ...]
    any_term: bool = False
    """One fitting term is enough: the last resort when nothing has all of them."""
    corrected: dict[str, str] = field(default_factory=dict)
    """{typed: understood}."""

    @property
    def whole(self) -> str:
        """All of it as a name: "kota semarang"."""
        return plain(self.text)

    @property
    def joined(self) -> str:
        """All of it written together, as a code: "kb20260041"."""
        return self.whole.replace(" ", "")

    @property
    def looks_like_a_code(self) -> bool:
        """Letters and figures and no more than a code holds: KB-2026-0041, 560/12/DTK/2026."""
        return bool(re.fullmatch(r"(?=.*\d)(?=.*[a-z])\w{6,40}", self.joined)) and len(self.text) <= 60

    @property
    def is_one_token(self) -> bool:
        """A code or number in one piece: parts of it on their own would find everything of that year."""
        return any(c.isdigit() for c in self.text) and " " not in self.text

    def sql(self) -> tuple[str, list[str]]:
        """The question as a tsquery."""
        asked, params = [], []
        parts = [term.sql() for term in self.terms]
        between = " || " if self.any_term else " && "
        asked.append(between.join(sql for sql, _values in parts))
        params += [value for _sql, values in parts for value in values]
        if not self.any_term:
            for n in range(len(parts) - 1):
                together = Term("", (self.terms[n].word + self.terms[n + 1].word,)).sql()
                chosen = [*parts[:n], together, *parts[n + 2 :]]
                asked.append(" && ".join(sql for sql, _values in chosen))
                params += [value for _sql, values in chosen for value in values]
            if len(parts) > 2 and any(c.isdigit() for c in self.joined) and len(self.joined) <= 40:
                asked.append("search_word(%s)")
                params.append(self.joined)
        return "(" + " || ".join(f"({a})" for a in asked) + ")", params

    def with_terms(self, terms, corrected: dict[str, str]) -> Question:
        """The same question with terms that were understood differently."""
        return replace(self, terms=tuple(terms), corrected={**self.corrected, **corrected})

    def loosened(self, terms) -> Question:
        """The same question for records with any of these terms."""
        return replace(self, terms=tuple(terms), any_term=True)


def term_of(word: str) -> Term:
    """A word with what it may stand for."""
    return Term(word, (word, *VARIANTS.get(word, ())))


def understood(text: str) -> Question:
    """What was typed, word by word. Small words do not count, unless there is nothing else."""
    typed = plain(text[:LONGEST]).split()
    words = [w for w in typed if w not in SMALL_WORDS] or typed
    terms = [term_of(w) for w in dict.fromkeys(words)]
    return Question(text.strip()[:LONGEST], tuple(terms[:MOST_WORDS]))


def distance(one: str, other: str) -> int:
    """How many letters to change, add, drop or swap with their neighbour (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, b in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]


def slips_allowed(word: str) -> int:
    """How many slips a word of this length may hold and still mean another."""
    return 1 if len(word) < 6 else 2 if len(word) < 12 else 3
