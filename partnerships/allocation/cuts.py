"""Rows that hold for every plan but not for the relaxation, from small search trees.

The relaxation lets a cohort run by half. Take the surroundings of such a cohort: the intakes that compete for its
lines. The rows that lie wholly inside are kept, all others are paid for at their price. What is left is small; a tree
that decides some cohorts in it, each yes or no, ends in leaves, and each leaf's linear program has prices of its own.

For any prices p of rows and columns (z: a column or the sum of a row; p of a column: its value less what it pays),
every plan is worth value = sum p_z * z. With the prices of leaf k this is at most

    B_k + sum p_z^k * (z - ref_z),       B_k = sum p_z^k * ref_z,  ref_z the bound at which z stands,

wherever the leaf's decisions hold. A plan lies in one of the leaves, so with q_z at least (z at its lower bound) or at
most (upper) as large as in every leaf, and B and the q of the decided cohorts chosen by a tiny linear program,

    value <= B + sum q_z * (z - ref_z)

holds for every plan. Less the same with the prices of the relaxation, this is a sparse row: only what the leaves'
prices change stands in it. In the relaxation with that row, the surroundings are worth no more than in the best leaf;
rows of far apart cohorts add up. A leaf that cannot beat the known plan need not be counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .linear import INFINITY, Floats, Ints, Rows, load, silent, spread, starts_of

LEAVES = 40
"""Most leaves of a tree."""

TRIES = 4
"""Decisions that are tried before one is chosen."""

WHOLE = 1e-6

SMALL = 1e-3
"""What a row's entry may at most weigh to be left out (and be made up for)."""


Cut = tuple[Ints, Floats, float]
"""Columns, their weights, and the least they add up to."""


@dataclass
class Leaf:
    value: float
    fixed: dict[int, int]
    """Column (of the surroundings) -> 0 or 1."""
    prices: Floats
    reduced: Floats
    halves: list[int]
    """Columns that stand between yes and no, the most undecided first."""


