"""Who stands in for whom in the scenario: the head of BPVP Sidoarjo is away, the head of administration is Plh."""

from __future__ import annotations

from accounts.roles import DelegationKind
from accounts.selectors.delegations import coverable
from accounts.services import record_delegation
from portal.demo.days import Days
from portal.demo.papers import pdf

OFFICE = "bpvp-sidoarjo"


class Delegations:
    """One Plh: enough to endorse a nomination in the head's place, and to be stopped where a Plh may not act."""

    def __init__(self, days: Days, users: dict):
        self.days, self.users = days, users

    def plan(self) -> None:
        """The head leaves on the last working day before the demo begins."""
        self.days.plan(self.days.working_days_ago(1, 8), self.record)

    def record(self) -> None:
        """The holder of the post delegates it, with the letter."""
        head = self.users[f"kepala.{OFFICE}"]
        record_delegation(
            actor=head,
            post=head.acting,
            delegate=self.users[f"tata-usaha.{OFFICE}"],
            kind=DelegationKind.PLH,
            letter_no="821/017/BPVP-SDA",
            letter_date=self.days.working_day(-1),
            valid_from=self.days.working_day(-1),
            valid_to=self.days.in_days(30),
            scopes=[name for name, _label in coverable()],
            letter=pdf("surat-plh.pdf", "Surat Perintah Pelaksana Harian", "Berkas contoh tanpa isi."),
        )
