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

from roadstead.footprint.linking import LEAST

if TYPE_CHECKING:
    from roadstead.footprint.timing import Timing
    from roadstead.futures.prospect import Prospect
    from roadstead.terms.arrays import Flags, Floats, Ints, Shorts

NEAR_WHOLE = 1e-4
"""Modules by which a number must differ from a whole one."""


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
    sent_into: sparse.csr_matrix, car_use: Floats, lines: Ints, segment: Ints | Shorts, segments: int
) -> tuple[tuple[Ints, Ints, Floats], tuple[Ints, Ints, Ints, Floats]]:
    """What stands on the left side of cuts, entry by entry, from the resources and j(c) of each, -1 for no second line and for cells not in T.

    Shapes of lines (L, 2), of segment (L, C). Cut, arc and alpha of every flow that is added; cut, cell, segment and alpha of every sale that is taken off.
    """
    cut, cell = np.nonzero(segment >= 0)
    alpha = least_of_lines(car_use, lines, cut, cell)
    each = [np.flatnonzero(lines[cut, i] >= 0) for i in range(lines.shape[1])]
    entry = np.concatenate(each)
    line = np.concatenate([lines[cut[some], i] for i, some in enumerate(each)])
    row = line * car_use.shape[1] + cell[entry]
    begin, many = sent_into.indptr[row], np.diff(sent_into.indptr)[row]
    pair = np.repeat(entry, many)
    arc = sent_into.indices[np.repeat(begin - np.cumsum(many) + many, many) + np.arange(len(pair))]
    sold, beyond = np.nonzero(np.arange(segments) > segment[cut, cell][:, None])
    return (cut[pair], arc, alpha[pair]), (cut[sold], cell[sold], beyond, alpha[sold])


def alone(resource: Ints) -> Ints:
    """Cuts of one line each. Shape (L,) -> (L, 2)."""
    return np.stack([resource, np.full(len(resource), -1)], axis=1)


def least_of_lines(car_use: Floats, lines: Ints, cut: Ints, cell: Ints) -> Floats:
    """The least that a car into a cell uses of any resource of a cut, entry by entry; none where none of them serves it.

    Shapes (R, C), (L, 2), (E,), (E,) -> (E,).
    """
    line = lines[cut]
    each = np.where(line >= 0, car_use[line, cell[:, None]], 0.0)
    least = np.where(each > 0, each, np.inf).min(1)
    return np.where(np.isinf(least), 0.0, least)


def right_sides(full: Floats, size: Floats) -> tuple[Floats, Floats]:
    """What stands before o and k on the right side, from what T uses in full (B) and the size of a module."""
    modules = np.ceil(full / size)
    last = full - size * (modules - 1)
    return full - last * modules, last


def broken_lumps(
    state: Floats, size: Floats, alpha: Floats, flows: tuple[Floats, Floats], ceiling: Floats
) -> tuple[Ints, Ints]:
    """For every resource the cut that a state and its flows break most, where they break one.

    ``state``: what is open and at work; ``flows``: what is sent and what is sold beyond each segment. Gives the resources, j(c) of
    every cell, -1 for those not in T.
    Shapes (R, 2), (R,), (R, C), (R, C) and (C, S), (C, S) -> (L,), (L, C).
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
    return some[broken], chosen[broken]
