"""Accounts for every office, the ministry and the partners: posts, never persons."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle

from django.contrib.auth.hashers import make_password

from accounts.models import Membership, Organisation, User
from accounts.roles import Role
from portal.demo import accounts

TITLES = {
    Role.DINAS_OP: "Operator",
    Role.DINAS_HEAD: "Kepala",
    Role.PROV_VER: "Verifikator",
    Role.PPSDM_VER: "Verifikator Kebutuhan",
    Role.DITJEN_REV: "Penelaah Teknis",
    Role.BIROKS_OFF: "Petugas Kerja Sama",
    Role.EVAL: "Evaluator",
    Role.PARTNER_OFF: "Penghubung",
}
AT_THE_CENTRE = {
    "PPSDM": ((Role.PPSDM_VER, 24), (Role.EVAL, 8)),
    "DJ-WASNAKER": ((Role.DITJEN_REV, 8),),
    "DJ-PHI": ((Role.DITJEN_REV, 8),),
    "DJ-PENTA": ((Role.DITJEN_REV, 8),),
    "DJ-LAVOTAS": ((Role.DITJEN_REV, 8),),
    "BIRO-KS": ((Role.BIROKS_OFF, 16),),
    "JICA": ((Role.PARTNER_OFF, 8),),
    "KOICA": ((Role.PARTNER_OFF, 8),),
    "ILO": ((Role.PARTNER_OFF, 8),),
}
VERIFIERS = 2
"""In each province."""


def create(people: int) -> int:
    """Fill the portal up to so many accounts with one password; how many were made."""
    missing = people - User.objects.count()
    if missing <= 0:
        return 0
    secret = make_password(accounts.PASSWORD)
    wanted = [post for post, _number in zip(_posts(), range(missing), strict=False)]
    users = User.objects.bulk_create(
        [
            User(
                email=f"{role.lower().replace('_', '-')}.{number}@{office.code.lower()}.example.test",
                name=f"{TITLES[role]} {number} {office.short_name or office.name_id}"[:120],
                password=secret,
                language="en" if role == Role.PARTNER_OFF else "id",
            )
            for office, role, number in wanted
        ],
        batch_size=1000,
    )
    Membership.objects.bulk_create(
        [
            Membership(user=user, organisation=office, role=role, valid_from=accounts.SINCE)
            for user, (office, role, _number) in zip(users, wanted, strict=True)
        ],
        batch_size=1000,
    )
    return len(users)


def _posts() -> Iterator[tuple[Organisation, Role, int]]:
    """First everyone who is needed once, then operators, office after office, as long as anyone asks."""
    offices = list(Organisation.objects.filter(kind__in=("OFFICE", "CENTRE")).order_by("code"))
    led = set(Membership.objects.filter(role=Role.DINAS_HEAD).values_list("organisation_id", flat=True))
    for office in offices:
        if office.pk not in led:
            yield office, Role.DINAS_HEAD, 1
        yield office, Role.DINAS_OP, 2
    central = Organisation.objects.in_bulk(AT_THE_CENTRE, field_name="code")
    for code, posts in AT_THE_CENTRE.items():
        for role, count in posts:
            for number in range(2, count + 2):
                yield central[code], role, number
    for office in offices:
        if office.kind == "OFFICE" and len(office.region_code) == 2:
            for number in range(2, VERIFIERS + 2):
                yield office, Role.PROV_VER, number
    for turn, office in enumerate(cycle(offices)):
        yield office, Role.DINAS_OP, 3 + turn // len(offices)
