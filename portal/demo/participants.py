"""The people of the scenario: BPVP Sidoarjo fills its six seats in Korea. Named by number, with numbers no one has."""

from __future__ import annotations

from dataclasses import dataclass

from participants.lifecycle import NOMINATION
from participants.models import Nomination, PaperKind
from participants.services import nominations as services
from portal.demo.days import Days, born
from portal.demo.papers import pdf
from portal.demo.proposals import BIDS, Proposals
from workflow.engine import perform

OFFICE = "bpvp-sidoarjo"
BID = next(bid for bid in BIDS if bid.road == "accepted")
PANEL = ("evaluator.ppsdm", "penelaah.lavotas", "petugas.kerjasama")


@dataclass(frozen=True, slots=True)
class Nominee:
    """One person and how far the nomination has come: draft, submitted, screening, shortlisted."""

    number: int
    sex: str
    birth_year: int
    years: int
    road: str

    @property
    def nip(self) -> str:
        """The pattern kept for examples."""
        return f"{'9' * 15}{self.number:03d}"


NOMINEES = (
    Nominee(1, "F", 1986, 9, "shortlisted"),
    Nominee(2, "M", 1983, 12, "screening"),
    Nominee(3, "F", 1990, 5, "submitted"),
    Nominee(4, "M", 1988, 7, "draft"),
)


class Participants:
    """Plans the life of every nomination."""

    def __init__(self, days: Days, users: dict, proposals: Proposals):
        self.days, self.users, self.proposals = days, users, proposals
        self.ids: dict[Nominee, int] = {}

    def plan(self) -> None:
        """Put every step into the calendar."""
        for n, nominee in enumerate(NOMINEES):
            self.days.plan(self.days.working_days_ago(3, 9, 10 * n), lambda who=nominee: self.make(who))
            getattr(self, nominee.road)(nominee)

    def make(self, nominee: Nominee) -> None:
        """The operator puts a person forward, with the papers."""
        operator = self.users[f"operator.{OFFICE}"]
        proposal = self.proposals.proposal(BID)
        profile = {
            "name": f"Peserta Contoh {nominee.number}",
            "sex": nominee.sex,
            "birth_year": nominee.birth_year,
            "post_id": proposal.line.post_id,
            "rank": "AHLI_MUDA",
            "employment_status": "PNS",
            "education": "S1_D4",
            "english": "B1",
            "years_in_post": nominee.years,
            "last_abroad_year": None,
            "account_id": None,
        }
        made = services.nominate(
            proposal=proposal,
            profile=profile,
            nip=nominee.nip,
            relevance="Mengajar pada lini manufaktur cerdas yang baru dipasang di balai.",
            actor=operator,
        )
        born(made)
        self.ids[nominee] = made.pk
        if nominee.road != "draft":
            for kind in (PaperKind.CV, PaperKind.LANGUAGE, PaperKind.RELEASE):
                paper = pdf("contoh.pdf", f"{kind.value}: Peserta Contoh {nominee.number}", "Berkas contoh tanpa isi.")
                services.attach(made, kind, paper, operator)

    def act(self, nominee: Nominee, ago: int, hour: int, name: str, who: str, **answers) -> None:
        """Plan one act, so many working days ago."""
        self.days.plan(
            self.days.working_days_ago(ago, hour),
            lambda: perform(
                NOMINATION,
                name,
                record=Nomination.objects.get(pk=self.ids[nominee]),
                actor=self.users[who],
                answers=answers,
            ),
        )

    # --- Roads -----------------------------------------------------------------------------------------

    def draft(self, nominee: Nominee) -> None:
        """Papers are still missing."""

    def submitted(self, nominee: Nominee) -> None:
        """Waits for the head of the training centre."""
        self.act(nominee, 3, 11, "submit", f"operator.{OFFICE}", notice_read=True)

    def screening(self, nominee: Nominee) -> None:
        """The first member of the panel has scored."""
        self.submitted(nominee)
        day = self.days.working_day(-3)
        letter = {"letter_number": f"800/{nominee.number}/BPVP-SDA", "letter_date": day, "no_case": True}
        self.act(nominee, 3, 14, "endorse", f"kepala.{OFFICE}", **letter, stay_years=2)
        self.act(nominee, 2, 9, "screen", "verifikator.ppsdm", papers_read=True)
        self.score(nominee, PANEL[0])

    def score(self, nominee: Nominee, member: str) -> None:
        """One member's sheet."""
        sheet = {"relevance": 5, "competence": 4, "language": 3, "plan": 4}
        self.days.plan(
            self.days.working_days_ago(2, 13),
            lambda: services.score(
                Nomination.objects.get(pk=self.ids[nominee]), self.users[member], sheet, related=False
            ),
        )

    def shortlisted(self, nominee: Nominee) -> None:
        """Waits for the Bureau of Cooperation to forward it."""
        self.screening(nominee)
        for member in PANEL[1:]:
            self.score(nominee, member)
        balance = "Satu perempuan dari balai di Jawa; calon berikutnya dari luar Jawa."
        self.act(nominee, 1, 10, "shortlist", "kepala.ppsdm", place=1, balance=balance)
