"""Forms of the post room."""

from notices.forms.choices import SAYS, WORDS, CadenceForm

__all__ = ["SAYS", "WORDS", "CadenceForm"]
