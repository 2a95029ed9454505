"""A linear program as arrays, and the same in HiGHS: columns with bounds, rows as sparse sums between two bounds."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

INFINITY = math.inf

Floats = Any
Ints = Any


def spread(starts: Ints, chosen: Ints) -> Ints:
    """The places of all entries of the chosen rows, where row n has the entries starts[n] to starts[n + 1]."""
    lengths = starts[chosen + 1] - starts[chosen]
    ends = np.cumsum(lengths)
    return np.repeat(starts[chosen] - ends + lengths, lengths) + np.arange(ends[-1] if len(ends) else 0)


class Rows:
    """Sparse rows: entry e stands in row `row[e]`, column `column[e]`, with `weight[e]`; sorted by row."""

    def __init__(self, row: Ints, column: Ints, weight: Floats, count: int):
        order = np.argsort(row, kind="stable")
        self.row, self.column, self.weight = row[order], column[order], weight[order]
        self.count = count
        self.starts = starts_of(self.row, count)

    def sums(self, values: Floats) -> Floats:
        """What each row adds up to."""
        return np.bincount(self.row, self.weight * values[self.column], self.count)

    def priced(self, prices: Floats, columns: int) -> Floats:
        """What each column pays at these prices of the rows."""
        return np.bincount(self.column, self.weight * prices[self.row], columns)


def reach(rows: Rows, low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """The most and the least that rows can add up to."""
    up = rows.weight > 0
    at_low, at_high = low[rows.column], high[rows.column]
    return (
        np.bincount(rows.row, rows.weight * np.where(up, at_high, at_low), rows.count),
        np.bincount(rows.row, rows.weight * np.where(up, at_low, at_high), rows.count),
    )


def starts_of(sorted_keys: Ints, count: int) -> Ints:
    return np.concatenate(([0], np.cumsum(np.bincount(sorted_keys, minlength=count))))


class Model:
    """Grows by columns and rows; `whole` columns count in whole numbers."""

    def __init__(self) -> None:
        self._columns: list[tuple[Floats, Floats, Floats]] = []
        self._rows: list[tuple[Ints, Ints, Floats, Floats, Floats]] = []
        self.width = 0
        self.height = 0
        self._packed: Rows | None = None

    def columns(self, low: Floats, high: Floats, whole: bool = False) -> Ints:
        """New columns; their numbers."""
        low, high = np.broadcast_arrays(np.asarray(low, dtype=float), np.asarray(high, dtype=float))
        count = low.size
        self._columns.append((low.reshape(-1), high.reshape(-1), np.full(count, whole)))
        self.width += count
        return np.arange(self.width - count, self.width)

    def rows(self, row: Ints, column: Ints, weight: Floats, low: Floats, high: Floats, count: int) -> Ints:
        """New rows from entries, `row` counting from 0; their numbers."""
        self._rows.append(
            (
                np.asarray(row) + self.height,
                np.asarray(column),
                np.broadcast_to(np.asarray(weight, dtype=float), len(row)),
                np.broadcast_to(np.asarray(low, dtype=float), count),
                np.broadcast_to(np.asarray(high, dtype=float), count),
            )
        )
        self.height += count
        self._packed = None
        return np.arange(self.height - count, self.height)

    def _merge(self) -> None:
        if len(self._columns) > 1:
            self._columns = [tuple(np.concatenate(parts) for parts in zip(*self._columns, strict=True))]
        if len(self._rows) > 1:
            self._rows = [tuple(np.concatenate(parts) for parts in zip(*self._rows, strict=True))]

    @property
    def low(self) -> Floats:
        self._merge()
        return self._columns[0][0]

    @property
    def high(self) -> Floats:
        self._merge()
        return self._columns[0][1]

    @property
    def whole(self) -> Any:
        self._merge()
        return self._columns[0][2]

    @property
    def least(self) -> Floats:
        """Lower bounds of the rows."""
        self._merge()
        return self._rows[0][3] if self._rows else np.zeros(0)

    @property
    def most(self) -> Floats:
        self._merge()
        return self._rows[0][4] if self._rows else np.zeros(0)

    @property
    def entries(self) -> Rows:
        self._merge()
        if self._packed is None:
            row, column, weight = self._rows[0][:3] if self._rows else (np.zeros(0, int),) * 2 + (np.zeros(0),)
            self._packed = Rows(row, column, weight, self.height)
        return self._packed


def silent() -> Any:
    """A solver that prints nothing, always does the same, and keeps to one thread."""
    import highspy

    class Silent(highspy.Highs):
        def enableCallbacks(self) -> None:  # the constructor would print while it sets up its callbacks
            self.setOptionValue("output_flag", False)
            super().enableCallbacks()

    solver = Silent()
    for name, value in (("threads", 1), ("parallel", "off"), ("random_seed", 0)):
        solver.setOptionValue(name, value)
    return solver


def load(
    solver: Any, costs: Floats, low: Floats, high: Floats, rows: Rows, least: Floats, most: Floats, whole: Any = None
) -> None:
    import highspy

    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(low), rows.count
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = costs, low, high
    lp.row_lower_, lp.row_upper_ = least, most
    # Without any row, HiGHS takes no row-wise matrix.
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise if rows.count else highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = rows.starts.astype(np.int32) if rows.count else np.zeros(len(low) + 1, dtype=np.int32)
    lp.a_matrix_.index_ = rows.column.astype(np.int32)
    lp.a_matrix_.value_ = rows.weight
    lp.sense_ = highspy.ObjSense.kMaximize
    if whole is not None:
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[one] for one in whole.tolist()]
    solver.passModel(lp)


def add_rows(solver: Any, rows: Rows, least: Floats, most: Floats) -> None:
    solver.addRows(
        rows.count,
        least,
        most,
        len(rows.column),
        rows.starts[:-1].astype(np.int32),
        rows.column.astype(np.int32),
        rows.weight,
    )
