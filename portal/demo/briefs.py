"""Two editions of the demand brief, and what JICA pledges for the second: twelve mediators of Jawa Barat, online."""

from __future__ import annotations

from partnerships.lifecycle import BRIEF
from partnerships.models import Audience, Brief
from partnerships.selectors.briefs import cycle_to_count
from partnerships.services import briefs as services
from partnerships.services.pledges import pledge
from portal.demo.days import Days, born
from programs.models import Program, Scheme
from workflow.engine import perform

COUNTS, PUBLISHES = "verifikator.ppsdm", "kepala.ppsdm"
PLEDGES, SCHEME, SEATS = "penghubung.jica", "JICA_KCCP_CF", 12
PROVINCE, THEME = "32", "T07"


class Briefs:
    """Plans both editions and the pledge."""

    def __init__(self, days: Days, users: dict):
        self.days, self.users = days, users
        self.ids: dict[int, int] = {}

    def plan(self) -> None:
        """Put every step into the calendar."""
        for edition, counted in ((1, 24), (2, 6)):
            self.days.plan(self.days.working_days_ago(counted, 9), lambda e=edition: self.count(e))
            self.act(edition, counted, 10, "submit", COUNTS)
            self.act(edition, counted - 1, 9, "publish", PUBLISHES)
        self.days.plan(self.days.working_days_ago(2, 16), self.pledge)

    def count(self, edition: int) -> None:
        """The verifier counts what nothing meets yet."""
        made = services.open_brief(cycle_to_count(), self.users[COUNTS])
        born(made)
        self.ids[edition] = made.pk

    def act(self, edition: int, ago: int, hour: int, name: str, who: str) -> None:
        """Plan one act."""

        def step() -> None:
            record = Brief.objects.get(pk=self.ids[edition])
            perform(BRIEF, name, record=record, actor=self.users[who])

        self.days.plan(self.days.working_days_ago(ago, hour), step)

    def pledge(self) -> None:
        """The liaison of JICA opens a draft for the largest line."""
        brief = Brief.objects.get(pk=self.ids[2])
        line = brief.lines.filter(audience=Audience.ALL, province=PROVINCE, theme=THEME).order_by("-people").first()
        made = pledge(
            brief,
            line,
            self.users[PLEDGES],
            seats=SEATS,
            scheme=Scheme.objects.get(code=SCHEME),
            mode="ONLINE",
            client_key="contoh-komitmen",
        )
        born(made.program)
        Program.objects.filter(pk=made.program_id).update(partner_reference="CONTOH-JA7")
