"""Small questions about people: which capacity they act in, who holds a role where, and which roles fit an
organisation."""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import OrganisationKind, User
from accounts.roles import MINISTRY, OFFICE, PARTNER, Role
from workflow.calendar import WIB


def capacity(user) -> tuple[str, object]:
    """(role, organisation) the user acts in now; ("", None) for visitors and people without a membership."""
    acting = getattr(user, "acting", None)
    return (acting.role, acting.organisation) if acting else ("", None)


def zone_of(user) -> str:
    """The clock a reader lives by: the time zone of the organisation they act for; WIB for visitors."""
    organisation = capacity(user)[1]
    return organisation.time_zone if organisation else WIB


def holders(role: str, **organisation) -> Q:
    """A query on memberships: this role in organisations that match, for example `region_code="52"`."""
    return Q(role=role, **{f"organisation__{key}": value for key, value in organisation.items()})


def people_with(*conditions: Q):
    """The active people who hold one of the memberships described, today; no systems: nobody reads their mail."""
    from accounts.models import Membership

    if not conditions:
        return User.objects.none()
    query = Q()
    for condition in conditions:
        query |= condition
    held = Membership.objects.current().filter(query).values("user_id")
    return User.objects.filter(pk__in=held, is_system=False).order_by("pk")


def is_administrator(user) -> bool:
    """May invite people and keep vocabularies; never decides on needs, programmes or agreements."""
    return capacity(user)[0] == Role.ADMIN


# --- Reasons: each returns a sentence that refuses, or an empty string --------------------------------------


def role_fits(role: str, organisation) -> str:
    """A role only makes sense in the kind of organisation the procedure gives it to (separation of
    duties)."""
    kind = organisation.kind
    if role in OFFICE and kind not in {OrganisationKind.OFFICE, OrganisationKind.CENTRE}:
        return _("%(role)s: only for labour offices and training centres. Choose one of them.") % _named(role)
    if role == Role.PROV_VER and not (kind == OrganisationKind.OFFICE and len(organisation.region_code) == 2):
        return _("%(role)s: only for provincial offices. Choose the office of a province.") % _named(role)
    if role in PARTNER and kind != OrganisationKind.PARTNER:
        return _("%(role)s: only for partners. Choose a partner.") % _named(role)
    if role in {*MINISTRY, Role.AUDITOR, Role.ADMIN} and kind != OrganisationKind.MINISTRY:
        return _("%(role)s: only for units of the ministry. Choose a unit.") % _named(role)
    if role == Role.NOMINEE and kind in {OrganisationKind.PARTNER, OrganisationKind.CENTRAL}:
        return _("%(role)s: only for offices, training centres and units of the ministry.") % _named(role)
    if organisation.suspended:
        return _("This organisation is suspended. Nobody can be invited to it.")
    if organisation.valid_to and organisation.valid_to < timezone.localdate():
        return _("This organisation no longer exists. Choose its successor.")
    return ""


def not_to_oneself(actor, email: str, role: str) -> str:
    """Who lets people in decides on nothing: nobody gives themselves a business role (separation of duties)."""
    if email != actor.email or role == Role.ADMIN:
        return ""
    return _("You cannot give yourself this role. Ask another administrator.")


def may_end(actor, membership) -> str:
    """Nobody ends their own role: otherwise the last administrator could lock everyone out."""
    if membership.user_id == actor.pk:
        return _("You cannot end your own role. Ask another administrator.")
    if membership.ended_at is not None:
        return _("This role has already ended.")
    if membership.delegation_id is not None:
        return _("This role rests on a delegation. Revoke the delegation instead.")
    return ""


def _named(role: str) -> dict[str, str]:
    return {"role": str(Role(role).label)}
