"""What the training that is over did: reactions, tests, levels after three months, and the offices' indicators."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.utils import timezone

from participants.lifecycle import EVALUATION, NOMINATION
from participants.models import Evaluation, EvaluationStatus, Level, Nomination
from participants.rules import evaluations as rules
from participants.services import evaluations as services
from portal.demo.days import Days
from portal.demo.past import NEEDS, PEOPLE, Past
from workflow.clock import overdue
from workflow.engine import perform

E = EvaluationStatus
ANSWERS = {
    # number: the five statements in order; recommend; tests before and after; own view, supervisor's view
    11: ((5, 5, 5, 4, 4), 10, (42, 81), 4, 3),
    12: ((4, 5, 4, 4, 3), 9, (55, 78), 4, 3),
    13: ((4, 4, 5, 3, 4), 9, (38, 74), 3, 3),
    14: ((3, 4, 4, 3, 3), 7, (61, 70), 3, 2),
    15: ((5, 5, 4, 4, 5), 9, (47, 88), 4, 4),
    16: ((4, 3, 4, 2, 3), 6, (50, 48), 2, 2),
}
"""The seventh person has a certificate and no test and missed every form; those of level 3 are open again."""
WORDS = {
    11: ("Latihan menyusun perjanjian bersama dengan kasus nyata.", "Waktu untuk latihan ditambah."),
    13: ("Bermain peran sebagai mediator.", ""),
    16: ("", "Bahan dalam bahasa Indonesia dibagikan sebelum pelatihan."),
}
HELPED = {11: ["SUPPORT", "TASKS"], 12: ["TASKS"], 13: ["SUPPORT"], 14: ["COLLEAGUES"], 15: ["SUPPORT"], 16: []}
HINDERED = {11: ["TIME"], 12: ["BUDGET"], 13: [], 14: ["TIME"], 15: ["TIME"], 16: ["TASKS", "TIME"]}
LATE = 17
CLOSED = (11, 12, 13)
"""Cases the evaluator has closed since."""


class EvaluationForms:
    """Plans when each form opened and who answered it."""

    def __init__(self, days: Days, users: dict, past: Past):
        self.days, self.users, self.past = days, users, past
        self.office = {number: next(n.who for n in NEEDS if n.number == need) for number, need, *_rest in PEOPLE}

    def plan(self) -> None:
        """Put every step into the calendar."""
        self.on(7, 16, self.open_due)
        self.on(8, 15, self.enter_tests)
        for number in ANSWERS:
            self.on(9, 10, lambda n=number: self.react(n), number)
        self.on(15, 8, self.miss_due)
        self.on(95, 8, self.open_due)
        for number in ANSWERS:
            self.on(98, 10, lambda n=number: self.assess_oneself(n), number)
            self.on(101, 13, lambda n=number: self.assess(n), number)
        for number in CLOSED:
            self.on(110, 9, lambda n=number: self.close(n), number)
        self.on(185, 8, self.open_due)
        self.on(185, 8, self.miss_due, 30)
        for level in (Level.L3_SELF, Level.L3_HEAD):
            self.on(187, 9, lambda of=level: self.reopen(LATE, of))
        self.on(190, 10, lambda: self.measure(31))
        self.on(193, 11, lambda: self.confirm(31))

    def on(self, day: int, hour: int, step, minute: int = 0) -> None:
        """Plan a step so many days after the first day of the training; what lies ahead has not happened."""
        moment = self.days.at(self.past.first_day + dt.timedelta(days=day), hour, minute)
        if moment < self.days.now:
            self.days.plan(moment, step)

    def form(self, number: int, level: str) -> Evaluation:
        """One form of one person."""
        return Evaluation.objects.get(nomination=self.past.ids[number], level=level)

    # --- Steps -----------------------------------------------------------------------------------------

    def open_due(self) -> None:
        """What the CLOCK does at the forms' time."""
        for form in Evaluation.objects.filter(rules.time_has_come(timezone.now()), status=E.PLANNED).order_by("pk"):
            perform(EVALUATION, "open", record=form)

    def miss_due(self) -> None:
        """What the CLOCK does when their time is over."""
        for form in Evaluation.objects.filter(overdue(timezone.now()), status=E.OPEN).order_by("pk"):
            perform(EVALUATION, "miss", record=form)

    def react(self, number: int) -> None:
        """Level 1, entered by the operator: sample people have no accounts."""
        marks, recommend, _points, _own, _rated = ANSWERS[number]
        best, better = WORDS.get(number, ("", ""))
        values = dict(zip(("content", "usefulness", "trainers", "materials", "organisation"), marks, strict=True))
        values |= {"recommend": recommend, "best": best, "better": better}
        self.answer(self.form(number, Level.L1), values, f"operator.{self.office[number]}")

    def answer(self, form: Evaluation, values: dict, who: str) -> None:
        """Hand in one form."""
        services.answer(form, values, actor=self.users[who])

    def enter_tests(self) -> None:
        """Level 2 of the whole roster."""
        rows = []
        for number, _need, _sex, _born, _marks, road in PEOPLE:
            if road == "incomplete":
                continue
            points = ANSWERS[number][2] if number in ANSWERS else (None, None)
            before, after = (None if n is None else Decimal(n) for n in points)
            values = {"before": before, "after": after, "certificate_only": before is None}
            form = self.form(number, Level.L2)
            rows.append((form, form.version, values))
        services.answer_tests(rows, actor=self.users["verifikator.ppsdm"])

    def behaviour(self, form: Evaluation, number: int, level: int) -> dict:
        """Answers of level 3."""
        return {
            "used": min(level + 1, 5),
            "helped": HELPED[number],
            "hindered": HINDERED[number],
            "note": "",
            "levels": {gap.pk: level for gap in rules.gaps_asked(form.proposal)},
        }

    def assess_oneself(self, number: int) -> None:
        """The own view, with what was passed on."""
        form = self.form(number, Level.L3_SELF)
        cascade = {"cascade_sessions": 1 + number % 2, "cascade_people": 6 + number % 4, "cascade_hours": 4}
        values = self.behaviour(form, number, ANSWERS[number][3]) | cascade
        self.answer(form, values, f"operator.{self.office[number]}")

    def assess(self, number: int) -> None:
        """The supervisor's rating."""
        form = self.form(number, Level.L3_HEAD)
        self.answer(form, self.behaviour(form, number, ANSWERS[number][4]), f"kepala.{self.office[number]}")

    def reopen(self, number: int, level: str) -> None:
        """The evaluator gives time: the rating of the last person is still due."""
        answers = {"until": self.days.in_days(30), "reason": "Kepala bidang baru bertugas; penilaian menyusul."}
        form = self.form(number, level)
        perform(EVALUATION, "reopen", record=form, actor=self.users["evaluator.ppsdm"], answers=answers)

    def close(self, number: int) -> None:
        """The evaluator closes the case."""
        answers = {"summary": "Dipakai dalam mediasi sehari-hari; atasan menilai tingkatnya naik."}
        record = Nomination.objects.get(pk=self.past.ids[number])
        perform(NOMINATION, "close", record=record, actor=self.users["evaluator.ppsdm"], answers=answers)

    def result_form(self, need: int) -> Evaluation:
        """The form of one line."""
        return Evaluation.objects.get(proposal=self.past.proposals[need], level=Level.L4)

    def measure(self, need: int) -> None:
        """Level 4, by the office."""
        values = {
            "indicator": "Perselisihan yang selesai dengan perjanjian bersama",
            "unit": "persen perkara per tahun",
            "baseline": Decimal(41),
            "target": Decimal(60),
            "actual": Decimal("52.5"),
            "measured_on": timezone.localdate(),
            "note": "Jumlah perkara turun sejak LKS Bipartit dibentuk di dua kawasan.",
        }
        who = next(sample.who for sample in NEEDS if sample.number == need)
        self.answer(self.result_form(need), values, f"operator.{who}")

    def confirm(self, need: int) -> None:
        """The evaluator stands behind the figure."""
        perform(EVALUATION, "confirm", record=self.result_form(need), actor=self.users["evaluator.ppsdm"])
