"""The extensive form of a frozen instance, plain or strong, straight from its arrays: what the planner is measured against.

It shares nothing with ``footprint/`` but the container its arrays are handed over in. Decisions are what stands at a node, sites
open and modules, so that rows stay short. The plain form links flows to sites by capacity alone; the strong one adds a row for
every flow abroad: at most its buyers, and nothing while the site is shut.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from roadstead.footprint.program import Program

if TYPE_CHECKING:
    from benchmarks.instances import Instance
    from roadstead.terms.arrays import Floats, Ints


@dataclass(slots=True)
class _Rows:
    """Rows put together block by block."""

    row: list[Ints] = field(default_factory=list)
    column: list[Ints] = field(default_factory=list)
    value: list[Floats] = field(default_factory=list)
    low: list[Floats] = field(default_factory=list)
    high: list[Floats] = field(default_factory=list)
    count: int = 0

    def block(self, high: Floats, low: float = -np.inf) -> Ints:
        """Indices of new rows, in the shape of ``high``."""
        index = np.arange(self.count, self.count + high.size).reshape(high.shape)
        self.count += high.size
        self.high.append(high.ravel())
        self.low.append(np.full(high.size, low))
        return index

    def add(self, row: Ints, column: Ints, value: Floats | float) -> None:
        """Entries; none where the column is -1."""
        row, column, values = (a.ravel() for a in np.broadcast_arrays(row, column, np.asarray(value, dtype=np.float64)))
        there = column >= 0
        self.row.append(row[there])
        self.column.append(column[there])
        self.value.append(values[there])


@dataclass(frozen=True, slots=True)
class _Columns:
    """``site``, ``modules``: (N, L). ``flow``: (Y, A), -1 where nothing is earned. ``sale``: (Y, C, S)."""

    site: Ints
    modules: Ints
    flow: Ints
    sale: Ints


def extensive_form(i: Instance, *, strong: bool) -> Program:
    """Every node's decisions and every node-year's flows in one program; thousand cars and millions."""
    nodes, lines = len(i.tree.parent), len(i.lines.site) - 1
    decisions = np.arange(2 * nodes * lines).reshape(2, nodes, lines)
    flow = np.full(i.margin.shape, -1)
    flow[i.live] = decisions.size + np.arange(int(i.live.sum()))
    sold = decisions.size + int(i.live.sum()) + np.arange(i.demand.size).reshape(i.demand.shape)
    c = _Columns(decisions[0], decisions[1], flow, sold)
    rows = _Rows()
    _decisions(rows, i, c)
    _flows(rows, i, c)
    if strong:
        _strong(rows, i, c)
    entries = (np.concatenate(rows.value), (np.concatenate(rows.row), np.concatenate(rows.column)))
    columns = decisions.size + int(i.live.sum()) + i.demand.size
    most = i.demand.sum(-1)[:, i.lanes.cell]
    return Program(
        gain=_gain(i, c, columns),
        floor=np.zeros(columns),
        ceiling=np.concatenate(
            [np.ones(nodes * lines), np.tile(i.lines.limit[1:], nodes), most[i.live], i.demand.ravel()]
        ),
        whole=np.arange(columns) < decisions.size,
        matrix=sparse.coo_matrix(entries, shape=(rows.count, columns)).tocsr(),
        low=np.concatenate(rows.low),
        high=np.concatenate(rows.high),
        constant=0.0,
    )


def _gain(i: Instance, c: _Columns, columns: int) -> Floats:
    """What stands is paid for as it is added: at a node, less what stood at its parent."""
    t, gain = i.tree, np.zeros(columns)
    below = t.parent >= 0
    paid = t.discount.copy()
    np.subtract.at(paid, t.parent[below], t.discount[below])
    lasts = np.bincount(t.node, weights=t.weight, minlength=len(t.parent))
    gain[c.site] = -paid[:, None] * i.lines.opening[1:] - lasts[:, None] * i.lines.running[1:]
    gain[c.modules] = -paid[:, None] * i.lines.module[1:]
    gain[c.flow[i.live]] = (t.weight[:, None] * i.margin)[i.live]
    gain[c.sale] = t.weight[:, None, None] * i.price
    return gain


def _decisions(rows: _Rows, i: Instance, c: _Columns) -> None:
    """Modules only at an open site, no more than fit; what stands at a node stands below it."""
    fit = rows.block(np.zeros(c.site.shape))
    rows.add(fit, c.modules, 1.0)
    rows.add(fit, c.site, -i.lines.limit[1:].astype(np.float64))
    for stands in (c.site, c.modules):
        stay = rows.block(np.zeros(stands[1:].shape))
        rows.add(stay, stands[i.tree.parent[1:]], 1.0)
        rows.add(stay, stands[1:], -1.0)


def _flows(rows: _Rows, i: Instance, c: _Columns) -> None:
    """What flows into a cell is sold there; it fits home, what works of the lines, and the quotas."""
    years, cells, supplies = len(i.tree.node), i.demand.shape[1], len(i.lines.site)
    sold = rows.block(np.zeros((years, cells)), low=0.0)
    rows.add(sold[:, i.lanes.cell], c.flow, 1.0)
    rows.add(sold[..., None], c.sale, -1.0)
    room = np.zeros((years, supplies))
    room[:, 0] = i.home
    made = rows.block(room)
    rows.add(made[:, i.lanes.supply], c.flow, i.lanes.use)
    rows.add(made[:, 1:], _in_time(i, c.modules), -i.lines.size[1:])
    granted = np.flatnonzero(i.lanes.quota >= 0)
    quota = rows.block(np.broadcast_to(i.quota, (years, len(i.quota))))
    rows.add(quota[:, i.lanes.quota[granted]], c.flow[:, granted], 1.0)


def _in_time(i: Instance, stands: Ints) -> Ints:
    """Column of what stands at the last node whose orders work in a node-year; -1 where none does. Shape (Y, L)."""
    at = i.tree.reached[:, i.lines.lead[1:]]
    return np.where(at >= 0, stands[np.maximum(at, 0), np.arange(stands.shape[1])], -1)


def _strong(rows: _Rows, i: Instance, c: _Columns) -> None:
    abroad = np.flatnonzero(i.lanes.supply > 0)
    y, a = np.nonzero(i.live[:, abroad])
    arc = abroad[a]
    linked = rows.block(np.zeros(len(arc)))
    rows.add(linked, c.flow[y, arc], 1.0)
    rows.add(linked, _in_time(i, c.site)[y, i.lanes.supply[arc] - 1], -i.demand.sum(-1)[y, i.lanes.cell[arc]])
