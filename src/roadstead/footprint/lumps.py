r"""Capacity comes in lumps: cuts that keep a share of a module from serving whole cells, found where a fraction breaks them.

For a resource that whole modules of s units build under an option d, a set T of cells, and a segment j(c) of each, let
:math:`\alpha_c` be the least a car for the cell uses, :math:`B = \sum_{c \in T} \alpha_c W_{c j(c)}` what the segments up to j(c)
use in full, :math:`m = \lceil B / s \rceil` the modules for that, and :math:`\rho = B - s (m - 1)` what the last of them adds. Then

.. math::
    \sum_{c \in T} \alpha_c \Bigl(\sum_{a \in c,\, d(a) = d} x_a - \sum_{s > j(c)} q_{cs}\Bigr) \;\le\; B\, o_d - \rho\, (m\, o_d - k)   \qquad (F.28)

holds in every plan. The left side is at most B (F.14), and at most s k (F.10): with m modules or more the first is enough; with
one fewer the right side is :math:`s (m - 1)`, and with every further one it falls by :math:`\rho \le s`. Between m - 1 and m modules
it is less than either: residual capacity cuts (Magnanti, Mirchandani and Vachani, *Mathematical Programming* 60, 1993), by segment.
On frozen problems of 15 nodes they close half of what (F.14) leaves open. Only whole modules at work break them apart, so they stand
where none is at work in part, growing or retired.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from roadstead.footprint.columns import CARS
from roadstead.footprint.linking import LEAST, broken_cuts, cut_rows, reached
from roadstead.footprint.program import tightened

if TYPE_CHECKING:
    from roadstead.footprint.extensive import Answer, WarmProgram
    from roadstead.footprint.formulation import Formulation
    from roadstead.footprint.program import Program
    from roadstead.futures.prospect import Prospect
    from roadstead.terms.arrays import Flags, Floats, Ints

ROUNDS = 12
"""Rounds of cuts at most."""
NEAR_WHOLE = 1e-4
"""Modules by which a number must differ from a whole one."""


def strengthened(
    prospect: Prospect, whole: Formulation, warm: WarmProgram, program: Program, relaxed: Answer
) -> tuple[Program, Answer]:
    """The program and its relaxation with cuts (F.28), and with those of (F.14) that are broken then."""
    for _ in range(ROUNDS):
        if relaxed.point is None:
            break
        linking = broken_cuts(prospect, whole.columns, relaxed.point)
        rows = [lump_rows(prospect, whole, relaxed.point)]
        if not rows[0].shape[0]:
            break
        rows += [_widened(cut_rows(prospect, whole.columns, linking), len(relaxed.point))]
        both = sparse.vstack(rows).tocsr()
        program = tightened(program, both)
        warm.add_rows(both)
        relaxed = warm.solve()
    return program, relaxed


def lump_rows(prospect: Prospect, whole: Formulation, point: Floats) -> sparse.csr_matrix:
    """For every resource and node-year the cut a point breaks most, over the program's columns, each at most zero."""
    p, c = prospect, whole.columns
    use = sparse.csr_matrix(
        (p.resources.use_amount, (p.resources.use_resource, p.resources.use_arc)),
        shape=(len(p.labels.resource), len(p.arcs.cell)),
    )
    sold = np.where(c.q >= 0, point[c.q], 0.0)
    beyond = sold.sum(-1, keepdims=True) - np.cumsum(sold, axis=-1)
    flow, ceiling = np.where(c.x >= 0, point[c.x], 0.0), reached(p)
    lumpy = _in_lumps(p, whole)
    found: list[tuple[Ints, Floats]] = []
    for r in np.flatnonzero(lumpy.any(0)):
        arcs, amount = use.indices[use.indptr[r] : use.indptr[r + 1]], use.data[use.indptr[r] : use.indptr[r + 1]]
        mine = (amount > 0) & (p.arcs.supply_option[arcs] == p.resources.option[r])
        arcs, alpha = arcs[mine], np.full(len(p.labels.cell), np.inf)
        np.minimum.at(alpha, p.arcs.cell[arcs], amount[mine])
        alpha[np.isinf(alpha)] = 0.0
        sent = np.zeros(beyond.shape[:2])
        np.add.at(sent.T, p.arcs.cell[arcs], flow[:, arcs].T)
        size = (p.resources.usable * p.resources.size)[:, r] / CARS
        for y in np.flatnonzero(lumpy[:, r] & (size > 0)):
            at = c.o[y, p.resources.option[r]], c.k[y, r]
            if min(at) < 0:
                continue
            cut = _broken(point[list(at)], size[y], alpha, sent[y][:, None] - beyond[y], ceiling[y])
            if cut is not None:
                cells, segments, of_option, of_modules = cut
                columns, values = _flows(p, whole, int(y), arcs, alpha, cells, segments)
                found.append((np.append(columns, at), np.append(values, [of_option, of_modules])))
    starts = np.cumsum([0, *(len(columns) for columns, _ in found)])
    entries = [
        np.concatenate(part) if found else np.zeros(0) for part in ([v for _, v in found], [k for k, _ in found])
    ]
    return sparse.csr_matrix((entries[0], entries[1].astype(np.int64), starts), shape=(len(found), len(point)))


