"""The people of the scenario: Sidoarjo fills its seats in Korea, NTB its two in Japan with two reserves behind them.

Named by number, with staff numbers no one has.
"""

from __future__ import annotations

from dataclasses import dataclass

from participants.lifecycle import NOMINATION
from participants.models import Nomination, PaperKind
from participants.services import nominations as services
from portal.demo import backgrounds
from portal.demo.days import Days, born
from portal.demo.papers import pdf
from portal.demo.proposals import BIDS, Proposals
from workflow.engine import perform


@dataclass(frozen=True, slots=True)
class Group:
    """The people of one proposal: whose, for which programme, put forward so many working days ago."""

    office: str
    program: str
    made: int
    relevance: str
    panel: tuple[str, ...]
    english: str = "B1"
    rank: str = "AHLI_MUDA"

    @property
    def bid(self):
        """Their proposal."""
        return next(bid for bid in BIDS if bid.program == self.program and bid.road in ("accepted", "converted"))


KOREA = Group(
    "bpvp-sidoarjo",
    "KO3",
    3,
    "Mengajar pada lini manufaktur cerdas yang baru dipasang di balai.",
    ("evaluator.ppsdm", "penelaah.lavotas", "petugas.kerjasama"),
)
JAPAN = Group(
    "ntb",
    "JA1",
    7,
    "Memeriksa perusahaan padat karya di dua kabupaten dan menyusun rencana pemeriksaan berbasis risiko.",
    ("evaluator.ppsdm", "penelaah.wasnaker", "petugas.kerjasama"),
    english="B2",
)


@dataclass(frozen=True, slots=True)
class Nominee:
    """One person and how far the nomination has come; `road` names the step it stands on."""

    number: int
    sex: str
    birth_year: int
    years: int
    road: str
    group: Group = KOREA
    place: int = 1


NOMINEES = (
    Nominee(1, "F", 1986, 9, "shortlisted"),
    Nominee(2, "M", 1983, 12, "screening"),
    Nominee(3, "F", 1990, 5, "submitted"),
    Nominee(4, "M", 1988, 7, "draft"),
    Nominee(5, "F", 1987, 8, "accepted", JAPAN, 1),
    Nominee(6, "M", 1985, 11, "forwarded", JAPAN, 2),
    Nominee(7, "M", 1984, 10, "reserve", JAPAN, 1),
    Nominee(8, "F", 1989, 6, "reserve", JAPAN, 2),
)
BALANCE = {
    KOREA: "Satu perempuan dari balai di Jawa; calon berikutnya dari luar Jawa.",
    JAPAN: "Satu perempuan dan satu laki-laki, keduanya dari luar Jawa.",
}


