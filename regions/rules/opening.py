"""Who opens a need, on whatever way: by the form, from a spreadsheet, through the interface."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.roles import Role


def opens_needs(user) -> bool:
    """Only the operator of an office files, for that office alone."""
    return user.acting_role == Role.DINAS_OP


def office_suspended(office) -> str:
    """Suspended offices file nothing."""
    return _("This office is suspended. Contact the ministry.") if office.suspended else ""


def cannot_open(office, cycle) -> str:
    """Why an office cannot open a need now; `cycle` is the one new needs go to, or None."""
    if refusal := office_suspended(office):
        return refusal
    return "" if cycle else _("No filing cycle has been set up yet. Ask the ministry.")
