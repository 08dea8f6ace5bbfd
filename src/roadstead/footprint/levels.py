"""A program whose whole decisions are what has been decided *by* a node, not *at* it: levels, which a solver branches on better.

To hold a decision of one node at nothing says little, for the same may be done one node later; to hold a level at nothing says that
nothing is done on the whole path to it. Cuts of a solver, too, find the few whole numbers that a flow waits for in one column instead
of spread over a path. Plans and values are the same: a level is a sum of decisions, and a decision a difference of two levels.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    from collections.abc import Callable

    from roadstead.footprint.columns import Columns
    from roadstead.footprint.extensive import Answer
    from roadstead.footprint.program import Program
    from roadstead.futures.tree import ScenarioTree
    from roadstead.terms.arrays import Floats, Ints

HAIR = 1e-6
"""A ceiling this little below a whole number is that number."""
PASSES = 2
"""Times that rows are asked how far levels go at most."""


@dataclass(frozen=True, slots=True)
class Levels:
    """A program in levels.

    Attributes
    ----------
    program
        The same columns, but each that is named in ``column`` holds the level its decision reaches.
    column, above
        Columns that hold levels, parents before children, and of each the column of the level it adds to.
    """

    program: Program
    column: Ints
    above: Ints

    def of(self, point: Floats | None) -> Floats | None:
        """A point of the program it was made from, in levels."""
        if point is None:
            return None
        levels = point.copy()
        for column, above in zip(self.column, self.above, strict=True):
            levels[column] += levels[above]
        return levels

    def decided(self, levels: Floats) -> Floats:
        """A point in levels, as the decisions of each node."""
        point = levels.copy()
        point[self.column] -= levels[self.above]
        return point

    def answered(self, answer: Answer) -> Answer:
        """An answer about the program it was made from."""
        return answer if answer.point is None else replace(answer, point=self.decided(answer.point))

    def heard(self, improved: Callable[[Floats | None], None]) -> Callable[[Floats], None]:
        """What listens to points in levels, for one that wants decisions."""
        return lambda levels: improved(self.decided(levels))


def unchanged(program: Program) -> Levels:
    """No level at all."""
    none = np.zeros(0, dtype=np.int64)
    return Levels(program, none, none)


def in_levels(tree: ScenarioTree, columns: Columns, program: Program) -> Levels:
    """Levels of all whole decisions."""
    column, above = _chains(tree, columns, program)
    width, count = len(program.gain), len(column)
    step = sparse.csr_matrix((np.ones(count), (column, above)), shape=(width, width))
    change = (sparse.identity(width, format="csr") - step).tocsr()
    matrix = (program.matrix @ change).tocsr()
    matrix.eliminate_zeros()
    floor, ceiling = program.floor.copy(), program.ceiling.copy()
    for mine, before in zip(column, above, strict=True):
        floor[mine] += floor[before]
        ceiling[mine] += ceiling[before]
    leveled = replace(
        program,
        gain=change.T @ program.gain,
        matrix=sparse.vstack([matrix, change[column]]).tocsr(),
        low=np.concatenate([program.low, program.floor[column]]),
        high=np.concatenate([program.high, program.ceiling[column]]),
        floor=floor,
        ceiling=ceiling,
    )
    return Levels(_lowered(leveled, column, above, program.floor[column]), column, above)


def _chains(tree: ScenarioTree, columns: Columns, program: Program) -> tuple[Ints, Ints]:
    """Columns of whole decisions, and of each the nearest before it on its path; parents before children."""
    found: list[tuple[Ints, Ints]] = []
    families = [columns.u, columns.v, columns.z, columns.w]
    nearest = [np.full(family.shape, -1, dtype=np.int64) for family in families]
    for n in range(1, tree.count):
        m = tree.parent[n]
        for family, near in zip(families, nearest, strict=True):
            near[n] = np.where(family[m] >= 0, family[m], near[m])
            there = (family[n] >= 0) & (near[n] >= 0) & program.whole[family[n]]
            found.append((family[n][there], near[n][there]))
    none = np.zeros(0, dtype=np.int64)
    column, above = (np.concatenate([none, *part]) for part in zip(*found, strict=True)) if found else (none, none)
    return column, above


def _lowered(program: Program, column: Ints, above: Ints, least: Floats) -> Program:
    """The program with ceilings of whole columns as low as its rows have them: sums along a path go too far."""
    matrix, floor, ceiling = program.matrix, program.floor, program.ceiling.copy()
    row, at, value = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr)), matrix.indices, matrix.data
    for _ in range(PASSES):
        part = np.where(value > 0, value * floor[at], value * ceiling[at])
        room = program.high[row] - np.bincount(row, part, matrix.shape[0])[row] + part
        tells = (value > 0) & program.whole[at] & np.isfinite(room)
        np.minimum.at(ceiling, at[tells], np.floor(room[tells] / value[tells] + HAIR))
        for mine, before, more in zip(column[::-1], above[::-1], least[::-1], strict=True):
            ceiling[before] = min(ceiling[before], ceiling[mine] - more)
    return replace(program, ceiling=np.maximum(ceiling, floor))