class Surroundings:
    """The columns `inside` with the rows that lie wholly among them, as far as prices leave columns open at all.

    Columns that stand in these rows but seem settled keep their value until a leaf's prices want them.
    """

    def __init__(self, state: Any, inside: Ints, decisions: Any):
        self.state = state
        rows: Rows = state.rows
        entries = state.by_column.at(inside)
        touched, among = np.unique(rows.row[entries], return_counts=True)
        self.kept = touched[among == state.near[touched]]
        own = spread(rows.starts, self.kept)
        self.number = np.repeat(np.arange(len(self.kept)), rows.starts[self.kept + 1] - rows.starts[self.kept])
        self.columns, self.at = np.unique(rows.column[own], return_inverse=True)
        self.weight = rows.weight[own]
        width = len(self.columns)
        self.rows = Rows(self.number, self.at, self.weight, len(self.kept))
        self.prices, self.before = state.prices[self.kept], state.reduced[self.columns]
        self.costs = self.before + self.rows.priced(self.prices, width)
        self.values = state.values[self.columns]
        self.low, self.high = state.low[self.columns], state.high[self.columns]
        self.free = state.core[self.columns].copy()
        self.decisions = np.flatnonzero(decisions[self.columns] & (self.high > self.low))
        self.free[self.decisions] = True
        self.value = float(self.costs @ self.values)
        self.solver = silent()
        self.solver.setOptionValue("presolve", "off")
        load(
            self.solver,
            self.costs,
            np.where(self.free, self.low, self.values),
            np.where(self.free, self.high, self.values),
            self.rows,
            state.least[self.kept],
            state.most[self.kept],
        )

    def leaf(self, fixed: dict[int, int]) -> Leaf | None:
        """The relaxation under these decisions; None where nothing keeps them."""
        import highspy

        solver, columns = self.solver, self.decisions
        low, high = self.low[columns].copy(), self.high[columns].copy()
        for n, column in enumerate(columns.tolist()):
            if column in fixed:
                low[n] = high[n] = fixed[column]
        solver.changeColsBounds(len(columns), columns.astype(np.int32), low, high)
        while True:
            solver.run()
            status = solver.getModelStatus()
            if status == highspy.HighsModelStatus.kInfeasible:
                if self.free.all():
                    return None
                self.release(np.flatnonzero(~self.free))
                continue
            if status != highspy.HighsModelStatus.kOptimal:
                raise ArithmeticError
            solution = solver.getSolution()
            prices = np.array(solution.row_dual)
            after = self.costs - self.rows.priced(prices, len(self.costs))
            gain = np.maximum(after * (self.high - self.values), after * (self.low - self.values))
            wanted = ~self.free & (gain > WHOLE)
            if not wanted.any():
                break
            self.release(np.flatnonzero(wanted))
        values = np.array(solution.col_value)
        apart = np.minimum(values[columns], 1 - values[columns])
        halves = [int(columns[n]) for n in np.argsort(-apart, kind="stable") if apart[n] > 1e-4]
        return Leaf(solver.getInfo().objective_function_value, fixed, prices, after, halves)

    def release(self, columns: Ints) -> None:
        self.free[columns] = True
        self.solver.changeColsBounds(len(columns), columns.astype(np.int32), self.low[columns], self.high[columns])

    def tree(self, room: float) -> list[Leaf]:
        """The leaves that may hold a plan that loses less than `room` against the relaxation."""
        lowest = self.value - room
        first = self.leaf({})
        leaves = [first] if first is not None and first.value > lowest else []
        while leaves and len(leaves) < LEAVES:
            place = max(range(len(leaves)), key=lambda n: leaves[n].value)
            best = leaves[place]
            if not best.halves:
                break
            leaves[place : place + 1] = self._split(best, lowest)
        return leaves

    def _split(self, leaf: Leaf, lowest: float) -> list[Leaf]:
        """The two leaves under the decision that costs most either way."""
        chosen, least = [], -1.0
        for column in leaf.halves[:TRIES]:
            both = [self.leaf(leaf.fixed | {column: decided}) for decided in (0, 1)]
            both = [one for one in both if one is not None and one.value > lowest]
            costs = INFINITY if len(both) < 2 else leaf.value - max(one.value for one in both)
            if not both:
                return []
            if costs > least:
                chosen, least = both, costs
            if len(both) < 2:
                break
        return chosen

    def cuts(self, leaves: list[Leaf]) -> list[Cut]:
        """Rows that every plan in the leaves keeps: the lowest where the relaxation stands, and the lowest at most."""
        state, columns, kept = self.state, self.columns, self.kept
        spot = sorted({column for leaf in leaves for column in leaf.fixed})
        changes = np.array([leaf.prices - self.prices for leaf in leaves])
        before, after = self.before, np.array([leaf.reduced for leaf in leaves])
        ref, from_low = _stand(self.values, self.low, self.high)
        ref[spot], from_low[spot] = 0.0, True
        beyond = np.where(from_low, np.maximum(after, 0), np.minimum(after, 0))
        for n, leaf in enumerate(leaves):
            beyond[n, list(leaf.fixed)] = 0
        after -= beyond
        q = _outer(after, before, self.values, self.low, self.high)
        free = np.ones(len(columns), dtype=bool)
        free[spot] = False
        q[spot] = before[spot]
        prices = self.prices + changes
        row_ref, _from_low = _stand(state.sums[kept], state.least[kept], state.most[kept])
        row_q = _outer(prices, self.prices, state.sums[kept], state.least[kept], state.most[kept])
        other = np.where(from_low, self.high, self.low)  # where a leaf has a column at its other bound
        worth = ((after - before) * (ref * free)).sum(axis=1) + (changes * row_ref).sum(axis=1)
        worth += (beyond * np.where(beyond != 0, other, 0)).sum(axis=1)
        for n, leaf in enumerate(leaves):
            for column, decided in leaf.fixed.items():
                worth[n] += decided * after[n, column]
        balanced = _balance(leaves, spot, after[:, spot], worth, self.values[spot])
        ways = [balanced]
        if len(spot) > 1:
            ways.append((float(worth.max()), np.zeros(len(spot))))
        found = []
        for base, chosen in ways:
            q[spot] = chosen
            found.append(self._row(q - before, row_q - self.prices, ref, row_ref, base))
        return [cut for cut in found if cut is not None]

    def _row(self, d: Floats, row_d: Floats, ref: Floats, row_ref: Floats, base: float) -> Cut | None:
        d[np.abs(d) < 1e-11], row_d[np.abs(row_d) < 1e-11] = 0, 0
        least = -base + float(d @ ref) + float(row_d @ row_ref)
        weights = d + np.bincount(self.at, self.weight * row_d[self.number], len(d))
        most = np.maximum(weights * self.low, weights * self.high)
        tiny = np.abs(weights) * (self.high - self.low) < SMALL
        least -= float(most[tiny].sum())
        weights[tiny] = 0
        used = np.flatnonzero(weights)
        if not len(used):
            return None
        scale = np.abs(weights[used]).max()
        least -= 1e-6 * max(1.0, scale)
        if weights[used] @ self.values[used] > least - SMALL:
            return None
        return self.columns[used], weights[used] / scale, least / scale


