"""Who may look at the portal as somebody else, and as whom. Each is a sentence that refuses, or an empty string."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.roles import Role
from accounts.rules.people import is_administrator


def supports(user) -> bool:
    """Whether a person helps others with the portal: whoever keeps it running, and administrators."""
    return user.is_active and not user.is_system and (user.is_staff or is_administrator(user))


def may_be_viewed(person) -> str:
    """Nobody looks as an administrator, as whoever keeps the portal running, or as a program."""
    if not person.is_active or person.is_system:
        return _("Nobody signs in with this account. There is nothing to look at.")
    if person.is_staff or any(membership.role == Role.ADMIN for membership in person.current_memberships):
        return _("Nobody looks at the portal as an administrator.")
    if any(membership.role == Role.NOMINEE for membership in person.current_memberships):
        return _("Nobody looks at the portal as a participant: what they see is their personal data.")
    if not person.current_memberships:
        return _("This person has no role today. There is nothing to look at.")
    return ""


def may_ask_to_view(supporter, person) -> str:
    """Whether support may ask this person at all."""
    if supporter.pk == person.pk:
        return _("You see the portal as yourself already.")
    if not supports(supporter):
        return _("Only administrators of the portal may ask to look at it as somebody else.")
    return may_be_viewed(person)
