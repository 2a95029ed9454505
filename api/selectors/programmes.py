"""One programme by its code, through the doors of the pages."""

from __future__ import annotations

from django.db.models import prefetch_related_objects
from django.http import Http404

from accounts.rules import capacity
from programs import rules, selectors
from programs.models import Program
from workflow.engine import may_see

PARTS = ("themes__theme", "posts", "intakes", "rules", "costs", "contacts", "files", "amendments")


def programme_by_code(user, code: str) -> Program:
    """A programme as its page shows it: public ones to everyone, others to whom they exist; else Http404."""
    slug = Program.objects.filter(code=code.upper()).values_list("slug", flat=True).first()
    if slug is None:
        raise Http404
    return selectors.get_program(user, slug)


def is_managed_by(user, program) -> bool:
    """Whether the page on which partner and ministry work exists for this reader."""
    if not user.is_authenticated or capacity(user)[0] in rules.REGIONAL:
        return False
    return may_see(program.flow, user, program)


def with_parts(programs) -> None:
    """Everything a detail shows, loaded at once."""
    prefetch_related_objects(programs, *PARTS)
