"""A relaxed program with the residual capacity cuts it breaks, of one line (F.28) and of two (F.30), as rows: found round by round."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from roadstead.footprint.columns import CARS, most_modules
from roadstead.footprint.joint_lumps import Lines, Pairs, broken_pairs, right_at
from roadstead.footprint.linking import broken_cuts, cut_rows, reached
from roadstead.footprint.lumps import alone, broken_lumps, in_lumps, least_of_lines, least_use, left_sides
from roadstead.footprint.program import tightened
from roadstead.terms.arrays import in_turn

if TYPE_CHECKING:
    from roadstead.footprint.extensive import Answer, WarmProgram
    from roadstead.footprint.formulation import Formulation
    from roadstead.footprint.program import Program
    from roadstead.futures.prospect import Prospect
    from roadstead.terms.arrays import Floats, Ints

ROUNDS = 12
"""Rounds of cuts at most."""


def strengthened(
    prospect: Prospect, whole: Formulation, warm: WarmProgram, program: Program, relaxed: Answer
) -> tuple[Program, Answer]:
    """The program and its relaxation with cuts (F.28) and (F.30), and with those of (F.14) that are broken then."""
    for _ in range(ROUNDS):
        if relaxed.point is None:
            break
        linking = broken_cuts(prospect, whole.columns, relaxed.point)
        lumps, high = lump_rows(prospect, whole, relaxed.point)
        if not len(high):
            break
        links = _widened(cut_rows(prospect, whole.columns, linking), len(relaxed.point))
        both, high = sparse.vstack([lumps, links]).tocsr(), np.append(high, np.zeros(links.shape[0]))
        program = tightened(program, both, high)
        warm.add_rows(both, high)
        relaxed = warm.solve()
    return program, relaxed


def lump_rows(prospect: Prospect, whole: Formulation, point: Floats) -> tuple[sparse.csr_matrix, Floats]:
    """For every resource, pair of them and node-year the cut a point breaks most, over the program's columns, and what it is at most."""
    p, c = prospect, whole.columns
    rows, high = [sparse.csr_matrix((0, len(point)))], [np.zeros(0)]
    if p.labels.option:
        use = sparse.csr_matrix(
            (p.resources.use_amount, (p.resources.use_resource, p.resources.use_arc)),
            shape=(len(p.labels.resource), len(p.arcs.cell)),
        )
        sides = least_use(use, p.arcs.supply_option, p.arcs.cell, p.resources.option, len(p.labels.cell))
        for some in in_turn(len(c.x)):
            found = _of_years(p, whole, point, np.arange(len(c.x))[some], sides)
            rows.append(found[0])
            high.append(found[1])
    return sparse.vstack(rows).tocsr(), np.concatenate(high)


def _of_years(
    p: Prospect, whole: Formulation, point: Floats, years: Ints, sides: tuple[sparse.csr_matrix, Floats]
) -> tuple[sparse.csr_matrix, Floats]:
    """The cuts of some node-years. ``sides``: what adds flows up, and what a car uses (``least_use``)."""
    c, (sent_into, car_use) = whole.columns, sides
    gate, ceiling = p.resources.option, reached(p)[years]
    sold = np.where(c.q[years] >= 0, point[c.q[years]], 0.0)
    beyond = sold.sum(-1, keepdims=True) - np.cumsum(sold, axis=-1)
    flow = np.where(c.x[years] >= 0, point[c.x[years]], 0.0)
    sent = (sent_into @ flow.T).T.reshape(len(years), *car_use.shape)
    size, most = (p.resources.usable * p.resources.size)[years] / CARS, most_modules(p)[years]
    columns = np.stack([c.o[years][:, gate], c.k[years]], axis=-1)
    state = np.where(columns >= 0, point[columns], 0.0)
    lumpy = in_lumps(p, whole.timing)[years] & (size > 0) & (columns >= 0).all(-1)
    of_pairs = broken_pairs(Lines(state, size, most, lumpy, car_use, gate), (sent, beyond), ceiling)
    parts = [of_pairs]
    for y in range(len(years)):
        mine = np.flatnonzero(lumpy[y])
        flows = sent[y, mine], beyond[y]
        which, segment = broken_lumps(state[y, mine], size[y, mine], car_use[mine], flows, ceiling[y])
        parts.append((np.full(len(which), y), alone(mine[which]), segment))
    year, lines, segment = (np.concatenate(part) for part in zip(*parts, strict=True))
    cut, cell = np.nonzero(segment >= 0)
    use = least_of_lines(car_use, lines, cut, cell) * ceiling[year[cut], cell, segment[cut, cell]]
    full = np.bincount(cut, use, len(year)).astype(np.float64)
    at = year[:, None], lines
    constant, right = right_at(Pairs(full, size[at], most[at]), lines, state[at])
    on_arcs, sales = left_sides(sent_into, car_use, lines, segment, c.q.shape[-1])
    which, nth = np.nonzero(lines >= 0)
    row = np.concatenate([on_arcs[0], sales[0], which, which])
    of_state = columns[year[which], lines[which, nth]]
    column = np.concatenate(
        [c.x[years[year[on_arcs[0]]], on_arcs[1]], c.q[years[year[sales[0]]], sales[1], sales[2]], *of_state.T]
    )
    value = np.concatenate([on_arcs[2], -sales[3], -right[which, 2 * nth], -right[which, 2 * nth + 1]])
    kept = column >= 0
    matrix = sparse.csr_matrix((value[kept], (row[kept], column[kept])), shape=(len(year), len(point)))
    return matrix, constant


def _widened(rows: sparse.csr_matrix, width: int) -> sparse.csr_matrix:
    """The same rows over more columns."""
    return sparse.csr_matrix((rows.data, rows.indices, rows.indptr), shape=(rows.shape[0], width))
