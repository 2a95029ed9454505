"""Who is concerned with a nomination, and what can stand in the way."""

from participants.rules.access import (
    CENTRE,
    PANELLISTS,
    ROSTER,
    first_reserve,
    is_nominee,
    my_turn,
    nominations_in_reach,
    people_on_nomination,
    roles_on_nomination,
    seats_held,
)

__all__ = [
    "CENTRE",
    "PANELLISTS",
    "ROSTER",
    "first_reserve",
    "is_nominee",
    "my_turn",
    "nominations_in_reach",
    "people_on_nomination",
    "roles_on_nomination",
    "seats_held",
]
