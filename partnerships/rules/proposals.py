"""Who holds which role on a proposal."""

from django.db.models import Q

from accounts.rules import people_with


def roles_on_proposal(user, proposal) -> set[str]:
    return set()


def proposals_in_reach(user) -> Q:
    return Q(pk__in=[])


def people_on_proposal(proposal, roles):
    return people_with()
