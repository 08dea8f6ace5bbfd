"""Node-year programs: the best flows that given states allow, kept warm, and the prices they leave behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import highspy
import numpy as np
from scipy import sparse

from roadstead.footprint.extensive import OPTIMAL, new_solver
from roadstead.footprint.operations import of_years
from roadstead.footprint.pricing import BarePrices, YearCuts, bare_prices, with_segment_prices, year_cuts

if TYPE_CHECKING:
    from roadstead.footprint.operations import Operations
    from roadstead.terms.arrays import Flags, Floats, Ints

REMEMBERED = 8
"""States of a node-year whose answers are remembered: most years of a changed plan are as they were in one before."""


@dataclass(frozen=True, slots=True)
class Asked:
    """States of all node-years of one worker, those of a ``whole`` plan or of shares of one. Shapes (Y, D), (Y, R)."""

    is_open: Floats
    at_work: Floats
    flows: bool = False
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Answered:
    """What node-years earn at states.

    Attributes
    ----------
    value
        By the program; minus infinity where nothing fits. Shape (Y,).
    new
        False where all years of the node were asked for together before. Shape (Y,).
    prices, cuts
        What the prices of the program prove.
    flow, sale, group_sale
        Where they were asked for. Shapes (Y, A), (Y, C, S), (Y, G, T). [thousand cars/year]
    """

    value: Floats
    new: Flags
    prices: BarePrices
    cuts: YearCuts
    flow: Floats | None = None
    sale: Floats | None = None
    group_sale: Floats | None = None


class _Warm:
    """One program shared by the node-years of one node: only gains, bounds and limits change between them."""

    def __init__(self, ops: Operations) -> None:
        """Columns x, q, g, h; rows of cells, groups, resources and takes."""
        self.ops = ops
        self.arcs = np.flatnonzero(ops.live.any(0))
        cells, segments = ops.width.shape[1:]
        self.segments = np.flatnonzero((ops.width > 0).any(0).ravel())
        self.groups = np.flatnonzero((ops.group_width > 0).any(0).ravel())
        use = ops.use[:, self.arcs].tocsr()
        self.resources = np.flatnonzero((np.diff(use.indptr) > 0) | (ops.take > 0).any(0))
        self.takes = np.flatnonzero((ops.take > 0).any(0) & (ops.take_gain > 0).any(0))
        self.top = np.where(ops.width > 0, ops.width, 0.0).sum(-1)
        self.cells, self.gates = ops.arc_cell[self.arcs], ops.arc_gates[self.arcs]
        self._build(cells, segments, use)

    def _build(self, cells: int, segments: int, use: sparse.csr_matrix) -> None:
        ops = self.ops
        arcs, sales, grouped, takes = (len(part) for part in (self.arcs, self.segments, self.groups, self.takes))
        group_of = self.groups // max(ops.group_width.shape[2], 1)
        cell_of = self.segments // max(segments, 1)
        ones = np.ones
        into = sparse.csr_matrix((ones(arcs), (ops.arc_cell[self.arcs], np.arange(arcs))), shape=(cells, arcs))
        out = sparse.csr_matrix((ones(sales), (cell_of, np.arange(sales))), shape=(cells, sales))
        together = sparse.csr_matrix(ops.members[:, cell_of])
        shared = sparse.csr_matrix((ones(grouped), (group_of, np.arange(grouped))), shape=(len(ops.members), grouped))
        blocks = [
            [into, -out, sparse.csr_matrix((cells, grouped)), None],
            [None, together, -shared, None],
            [use[self.resources], None, None, sparse.csr_matrix((len(self.resources), takes))],
            [use[self.takes], None, None, sparse.identity(takes)],
        ]
        keep = [i for i, size in enumerate((cells, len(ops.members), len(self.resources), takes)) if size]
        across = [j for j, size in enumerate((arcs, sales, grouped, takes)) if size]
        sizes = (arcs, sales, grouped, takes)
        tall = (cells, len(ops.members), len(self.resources), takes)
        rows = [
            [blocks[i][j] if blocks[i][j] is not None else sparse.csr_matrix((tall[i], sizes[j])) for j in across]
            for i in keep
        ]
        matrix = sparse.bmat(rows, format="csr") if keep and across else sparse.csr_matrix((sum(tall), sum(sizes)))
        self.sizes, self.tall = sizes, tall
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = sum(sizes), sum(tall)
        model.sense_ = highspy.ObjSense.kMaximize
        self.gain, self.ceiling = np.zeros(model.num_col_), np.full(model.num_col_, np.inf)
        model.col_cost_, model.col_lower_, model.col_upper_ = self.gain, np.zeros(model.num_col_), self.ceiling
        self.low = np.concatenate([np.zeros(tall[0] + tall[1]), np.full(tall[2], -np.inf), np.zeros(tall[3])])
        self.high = np.concatenate([np.zeros(tall[0] + tall[1] + tall[2]), np.full(tall[3], np.inf)])
        model.row_lower_, model.row_upper_ = self.low, self.high
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_, model.a_matrix_.index_ = matrix.indptr, matrix.indices
        model.a_matrix_.value_ = matrix.data
        self.solver = new_solver(1)
        self.solver.passModel(model)

    def solve(self, y: int, is_open: Floats, at_work: Floats) -> float:
        """Value of its node-year ``y`` at a state; minus infinity where nothing fits."""
        ops = self.ops
        gain = np.concatenate(
            [
                ops.arc_gain[y, self.arcs],
                ops.segment_gain[y].ravel()[self.segments],
                ops.group_gain[y].ravel()[self.groups],
                -ops.take_gain[y, self.takes],
            ]
        )
        gates = np.append(is_open, 1.0)
        through = gates[self.gates].min(1, initial=1.0)
        ceiling = np.concatenate(
            [
                np.where(ops.live[y, self.arcs], self.top[y, self.cells] * through, 0.0),
                (ops.width[y] * gates[ops.cell_gate][:, None]).ravel()[self.segments],
                ops.group_width[y].ravel()[self.groups],
                np.full(len(self.takes), np.inf),
            ]
        )
        high, low = self.high.copy(), self.low.copy()
        begin = self.tall[0] + self.tall[1]
        end = begin + self.tall[2]
        high[begin:end] = (ops.free[y] + ops.reach[y] * at_work)[self.resources]
        low[end:] = (ops.take[y] * at_work)[self.takes]
        self._tell(gain, ceiling, low, high)
        self.solver.run()
        if self.solver.modelStatusToString(self.solver.getModelStatus()) != OPTIMAL:
            return float("-inf")
        return float(self.solver.getInfo().objective_function_value)

    def _tell(self, gain: Floats, ceiling: Floats, low: Floats, high: Floats) -> None:
        """Tell the solver what is new: it takes longer to hear all again than to solve."""
        new = np.flatnonzero(gain != self.gain).astype(np.int32)
        self.solver.changeColsCost(len(new), new, gain[new])
        new = np.flatnonzero(ceiling != self.ceiling).astype(np.int32)
        self.solver.changeColsBounds(len(new), new, np.zeros(len(new)), ceiling[new])
        new = np.flatnonzero((low != self.low) | (high != self.high)).astype(np.int32)
        self.solver.changeRowsBounds(len(new), new, low[new], high[new])  # type: ignore[attr-defined]
        self.gain, self.ceiling, self.low, self.high = gain, ceiling, low, high

    def prices(self) -> tuple[Floats, Floats, Floats]:
        """gamma, nu and mu of the last solve. Shapes (G,), (R,), (R,)."""
        dual = np.asarray(self.solver.getSolution().row_dual)
        parts = np.split(dual, np.cumsum(self.tall)[:-1])
        nu, mu = np.zeros(len(self.ops.resource_gate)), np.zeros(len(self.ops.resource_gate))
        nu[self.resources], mu[self.takes] = parts[2], -parts[3]
        return -parts[1], nu, mu

    def point(self) -> tuple[Floats, Floats, Floats]:
        """Flows and sales of the last solve. Shapes (A,), (C, S), (G, T)."""
        parts = np.split(np.asarray(self.solver.getSolution().col_value), np.cumsum(self.sizes)[:-1])
        found = []
        wholes = (self.ops.arc_gain.shape[1:], self.ops.width.shape[1:], self.ops.group_width.shape[1:])
        for at, values, shape in zip((self.arcs, self.segments, self.groups), parts, wholes, strict=False):
            full = np.zeros(int(np.prod(shape)))
            full[at] = np.maximum(values, 0.0)
            found.append(full.reshape(shape))
        return found[0], found[1], found[2]


class NodePrograms:
    """All node-year programs of one worker."""

    def __init__(self, given: tuple[Operations, Ints]) -> None:
        """``given``: what its node-years offer, and the node each belongs to."""
        self.ops, nodes = given
        self.years = [np.flatnonzero(nodes == n) for n in np.unique(nodes)]
        self.programs = [_Warm(of_years(self.ops, years)) for years in self.years]
        self._known: list[dict[bytes, Floats]] = [{} for _ in range(self.ops.count)]
        self._met: list[set[int]] = [set() for _ in self.years]

    def __call__(self, asked: Asked) -> Answered:
        """What all node-years earn at the states asked for; answers to whole plans are remembered."""
        if asked.flows or not asked.whole:
            return self._solved(asked, np.arange(self.ops.count))
        keys = [o.tobytes() + k.tobytes() for o, k in zip(asked.is_open, asked.at_work, strict=True)]
        unknown = [y for y, key in enumerate(keys) if key not in self._known[y]]
        if unknown:
            for y, row in zip(unknown, _rows(self._solved(asked, np.asarray(unknown))), strict=True):
                self._known[y][keys[y]] = row.copy()
        rows = []
        for known, key in zip(self._known, keys, strict=True):
            rows.append(known.pop(key))
            known[key] = rows[-1]  # what was asked for last is forgotten last
            if len(known) > REMEMBERED:
                del known[next(iter(known))]
        new = np.zeros(self.ops.count, dtype=bool)
        for years, met in zip(self.years, self._met, strict=True):
            node = hash(tuple(keys[y] for y in years))
            new[years] = node not in met
            met.add(node)
        return self._from_rows(np.stack(rows), asked.is_open, new)

    def _solved(self, asked: Asked, wanted: Ints) -> Answered:
        """Solve some node-years at the states asked for."""
        ops = self.ops if len(wanted) == self.ops.count else of_years(self.ops, wanted)
        place = np.full(self.ops.count, -1)
        place[wanted] = np.arange(ops.count)
        value = np.empty(ops.count)
        gamma = np.zeros((ops.count, len(ops.members)))
        nu, mu = np.zeros(ops.free.shape), np.zeros(ops.free.shape)
        points = (np.zeros(ops.arc_gain.shape), np.zeros(ops.width.shape), np.zeros(ops.group_width.shape))
        for years, program in zip(self.years, self.programs, strict=True):
            for i, y in enumerate(years):
                at = place[y]
                if at < 0:
                    continue
                value[at] = program.solve(i, asked.is_open[y], asked.at_work[y])
                if np.isfinite(value[at]):
                    gamma[at], nu[at], mu[at] = program.prices()
                if asked.flows and np.isfinite(value[at]):
                    for whole, part in zip(points, program.point(), strict=True):
                        whole[at] = part
        bare = bare_prices(ops, (gamma, nu, mu), asked.is_open[wanted], asked.at_work[wanted])
        cuts = year_cuts(ops, with_segment_prices(ops, bare))
        found = points if asked.flows else (None, None, None)
        return Answered(value, np.ones(ops.count, dtype=bool), bare, cuts, *found)

    def _from_rows(self, rows: Floats, is_open: Floats, new: Flags) -> Answered:
        """Answers from what ``_rows`` has made of them."""
        ops = self.ops
        widths = (1, 1, len(ops.members), ops.free.shape[1], ops.free.shape[1], ops.options)
        value, constant, gamma, nu, mu, option, module = np.split(rows, np.cumsum(widths), axis=1)
        prices = BarePrices(is_open, gamma, nu, mu)
        return Answered(value[:, 0], new, prices, YearCuts(constant[:, 0], option, module))


def _rows(answered: Answered) -> Floats:
    """One row of numbers for every node-year."""
    prices, cuts = answered.prices, answered.cuts
    parts = (prices.gamma, prices.nu, prices.mu, cuts.option, cuts.module)
    return np.concatenate([answered.value[:, None], cuts.constant[:, None], *parts], axis=1)