def _balance(leaves: list[Leaf], decided: list[int], after: Floats, worth: Floats, at: Floats) -> tuple[float, Floats]:
    """The lowest row at the point of the relaxation: the base and the prices of the decided cohorts."""
    pairs = [(k, n) for k, leaf in enumerate(leaves) for n, column in enumerate(decided) if column not in leaf.fixed]
    width = 1 + len(decided) + len(pairs)
    row, column, weight, least, most = [], [], [], [], []
    for k, leaf in enumerate(leaves):
        members = [0, *(1 + n for n, c in enumerate(decided) if leaf.fixed.get(c) == 1)]
        members += [1 + len(decided) + m for m, (of, _n) in enumerate(pairs) if of == k]
        row += [k] * len(members)
        column += members
        weight += [1.0] * len(members)
        least.append(worth[k])
        most.append(INFINITY)
    for m, (k, n) in enumerate(pairs):  # a cohort left open there: at least its price, or made up for
        row += [len(leaves) + m] * 2
        column += [1 + len(decided) + m, 1 + n]
        weight += [1.0, -1.0]
        least.append(-INFINITY)
        most.append(-after[k, n])
    costs = np.zeros(width)
    costs[0] = -1.0
    costs[1 : 1 + len(decided)] = -at
    low, high = np.full(width, -1e9), np.full(width, 1e9)
    high[1 + len(decided) :] = 0.0
    solver = silent()
    rows = Rows(np.array(row), np.array(column), np.array(weight), len(least))
    load(solver, costs, low, high, rows, np.array(least), np.array(most))
    solver.run()
    values = np.array(solver.getSolution().col_value)
    base, chosen = 0.0, values[1 : 1 + len(decided)]
    for k, leaf in enumerate(leaves):  # exactly what the leaves need, whatever the solver's tolerance
        need = worth[k] - sum(chosen[n] for n, c in enumerate(decided) if leaf.fixed.get(c) == 1)
        need -= sum(min(0.0, chosen[n] - after[k, n]) for n, c in enumerate(decided) if c not in leaf.fixed)
        base = need if k == 0 else max(base, need)
    return base, chosen


def _stand(values: Floats, low: Floats, high: Floats) -> tuple[Floats, Any]:
    """The bound at which each stands, or the nearer one; and whether it is the lower one."""
    both = np.isfinite(low) & np.isfinite(high)
    from_low = np.where(both, values - low <= high - values, np.isfinite(low))
    ref = np.where(from_low, low, high)
    return np.where(np.isfinite(ref), ref, 0.0), from_low


def _outer(after: Floats, before: Floats, values: Floats, low: Floats, high: Floats) -> Floats:
    """Prices that are on the safe side of every leaf's: as before where that will do."""
    ref, from_low = _stand(values, low, high)
    top, bottom = after.max(axis=0), after.min(axis=0)
    calm = (np.abs(values - ref) <= 1e-7) & np.where(from_low, top <= before, bottom >= before)
    return np.where(calm | (low == high), before, np.where(from_low, top, bottom))


class ByColumn:
    """The entries of rows, found by column."""

    def __init__(self, rows: Rows, width: int):
        self.order = np.argsort(rows.column, kind="stable")
        self.starts = starts_of(rows.column[self.order], width)

    def at(self, columns: Ints) -> Ints:
        return self.order[spread(self.starts, columns)]
