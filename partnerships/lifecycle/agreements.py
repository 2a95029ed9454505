"""The life of a agreement."""

from django.utils.translation import gettext_lazy as _

from partnerships.models import AgreementStatus as S
from partnerships.rules import agreements as rules
from workflow.table import State, Workflow

AGREEMENT = Workflow(
    name="partnerships.agreement", label=_("Agreement"), roles=rules.roles_on_agreement, people=rules.people_on_agreement,
    states=tuple(State(s.value, s.label) for s in S), transitions=(),
)
