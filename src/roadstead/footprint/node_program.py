"""The program of a node-year, or of some: the best flows that given states allow, kept warm, and the prices they leave behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import highspy
import numpy as np
from scipy import sparse

from roadstead.footprint.extensive import INFEASIBLE, OPTIMAL, new_solver
from roadstead.footprint.lump_rows import LumpRows

if TYPE_CHECKING:
    from roadstead.footprint.lump_prices import Lumps
    from roadstead.footprint.operations import Operations
    from roadstead.footprint.pricing import BarePrices
    from roadstead.footprint.states import States
    from roadstead.terms.arrays import Floats, Ints, Shorts


class NodeProgram:
    """One program for a node-year, or shared by some: only gains, bounds and limits change between them."""

    def __init__(self, ops: Operations) -> None:
        """Columns x, q, g, h, and slacks; rows of cells, groups, resources, takes, of what is spent, must be served and is earned."""
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
        self._build()
        self.lumps = LumpRows(ops, self.arcs, self.segments)

    def _matrix(self) -> sparse.csr_matrix:
        ops, ones = self.ops, np.ones
        arcs, sales, grouped, takes, must, earns = self.sizes
        cells, groups = self.tall[:2]
        group_of = self.groups // max(ops.group_width.shape[2], 1)
        cell_of = self.segments // max(ops.width.shape[2], 1)
        use = ops.use[:, self.arcs].tocsr()
        into = sparse.csr_matrix((ones(arcs), (ops.arc_cell[self.arcs], np.arange(arcs))), shape=(cells, arcs))
        sold = sparse.csr_matrix((ones(sales), (cell_of, np.arange(sales))), shape=(cells, sales))
        together = sparse.csr_matrix(ops.members[:, cell_of])
        shared = sparse.csr_matrix((ones(grouped), (group_of, np.arange(grouped))), shape=(groups, grouped))
        blocks = {
            (0, 0): into, (0, 1): -sold, (1, 1): together, (1, 2): -shared,
            (2, 0): use[self.resources], (3, 0): use[self.takes], (3, 3): sparse.identity(takes),
            (4, 0): use[ops.spends[self.spends]], (5, 1): sold[self.must], (5, 4): sparse.identity(must),
            (6, 0): use[ops.earns[self.earns]], (6, 5): sparse.identity(earns),
        }  # fmt: skip
        columns = np.concatenate([[0], np.cumsum(self.sizes)])
        parts = [(block.tocoo(), self.begins[i], columns[j]) for (i, j), block in blocks.items()]
        entries = np.concatenate([part.data for part, _, _ in parts])
        row = np.concatenate([part.row + begin for part, begin, _ in parts])
        column = np.concatenate([part.col + begin for part, _, begin in parts])
        return sparse.csr_matrix((entries, (row, column)), shape=(sum(self.tall), sum(self.sizes)))

    def _build(self) -> None:
        matrix = self._matrix()
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = sum(self.sizes), sum(self.tall)
        model.sense_ = highspy.ObjSense.kMaximize
        self.gain, self.ceiling = np.zeros(model.num_col_), np.full(model.num_col_, np.inf)
        model.col_cost_, model.col_lower_, model.col_upper_ = self.gain, np.zeros(model.num_col_), self.ceiling
        self.low, self.high = np.zeros(model.num_row_), np.zeros(model.num_row_)
        _, _, limits, takes, spends, must, end = self.begins[1:]
        self.low[self.begins[2] : limits] = self.low[takes:spends] = -np.inf
        self.high[limits:takes] = self.high[spends:end] = np.inf
        assert must <= end
        model.row_lower_, model.row_upper_ = self.low, self.high
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_, model.a_matrix_.index_ = matrix.indptr, matrix.indices
        model.a_matrix_.value_ = matrix.data
        self.solver = new_solver(1)
        # Its first solve takes no longer without, rather less, and what presolve leaves behind is more than the rest of the solver.
        self.solver.setOptionValue("presolve", "off")
        self.solver.passModel(model)

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
