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
    shut = np.broadcast_to(when.reaches[None], when.option_open.shape)
    return StateMap(
        option_start=initially_open(prospect),
        module_start=prospect.resources.existing,
        option=_matrix(((when.option_open, c.u, 1.0), (shut, c.v, -1.0)), width),
        module=_matrix(((when.module_output, c.z, 1.0), (when.retired, c.w, -1.0)), width),
    )


def _matrix(families: tuple[tuple[Floats, Ints, float], ...], width: int) -> sparse.csr_matrix:
    """Row (y, j) of ``weight[j, y, n] * decision[n, j]`` over the families. Shape (Y * J, V)."""
    row, column, value = [], [], []
    for weight, at, sign in families:
        j, y, n = np.nonzero(weight)
        there = at[n, j] >= 0
        row.append((y * weight.shape[0] + j)[there])
        column.append(at[n, j][there])
        value.append(sign * weight[j, y, n][there])
    shape = (families[0][0].shape[0] * families[0][0].shape[1], width)
    entries = (np.concatenate(value), (np.concatenate(row), np.concatenate(column)))
    return sparse.csr_matrix(entries, shape=shape)


def decisions_at(columns: tuple[Ints, Ints, Ints, Ints], d: Decisions, width: int) -> Floats:
    """The point that carries decisions. Shape (V,)."""
    point = np.zeros(width)
    for at, wanted in zip(columns, (d.commit, d.close, d.build, d.retire), strict=True):
        point[at[at >= 0]] = wanted[at >= 0]
    return point
