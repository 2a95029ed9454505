"""Passwords made of the portal's own words, which whoever guesses here tries first."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

NAMES = ("sinergi", "kemnaker", "disnaker", "naker", "kementerian", "ketenagakerjaan", "pelatihan", "jica", "koica")
FILLERS = (
    *("admin", "administrator", "auditor", "biro", "dinas", "evaluator", "indonesia", "kantor", "kepala", "mitra"),
    *("operator", "partner", "password", "peserta", "petugas", "ppsdm", "rahasia", "sandi", "sekjen", "training"),
    *("user", "verifikator"),
)
"""Roles, offices and what people put beside a name."""
LETTERS_OF_ONES_OWN = 6
_LONGEST_FIRST = "|".join(sorted((*NAMES, *FILLERS), key=len, reverse=True))


def is_made_of_own_words(password: str) -> bool:
    """A name of this portal with years, signs and roles around it, and fewer than six letters of anything else."""
    letters = re.sub(r"[\W\d_]", "", password.lower())
    if not any(name in letters for name in NAMES):
        return False
    return len(re.sub(_LONGEST_FIRST, "", letters)) < LETTERS_OF_ONES_OWN


class OwnWordsValidator:
    """Refuses them wherever a password is chosen. Named in AUTH_PASSWORD_VALIDATORS."""

    def validate(self, password, user=None) -> None:
        """Raises ValidationError with a sentence."""
        if is_made_of_own_words(password):
            raise ValidationError(self.get_help_text(), code="password_of_own_words")

    def get_help_text(self) -> str:
        """What to do instead."""
        return _(
            "This password is made of words that everybody tries here. Take words that have nothing to do with it."
        )
