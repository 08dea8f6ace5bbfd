"""A relaxed program with the residual capacity cuts it breaks, of one line (F.28) and of two (F.30), as rows: found round by round."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from roadstead.footprint.joint_lumps import right_at, right_of
from roadstead.footprint.linking import broken_cuts, cut_rows, joined, no_cuts
from roadstead.footprint.lump_prices import Lumps, all_lumps, in_force, no_lumps, pairs_of
from roadstead.footprint.lump_rows import broken, stands
from roadstead.footprint.lumps import left_sides
from roadstead.footprint.operations import offers
from roadstead.footprint.program import tightened
from roadstead.footprint.states import States
from roadstead.terms.arrays import in_turn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roadstead.footprint.extensive import Answer, WarmProgram
    from roadstead.footprint.formulation import Formulation
    from roadstead.footprint.linking import LinkingCuts
    from roadstead.footprint.operations import Offered, Operations
    from roadstead.footprint.program import Program
    from roadstead.futures.prospect import Prospect
    from roadstead.futures.tree import ScenarioTree
    from roadstead.terms.arrays import Floats, Ints

ROUNDS = 12
"""Rounds of cuts at most."""


@dataclass(frozen=True, slots=True)
class Strengthened:
    """A program with more cuts, and where its relaxation ended.

    Attributes
    ----------
    program, relaxed
        With all of them as rows, and the answer.
    price
        Of the rows that were there before. Shape (W,).
    links, link_price
        Segment linking (F.14) found on the way, with a price. Shape of prices (L,).
    lumps
        Residual capacity cuts that have a price, as rows of this program have.
    """

    program: Program
    relaxed: Answer
    price: Floats | None
    links: LinkingCuts
    link_price: Floats
    lumps: Lumps


def strengthened(
    tree: ScenarioTree, prospect: Prospect, whole: Formulation, warm: WarmProgram, program: Program, relaxed: Answer
) -> Strengthened:
    """The program and its relaxation with cuts (F.28) and (F.30), and with those of (F.14) that are broken then."""
    offered, before = offers(tree, prospect), len(program.low)
    links, lumps, of_links = [no_cuts(prospect)], [no_lumps(len(prospect.labels.cell))], [np.zeros(0, dtype=bool)]
    for _ in range(ROUNDS):
        if relaxed.point is None:
            break
        linking = broken_cuts(prospect, whole.columns, relaxed.point)
        found = broken_lumps_at(offered, whole, relaxed.point)
        if not found.count:
            break
        rows, high = lump_rows(offered, whole, found)
        more = cut_rows(prospect, whole.columns, linking)
        both = sparse.vstack([_widened(part, len(relaxed.point)) for part in (rows, more)]).tocsr()
        high = np.append(high, np.zeros(more.shape[0]))
        program = tightened(program, both, high)
        warm.add_rows(both, high)
        relaxed = warm.solve()
        links, lumps = [*links, linking], [*lumps, found]
        of_links.append(np.repeat([False, True], [found.count, linking.count]))
    if relaxed.price is None:
        return Strengthened(program, relaxed, None, links[0], np.zeros(0), lumps[0])
    price, linked, every = relaxed.price[before:], np.concatenate(of_links), links[0]
    for each in links[1:]:
        every = joined(every, each)
    paid = np.flatnonzero(price[linked] > 0)
    priced = replace(all_lumps(lumps), price=price[~linked])
    return Strengthened(
        program=program,
        relaxed=relaxed,
        price=relaxed.price[:before],
        links=every.some(paid),
        link_price=price[linked][paid],
        lumps=priced.some(np.flatnonzero(priced.price > 0)),
    )


def broken_lumps_at(offered: Offered, whole: Formulation, point: Floats) -> Lumps:
    """The cuts that a point of the program breaks most, of every line in part, alone and with others; they have no price yet."""
    c, found = whole.columns, [no_lumps(len(offered.none.cell_gate))]

    def at(columns: Ints) -> Floats:
        return np.where(columns >= 0, point[columns], 0.0)

    for years, ops in _in_turn(offered, whole):
        sold, flow = at(c.q[years]), at(c.x[years])
        beyond = sold.sum(-1, keepdims=True) - np.cumsum(sold, axis=-1)
        sent = (ops.sent_into @ flow.T).T.reshape(len(years), *ops.car_use.shape)
        none = np.zeros((len(years), 0))
        states = States(at(c.o[years]), at(c.k[years]), none, none)
        met = broken(ops, states, list(zip(sent, beyond, strict=True)))
        row = np.repeat(np.arange(len(years)), [len(lines) for lines, _ in met])
        lines, segment = (np.concatenate([each[i] for each in met]) for i in (0, 1))
        new = Lumps(row, lines, segment, np.zeros((len(row), 4)), np.zeros(len(row)))
        _, right = right_at(pairs_of(ops, new), lines, stands(ops, states, row, lines))
        found.append(replace(new, node_year=years[row], right=right))
    return all_lumps(found)


def lump_rows(offered: Offered, whole: Formulation, lumps: Lumps) -> tuple[sparse.csr_matrix, Floats]:
    """Cuts as rows over the program's columns, each at most what is given, in their order. Shapes (L, V), (L,)."""
    width = len(whole.program.gain)
    rows, high, place = [sparse.csr_matrix((0, width))], [np.zeros(0)], [np.zeros(0, dtype=np.int64)]
    for years, ops in _in_turn(offered, whole):
        mine = np.flatnonzero((lumps.node_year >= years[0]) & (lumps.node_year <= years[-1]))
        part = lumps.some(mine)
        matrix, constant = _of_years(ops, whole, replace(part, node_year=part.node_year - years[0]), years)
        rows.append(matrix)
        high.append(constant)
        place.append(mine)
    order = np.argsort(np.concatenate(place))
    return sparse.vstack(rows).tocsr()[order], np.concatenate(high)[order]


