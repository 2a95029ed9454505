"""The life of a programme (P1-P8)."""

from django.utils.translation import gettext_lazy as _

from programs import rules
from programs.models import ProgramStatus as S
from workflow.table import State, Workflow

PROGRAM = Workflow(
    name="programs.program", label=_("Programme"), roles=rules.roles_on_program, people=rules.people_on_program,
    states=tuple(State(s.value, s.label) for s in S), transitions=(),
)
