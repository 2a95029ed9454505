"""Small questions of the post room: who is told, when a mail may leave, what may still be read."""

from notices.rules.doors import open_records, sight
from notices.rules.hours import NORMAL, PATIENT, URGENT, leaves_at, mail_at, next_digest, urgency_of
from notices.rules.people import (
    REGIONS,
    Crowd,
    capacities,
    superiors_of,
    who_can_see,
)

__all__ = [
    "NORMAL",
    "PATIENT",
    "REGIONS",
    "URGENT",
    "Crowd",
    "capacities",
    "leaves_at",
    "mail_at",
    "next_digest",
    "open_records",
    "sight",
    "superiors_of",
    "urgency_of",
    "who_can_see",
]
