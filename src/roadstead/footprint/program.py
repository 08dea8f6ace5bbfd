"""A mixed-integer program as arrays, put together family by family."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    from roadstead.terms.arrays import Flags, Floats, Ints

HELD = 1e-6
"""A decision this near to its floor or ceiling is there: a solver's rounding."""


@dataclass(frozen=True, slots=True)
class Program:
    """Maximise ``gain @ x + constant`` subject to ``low <= matrix @ x <= high`` and ``floor <= x <= ceiling``.

    Attributes
    ----------
    gain, floor, ceiling
        Objective coefficient and bounds of each column. Shape (V,).
    whole
        True where the column takes whole numbers. Shape (V,).
    matrix
        Rows by columns, compressed by row. Shape (W, V).
    low, high
        Bounds of each row. Shape (W,).
    constant
        Part of the objective no decision moves.
    """

    gain: Floats
    floor: Floats
    ceiling: Floats
    whole: Flags
    matrix: sparse.csr_matrix
    low: Floats
    high: Floats
    constant: float


def tightened(program: Program, rows: sparse.csr_matrix, high: Floats | None = None) -> Program:
    """The program with further rows, each at most ``high``, zero where nothing is said; they may know fewer columns."""
    count = rows.shape[0]
    rows = sparse.csr_matrix((rows.data, rows.indices, rows.indptr), shape=(count, program.matrix.shape[1]))
    return replace(
        program,
        matrix=sparse.vstack([program.matrix, rows]).tocsr(),
        low=np.concatenate([program.low, np.full(count, -np.inf)]),
        high=np.concatenate([program.high, np.zeros(count) if high is None else high]),
    )


def narrowed(program: Program, point: Floats, value: float, reduced: Floats, least: float) -> Program:
    """Whole decisions held where they are, that could not move and leave ``least`` within reach of the relaxed value.

    ``point``, ``value`` and ``reduced`` gains are the relaxed program's, of the first columns.
    """
    width = len(point)
    whole, floor, ceiling = program.whole[:width], program.floor.copy(), program.ceiling.copy()
    low, high = floor[:width], ceiling[:width]
    down = whole & (point <= low + HELD) & (value + reduced < least)
    up = whole & (point >= high - HELD) & (value - reduced < least) & ~down
    high[down], low[up] = low[down], high[up]
    return replace(program, floor=floor, ceiling=ceiling)


def giving_way(program: Program, rows: Ints, column: Ints, share: Floats) -> Program:
    """The program in which rows may be missed, by as little as will do, and nothing else counts.

    Parameters
    ----------
    rows, share
        Rows, and by how much each is missed where its further column is one. Shapes (M,).
    column
        Which of the further columns that is, from 0 on. They are the last. Shape (M,).
    """
    count = int(column.max(initial=-1)) + 1
    sign = np.where(np.isfinite(program.low[rows]), share, -share)
    more = sparse.coo_matrix((sign, (rows, column)), shape=(len(program.low), count))
    return replace(
        program,
        gain=np.concatenate([np.zeros_like(program.gain), -np.ones(count)]),
        floor=np.concatenate([program.floor, np.zeros(count)]),
        ceiling=np.concatenate([program.ceiling, np.full(count, np.inf)]),
        whole=np.concatenate([program.whole, np.zeros(count, dtype=bool)]),
        matrix=sparse.hstack([program.matrix, more]).tocsr(),
        constant=0.0,
    )


@dataclass(slots=True)
class ProgramBuilder:
    """Collects columns and rows; every family of columns or rows is added in one vectorised call."""

    gain: list[Floats] = field(default_factory=list)
    floor: list[Floats] = field(default_factory=list)
    ceiling: list[Floats] = field(default_factory=list)
    whole: list[Flags] = field(default_factory=list)
    columns: int = 0
    rows: int = 0
    constant: float = 0.0
    _row: list[Ints] = field(default_factory=list)
    _column: list[Ints] = field(default_factory=list)
    _value: list[Floats] = field(default_factory=list)
    _low: list[Floats] = field(default_factory=list)
    _high: list[Floats] = field(default_factory=list)
    _forbidden: list[Ints] = field(default_factory=list)

    def add_columns(self, gain: Floats, ceiling: Floats, *, whole: Flags | bool = False) -> Ints:
        """Add columns bounded below by zero; returns their indices in the shape of ``gain``."""
        gain = np.asarray(gain, dtype=np.float64)
        count = gain.size
        self.gain.append(gain.ravel())
        self.floor.append(np.zeros(count))
        self.ceiling.append(np.broadcast_to(np.asarray(ceiling, dtype=np.float64), gain.shape).ravel())
        self.whole.append(np.broadcast_to(np.asarray(whole, dtype=bool), gain.shape).ravel())
        index = np.arange(self.columns, self.columns + count).reshape(gain.shape)
        self.columns += count
        return index

    def add_rows(self, low: Floats, high: Floats) -> Ints:
        """Add empty rows; returns their indices in the shape of ``low``."""
        low, high = np.broadcast_arrays(np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64))
        self._low.append(low.ravel().copy())
        self._high.append(high.ravel().copy())
        index = np.arange(self.rows, self.rows + low.size).reshape(low.shape)
        self.rows += low.size
        return index

    def forbid(self, columns: Ints) -> None:
        """Hold columns at zero, whatever their ceiling."""
        self._forbidden.append(columns)

    def add_entries(self, row: Ints, column: Ints, value: Floats | float) -> None:
        """Add ``value`` at (row, column); entries at one place add up."""
        row, column, values = np.broadcast_arrays(row, column, np.asarray(value, dtype=np.float64))
        keep = values.ravel() != 0
        self._row.append(row.ravel()[keep])
        self._column.append(column.ravel()[keep])
        self._value.append(values.ravel()[keep])

    def build(self) -> Program:
        """The finished program."""
        matrix = sparse.coo_matrix(
            (
                np.concatenate(self._value) if self._value else np.zeros(0),
                (
                    np.concatenate(self._row) if self._row else np.zeros(0, dtype=np.int64),
                    np.concatenate(self._column) if self._column else np.zeros(0, dtype=np.int64),
                ),
            ),
            shape=(self.rows, self.columns),
        ).tocsr()
        ceiling = np.concatenate(self.ceiling)
        for columns in self._forbidden:
            ceiling[columns] = 0.0
        return Program(
            gain=np.concatenate(self.gain),
            floor=np.concatenate(self.floor),
            ceiling=ceiling,
            whole=np.concatenate(self.whole),
            matrix=matrix,
            low=np.concatenate(self._low),
            high=np.concatenate(self._high),
            constant=self.constant,
        )
