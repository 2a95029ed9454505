"""Who holds which role on a agreement."""

from django.db.models import Q

from accounts.rules import people_with


def roles_on_agreement(user, agreement) -> set[str]:
    return set()


def agreements_in_reach(user) -> Q:
    return Q(pk__in=[])


def people_on_agreement(agreement, roles):
    return people_with()