def lumps_in_force(offered: Offered, whole: Formulation, lumps: Lumps) -> Lumps:
    """Those with a price that every plan of the program keeps, whatever is said."""
    kept = [no_lumps(len(offered.none.cell_gate))]
    for years, ops in _in_turn(offered, whole):
        kept.append(in_force(ops, lumps.of_years(years)).among(years))
    return all_lumps(kept)


def _in_turn(offered: Offered, whole: Formulation) -> Iterator[tuple[Ints, Operations]]:
    """Node-years one after the other, not too many at once, with lines cut by whole modules where their columns say how many; none without options."""
    if not offered.none.options:
        return
    for some in in_turn(offered.count):
        years = np.arange(offered.count)[some]
        ops, c = offered.of_years(years), whole.columns
        there = (c.o[years][:, ops.resource_gate] >= 0) & (c.k[years] >= 0)
        yield years, replace(ops, lumpy=ops.lumpy & there)


def _of_years(ops: Operations, whole: Formulation, lumps: Lumps, years: Ints) -> tuple[sparse.csr_matrix, Floats]:
    """The rows of cuts of some node-years, by which they are numbered."""
    c, lines, year = whole.columns, lumps.lines, lumps.node_year
    columns = np.stack([c.o[years][:, ops.resource_gate], c.k[years]], axis=-1)
    constant, right = right_of(pairs_of(ops, lumps), lines, lumps.right)
    on_arcs, sales = left_sides(ops.sent_into, ops.car_use, lines, lumps.segment, c.q.shape[-1])
    which, nth = np.nonzero(lines >= 0)
    row = np.concatenate([on_arcs[0], sales[0], which, which])
    of_state = columns[year[which], lines[which, nth]]
    column = np.concatenate(
        [c.x[years[year[on_arcs[0]]], on_arcs[1]], c.q[years[year[sales[0]]], sales[1], sales[2]], *of_state.T]
    )
    value = np.concatenate([on_arcs[2], -sales[3], -right[which, 2 * nth], -right[which, 2 * nth + 1]])
    kept = column >= 0
    matrix = sparse.csr_matrix((value[kept], (row[kept], column[kept])), shape=(len(year), len(whole.program.gain)))
    return matrix, constant


def _widened(rows: sparse.csr_matrix, width: int) -> sparse.csr_matrix:
    """The same rows over more columns."""
    return sparse.csr_matrix((rows.data, rows.indices, rows.indptr), shape=(rows.shape[0], width))
