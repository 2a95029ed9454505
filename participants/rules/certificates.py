"""Who may have a certificate, and who may correct it. Taking it back for good is an act of the table."""

from __future__ import annotations

from accounts.roles import OFFICE, Role
from accounts.rules import capacity
from participants.models import PASSED
from participants.rules.access import decides_for_nominee

READERS = (Role.NOMINEE, *OFFICE, Role.PPSDM_VER, Role.PPSDM_HEAD)
"""The person, the office that sent them, and PPSDM. Others check the paper they are shown."""


def is_earned(nomination) -> bool:
    """Completed, with a number and hours, and the person still named."""
    return bool(nomination.status in PASSED and nomination.certificate_number and nomination.person.name)


def may_read_certificate(user, nomination) -> bool:
    """Whether the certificate exists for this user."""
    return bool(nomination.flow.roles(user, nomination) & set(READERS)) and is_earned(nomination)


def may_correct(user, nomination) -> bool:
    """The head of PPSDM, never for oneself."""
    mine = decides_for_nominee(user, nomination)
    return capacity(user)[0] == Role.PPSDM_HEAD and is_earned(nomination) and not mine
