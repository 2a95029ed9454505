"""People, organisations, memberships, invitations, delegations, and sign-ins."""

from accounts.models.delegations import DELEGABLE, Delegation, DelegationPaper, DelegationPaperKind
from accounts.models.feeds import CalendarFeed
from accounts.models.kept import DefaultView, LastVisit, SavedView
from accounts.models.people import (
    Invitation,
    Membership,
    Organisation,
    OrganisationKind,
    User,
    in_local_language,
)
from accounts.models.sessions import SignIn
from accounts.models.support import SupportPage, SupportView
from accounts.models.tokens import AccessToken

__all__ = [
    "DELEGABLE",
    "AccessToken",
    "CalendarFeed",
    "DefaultView",
    "Delegation",
    "DelegationPaper",
    "DelegationPaperKind",
    "Invitation",
    "LastVisit",
    "Membership",
    "Organisation",
    "OrganisationKind",
    "SavedView",
    "SignIn",
    "SupportPage",
    "SupportView",
    "User",
    "in_local_language",
]
