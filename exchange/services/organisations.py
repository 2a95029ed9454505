"""Organisations an administrator brings in: made with what offices and partners have besides, or changed; logged."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Organisation, OrganisationKind
from accounts.services import ORGANISATION_LOG, record_event
from programs.models import PartnerProfile
from regions.models import OfficeProfile, Region
from workflow.engine import Refused

SENDING = (OrganisationKind.OFFICE, OrganisationKind.CENTRE)
"""Kinds that lie in a region and send people."""
CHANGEABLE = ("type_code", "name_id", "name_en", "short_name", "parent_id", "email", "valid_from", "valid_to")
"""What may change. Code, kind and region stay for good: roles, records and who verifies them rest on these."""


@transaction.atomic
def keep_organisation(code: str, values: dict, *, actor) -> Organisation:
    """Make an organisation, or write what differs; a call that changes nothing leaves no trace.

    `values`: columns as a form cleaned them. Kind and region count for a new one only.
    """
    found = Organisation.objects.select_for_update().filter(code=code).first()
    if found is None:
        return _make(code, values, actor)
    changed = differing(found, values)
    if not changed:
        return found
    for name in set(changed) - {"type_code"}:
        setattr(found, name, values[name])
    if found.valid_to and found.valid_to < found.valid_from:
        raise Refused([_("The end must not be before the start.")])
    found.save()
    if "type_code" in changed:
        _keep_type(found, values["type_code"])
    named = sorted("parent" if name == "parent_id" else name for name in changed)
    record_event(ORGANISATION_LOG, found.pk, code, "change_organisation", actor, fields=named)
    return found


def differing(organisation: Organisation, values: dict) -> list[str]:
    """The columns in which a stored organisation is not what is wanted."""
    return [name for name in CHANGEABLE if name in values and stored(organisation, name) != values[name]]


def stored(organisation: Organisation, name: str):
    """What stands in a column; a partner's type stands in its profile."""
    if name == "type_code" and organisation.kind == OrganisationKind.PARTNER:
        profile = PartnerProfile.objects.filter(organisation=organisation).first()
        return profile.partner_type if profile else ""
    return getattr(organisation, name)


def _make(code: str, values: dict, actor) -> Organisation:
    region = Region.objects.filter(pk=values.get("region_code") or "").first()
    known = {*CHANGEABLE, "kind", "region_code"} - {"type_code"}
    given = {name: value for name, value in values.items() if name in known and value is not None}
    if region is not None:
        given["time_zone"] = region.time_zone
    made = Organisation.objects.create(code=code, **given)
    if made.kind in SENDING and region is not None:
        OfficeProfile.objects.create(organisation=made, region=region)
    elif made.kind == OrganisationKind.PARTNER:
        PartnerProfile.objects.create(organisation=made)
    _keep_type(made, values.get("type_code") or "")
    record_event(ORGANISATION_LOG, made.pk, code, "add_organisation", actor, kind=made.kind)
    return made


def _keep_type(organisation: Organisation, code: str) -> None:
    """An office's type stands beside it as well, a partner's in its profile alone."""
    if organisation.kind == OrganisationKind.PARTNER:
        PartnerProfile.objects.update_or_create(organisation=organisation, defaults={"partner_type": code})
        return
    organisation.type_code = code
    organisation.save(update_fields=["type_code"])
    if organisation.kind in SENDING:
        OfficeProfile.objects.filter(organisation=organisation).update(office_type_id=code or None)