def _in_lumps(p: Prospect, whole: Formulation) -> Flags:
    """Where only whole modules are at work, and nothing beside them. Shape (Y, R)."""
    when, res = whole.timing, p.resources
    in_part = (when.years.by_year((when.module_output % 1 > 0) | (when.retired % 1 > 0)) > 0) | (res.existing % 1 > 0)
    return np.asarray(~in_part & res.whole & (res.option >= 0) & (res.free <= 0))


def _broken(
    state: Floats, size: float, alpha: Floats, sent: Floats, ceiling: Floats
) -> tuple[Ints, Ints, float, float] | None:
    """Cells, their segments, and what stands before o and k, of the cut that a state breaks most; None where it breaks none."""
    is_open, at_work = state
    if is_open < NEAR_WHOLE or at_work < NEAR_WHOLE:
        return None
    share = at_work / is_open % 1.0
    if not NEAR_WHOLE < share < 1.0 - NEAR_WHOLE:
        return None
    # Given the modules, a cell belongs to T where it adds more to the left side than to the right. Shape (C, S).
    adds = alpha[:, None] * (sent - is_open * share * ceiling)
    segment = adds.argmax(-1)
    cells = np.flatnonzero(adds.max(-1) > 0)
    segments = segment[cells]
    full = float(alpha[cells] @ ceiling[cells, segments])
    modules = np.ceil(full / size)
    last = full - size * (modules - 1)
    of_option, of_modules = last * modules - full, -last
    left = float(alpha[cells] @ sent[cells, segments]) + of_option * is_open + of_modules * at_work
    return (cells, segments, of_option, of_modules) if left > LEAST else None


def _flows(
    p: Prospect, whole: Formulation, y: int, arcs: Ints, alpha: Floats, cells: Ints, segments: Ints
) -> tuple[Ints, Floats]:
    """Columns of the left side, and what stands before them."""
    c = whole.columns
    chosen = arcs[np.isin(p.arcs.cell[arcs], cells)]
    cell, segment = np.nonzero(np.arange(c.q.shape[-1])[None, :] > segments[:, None])
    columns = np.concatenate([c.x[y, chosen], c.q[y, cells[cell], segment]])
    values = np.concatenate([alpha[p.arcs.cell[chosen]], -alpha[cells[cell]]])
    return columns[columns >= 0], values[columns >= 0]


def _widened(rows: sparse.csr_matrix, width: int) -> sparse.csr_matrix:
    """The same rows over more columns."""
    return sparse.csr_matrix((rows.data, rows.indices, rows.indptr), shape=(rows.shape[0], width))
