"""Lists of people and of the posts they stand in for. Each that leaves is written down."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _

from accounts import selectors
from accounts.roles import Role
from accounts.rules import is_administrator
from accounts.selectors import delegations
from exchange.exports.parts import code, note_in_log, status
from workflow.exports import Column, register_export


def _people(asked):
    if not (is_administrator(asked.user) or asked.user.is_staff):
        refusal = PermissionDenied("accounts.people")
        refusal.roles = (Role.ADMIN,)
        raise refusal
    return selectors.people_listing(asked)


def _people_columns(user) -> list[Column]:
    return [
        Column(_("Name or post"), lambda m: m.user.name, 34),
        Column(_("E-mail"), lambda m: m.user.email, 34),
        Column(_("Role"), lambda m: m.role_label, 34),
        Column(_("Organisation"), lambda m: m.organisation.name, 40),
        code(lambda m: m.organisation.code, _("Code of the organisation")),
        Column(_("Since"), lambda m: m.valid_from, 12, "day"),
        Column(_("Until"), lambda m: m.valid_to, 12, "day"),
        Column(_("Ended"), lambda m: m.is_over, 8, "tick"),
        code(lambda m: m.delegation.code if m.delegation_id else "", _("Delegation")),
    ]


def _delegation_columns(user) -> list[Column]:
    return [
        code(),
        Column(_("Capacity"), lambda d: d.label, 34),
        Column(_("Organisation"), lambda d: d.post.organisation.name, 40),
        Column(_("Delegate"), lambda d: d.delegate.name, 34),
        Column(_("Holder of the post"), lambda d: d.principal.name, 34),
        code(lambda d: d.letter_no, _("Letter number"), 26),
        Column(_("Valid from"), lambda d: d.valid_from, 12, "day"),
        Column(_("Valid until"), lambda d: d.valid_to, 12, "day"),
        status(lambda d: d.shown_stage["label"]),
    ]


def register() -> None:
    """Make these lists known."""
    register_export("people", _("Users"), listing=_people, columns=_people_columns, heard=note_in_log("people"))
    register_export(
        "delegations",
        _("Delegations"),
        listing=delegations.delegation_listing,
        columns=_delegation_columns,
        heard=note_in_log("delegations"),
    )