class Participants:
    """Plans the life of every nomination."""

    def __init__(self, days: Days, users: dict, proposals: Proposals):
        self.days, self.users, self.proposals = days, users, proposals
        self.ids: dict[Nominee, int] = {}

    def plan(self) -> None:
        """Put every step into the calendar."""
        for n, nominee in enumerate(NOMINEES):
            made = self.days.working_days_ago(nominee.group.made, 9, 5 * n)
            self.days.plan(made, lambda who=nominee: self.make(who))
            getattr(self, nominee.road)(nominee)

    def make(self, nominee: Nominee) -> None:
        """The operator puts a person forward, with the papers."""
        group = nominee.group
        operator = self.users[f"operator.{group.office}"]
        made = put_forward(
            self.proposals.proposal(group.bid),
            operator,
            nominee.number,
            nominee.sex,
            nominee.birth_year,
            relevance=group.relevance,
            years_in_post=nominee.years,
            rank=group.rank,
            english=group.english,
        )
        self.ids[nominee] = made.pk
        if nominee.road == "accepted":
            backgrounds.tell(made, operator, nominee.number)
        if nominee.road != "draft":
            hand_in(made, operator, PaperKind.CV, PaperKind.LANGUAGE, PaperKind.RELEASE)

    def act(self, nominee: Nominee, after: int, hour: int, name: str, who: str, **answers) -> None:
        """Plan one act, so many working days after the person was put forward."""
        self.days.plan(
            self.days.working_days_ago(nominee.group.made - after, hour),
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
        """Waits for the head of the office."""
        self.act(nominee, 0, 11, "submit", f"operator.{nominee.group.office}", notice_read=True)

    def screening(self, nominee: Nominee) -> None:
        """The first member of the panel has scored."""
        group = nominee.group
        self.submitted(nominee)
        day = self.days.working_day(-group.made)
        letter = {"letter_number": f"800/{nominee.number}/{group.office.upper()}", "letter_date": day, "no_case": True}
        self.act(nominee, 0, 14, "endorse", f"kepala.{group.office}", **letter, stay_years=2)
        self.act(nominee, 1, 9, "screen", "verifikator.ppsdm", papers_read=True)
        self.score(nominee, group.panel[0])

    def score(self, nominee: Nominee, member: str) -> None:
        """One member's sheet; the earlier the place, the better."""
        sheet = {
            "relevance": 5,
            "competence": 4,
            "language": 3,
            "plan": 6 - nominee.place - (nominee.road == "reserve"),
        }
        self.days.plan(
            self.days.working_days_ago(nominee.group.made - 1, 13),
            lambda: services.score(
                Nomination.objects.get(pk=self.ids[nominee]), self.users[member], sheet, related=False
            ),
        )

    def judged(self, nominee: Nominee, act: str) -> None:
        """The panel is complete and the head of PPSDM decides."""
        self.screening(nominee)
        for member in nominee.group.panel[1:]:
            self.score(nominee, member)
        choice = {"place": nominee.place, "balance": BALANCE[nominee.group]}
        self.act(nominee, 2, 10 + (act == "reserve"), act, "kepala.ppsdm", **choice)

    def shortlisted(self, nominee: Nominee) -> None:
        """Waits for the Bureau of Cooperation to forward it."""
        self.judged(nominee, "shortlist")

    def reserve(self, nominee: Nominee) -> None:
        """Moves up when a seat becomes free."""
        self.judged(nominee, "reserve")

    def forwarded(self, nominee: Nominee) -> None:
        """The partner reads who is proposed."""
        self.shortlisted(nominee)
        letter = {"letter": f"B-{nominee.number}/BKS/CONTOH", "forms": True, "basis": "SAFEGUARDS"}
        self.act(nominee, 4, 9, "forward", "kepala.kerjasama", **letter)

    def accepted(self, nominee: Nominee) -> None:
        """The partner has taken the person; travel permits come next."""
        self.forwarded(nominee)
        notice = {"reference": "JICA/CONTOH/14", "answered_on": self.days.working_day(6 - nominee.group.made)}
        self.act(nominee, 6, 15, "accept", "penghubung.jica", **notice)


# --- Shared with the training of the past --------------------------------------------------------------------------


def put_forward(proposal, operator, number: int, sex: str, birth_year: int, *, relevance: str, **profile) -> Nomination:
    """A draft for a person who does not exist."""
    made = services.nominate(
        proposal=proposal,
        profile={
            "name": f"Peserta Contoh {number}",
            "sex": sex,
            "birth_year": birth_year,
            "post_id": proposal.line.post_id,
            "employment_status": "PNS",
            "education": "S1_D4",
            "last_abroad_year": None,
            "account_id": None,
            **profile,
        },
        nip=f"{'9' * 15}{number:03d}",
        relevance=relevance,
        actor=operator,
    )
    born(made)
    return made


def hand_in(nomination: Nomination, actor, *kinds: str) -> None:
    """Papers without content."""
    for kind in kinds:
        paper = pdf("contoh.pdf", f"{kind.value}: {nomination.person.name}", "Berkas contoh tanpa isi.")
        services.attach(nomination, kind, paper, actor)
