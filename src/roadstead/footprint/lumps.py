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
    from roadstead.footprint.timing import Timing
    from roadstead.futures.prospect import Prospect
    from roadstead.terms.arrays import Flags, Floats, Ints, Shorts

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
    if not p.labels.option:
        return sparse.csr_matrix((0, len(point)))
    use = sparse.csr_matrix(
        (p.resources.use_amount, (p.resources.use_resource, p.resources.use_arc)),
        shape=(len(p.labels.resource), len(p.arcs.cell)),
    )
    sold = np.where(c.q >= 0, point[c.q], 0.0)
    beyond = sold.sum(-1, keepdims=True) - np.cumsum(sold, axis=-1)
    flow, ceiling = np.where(c.x >= 0, point[c.x], 0.0), reached(p)
    sent_into, car_use = least_use(use, p.arcs.supply_option, p.arcs.cell, p.resources.option, len(p.labels.cell))
    gate = p.resources.option
    sizes = (p.resources.usable * p.resources.size) / CARS
    lumpy = in_lumps(p, whole.timing) & (sizes > 0) & (c.o[:, gate] >= 0) & (c.k >= 0)
    rows, columns, values, count = [], [], [], 0
    for y in np.flatnonzero(lumpy.any(1)):
        mine = np.flatnonzero(lumpy[y])
        at = np.stack([c.o[y, gate[mine]], c.k[y, mine]], axis=1)
        sent = (sent_into @ flow[y]).reshape(car_use.shape)[mine]
        which, segment, right = broken_lumps(point[at], sizes[y, mine], car_use[mine], (sent, beyond[y]), ceiling[y])
        on_arcs, sales = left_sides(sent_into, car_use, mine[which], segment, c.q.shape[-1])
        each = np.arange(count, count + len(which))
        rows += [each[on_arcs[0]], each[sales[0]], np.repeat(each, 2)]
        columns += [c.x[y, on_arcs[1]], c.q[y, sales[1], sales[2]], at[which].ravel()]
        values += [on_arcs[2], -sales[3], -right.ravel()]
        count += len(which)
    row, column = (np.concatenate([np.zeros(0, dtype=np.int64), *part]) for part in (rows, columns))
    there = column >= 0
    entries = np.concatenate([np.zeros(0), *values])[there]
    return sparse.csr_matrix((entries, (row[there], column[there])), shape=(count, len(point)))


def in_lumps(p: Prospect, when: Timing) -> Flags:
    """Where only whole modules are at work, and nothing beside them. Shape (Y, R)."""
    res = p.resources
    in_part = (when.years.by_year((when.module_output % 1 > 0) | (when.retired % 1 > 0)) > 0) | (res.existing % 1 > 0)
    return np.asarray(~in_part & res.whole & (res.option >= 0) & (res.free <= 0))


def least_use(
    use: sparse.csr_matrix, supply: Ints, arc_cell: Ints, line: Ints, cells: int
) -> tuple[sparse.csr_matrix, Floats]:
    """What adds flows up to the cars into each cell on arcs of a resource's line, and the least of the resource that such a car uses.

    Shapes (R * C, A), (R, C).
    """
    by_cell, found = np.zeros((use.shape[0], cells)), []
    for r in np.flatnonzero(line >= 0):
        arcs, amount = use.indices[use.indptr[r] : use.indptr[r + 1]], use.data[use.indptr[r] : use.indptr[r + 1]]
        mine = (amount > 0) & (supply[arcs] == line[r])
        arcs, alpha = arcs[mine], np.full(cells, np.inf)
        np.minimum.at(alpha, arc_cell[arcs], amount[mine])
        by_cell[r] = np.where(np.isinf(alpha), 0.0, alpha)
        found.append(np.stack([r * cells + arc_cell[arcs], arcs]))
    row, arc = np.concatenate([np.zeros((2, 0), dtype=np.int64), *found], axis=1)
    return sparse.csr_matrix((np.ones(len(arc)), (row, arc)), (by_cell.size, len(arc_cell))), by_cell


def left_sides(
    sent_into: sparse.csr_matrix, car_use: Floats, resource: Ints, segment: Ints | Shorts, segments: int
) -> tuple[tuple[Ints, Ints, Floats], tuple[Ints, Ints, Ints, Floats]]:
    """What stands on the left side of cuts, entry by entry, from the resource and j(c) of each, -1 for cells not in T.

    Cut, arc and alpha of every flow that is added; cut, cell, segment and alpha of every sale that is taken off.
    """
    cut, cell = np.nonzero(segment >= 0)
    alpha, row = car_use[resource[cut], cell], resource[cut] * car_use.shape[1] + cell
    begin, many = sent_into.indptr[row], np.diff(sent_into.indptr)[row]
    pair = np.repeat(np.arange(len(row)), many)
    arc = sent_into.indices[np.repeat(begin - np.cumsum(many) + many, many) + np.arange(len(pair))]
    sold, beyond = np.nonzero(np.arange(segments) > segment[cut, cell][:, None])
    return (cut[pair], arc, alpha[pair]), (cut[sold], cell[sold], beyond, alpha[sold])


def right_sides(full: Floats, size: Floats) -> tuple[Floats, Floats]:
    """What stands before o and k on the right side, from what T uses in full (B) and the size of a module."""
    modules = np.ceil(full / size)
    last = full - size * (modules - 1)
    return full - last * modules, last


def broken_lumps(
    state: Floats, size: Floats, alpha: Floats, flows: tuple[Floats, Floats], ceiling: Floats
) -> tuple[Ints, Ints, Floats]:
    """For every resource the cut that a state and its flows break most, where they break one.

    ``state``: what is open and at work; ``flows``: what is sent and what is sold beyond each segment. Gives the resources, j(c) of
    every cell, -1 for those not in T, and what stands before o and k on the right side.
    Shapes (R, 2), (R,), (R, C), (R, C) and (C, S), (C, S) -> (L,), (L, C), (L, 2).
    """
    is_open, at_work = state.T
    share = at_work / np.maximum(is_open, NEAR_WHOLE) % 1.0
    worth_it = (is_open >= NEAR_WHOLE) & (at_work >= NEAR_WHOLE) & (share > NEAR_WHOLE) & (share < 1.0 - NEAR_WHOLE)
    some = np.flatnonzero(worth_it)
    # Given the modules, a cell belongs to T where it adds more to the left side than to the right: never where nothing is sent.
    row, cell = np.nonzero(flows[0][some] > 0)
    sent, use = flows[0][some[row], cell][:, None] - flows[1][cell], alpha[some[row], cell]
    adds = use[:, None] * (sent - (is_open * share)[some[row], None] * ceiling[cell])  # one row a resource and cell
    segment = adds.argmax(-1)
    inside = np.flatnonzero(adds.max(-1, initial=0.0) > 0)
    row, cell, segment, use = row[inside], cell[inside], segment[inside], use[inside]
    full = np.bincount(row, use * ceiling[cell, segment], len(some)).astype(np.float64)
    left = np.bincount(row, use * sent[inside, segment], len(some))
    right = np.stack(right_sides(full, size[some]), axis=1)
    broken = left - (right * state[some]).sum(-1) > LEAST
    chosen = np.full((len(some), alpha.shape[1]), -1)
    chosen[row, cell] = segment
    return some[broken], chosen[broken], right[broken]


def _widened(rows: sparse.csr_matrix, width: int) -> sparse.csr_matrix:
    """The same rows over more columns."""
    return sparse.csr_matrix((rows.data, rows.indices, rows.indptr), shape=(rows.shape[0], width))
