"""The life of a proposal."""

from django.utils.translation import gettext_lazy as _

from partnerships.models import ProposalStatus as S
from partnerships.rules import proposals as rules
from workflow.table import State, Workflow

PROPOSAL = Workflow(
    name="partnerships.proposal", label=_("Proposal"), roles=rules.roles_on_proposal, people=rules.people_on_proposal,
    states=tuple(State(s.value, s.label) for s in S), transitions=(),
)
