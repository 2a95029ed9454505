"""Plans without a solver: first come first served, and best value first. For comparison, and greedy as a fallback."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from .instance import Id
from .problem import Plan, Problem


def greedy(problem: Problem) -> Plan:
    """The most valuable seats first; cohorts that stay under their minimum are closed and the seats given again."""
    ranks = sorted(range(len(problem.pairs)), key=lambda p: (-problem.values[p], p))
    return _serve(problem, ranks)


def first_come(problem: Problem, arrival: Sequence[Id] | None = None) -> Plan:
    """Line after line, each its best intakes. Lines come in the order of `arrival`, else of their ids."""
    place: Mapping[int, int] | Sequence[int] = range(len(problem.line_at))
    if arrival is not None:
        place = {problem.line_at[line]: n for n, line in enumerate(arrival)}
    ranks = sorted(
        range(len(problem.pairs)), key=lambda p: (place[problem.lines[p]], -problem.values[p], problem.intakes[p])
    )
    return _serve(problem, ranks)


def _serve(problem: Problem, ranks: list[int]) -> Plan:
    """Gives seats in the order of `ranks` as far as the limits allow, on top of the locks."""
    place = [0] * len(ranks)
    for n, p in enumerate(ranks):
        place[p] = n
    seats = Seating(problem)
    for cohort in problem.cohorts:  # what locks keep open is brought to its minimum first
        if cohort.locked and cohort.locked < cohort.least:
            wanted = cohort.least - cohort.locked
            for p in sorted(cohort.members, key=lambda p: (-problem.values[p], p)):
                wanted -= seats.give(p, wanted)
    seats.fill(ranks)
    closed: set[int] = set()
    while short := seats.under_minimum():
        # The emptiest first: the others may fill up from what it sets free.
        worst = min(short, key=lambda i: (seats.in_intake[i] / problem.cohorts[i].least, i))
        closed.add(worst)
        freed = seats.empty(worst)
        seats.fill(sorted((p for p in freed if problem.intakes[p] not in closed), key=place.__getitem__))
    return seats.plan


class Seating:
    """A plan under construction with the room left under each limit."""

    def __init__(self, problem: Problem):
        self.problem = problem
        self.plan = list(problem.locked)
        self.room = [limit.cap - limit.locked for limit in problem.limits]
        self.in_intake = [cohort.locked for cohort in problem.cohorts]
        self.limits_of: list[list[tuple[int, int]]] = [[] for _pair in problem.pairs]
        for n, limit in enumerate(problem.limits):
            for m, p in enumerate(limit.members):
                self.limits_of[p].append((n, 1 if limit.weights is None else limit.weights[m]))

    def give(self, p: int, most: int | None = None) -> int:
        """As many more seats as fit; how many these were."""
        fits = self.problem.upper[p] - self.plan[p]
        if most is not None:
            fits = min(fits, most)
        for n, weight in self.limits_of[p]:
            if fits <= 0:
                return 0
            if weight:
                fits = min(fits, self.room[n] // weight)
        if fits > 0:
            self.move(p, fits)
        return max(0, fits)

    def move(self, p: int, seats: int) -> None:
        self.plan[p] += seats
        self.in_intake[self.problem.intakes[p]] += seats
        for n, weight in self.limits_of[p]:
            self.room[n] -= seats * weight

    def fill(self, ranks: Iterable[int]) -> None:
        for p in ranks:
            self.give(p)

    def empty(self, intake: int) -> set[int]:
        """Takes back every seat of an intake; the pairs that may now get more."""
        freed: set[int] = set()
        for p in self.problem.cohorts[intake].members:
            if self.plan[p]:
                self.move(p, -self.plan[p])
                for n, _weight in self.limits_of[p]:
                    freed.update(self.problem.limits[n].members)
        return freed

    def under_minimum(self) -> list[int]:
        return [
            i
            for i, cohort in enumerate(self.problem.cohorts)
            if cohort.may_close and 0 < self.in_intake[i] < cohort.least
        ]
