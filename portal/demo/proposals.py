"""The proposals of the scenario: one accepted, the others on every step of the road."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import Organisation
from partnerships.lifecycle import PROPOSAL
from partnerships.models import Proposal
from partnerships.services.proposals import propose, summary_for_partner
from portal.demo.days import Days, born
from portal.demo.needs import SAMPLES, Needs
from portal.demo.programs import Programs
from workflow.engine import perform

WHO = {sample.number: sample.who for sample in SAMPLES}
WAIVER = "Moda luar negeri diterima dinas secara tertulis; kesenjangan hanya dapat ditutup oleh program ini."


@dataclass(frozen=True, slots=True)
class Bid:
    """One proposal: a need for a programme, or a request to a partner where there is none."""

    need: int
    program: str
    """Key of the programme; empty for a tailor-made request."""
    seats: int
    made: int
    """Working days ago on which it was made."""
    road: str
    """How far it has come: proposed, reviewed, with_partner, accepted, converted, waitlisted, returned, refused."""
    partner: str = ""
    request: str = ""
    note: str = ""
    waiver: str = ""


BIDS = (
    Bid(12, "KO3", 6, 8, "accepted", note="Enam instruktur manufaktur sudah ditetapkan."),
    Bid(1, "JA1", 2, 12, "converted", note="Dua pengawas ahli muda dengan hasil tes bahasa Inggris."),
    Bid(11, "JA6", 14, 3, "with_partner", note="Empat belas penguji K3 laboratorium tuan rumah di Surabaya."),
    Bid(4, "KO2", 10, 8, "with_partner", note="Sepuluh mediator dari sepuluh kabupaten/kota."),
    Bid(13, "JA2", 4, 6, "waitlisted", note="Empat pengawas ahli madya."),
    Bid(16, "KO2", 2, 5, "reviewed", note="Pendatangan ahli belum ditawarkan.", waiver=WAIVER),
    Bid(17, "JA2", 2, 5, "refused", note="Penguji K3 kawasan industri nikel."),
    Bid(19, "IL5", 12, 3, "returned", note="Pengantar kerja provinsi dan kota."),
    Bid(
        17,
        "",
        10,
        3,
        "reviewed",
        partner="JICA",
        request="Seorang ahli K3 pesawat uap dan bejana tekan bekerja empat minggu di Palu dan Morowali "
        "bersama sepuluh penguji, lalu menyusun tata cara pengujian.",
    ),
    Bid(2, "PS1", 5, 2, "proposed", note="Lima calon mediator kabupaten/kota."),
    Bid(
        22,
        "",
        5,
        1,
        "proposed",
        partner="ILO",
        request="Pelatihan tiga hari di Merauke tentang kebijakan ketenagakerjaan daerah bagi lima pejabat "
        "dinas.",
    ),
)  # fmt: skip


class Proposals:
    """Plans the life of every proposal."""

    def __init__(self, days: Days, users: dict, needs: Needs, programs: Programs):
        self.days, self.users, self.needs, self.programs = days, users, needs, programs
        self.ids: dict[Bid, int] = {}

    def plan(self) -> None:
        """Put every step of every proposal into the calendar."""
        for bid in BIDS:
            self.days.plan(self.days.working_days_ago(bid.made, 9), lambda b=bid: self.make(b))
            getattr(self, bid.road)(bid)

    def proposal(self, bid: Bid) -> Proposal:
        """The proposal as it is now."""
        return Proposal.objects.get(pk=self.ids[bid])

    def make(self, bid: Bid) -> None:
        """The office's operator proposes."""
        intake = self.programs.program(bid.program).intakes.first() if bid.program else None
        made = propose(
            line=self.needs.need(bid.need).lines.get(),
            intake=intake,
            partner=intake.program.partner if intake else Organisation.objects.get(code=bid.partner),
            seats=bid.seats,
            actor=self.users[f"operator.{WHO[bid.need]}"],
            note=bid.note,
            request=bid.request,
        )
        born(made)
        self.ids[bid] = made.pk

    def act(self, bid: Bid, after: int, hour: int, name: str, who: str, **answers) -> None:
        """Plan one act, so many working days after the proposal was made."""
        moment = self.days.working_days_ago(bid.made - after, hour)
        self.days.plan(
            moment,
            lambda: perform(PROPOSAL, name, record=self.proposal(bid), actor=self.users[who], answers=answers),
        )

    # --- Roads -----------------------------------------------------------------------------------------

    def proposed(self, bid: Bid) -> None:
        """Waits for PPSDM."""

    def reviewed(self, bid: Bid) -> None:
        """Waits for the Bureau of Cooperation."""
        self.act(bid, 1, 11, "review", "verifikator.ppsdm", waiver=bid.waiver)

    def with_partner(self, bid: Bid) -> None:
        """Waits for the partner, which reads a summary without a single name."""
        self.reviewed(bid)
        moment = self.days.working_days_ago(bid.made - 2, 14)
        self.days.plan(
            moment,
            lambda: perform(
                PROPOSAL,
                "send_partner",
                record=self.proposal(bid),
                actor=self.users["kepala.kerjasama"],
                answers={"summary": summary_for_partner(self.proposal(bid))},
            ),
        )

    def accepted(self, bid: Bid) -> None:
        """All seats given; the need is being met from here on."""
        self.with_partner(bid)
        self.act(bid, 4, 10, "accept", self.head_of(bid), note="Semua kursi disetujui.")

    def converted(self, bid: Bid) -> None:
        """The office puts its people forward."""
        self.accepted(bid)
        self.act(bid, 5, 9, "convert", "verifikator.ppsdm", becomes="NOMINATION")

    def waitlisted(self, bid: Bid) -> None:
        """More people than seats."""
        self.with_partner(bid)
        self.act(bid, 4, 10, "waitlist", self.head_of(bid), note="Kursi yang tersisa kurang dari yang diminta.")

    def returned(self, bid: Bid) -> None:
        """PPSDM asks for a change."""
        reason = "Sebutkan berapa peserta dari kota yang kebutuhannya digabung ke provinsi."
        self.act(bid, 1, 11, "return", "verifikator.ppsdm", reason=reason)

    def refused(self, bid: Bid) -> None:
        """PPSDM points to a better way."""
        reason = "Dinas meminta pendatangan ahli. Ajukan permintaan khusus kepada mitra."
        self.act(bid, 1, 11, "refuse", "verifikator.ppsdm", reason_code="R05", reason=reason)

    def head_of(self, bid: Bid) -> str:
        """The head of the partner's office."""
        return f"kepala.{'koica' if bid.program.startswith('KO') else 'jica'}"
