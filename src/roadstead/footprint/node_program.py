"""The program of a node-year, or of some: the best flows that given states allow, kept warm, and the prices they leave behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import highspy
import numpy as np
from scipy import sparse

from roadstead.footprint.extensive import INFEASIBLE, OPTIMAL, new_solver
from roadstead.footprint.lump_rows import LumpRows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.footprint.lump_prices import Lumps
    from roadstead.footprint.operations import Operations
    from roadstead.footprint.pricing import BarePrices
    from roadstead.footprint.states import States
    from roadstead.terms.arrays import Floats, Ints, Shorts


def every_row(ops: Operations) -> sparse.csr_matrix:
    """All rows and columns that the program of a node-year can have, in the order of ``NodeProgram``; each has those that its years need."""
    (cells, segments), (groups, steps) = ops.width.shape[1:], ops.group_width.shape[1:]
    resources, pledges = ops.free.shape[1], len(ops.earns)

    def of_pledges(resource: Ints) -> sparse.csr_matrix:
        named = np.flatnonzero(resource >= 0)
        picked = sparse.csr_matrix((np.ones(len(named)), (named, resource[named])), shape=(pledges, resources))
        return picked @ ops.use

    arcs = len(ops.arc_cell)
    into = sparse.csr_matrix((np.ones(arcs), (ops.arc_cell, np.arange(arcs))), shape=(cells, arcs))
    sold = sparse.kron(sparse.identity(cells), np.ones((1, segments)))
    together = sparse.kron(sparse.csr_matrix(ops.members), np.ones((1, segments)))
    shared = sparse.kron(sparse.identity(groups), np.ones((1, steps)))
    one = sparse.identity
    blocks = [
        [into, -sold, None, None, None, None],
        [None, together, -shared, None, None, None],
        [ops.use, None, None, None, None, None],
        [ops.use, None, None, one(resources), None, None],
        [of_pledges(ops.spends), None, None, None, None, None],
        [None, sold, None, None, one(cells), None],
        [of_pledges(ops.earns), None, None, None, None, one(pledges)],
    ]
    return sparse.bmat(blocks).tocsr()


def _places(parts: Sequence[Ints], sizes: Sequence[int]) -> Ints:
    """Where some of each part stand in all parts, one after the other."""
    begins = np.cumsum([0, *sizes[:-1]])
    return np.concatenate([begin + part for begin, part in zip(begins, parts, strict=True)])


class NodeProgram:
    """One program for a node-year, or shared by some: only gains, bounds and limits change between them."""

    def __init__(self, ops: Operations, rows: sparse.csr_matrix) -> None:
        """Columns x, q, g, h, and slacks; rows of cells, groups, resources, takes, of what is spent, must be served and is earned.

        ``rows``: all there can be (``every_row``).
        """
        self.ops = ops
        self.arcs = np.flatnonzero(ops.live.any(0))
        self.segments = np.flatnonzero((ops.width > 0).any(0).ravel())
        self.groups = np.flatnonzero((ops.group_width > 0).any(0).ravel())
        self.resources = np.flatnonzero((np.diff(ops.use[:, self.arcs].indptr) > 0) | (ops.take > 0).any(0))
        self.takes = np.flatnonzero((ops.take > 0).any(0) & (ops.take_gain > 0).any(0))
        self.must = np.flatnonzero((ops.least > 0).any(0))
        self.earns, self.spends = np.flatnonzero(ops.earns >= 0), np.flatnonzero(ops.spends >= 0)
        self.top = np.where(ops.width > 0, ops.width, 0.0).sum(-1)
        self.cells, self.gates = ops.arc_cell[self.arcs], ops.arc_gates[self.arcs]
        self.sizes = tuple(len(p) for p in (self.arcs, self.segments, self.groups, self.takes, self.must, self.earns))
        cells, groups = len(ops.cell_gate), len(ops.members)
        limits = (self.resources, self.takes, self.spends, self.must, self.earns)
        self.tall = (cells, groups, *(len(part) for part in limits))
        self.begins = np.concatenate([[0], np.cumsum(self.tall)])
        self._build(rows)
        self.lumps = LumpRows(ops, self.arcs, self.segments)

    def _matrix(self, rows: sparse.csr_matrix) -> sparse.csr_matrix:
        """Those of all rows and columns (``every_row``) that it has."""
        ops, resources = self.ops, self.ops.free.shape[1]
        own = (
            np.arange(self.tall[0]),
            np.arange(self.tall[1]),
            self.resources,
            self.takes,
            self.spends,
            self.must,
            self.earns,
        )
        tall = (*self.tall[:2], resources, resources, len(ops.spends), self.tall[0], len(ops.earns))
        mine = (self.arcs, self.segments, self.groups, self.takes, self.must, self.earns)
        wide = (
            ops.arc_gain.shape[1],
            ops.width[0].size,
            ops.group_width[0].size,
            resources,
            self.tall[0],
            len(ops.earns),
        )
        return rows[_places(own, tall)][:, _places(mine, wide)]

    def _build(self, rows: sparse.csr_matrix) -> None:
        matrix = self._matrix(rows)
        columns, count = matrix.shape[1], matrix.shape[0]
        self.gain, self.ceiling = np.zeros(columns), np.full(columns, np.inf)
        self.low, self.high = np.zeros(count), np.zeros(count)
        _, _, limits, takes, spends, must, end = self.begins[1:]
        self.low[self.begins[2] : limits] = self.low[takes:spends] = -np.inf
        self.high[limits:takes] = self.high[spends:end] = np.inf
        assert must <= end
        self.solver = new_solver(1)
        # Its first solve takes no longer without, rather less, and what presolve leaves behind is more than the rest of the solver.
        self.solver.setOptionValue("presolve", "off")
        # Nothing is gained: it takes the same pivots, and 0.4 ms more of every solve (a program of 3,500 columns).
        self.solver.setOptionValue("simplex_scale_strategy", 0)
        # Array by array: what a model is told as a whole is read number by number, which takes longer than a solve.
        none = np.zeros(0, dtype=np.int32)
        self.solver.changeObjectiveSense(highspy.ObjSense.kMaximize)
        self.solver.addCols(columns, self.gain, np.zeros(columns), self.ceiling, 0, none, none, np.zeros(0))
        begins = matrix.indptr[:-1].astype(np.int32)
        self.solver.addRows(
            count, self.low, self.high, matrix.nnz, begins, matrix.indices.astype(np.int32), matrix.data
        )

    def solve(self, y: int, states: States, limits: Floats | None = None) -> tuple[float, bool]:
        """Value of its node-year ``y`` at a state; minus infinity where nothing fits, which the prices then explain.

        Also whether there is any answer: a solver may fail. ``limits``: right sides of the rows of cuts, which are not held to without.
        """
        ops, at = self.ops, states
        slacks = self.sizes[4] + self.sizes[5]
        gain = np.concatenate(
            [
                ops.arc_gain[y, self.arcs],
                ops.segment_gain[y].ravel()[self.segments],
                ops.group_gain[y].ravel()[self.groups],
                -ops.take_gain[y, self.takes],
                np.zeros(slacks),
            ]
        )
        gates = np.append(at.is_open[0], 1.0)
        through = gates[self.gates].min(1, initial=1.0)
        ceiling = np.concatenate(
            [
                np.where(ops.live[y, self.arcs], self.top[y, self.cells] * through, 0.0),
                (ops.width[y] * gates[ops.cell_gate][:, None]).ravel()[self.segments],
                ops.group_width[y].ravel()[self.groups],
                np.full(len(self.takes), np.inf),
                np.zeros(slacks),
            ]
        )
        high, low, begins = self.high.copy(), self.low.copy(), self.begins
        high[begins[2] : begins[3]] = (ops.free[y] + ops.reach[y] * at.at_work[0])[self.resources]
        low[begins[3] : begins[4]] = (ops.take[y] * at.at_work[0])[self.takes]
        high[begins[4] : begins[5]] = at.spent[0, self.spends]
        low[begins[5] : begins[6]] = ops.least[y, self.must]
        low[begins[6] : begins[7]] = at.earned[0, self.earns]
        low = np.append(low[: begins[7]], np.full(self.lumps.count, -np.inf))
        high[begins[7] :] = np.inf if limits is None else limits
        value = self._run(gain, ceiling, low, high)
        if np.isfinite(value) or not slacks:
            return value, bool(np.isfinite(value))
        missed = np.zeros_like(gain)
        missed[-slacks:], ceiling[-slacks:] = -1.0, np.inf
        return float("-inf"), bool(np.isfinite(self._run(missed, ceiling, low, high)))

    def flows(self) -> tuple[Floats, Floats]:
        """What the last solve sends into cells by line, and sells beyond segments (``LumpRows.flows``)."""
        return self.lumps.flows(np.asarray(self.solver.getSolution().col_value))

    def meet(self, lines: Ints, cells: Shorts) -> None:
        """Cuts become rows of the next solve."""
        begin = self.begins[7]
        self.lumps.purge(self.solver, begin)
        self.lumps.add(self.solver, lines, cells)
        endless = np.full(self.lumps.count, np.inf)
        # As the solver has new rows; those that stay are told their limits again with the next state.
        self.low, self.high = np.append(self.low[:begin], -endless), np.append(self.high[:begin], -endless)

    def _run(self, gain: Floats, ceiling: Floats, low: Floats, high: Floats) -> float:
        """Tell the solver what is new (it takes longer to hear all again than to solve), and solve."""
        new = np.flatnonzero(gain != self.gain).astype(np.int32)
        self.solver.changeColsCost(len(new), new, gain[new])
        new = np.flatnonzero(ceiling != self.ceiling).astype(np.int32)
        self.solver.changeColsBounds(len(new), new, np.zeros(len(new)), ceiling[new])
        new = np.flatnonzero((low != self.low) | (high != self.high)).astype(np.int32)
        self.solver.changeRowsBounds(len(new), new, low[new], high[new])  # type: ignore[attr-defined]
        self.gain, self.ceiling, self.low, self.high = gain, ceiling.copy(), low, high
        self.solver.run()
        if self._status() not in {OPTIMAL, INFEASIBLE}:
            self.solver.clearSolver()  # it may lose its way from where the last solve ended: once more from nothing
            self.solver.run()
        if self._status() != OPTIMAL:
            return float("-inf")
        return float(self.solver.getInfo().objective_function_value)

    def _status(self) -> str:
        return self.solver.modelStatusToString(self.solver.getModelStatus())

    def prices(self, into: BarePrices, at: int, right: Floats | None = None) -> Lumps:
        """Prices of the last solve, as row ``at``, and the cuts that have one, with what stood on their ``right`` where they were held to."""
        dual = np.asarray(self.solver.getSolution().row_dual)
        _, gamma, nu, mu, spent, least, earned, lumps = np.split(dual, self.begins[1:])
        into.gamma[at] = -gamma
        into.nu[at, self.resources], into.mu[at, self.takes] = nu, -mu
        into.spent[at, self.spends], into.least[at, self.must], into.earned[at, self.earns] = spent, -least, -earned
        return self.lumps.priced(lumps, np.zeros((len(lumps), 4)) if right is None else right, at)

    def point(self) -> list[tuple[Ints, Floats]]:
        """Flows and sales of the last solve that are more than nothing: of arcs, of segments and of those of groups."""
        parts = np.split(np.asarray(self.solver.getSolution().col_value), np.cumsum(self.sizes)[:-1])
        families = zip((self.arcs, self.segments, self.groups), parts, strict=False)
        return [(at[values > 0], values[values > 0]) for at, values in families]
