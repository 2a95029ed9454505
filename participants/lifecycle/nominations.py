"""The life of a nomination (K1-K11): one table for permissions, buttons, forms, deadlines and notices."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from participants import rules
from participants.lifecycle.endings import ENDINGS
from participants.lifecycle.office import OFFICE
from participants.lifecycle.partner import PARTNER
from participants.lifecycle.selection import SELECTION
from participants.lifecycle.states import STATES
from participants.lifecycle.training import TRAINING
from participants.models import NominationStatus as S
from workflow.table import Workflow

NOMINATION = Workflow(
    name="participants.nomination",
    label=_("Nomination"),
    roles=rules.roles_on_nomination,
    people=rules.people_on_nomination,
    home=lambda nomination: nomination.office.pk,
    stages=(
        ("office", _("Office")),
        ("selection", _("Selection")),
        ("partner", _("Partner")),
        ("permits", _("Permits")),
        ("training", _("Training")),
        ("after", _("Afterwards")),
    ),
    states=STATES,
    transitions=(*OFFICE, *SELECTION, *PARTNER, *TRAINING, *ENDINGS),
    targets={"resubmit": (S.SUBMITTED, S.SCREENING)},
)
