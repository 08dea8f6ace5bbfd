r"""An upper bound on every plan by weak duality: any row prices give one, and no solver is believed.

.. math::
    \max_x \{c x : l \le A x \le h,\ f \le x \le g\} \;\le\;
    \sum_i \max(\lambda_i l_i, \lambda_i h_i) + \sum_j \max(d_j f_j, d_j g_j), \qquad d = c - \lambda A     \qquad (F.13)

holds for every :math:`\lambda` (finite where a row or column has no bound on the side its price points to), so prices a
solver returned may be wrong and the bound still holds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from roadstead.footprint.program import Program
    from roadstead.terms.arrays import Floats

DUST = 1e-12


def weak_duality(program: Program, price: Floats) -> float:
    """The bound (F.13) that row prices prove, in the program's unit; infinite where they prove none."""
    # A price that points to a side without a bound is set to nothing, which is always allowed.
    price = np.where((price > 0) & ~np.isfinite(program.high), 0.0, price)
    price = np.where((price < 0) & ~np.isfinite(program.low), 0.0, price)
    rows = np.where(price > 0, price * _finite(program.high), price * _finite(program.low))
    reduced = program.gain - program.matrix.T @ price
    reduced[np.abs(reduced) < DUST] = 0.0
    open_ended = (reduced > 0) & ~np.isfinite(program.ceiling)
    if np.any(open_ended):
        return float("inf")
    columns = np.where(reduced > 0, reduced * _finite(program.ceiling), reduced * program.floor)
    return float(rows.sum() + columns.sum()) + program.constant


def _finite(bound: Floats) -> Floats:
    return np.where(np.isfinite(bound), bound, 0.0)
