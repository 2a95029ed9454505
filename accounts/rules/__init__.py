"""Small questions about people, their roles, and who may stand in for whom."""

from accounts.rules.people import (
    capacity,
    holders,
    is_administrator,
    may_end,
    not_to_oneself,
    people_with,
    role_fits,
    zone_of,
)

__all__ = [
    "capacity",
    "holders",
    "is_administrator",
    "may_end",
    "not_to_oneself",
    "people_with",
    "role_fits",
    "zone_of",
]
