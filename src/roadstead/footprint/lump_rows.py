"""Residual capacity cuts (F.28) as rows of a node-year's program: found where a state in part breaks them, kept warm, few.

A cut found is at work from the next solve on: near the end states change little, and a program solved twice takes twice as long.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from roadstead.footprint.lump_prices import Lumps, terms
from roadstead.footprint.lumps import broken_lumps, left_sides

if TYPE_CHECKING:
    import highspy

    from roadstead.footprint.operations import Operations
    from roadstead.terms.arrays import Floats, Ints, Shorts

KEPT = 24
"""Rows of one program, beyond which those longest without a price go."""


class LumpRows:
    """The cuts of one node's program: its years share the left sides, each has its own right sides."""

    def __init__(self, ops: Operations, arcs: Ints, segments: Ints) -> None:
        """``arcs``, ``segments``: those that are columns of the program, which begin with them."""
        self.ops, self.arcs = ops, arcs
        self._cell, self._segment = np.divmod(segments, max(ops.width.shape[-1], 1))
        self._of_arc, self._of_sale = np.full(ops.arc_gain.shape[1], -1), np.full(ops.width.shape[1:], -1)
        self._of_arc[arcs] = np.arange(len(arcs))
        self._of_sale[self._cell, self._segment] = len(arcs) + np.arange(len(segments))
        self._ceiling = np.cumsum(ops.width, axis=-1)
        self._resource = np.zeros(0, dtype=np.int64)
        self._cells = np.zeros((0, len(ops.cell_gate)), dtype=np.int8)
        self._right = np.zeros((ops.count, 0, 2))
        self._holds = np.zeros((ops.count, 0), dtype=bool)
        self._idle = np.zeros(0, dtype=np.int64)

    @property
    def count(self) -> int:
        """Rows at work."""
        return len(self._resource)

    def limits(self, y: int, is_open: Floats, at_work: Floats) -> Floats:
        """Right sides at a state; none where modules are not at work in whole ones."""
        state = np.stack([is_open[self.ops.resource_gate[self._resource]], at_work[self._resource]], axis=1)
        return np.where(self._holds[y], (self._right[y] * state).sum(-1), np.inf)

    def broken(self, y: int, state: tuple[Floats, Floats], point: Floats) -> tuple[Ints, Shorts]:
        """Resources, and j(c) of all cells, of cuts that a point breaks at a state."""
        ops, (is_open, at_work) = self.ops, state
        lumpy = np.flatnonzero(ops.lumpy[y] & (ops.reach[y] > 0))
        flow, sold = np.zeros(ops.arc_gain.shape[1]), np.zeros(ops.width.shape[1:])
        flow[self.arcs] = point[: len(self.arcs)]
        sold[self._cell, self._segment] = point[len(self.arcs) : len(self.arcs) + len(self._cell)]
        beyond = sold.sum(-1, keepdims=True) - np.cumsum(sold, axis=-1)
        sent = (ops.sent_into @ flow).reshape(ops.car_use.shape)[lumpy]
        both = np.stack([is_open[ops.resource_gate[lumpy]], at_work[lumpy]], axis=1)
        size, alpha = ops.reach[y, lumpy], ops.car_use[lumpy]
        which, segment, _ = broken_lumps(both, size, alpha, (sent, beyond), self._ceiling[y])
        return lumpy[which], segment.astype(np.int8)

    def add(self, solver: highspy.Highs, resource: Ints, cells: Shorts) -> None:
        """Put cuts into the solver; their right sides follow with the state."""
        ops, count = self.ops, len(resource)
        if not count:
            return
        sent, sold = left_sides(ops.sent_into, ops.car_use, resource, cells, ops.width.shape[-1])
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
        self._resource, self._cells = np.append(self._resource, resource), np.concatenate([self._cells, cells])
        self._idle = np.append(self._idle, np.zeros(count, dtype=np.int64))
        year, each = np.repeat(np.arange(ops.count), count), np.tile(np.arange(count), ops.count)
        right = terms(ops, Lumps(year, resource[each], cells[each], np.ones(len(each))))
        self._right = np.concatenate([self._right, np.stack(right, axis=1).reshape(ops.count, count, 2)], axis=1)
        holds = ops.lumpy[:, resource] & (ops.reach[:, resource] > 0)
        self._holds = np.concatenate([self._holds, holds], axis=1)

    def priced(self, dual: Floats) -> tuple[Ints, Shorts, Floats]:
        """Resources, j(c) and prices of the cuts that have one."""
        paid = dual > 0
        self._idle = np.where(paid, 0, self._idle + 1)
        return self._resource[paid], self._cells[paid], dual[paid]

    def purge(self, solver: highspy.Highs, begin: int) -> None:
        """Drop the rows longest without a price where there are too many. They stand from ``begin`` on."""
        if self.count <= KEPT:
            return
        kept = np.sort(np.argsort(self._idle, kind="stable")[: KEPT // 2])
        gone = np.setdiff1d(np.arange(self.count), kept)
        solver.deleteRows(len(gone), (begin + gone).astype(np.int32))
        self._resource, self._cells, self._idle = self._resource[kept], self._cells[kept], self._idle[kept]
        self._right, self._holds = self._right[:, kept], self._holds[:, kept]
