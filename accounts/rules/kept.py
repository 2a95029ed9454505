"""Who may change a saved view."""

from __future__ import annotations


def may_change_view(user, view) -> bool:
    """Its owner, as long as they belong to the unit it is shared in; afterwards everyone who acts there, so that none
    is orphaned and nobody writes into a unit they have left."""
    if not view.is_shared:
        return view.owner_id == user.pk
    if view.owner.memberships.current().filter(organisation=view.organisation).exists():
        return view.owner_id == user.pk
    return view.organisation == user.acting_organisation
