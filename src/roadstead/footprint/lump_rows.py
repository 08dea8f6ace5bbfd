"""Residual capacity cuts (F.28) and (F.30) as rows of a node-year's program: found where a state in part breaks them, kept warm, few.

A cut found is at work from the next solve on: near the end states change little, and a program solved twice takes twice as long.
What is worked out for one node-year alone takes longer to begin than to do, so right sides and broken cuts are worked out for some at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from roadstead.footprint.joint_lumps import Lines, broken_pairs, right_at
from roadstead.footprint.lump_prices import Lumps, hold, pairs_of
from roadstead.footprint.lumps import alone, broken_lumps, left_sides

if TYPE_CHECKING:
    from collections.abc import Sequence

    import highspy

    from roadstead.footprint.operations import Operations
    from roadstead.footprint.states import States
    from roadstead.terms.arrays import Floats, Ints, Shorts

KEPT = 96
"""Rows of one program, beyond which those longest without a price go."""


class LumpRows:
    """The cuts of one program: its years share the left sides, each has its own right sides at every state (``limits``)."""

    def __init__(self, ops: Operations, arcs: Ints, segments: Ints) -> None:
        """``arcs``, ``segments``: those that are columns of the program, which begin with them."""
        self.ops, self.arcs = ops, arcs
        self._cell, self._segment = np.divmod(segments, max(ops.width.shape[-1], 1))
        self._of_arc, self._of_sale = np.full(ops.arc_gain.shape[1], -1), np.full(ops.width.shape[1:], -1)
        self._of_arc[arcs] = np.arange(len(arcs))
        self._of_sale[self._cell, self._segment] = len(arcs) + np.arange(len(segments))
        self.lines = np.zeros((0, 2), dtype=np.int64)
        self.cells = np.zeros((0, len(ops.cell_gate)), dtype=np.int8)
        self._idle = np.zeros(0, dtype=np.int64)

    @property
    def count(self) -> int:
        """Rows at work."""
        return len(self.lines)

    def flows(self, point: Floats) -> tuple[Floats, Floats]:
        """What a point sends into cells on arcs of each resource's line, and sells beyond each segment. Shapes (R, C), (C, S)."""
        ops = self.ops
        flow, sold = np.zeros(ops.arc_gain.shape[1]), np.zeros(ops.width.shape[1:])
        flow[self.arcs] = point[: len(self.arcs)]
        sold[self._cell, self._segment] = point[len(self.arcs) : len(self.arcs) + len(self._cell)]
        beyond = sold.sum(-1, keepdims=True) - np.cumsum(sold, axis=-1)
        return (ops.sent_into @ flow).reshape(ops.car_use.shape), beyond

    def add(self, solver: highspy.Highs, lines: Ints, cells: Shorts) -> None:
        """Put cuts into the solver; their right sides follow with the state."""
        ops, count = self.ops, len(lines)
        if not count:
            return
        sent, sold = left_sides(ops.sent_into, ops.car_use, lines, cells, ops.width.shape[-1])
        row = np.concatenate([sent[0], sold[0]])
        column = np.concatenate([self._of_arc[sent[1]], self._of_sale[sold[1], sold[2]]])
        value = np.concatenate([sent[2], -sold[3]])
        order = np.argsort(row, kind="stable")
        order = order[column[order] >= 0]
        starts = np.searchsorted(row[order], np.arange(count))
        high = np.full(count, np.inf)
        solver.addRows(
            count, -high, high, len(order), starts.astype(np.int32), column[order].astype(np.int32), value[order]
        )
        self.lines, self.cells = np.concatenate([self.lines, lines]), np.concatenate([self.cells, cells])
        self._idle = np.append(self._idle, np.zeros(count, dtype=np.int64))

    def priced(self, dual: Floats, right: Floats, at: int) -> Lumps:
        """The cuts that have a price, as those of row ``at``, with what stood on their ``right``."""
        paid = dual > 0
        self._idle = np.where(paid, 0, self._idle + 1)
        row = np.full(int(paid.sum()), at)
        return Lumps(row, self.lines[paid], self.cells[paid], right[paid], dual[paid])

    def purge(self, solver: highspy.Highs, begin: int) -> None:
        """Drop the rows longest without a price where there are too many. They stand from ``begin`` on."""
        if self.count <= KEPT:
            return
        kept = np.sort(np.argsort(self._idle, kind="stable")[: KEPT // 2])
        gone = np.setdiff1d(np.arange(self.count), kept)
        solver.deleteRows(len(gone), (begin + gone).astype(np.int32))
        self.lines, self.cells, self._idle = self.lines[kept], self.cells[kept], self._idle[kept]


def stands(ops: Operations, states: States, year: Ints, lines: Ints) -> Floats:
    """What is open and at work of the lines of cuts, each in a node-year. Shapes (L,), (L, 2) -> (L, 2, 2)."""
    at = year[:, None]
    return np.stack([states.is_open[at, ops.resource_gate[lines]], states.at_work[at, lines]], axis=-1)


def limits(every: Sequence[LumpRows], ops: Operations, states: States) -> list[tuple[Floats, Floats]]:
    """Right sides of the rows of some programs, each for a node-year at its state; and what stands there before what is open and at work.

    Of two lines the least there is; without a limit where modules are not at work in whole ones. Shapes (L,), (L, 4).
    """
    count = [rows.count for rows in every]
    turn = np.repeat(np.arange(len(every)), count)
    lines, cells = (np.concatenate([getattr(rows, name) for rows in every]) for name in ("lines", "cells"))
    asked = Lumps(turn, lines, cells, np.zeros((len(turn), 4)), np.ones(len(turn)))
    pairs, state = pairs_of(ops, asked), stands(ops, states, turn, lines)
    constant, right = right_at(pairs, lines, state)
    found = np.where(hold(ops, asked, pairs), constant + (right * state.reshape(-1, 4)).sum(-1), np.inf)
    ends = np.cumsum(count)[:-1]
    return list(zip(np.split(found, ends), np.split(right, ends), strict=True))


def broken(ops: Operations, states: States, flows: Sequence[tuple[Floats, Floats]]) -> list[tuple[Ints, Shorts]]:
    """Lines, and j(c) of all cells, of cuts that the flows of node-years break at their states (``LumpRows.flows``)."""
    sent, beyond = np.stack([part for part, _ in flows]), np.stack([part for _, part in flows])
    whole, ceiling = ops.lumpy & (ops.reach > 0), np.cumsum(ops.width, axis=-1)
    state = np.stack([states.is_open[:, ops.resource_gate], states.at_work], axis=-1)
    lines = Lines(state, ops.reach, ops.most, whole, ops.car_use, ops.resource_gate)
    year, pair, of_pair = broken_pairs(lines, (sent, beyond), ceiling)
    found = []
    for y in range(ops.count):
        mine = np.flatnonzero(whole[y])
        which, segment = broken_lumps(
            state[y, mine], ops.reach[y, mine], ops.car_use[mine], (sent[y, mine], beyond[y]), ceiling[y]
        )
        both = np.concatenate([alone(mine[which]), pair[year == y]])
        found.append((both, np.concatenate([segment, of_pair[year == y]]).astype(np.int8)))
    return found
