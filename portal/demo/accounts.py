"""The demo's users: posts, never persons. One password for all, of use only where SINERGI_DEMO is set."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password

from accounts.models import Membership, Organisation, User
from accounts.roles import Role

PASSWORD = "contoh-sinergi-2026"  # noqa: S105 - printed on the login page of the demo, refused elsewhere
SINCE = dt.date(2020, 1, 1)


@dataclass(frozen=True, slots=True)
class Account:
    """One user: what they are called, where, in which roles; `shown` on the login page and by `make demo`."""

    address: str
    post: str
    organisation: str
    roles: tuple[Role, ...]
    shown: bool = False
    language: str = "id"
    staff: bool = False
    """Keeps the portal running; decides nothing."""

    @property
    def email(self) -> str:
        """The sign-in address, in a domain that never receives mail."""
        return f"{self.address}@example.test"


OFFICES = (
    # (short address, name of the office in a post's title, organisation, has a provincial verifier, shown)
    ("sumut", "Disnaker Provinsi Sumatera Utara", "DISNAKER-12", True, False),
    ("kepri", "Disnaker Provinsi Kepulauan Riau", "DISNAKER-21", True, False),
    ("batam", "Disnaker Kota Batam", "DISNAKER-2171", False, False),
    ("jabar", "Disnaker Provinsi Jawa Barat", "DISNAKER-32", True, False),
    ("kab-bekasi", "Disnaker Kabupaten Bekasi", "DISNAKER-3216", False, False),
    ("pangandaran", "Disnaker Kabupaten Pangandaran", "DISNAKER-3218", False, False),
    ("kota-banjar", "Disnaker Kota Banjar", "DISNAKER-3279", False, False),
    ("jateng", "Disnaker Provinsi Jawa Tengah", "DISNAKER-33", True, False),
    ("kab-semarang", "Disnaker Kabupaten Semarang", "DISNAKER-3322", False, False),
    ("kota-semarang", "Disnaker Kota Semarang", "DISNAKER-3374", False, False),
    ("jatim", "Disnaker Provinsi Jawa Timur", "DISNAKER-35", True, False),
    ("bpvp-sidoarjo", "BPVP Sidoarjo", "BPVP-SDA", False, False),
    ("banten", "Disnaker Provinsi Banten", "DISNAKER-36", True, False),
    ("ntb", "Disnaker Provinsi NTB", "DISNAKER-52", True, True),
    ("lombok-timur", "Disnaker Kabupaten Lombok Timur", "DISNAKER-5203", False, True),
    ("ntt", "Disnaker Provinsi NTT", "DISNAKER-53", True, False),
    ("kota-kupang", "Disnaker Kota Kupang", "DISNAKER-5371", False, False),
    ("sulteng", "Disnaker Provinsi Sulawesi Tengah", "DISNAKER-72", True, False),
    ("morowali", "Disnaker Kabupaten Morowali", "DISNAKER-7206", False, False),
    ("bpvp-bantaeng", "BPVP Bantaeng", "BPVP-BTG", False, False),
    ("maluku", "Disnaker Provinsi Maluku", "DISNAKER-81", True, False),
    ("papua-selatan", "Disnaker Provinsi Papua Selatan", "DISNAKER-93", True, False),
    ("papua-tengah", "Disnaker Provinsi Papua Tengah", "DISNAKER-94", True, False),
    ("nabire", "Disnaker Kabupaten Nabire", "DISNAKER-9401", False, False),
    ("papua-barat-daya", "Disnaker Provinsi Papua Barat Daya", "DISNAKER-96", True, False),
    ("kota-sorong", "Disnaker Kota Sorong", "DISNAKER-9671", False, False),
)


def _offices() -> tuple[Account, ...]:
    found = []
    for address, name, code, verifies, shown in OFFICES:
        found.append(Account(f"operator.{address}", f"Operator {name}", code, (Role.DINAS_OP,), shown))
        found.append(Account(f"kepala.{address}", f"Kepala {name}", code, (Role.DINAS_HEAD,), shown))
        if verifies:
            province = name.split("Provinsi ", 1)[1]
            title = f"Verifikator Provinsi {province}"
            found.append(Account(f"verifikator.{address}", title, code, (Role.PROV_VER,), shown))
    return tuple(found)


PARTNERS = (
    ("jica", "JICA", "JICA"),
    ("koica", "KOICA", "KOICA"),
    ("ilo", "ILO Jakarta", "ILO"),
)


def _partners() -> tuple[Account, ...]:
    found = []
    for address, name, code in PARTNERS:
        shown = code == "JICA"
        liaison, head = f"penghubung.{address}", f"kepala.{address}"
        found.append(Account(liaison, f"Penghubung {name}", code, (Role.PARTNER_OFF,), shown, "en"))
        found.append(Account(head, f"Kepala Kantor {name}", code, (Role.PARTNER_HEAD,), shown, "en"))
    return tuple(found)


REVIEWERS = (
    ("wasnaker", "Penelaah Teknis Ditjen Binwasnaker & K3", "DJ-WASNAKER", True),
    ("phi", "Penelaah Teknis Ditjen PHI & Jamsos", "DJ-PHI", False),
    ("penta", "Penelaah Teknis Ditjen Binapenta & PKK", "DJ-PENTA", False),
    ("lavotas", "Penelaah Teknis Ditjen Binalavotas", "DJ-LAVOTAS", False),
    ("barenbang", "Penelaah Teknis Barenbang", "BARENBANG", False),
    ("ppsdm", "Penelaah Teknis PPSDM", "PPSDM", False),
)

ACCOUNTS: tuple[Account, ...] = (
    *_offices(),
    Account("verifikator.ppsdm", "Verifikator Kebutuhan PPSDM", "PPSDM", (Role.PPSDM_VER,), True),
    Account("kepala.ppsdm", "Kepala PPSDM", "PPSDM", (Role.PPSDM_HEAD,), True),
    *(Account(f"penelaah.{a}", name, unit, (Role.DITJEN_REV,), shown) for a, name, unit, shown in REVIEWERS),
    Account("petugas.kerjasama", "Petugas Biro Kerja Sama", "BIRO-KS", (Role.BIROKS_OFF,), True),
    Account("kepala.kerjasama", "Kepala Biro Kerja Sama", "BIRO-KS", (Role.BIROKS_HEAD,), True),
    Account("telaah.hukum", "Penelaah Hukum Biro Hukum", "BIRO-HUKUM", (Role.LEGAL,), True),
    Account("sekjen", "Sekretaris Jenderal", "SETJEN", (Role.SEKJEN,), True),
    *_partners(),
    Account("evaluator.ppsdm", "Evaluator PPSDM", "PPSDM", (Role.EVAL,), True),
    Account("auditor", "Auditor Inspektorat Jenderal", "ITJEN", (Role.AUDITOR,), True),
    Account(
        "tata-usaha.bpvp-sidoarjo",
        "Kepala Tata Usaha BPVP Sidoarjo (Plh. Kepala)",
        "BPVP-SDA",
        (Role.DINAS_OP,),
        True,
    ),
    Account("admin", "Administrator Portal", "PPSDM", (Role.ADMIN,), True),
    Account("petugas.portal", "Petugas Pengelola Portal", "PPSDM", (), staff=True),
    Account("rangkap", "Staf PPSDM dengan dua peran", "PPSDM", (Role.PPSDM_VER, Role.EVAL), True),
)
"""Every demo user. The last one holds two roles, for the switch in the account menu."""


def rows() -> list[tuple[str, str, str]]:
    """(role, post, e-mail) of the accounts worth trying first, in the order of the procedure."""
    return [
        (" / ".join(str(Role(role).label) for role in account.roles), account.post, account.email)
        for account in ACCOUNTS
        if account.shown
    ]


def create() -> dict[str, User]:
    """Create every user with their roles; returns address -> user. The password is hashed once for all."""
    named = {account.organisation for account in ACCOUNTS}
    organisations = {found.code: found for found in Organisation.objects.filter(code__in=named)}
    secret = make_password(PASSWORD)
    users = User.objects.bulk_create(
        User(
            email=account.email,
            name=account.post,
            password=secret,
            language=account.language,
            is_staff=account.staff,
        )
        for account in ACCOUNTS
    )
    Membership.objects.bulk_create(
        Membership(user=user, organisation=organisations[account.organisation], role=role, valid_from=SINCE)
        for user, account in zip(users, ACCOUNTS, strict=True)
        for role in account.roles
    )
    return {account.address: user for user, account in zip(users, ACCOUNTS, strict=True)}
