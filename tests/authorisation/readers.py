"""Every kind of reader, by the column of matrix.txt: who that is depends on whose record is looked at."""

from __future__ import annotations

from dataclasses import dataclass

from django.test import Client
from django.utils import timezone

from accounts.models import Membership, Organisation, User
from accounts.roles import Role
from tests.demo_records import user

ENDED, SUSPENDED = "ended", "suspended"
COLUMNS = (
    "visitor",
    "operator",
    "head",
    "province",
    "other operator",
    "other head",
    "other province",
    "partner liaison",
    "partner head",
    "other liaison",
    "other partner head",
    "nominee",
    "other nominee",
    "needs verifier",
    "head of PPSDM",
    "reviewer",
    "other reviewer",
    "cooperation officer",
    "head of cooperation",
    "legal reviewer",
    "Secretary General",
    "evaluator",
    "auditor",
    "administrator",
    "portal staff",
    ENDED,
    SUSPENDED,
)
ROLES = {
    "operator": Role.DINAS_OP,
    "head": Role.DINAS_HEAD,
    "province": Role.PROV_VER,
    "partner liaison": Role.PARTNER_OFF,
    "partner head": Role.PARTNER_HEAD,
    "nominee": Role.NOMINEE,
    "needs verifier": Role.PPSDM_VER,
    "head of PPSDM": Role.PPSDM_HEAD,
    "reviewer": Role.DITJEN_REV,
    "cooperation officer": Role.BIROKS_OFF,
    "head of cooperation": Role.BIROKS_HEAD,
    "legal reviewer": Role.LEGAL,
    "Secretary General": Role.SEKJEN,
    "evaluator": Role.EVAL,
    "auditor": Role.AUDITOR,
    "administrator": Role.ADMIN,
    "other operator": Role.DINAS_OP,
    "other head": Role.DINAS_HEAD,
    "other province": Role.PROV_VER,
    "other liaison": Role.PARTNER_OFF,
    "other partner head": Role.PARTNER_HEAD,
    "other nominee": Role.NOMINEE,
    "other reviewer": Role.DITJEN_REV,
}
"""Column -> role; the visitor, the portal's staff and the two that lost something have none of their own."""


@dataclass(frozen=True)
class Home:
    """Whose a record is: accounts of the sample scenario, named by the second part of their address."""

    office: str = "ntb"
    province: str = "ntb"
    partner: str = "jica"
    reviewer: str = "wasnaker"

    def account(self, column: str) -> str:
        """The account that reads as this column."""
        far = ("kota-semarang", "jateng") if self.province != "jateng" else ("batam", "kepri")
        match column:
            case "visitor":
                return ""
            case "operator" | "ended" | "suspended":
                return f"operator.{self.office}"
            case "head":
                return f"kepala.{self.office}"
            case "province":
                return f"verifikator.{self.province}"
            case "other operator":
                return f"operator.{far[0]}"
            case "other head":
                return f"kepala.{far[0]}"
            case "other province":
                return f"verifikator.{far[1]}"
            case "partner liaison":
                return f"penghubung.{self.partner}"
            case "partner head":
                return f"kepala.{self.partner}"
            case "other liaison" | "other partner head":
                post = "penghubung" if column == "other liaison" else "kepala"
                return f"{post}.{'ilo' if self.partner == 'koica' else 'koica'}"
            case "nominee":
                return f"calon.{self.office}"
            case "other nominee":
                return f"calon-lain.{self.office}"
            case "reviewer":
                return f"penelaah.{self.reviewer}"
            case "other reviewer":
                return "penelaah.wasnaker" if self.reviewer != "wasnaker" else "penelaah.phi"
        return NATIONAL[column]


NATIONAL = {
    "needs verifier": "verifikator.ppsdm",
    "head of PPSDM": "kepala.ppsdm",
    "cooperation officer": "petugas.kerjasama",
    "head of cooperation": "kepala.kerjasama",
    "legal reviewer": "telaah.hukum",
    "Secretary General": "sekjen",
    "evaluator": "evaluator.ppsdm",
    "auditor": "auditor",
    "administrator": "admin",
    "portal staff": "petugas.portal",
}


def nominee(address: str, organisation: Organisation) -> User:
    """The account of a nominee; the sample scenario has none."""
    made, new = User.objects.get_or_create(email=f"{address}@example.test", defaults={"name": "Calon Peserta"})
    if new:
        Membership.objects.create(
            user=made, organisation=organisation, role=Role.NOMINEE, valid_from=timezone.localdate()
        )
    return made


def signed_in(accounts: set[str]) -> dict[str, Client]:
    """A client for each account; "" is the visitor's."""
    found = {}
    for account in sorted(accounts):
        found[account] = Client()
        if account:
            found[account].force_login(user(account))
    return found


def lose(column: str, account: str) -> None:
    """Take from the reader what this column has lost; inside a transaction that is taken back."""
    if column == ENDED:
        yesterday = timezone.localdate() - timezone.timedelta(days=1)
        Membership.objects.filter(user=user(account)).update(valid_to=yesterday)
    elif column == SUSPENDED:
        Organisation.objects.filter(memberships__user=user(account)).update(suspended=True)
