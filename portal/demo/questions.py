"""Questions on programmes in the scenario: one answered, one answered by the Bureau and corrected, one that waits."""

from __future__ import annotations

from dataclasses import dataclass

from forum.lifecycle import QUESTION
from forum.models import Question
from forum.services.questions import ask
from portal.demo.days import Days, born
from portal.demo.programs import Programs
from workflow.engine import perform


@dataclass(frozen=True)
class Asked:
    """One question: on which offer, by whose operator, how many working days ago, and what became of it."""

    offer: str
    office: str
    days_ago: int
    text: str
    answer: str = ""
    answerer: str = ""
    correction: str = ""


QUESTIONS = (
    Asked(
        "JA1",
        "sumut",
        6,
        "Apakah peserta perlu membawa laptop sendiri selama pelatihan di Jepang?",
        "Tidak perlu. Penyelenggara menyediakan laptop di ruang kelas; peserta boleh membawa milik sendiri.",
        "penghubung.jica",
    ),
    Asked(
        "JA1",
        "kota-kupang",
        4,
        "Apakah hasil tes bahasa Inggris dari tahun lalu masih berlaku untuk pendaftaran?",
        "Berlaku bila tidak lebih dari dua tahun pada hari pendaftaran ditutup.",
        "petugas.kerjasama",
        "Berlaku bila tidak lebih dari dua tahun pada hari pertama pelatihan.",
    ),
    Asked(
        "JA1",
        "sumut",
        1,
        "Apakah peserta dari jabatan pengantar kerja juga dapat mendaftar bila menangani pengaduan pekerja?",
    ),
)


class Questions:
    """Asked, answered and corrected on the scenario's own days, by the acts themselves."""

    def __init__(self, days: Days, users: dict, programs: Programs):
        self.days, self.users, self.programs = days, users, programs
        self.asked: dict[int, Question] = {}

    def plan(self) -> None:
        """Each step at its moment: answers come the working day after, corrections another day later."""
        for number, row in enumerate(QUESTIONS):
            ago = row.days_ago
            self.days.plan(self.days.working_days_ago(ago, 9 + number), lambda n=number: self.ask(n))
            if row.answer:
                moment = self.days.working_days_ago(ago - 1, 10)
                self.days.plan(moment, lambda n=number, row=row: self.say(n, "answer", row.answerer, row.answer))
            if row.correction:
                moment = self.days.working_days_ago(ago - 2, 11)
                self.days.plan(moment, lambda n=number, row=row: self.say(n, "correct", row.answerer, row.correction))

    def ask(self, number: int) -> None:
        """In the name of an office."""
        row = QUESTIONS[number]
        question = ask(self.programs.program(row.offer), row.text, actor=self.users[f"operator.{row.office}"])
        born(question)
        self.asked[number] = question

    def say(self, number: int, act: str, who: str, text: str) -> None:
        """Answer it, or correct the answer."""
        perform(QUESTION, act, record=self.asked[number], actor=self.users[who], answers={"answer": text})
