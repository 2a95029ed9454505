"""Which permissions a token may carry, and for whom."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from accounts.roles import Role
from workflow.mandate import mandate_of

_scopes: list[tuple[str, Any]] = []

PREPARES = (Role.DINAS_OP, Role.PARTNER_OFF)
"""Roles that prepare and hand on: a system may write in them. Decisions are taken by persons."""


def use_scopes(scopes: list[tuple[str, Any]]) -> None:
    """(scope, label) of everything the interface knows; it lives upstairs and hands them down when Django starts."""
    _scopes[:] = scopes


def scopes() -> list[tuple[str, Any]]:
    """Every scope there is, with its label."""
    return list(_scopes)


def may_make_tokens(user) -> str:
    """A sentence where a person may make no token in the capacity they act in now."""
    if user.acting is None:
        return _("Your account has no role at present. A token needs one to act in.")
    if mandate_of(user) is not None:
        return _("You act in somebody else's post now. A token can be made in a post of your own only.")
    return ""


def scopes_fit(role: str, chosen: list[str]) -> str:
    """A sentence where a system may not have these permissions: it prepares, persons decide."""
    if role not in PREPARES and any(scope.endswith(":write") for scope in chosen):
        return _(
            "A system may write only as an operator of an office or an officer of a partner. "
            "In this role it only reads: leave out the permissions to write."
        )
    return ""
