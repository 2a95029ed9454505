"""Reads of the front desk."""

from accounts.selectors.feeds import feed_of, owner_of
from accounts.selectors.people import (
    FACETS,
    SORTS,
    get_invitation,
    get_membership,
    memberships,
    organisations_to_invite,
    people_listing,
    people_search,
    province_names,
    unanswered_invitations,
    use_place_names,
)

__all__ = [
    "FACETS",
    "SORTS",
    "feed_of",
    "get_invitation",
    "get_membership",
    "memberships",
    "organisations_to_invite",
    "owner_of",
    "people_listing",
    "people_search",
    "province_names",
    "unanswered_invitations",
    "use_place_names",
]
