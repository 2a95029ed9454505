"""The fairest vector of province ratios: the lowest as high as it goes, then the next lowest, and so on.

Thresholds from the bottom. A level is a ratio at which some provinces have to stay; for each level the program holds
one decision per province, "is it above?", and how many may stay behind. A level only has to be reached by a plan to be
right: were a higher one possible, the fewest that must stay at it would be none, and the search goes on from there.
"""

from __future__ import annotations

from fractions import Fraction

from .problem import Problem
from .program import Program


class Leximin:
    def __init__(self, problem: Problem, program: Program):
        self.problem, self.program = problem, program
        self.provinces = [province for province in problem.provinces if province.people]
        self.above: list[int] | None = None
        """Column per province: 1 where it is above the last level. None: there is no level yet, all are."""
        self.most = {p.code: sum(problem.upper[pair] for pair in p.members) for p in self.provinces}

    def run(self) -> None:
        behind = 0
        """Provinces that have to stay at or under the last level."""
        while behind < len(self.provinces):
            level = self.highest(behind)
            behind = self.fewest_at(level)

    def highest(self, behind: int) -> Fraction:
        """The lowest ratio among the provinces above the last level, as high as it goes."""
        program = self.program
        top = max(self.most[p.code] / p.people for p in self.provinces)
        ratio = program.new_column(0, top)
        rows = []
        for n, province in enumerate(self.provinces):
            columns, weights, low = [*province.members, ratio], [1.0] * len(province.members), 0.0
            weights.append(-float(province.people))
            if self.above is not None:  # holds only for those above
                columns.append(self.above[n])
                weights.append(-top * province.people)
                low = -top * province.people
            rows.append((columns, weights, low))
        with program.for_now(rows):
            plan = program.maximise({ratio: 1.0}, fine=True).plan
        program.forget_column(ratio)
        return self.problem.ratios(plan)[behind]

    def fewest_at(self, level: Fraction) -> int:
        """Of the provinces, as few as possible at or under this level, from here on."""
        program = self.program
        above = []
        for n, province in enumerate(self.provinces):
            members, ones = province.members, [1.0] * len(province.members)
            at_least = -(-level.numerator * province.people // level.denominator)
            if self.above is None:
                program.row(members, ones, low=at_least)
            else:
                program.row([*members, self.above[n]], [*ones, -float(at_least)], low=0)
            beyond = level.numerator * province.people // level.denominator + 1
            column = program.new_column(0, 1 if beyond <= self.most[province.code] else 0, whole=True)
            program.row([*members, column], [*ones, -float(beyond)], low=0)
            above.append(column)
        program.flush()
        found = program.maximise(dict.fromkeys(above, 1.0))
        count = sum(ratio > level for ratio in self.problem.ratios(found.plan))
        program.fix(dict.fromkeys(above, 1.0), low=count)
        self.above = above
        return len(self.provinces) - count
