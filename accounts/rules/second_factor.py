"""Who must have a second factor beside the password, and why."""

from __future__ import annotations

from accounts.roles import Role

NEEDS_FACTOR = {
    Role.DINAS_HEAD: "signs the office's needs: the approval that binds an office",
    Role.PROV_VER: "verifies the needs of a province",
    Role.PPSDM_VER: "verifies needs and prepares the national allocation",
    Role.PPSDM_HEAD: "approves needs and ratifies the allocation",
    Role.DITJEN_REV: "decides on technical grounds",
    Role.BIROKS_OFF: "verifies partners' programmes and leads agreements",
    Role.BIROKS_HEAD: "approves programmes and agreements",
    Role.LEGAL: "clears the text of agreements",
    Role.SEKJEN: "signs for the ministry",
    Role.PARTNER_OFF: "acts for an organisation outside, receives personal data of participants",
    Role.PARTNER_HEAD: "accepts and signs for a partner",
    Role.AUDITOR: "reads everything",
    Role.ADMIN: "lets people in and ends their roles",
}
"""Written by hand. Not in it: operators of offices and evaluators prepare what somebody else decides on; nominees see
their own papers. They may have a factor and are asked for it then."""


def needs_factor(user) -> bool:
    """Whether any role this person holds today, by delegation too, or the care of the portal asks for one."""
    return user.is_staff or any(membership.role in NEEDS_FACTOR for membership in user.current_memberships)
