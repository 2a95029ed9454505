"""A training that is over: last year's cycle, eight mediators of two offices in Makassar, seven of whom completed it.

It shows what comes last: attendance by day, certificates, reports, and the effect on the need.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from participants.lifecycle import NOMINATION
from participants.models import Nomination, PaperKind
from participants.rules.training_days import days_of_training
from participants.services import attendance
from participants.services import nominations as services
from participants.services.certificates import certificate_for
from participants.services.numbers import next_number
from partnerships.lifecycle import AGREEMENT, PROPOSAL
from partnerships.models import Agreement, Proposal
from partnerships.services.proposals import propose, summary_for_partner
from portal.demo.days import CLOSING, ZONE, Days, born
from portal.demo.needs import READY_PLAN, YOUNG, Needs, Sample
from portal.demo.papers import pdf
from portal.demo.participants import hand_in, put_forward
from portal.demo.programs import AT_HOME, Offer, Programs, run
from programs.lifecycle import PROGRAM
from regions.lifecycle import NEED
from regions.models import FilingWindow, NeedCycle
from regions.rules import is_met
from workflow import papers
from workflow.calendar import is_working_day
from workflow.engine import perform

FIRST_DAY = "2026-01-19"
"""Monday of the training in the scenario's calendar: twenty-eight weeks before the week of seeding, so that the forms
of all four levels have opened. Where that week has a day off, it is the last full week before."""
HOURS = 40

NEEDS = (
    Sample(
        31, "DISNAKER-53", "ntt", "MEDHI", "AHLI_PERTAMA", ("T07",), (14, 6, 5, 5), (1, 3), "IN_COUNTRY", "U1",
        ("CASELOAD", "NO_TRAINING"),
        "Lima mediator baru belum pernah dilatih; perselisihan upah di kawasan wisata bertambah.",
        "approved", YOUNG | {"language_level": "A2"}, READY_PLAN,
    ),
    Sample(
        32, "DISNAKER-33", "jateng", "MEDHI", "AHLI_PERTAMA", ("T07",), (40, 22, 3, 3), (1, 3), "IN_COUNTRY", "U2",
        ("NEW_POST", "CASELOAD"),
        "Tiga mediator baru menangani perselisihan di kawasan industri tanpa pelatihan mediasi.",
        "approved", YOUNG | {"language_level": "A2"}, READY_PLAN,
    ),
)  # fmt: skip
"""Approved a year ago, met by this training: the first in full."""

COURSE = Offer(
    "IL0", "ILO_TC", "Dialog Sosial dan Keterampilan Mediasi, angkatan lalu",
    "Social Dialogue and Mediation Skills, earlier group",
    "Lima hari di Makassar: mediasi, perundingan bersama, dan peran LKS Bipartit.",
    "Five days in Makassar: mediation, collective bargaining and the role of bipartite bodies.",
    (("T07", 1, 3),), ("MEDHI",),
    (run(FIRST_DAY, "2026-01-23", 8, "Makassar"),),
    "IN_COUNTRY", "ID", "over", -235, None, 200,
    {"language": "ID", "share_outside_java": 50, "visibility": "PUBLIC"},
    (("Menangani perkara hubungan industrial", "Handles industrial relations cases", True),), AT_HOME,
)  # fmt: skip

PEOPLE = (
    # number, sex, year of birth, marks of the five days, how far it went
    (11, 31, "F", 1991, "PPPPP", "reported"),
    (12, 31, "M", 1989, "PPPPE", "reported"),
    (13, 31, "F", 1993, "PPPPP", "reported"),
    (14, 31, "M", 1990, "APPPP", "reported"),
    (15, 31, "F", 1992, "PPPPP", "reported"),
    (16, 32, "M", 1988, "PPPPP", "reported"),
    (17, 32, "F", 1994, "PPPPP", "completed"),
    (18, 32, "M", 1990, "PPAEA", "incomplete"),
)
"""(number, need, sex, year of birth, marks, road); the last one was there on two of five days."""

PANEL = ("evaluator.ppsdm", "penelaah.phi", "petugas.kerjasama")


def full_week(days: Days) -> dt.date:
    """The Monday of the training: five working days in a row."""
    monday = days.course(FIRST_DAY)
    while not all(is_working_day(monday + dt.timedelta(days=n)) for n in range(5)):
        monday -= dt.timedelta(days=7)
    return monday


class Past:
    """Plans the whole chain: needs, programme, proposals, people, training, and what followed."""

    def __init__(self, days: Days, users: dict):
        self.days, self.users = days, users
        self.cycle, _created = NeedCycle.objects.get_or_create(year=days.today.year - 1)
        FilingWindow.objects.create(
            cycle=self.cycle,
            number=9,
            label_id="Jendela contoh tahun lalu",
            label_en="Last year's sample window",
            opens_at=dt.datetime.combine(days.in_days(-370), dt.time.min, ZONE),
            closes_at=dt.datetime.combine(days.in_days(-305), CLOSING, ZONE),
        )
        self.needs = Needs(days, users, self.cycle)
        self.first_day = full_week(days)
        last = self.first_day + dt.timedelta(days=4)
        in_scenario = {"starts": days.in_scenario(self.first_day), "ends": days.in_scenario(last)}
        course = replace(COURSE, intakes=({**COURSE.intakes[0], **in_scenario},))
        self.courses = Courses(days, users, offers=(course,))
        self.proposals: dict[int, int] = {}
        self.ids: dict[int, int] = {}

    def plan(self) -> None:
        """Put every step into the calendar."""
        self.courses.plan()
        for sample in NEEDS:
            self.days.plan(
                self.days.at(self.days.in_days(-332), 8, sample.number), lambda s=sample: self.needs.write(s)
            )
            signed = self.days.ago(325, 10, sample.number)
            self.needs.submit(sample, signed)
            self.needs.approve(sample, self.days.after(signed, 9, 14))
            self.bid(sample)
        self.on(260, 7, self.settle_agreements)
        for person in PEOPLE:
            self.person(*person)
        self.training()

    def on(self, day: int, hour: int, step, minute: int = 0) -> None:
        """Plan a step on the last working day that lies so many days back.

        Around a long holiday several steps fall on one day, so their hours rise from step to step.
        """
        self.days.plan(self.days.ago(day, hour, minute), step)

    # --- Proposals -----------------------------------------------------------------------------------

    def bid(self, sample: Sample) -> None:
        """Proposed, reviewed, sent, accepted, turned into participation."""
        self.on(275, 7, lambda: self.propose(sample), sample.number)
        for day, hour, name, who in (
            (273, 7, "review", "verifikator.ppsdm"),
            (270, 8, "send_partner", "kepala.kerjasama"),
            (266, 8, "accept", "kepala.ilo"),
            (262, 8, "convert", "verifikator.ppsdm"),
        ):
            self.on(day, hour, lambda n=name, w=who: self.act_on_proposal(sample, n, w), sample.number)

    def propose(self, sample: Sample) -> None:
        """The office asks for as many seats as it has people."""
        intake = self.courses.program(COURSE.key).intakes.get()
        made = propose(
            line=self.needs.need(sample.number).lines.get(),
            intake=intake,
            partner=intake.program.partner,
            seats=sample.staff[3],
            actor=self.users[f"operator.{sample.who}"],
            note="Mediator baru yang belum pernah dilatih.",
        )
        born(made)
        self.proposals[sample.number] = made.pk

    def act_on_proposal(self, sample: Sample, name: str, who: str) -> None:
        """One step of a proposal."""
        record = Proposal.objects.get(pk=self.proposals[sample.number])
        answers = {"accept": {"note": "Semua kursi disetujui."}, "convert": {"becomes": "NOMINATION"}}.get(name, {})
        if name == "send_partner":
            answers = {"summary": summary_for_partner(record)}
        perform(PROPOSAL, name, record=record, actor=self.users[who], answers=answers)

    def settle_agreements(self) -> None:
        """The course ran under the partner's project document, so no agreement of its own was needed."""
        reason = "Pelatihan berjalan di bawah dokumen proyek ILO yang sudah berlaku."
        for agreement in Agreement.objects.filter(proposals__in=self.proposals.values()).distinct():
            perform(
                AGREEMENT,
                "cancel",
                record=agreement,
                actor=self.users["petugas.kerjasama"],
                answers={"reason": reason},
            )

    # --- People --------------------------------------------------------------------------------------

    def act(self, number: int, day: int, hour: int, name: str, who: str, **answers) -> None:
        """Plan one act on a nomination."""
        self.on(day, hour, lambda: self.perform(number, name, who, **answers), number)

    def perform(self, number: int, name: str, who: str, **answers) -> None:
        """Carry it out."""
        perform(NOMINATION, name, record=self.nomination(number), actor=self.users[who], answers=answers)

    def nomination(self, number: int) -> Nomination:
        """The nomination as it is now."""
        return Nomination.objects.get(pk=self.ids[number])

    def person(self, number: int, need: int, sex: str, born_in: int, marks: str, road: str) -> None:
        """From the draft to the seat."""
        who = next(sample.who for sample in NEEDS if sample.number == need)
        self.on(260, 9, lambda: self.make(number, need, sex, born_in, who), number)
        self.act(number, 259, 9, "submit", f"operator.{who}", notice_read=True)
        day = self.days.ago(258).date()
        letter = {"letter_number": f"800/{number}/{who.upper()}", "letter_date": day, "no_case": True, "stay_years": 2}
        self.act(number, 258, 10, "endorse", f"kepala.{who}", **letter)
        self.act(number, 255, 11, "screen", "verifikator.ppsdm", papers_read=True)
        for n, member in enumerate(PANEL):
            self.on(253, 12 + n, lambda m=member: self.score(number, m), number)
        place = number - (10 if need == 31 else 15)
        balance = "Empat perempuan dan empat laki-laki; lima dari luar Jawa."
        self.act(number, 248, 15, "shortlist", "kepala.ppsdm", place=place, balance=balance)

    def make(self, number: int, need: int, sex: str, born_in: int, who: str) -> None:
        """The operator puts a mediator forward."""
        made = put_forward(
            Proposal.objects.get(pk=self.proposals[need]),
            self.users[f"operator.{who}"],
            number,
            sex,
            born_in,
            relevance="Menangani perselisihan hubungan industrial sejak diangkat sebagai mediator.",
            years_in_post=2,
            rank="AHLI_PERTAMA",
            english="A2",
        )
        self.ids[number] = made.pk
        hand_in(made, self.users[f"operator.{who}"], PaperKind.CV)

    def score(self, number: int, member: str) -> None:
        """One member's sheet."""
        sheet = {"relevance": 5, "competence": 4, "language": 3, "plan": 3 + number % 3}
        services.score(self.nomination(number), self.users[member], sheet, related=False)

    # --- The training and afterwards ------------------------------------------------------------------

    def training(self) -> None:
        """Five days, then numbers and certificates, then reports."""
        first = self.first_day
        begin, end = self.days.at(first, 8), self.days.at(first + dt.timedelta(days=7), 9)
        self.days.plan(end, lambda: self.hold_all_week(first))
        for number, need, _sex, _born, marks, road in PEOPLE:
            minute = dt.timedelta(minutes=number)
            self.days.plan(begin + minute, lambda n=number: self.perform(n, "start", "verifikator.ppsdm"))
            self.days.plan(end + minute, lambda n=number, m=marks: self.enter(n, m))
            finish = end + dt.timedelta(hours=2) + minute
            self.days.plan(finish, lambda n=number, r=road: self.finish(n, r))
            self.afterwards(number, next(sample.who for sample in NEEDS if sample.number == need), road)
        self.days.plan(end + dt.timedelta(hours=5), self.fulfilled)

    def hold_all_week(self, first: dt.date) -> None:
        """Five days, also where the week of seeding makes one of them a public holiday."""
        week = [first + dt.timedelta(days=n) for n in range(5)]
        record = Proposal.objects.get(pk=self.proposals[NEEDS[0].number])
        attendance.set_days(record, week, set(week), self.users["verifikator.ppsdm"])

    def enter(self, number: int, marks: str) -> None:
        """The marks of the days on which it was held."""
        record = self.nomination(number)
        days = days_of_training(record.proposal)
        attendance.save_marks(record, dict(zip(days, marks, strict=False)), self.users["verifikator.ppsdm"])

    def finish(self, number: int, road: str) -> None:
        """Completed with a number of the series, or not completed."""
        if road == "incomplete":
            reason = "Hadir pada kurang dari 80 persen hari pelatihan."
            self.perform(number, "not_complete", "verifikator.ppsdm", reason=reason)
            return
        self.perform(number, "complete", "verifikator.ppsdm", certificate_number=next_number(), lesson_hours=HOURS)
        if papers.can_make():
            certificate_for(self.nomination(number), self.users["verifikator.ppsdm"])

    def fulfilled(self) -> None:
        """Everyone asked for has been trained: the CLOCK says so."""
        for sample in NEEDS:
            need = self.needs.need(sample.number)
            if is_met(need):
                perform(NEED, "fulfil", record=need)

    def afterwards(self, number: int, who: str, road: str) -> None:
        """The report within two weeks."""
        if road == "reported":
            self.on(178, 9, lambda: self.report(number, who), number)

    def report(self, number: int, who: str) -> None:
        """The report, the action plan and the session for colleagues."""
        operator = self.users[f"operator.{who}"]
        hand_in(self.nomination(number), operator, PaperKind.REPORT)
        plan = {
            "action_plan": "Melatih rekan mediator di kabupaten dan kota, lalu memakai tata cara mediasi yang baru.",
            "sharing_on": self.days.ago(182).date(),
            "sharing_people": 6 + number % 4,
        }
        self.perform(number, "report", f"operator.{who}", **plan)


class Courses(Programs):
    """The programme that is over."""

    def over(self, offer: Offer) -> None:
        """Published, open, closed, selected, held, completed."""
        self.closed(offer)
        first = self.days.course(offer.intakes[0]["starts"])
        self.act(self.days.ago(225), offer, "start_selection", "verifikator.ppsdm")
        self.act(self.days.at(first, 7), offer, "start", "verifikator.ppsdm")
        held = self.days.at(first + dt.timedelta(days=7), 16)
        self.days.plan(held, lambda: self.complete(offer))

    def complete(self, offer: Offer) -> None:
        """With the list that was signed."""
        paper = pdf("daftar-hadir.pdf", "Daftar hadir", offer.title_id, "Delapan peserta, lima hari.")
        answers = {"attendance": paper}
        perform(
            PROGRAM, "complete", record=self.program(offer.key), actor=self.users["verifikator.ppsdm"], answers=answers
        )
