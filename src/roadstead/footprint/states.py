"""What decisions leave standing in every node-year, as sparse maps: options open and modules at work (F.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from roadstead.footprint.columns import initially_open

if TYPE_CHECKING:
    from roadstead.footprint.formulation import Formulation
    from roadstead.footprint.plan import Decisions
    from roadstead.footprint.timing import Pairs
    from roadstead.futures.prospect import Prospect
    from roadstead.terms.arrays import Floats, Ints


@dataclass(frozen=True, slots=True)
class StateMap:
    """States as ``start + matrix @ decisions``.

    Attributes
    ----------
    option_start, module_start
        Open, and at work, without a decision. Shapes (Y, D), (Y, R).
    option, module
        What each decision changes. Shapes (Y * D, V), (Y * R, V).
    """

    option_start: Floats
    module_start: Floats
    option: sparse.csr_matrix
    module: sparse.csr_matrix

    def at(self, point: Floats) -> tuple[Floats, Floats]:
        """Options open and modules at work at a point of the decisions. Shapes (Y, D), (Y, R)."""
        is_open = self.option_start + (self.option @ point).reshape(self.option_start.shape)
        at_work = self.module_start + (self.module @ point).reshape(self.module_start.shape)
        return np.clip(is_open, 0.0, 1.0), np.maximum(at_work, 0.0)


def state_map(prospect: Prospect, decided: Formulation) -> StateMap:
    """The maps of a program of decisions."""
    c, when = decided.columns, decided.timing
    width = len(decided.program.gain)
    grown = np.flatnonzero(prospect.options.grows_from >= 0)
    first = prospect.options.grows_from[grown]
    everything = np.arange(len(prospect.options.opens))
    return StateMap(
        option_start=initially_open(prospect),
        module_start=prospect.resources.existing,
        option=_matrix(
            when.years,
            (
                (when.option_open, c.u, everything, 1.0),
                (when.shut, c.v, everything, -1.0),
                (when.option_open[grown], c.u[:, grown], first, -1.0),
            ),
            (len(everything), width),
        ),
        module=_matrix(
            when.years,
            (
                (when.module_output, c.z, np.arange(c.z.shape[1]), 1.0),
                (when.retired, c.w, np.arange(c.w.shape[1]), -1.0),
            ),
            (c.z.shape[1], width),
        ),
    )


def _matrix(
    pairs: Pairs, families: tuple[tuple[Floats, Ints, Ints, float], ...], shape: tuple[int, int]
) -> sparse.csr_matrix:
    """Row (y, at[j]) of ``weight[j, i] * decision[node i, j]`` over the families, for their weight, decisions and at. (Y * J, V)."""
    row, column, value = [], [], []
    for weight, decision, at, sign in families:
        j, i = np.nonzero(weight)
        there = decision[pairs.node[i], j] >= 0
        row.append((pairs.below[i] * shape[0] + at[j])[there])
        column.append(decision[pairs.node[i], j][there])
        value.append(sign * weight[j, i][there])
    entries = (np.concatenate(value), (np.concatenate(row), np.concatenate(column)))
    return sparse.csr_matrix(entries, shape=(pairs.count * shape[0], shape[1]))


def decisions_at(columns: tuple[Ints, Ints, Ints, Ints], d: Decisions, width: int) -> Floats:
    """The point that carries decisions. Shape (V,)."""
    point = np.zeros(width)
    for at, wanted in zip(columns, (d.commit, d.close, d.build, d.retire), strict=True):
        point[at[at >= 0]] = wanted[at >= 0]
    return point
