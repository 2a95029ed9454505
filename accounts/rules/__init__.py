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
from accounts.rules.printed import SignatureBlock, block_of, block_of_actor, post_title, signature_block, with_capacity

__all__ = [
    "SignatureBlock",
    "block_of",
    "block_of_actor",
    "capacity",
    "holders",
    "is_administrator",
    "may_end",
    "not_to_oneself",
    "people_with",
    "post_title",
    "role_fits",
    "signature_block",
    "with_capacity",
    "zone_of",
]
