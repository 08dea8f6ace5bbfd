"""Node-year programs: the best flows that given states allow, kept warm, and the prices they leave behind."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import highspy
import numpy as np
from scipy import sparse

from roadstead.footprint.columns import CARS
from roadstead.footprint.extensive import INFEASIBLE, OPTIMAL, new_solver
from roadstead.footprint.lending import with_borrowed
from roadstead.footprint.lump_prices import Lumps, joined_lumps, no_lumps
from roadstead.footprint.lump_rows import LumpRows
from roadstead.footprint.operations import of_years
from roadstead.footprint.plan import Flows
from roadstead.footprint.pricing import BY_YEAR, PRICES, BarePrices, YearCuts, bare_prices, cuts_of, no_prices
from roadstead.terms.arrays import in_turn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.footprint.operations import Offered, Operations
    from roadstead.footprint.states import States
    from roadstead.terms.arrays import Flags, Floats, Ints

MOST_COLUMNS = 1_000_000
"""Columns up to which a worker keeps a program for every node-year: 650 bytes each in all. Where a program holds another year than last time,
its gains are told and it begins elsewhere: that takes 1.3 to 1.6 times as long, no longer where ten share one than where two do."""
MOST_PROGRAMS = 24
"""Programs that a worker keeps warm where these would be more columns; neighbouring nodes share one."""
POINTS = ("flow", "sale", "group_sale")
"""Fields of ``Answered`` that hold flows and sales."""
REMEMBERED = 8
"""States of a node-year whose answers are remembered: most years of a changed plan are as they were in one before."""


@dataclass(frozen=True, slots=True)
class Asked:
    """States of all node-years of one worker, those of a ``whole`` plan or of shares of one.

    ``lumps``: cuts (F.28) that the states break are looked for. Whole ones break none. ``wanted``: of states of shares, the node-years
    that are to answer; all where none are named. ``lent``: of every other, the one of these whose prices it borrows; -1 for none.
    """

    states: States
    flows: bool = False
    whole: bool = False
    lumps: bool = False
    wanted: Ints | None = None
    lent: Ints | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """What node-years earn at states: those asked about, each where ``prices.node_year`` says.

    Attributes
    ----------
    value
        By the program; minus infinity where nothing fits, and prices say why; no number where prices are borrowed. Shape (Y,).
    new
        False where all years of the node were asked for together before. Shape (Y,).
    prices, cuts
        What the prices of the program prove.
    flow, sale, group_sale
        Where they were asked for, few of them being more than nothing. Shapes (Y, A), (Y, C * S), (Y, G * T). [thousand cars/year]
    """

    value: Floats
    new: Flags
    prices: BarePrices
    cuts: YearCuts
    flow: sparse.csr_matrix | None = None
    sale: sparse.csr_matrix | None = None
    group_sale: sparse.csr_matrix | None = None

    def flows(self, offered: Offered, at_work: Floats) -> Flows:
        """Flows that were asked for, with what they fall short of what must be taken. ``at_work``: shape (Y, R). [cars/year]"""
        flow, sale, group_sale = self.flow, self.sale, self.group_sale
        assert flow is not None
        assert sale is not None
        assert group_sale is not None
        like, count = offered.none, len(at_work)
        short = np.maximum(offered.taken * at_work - (flow @ like.use.T).toarray(), 0.0)
        sold, together = (CARS * sale).toarray(), (CARS * group_sale).toarray()
        return Flows(
            (CARS * flow).toarray(),
            sold.reshape(count, *like.width.shape[1:]),
            together.reshape(count, *like.group_width.shape[1:]),
            CARS * short,
        )


class _Warm:
    """One program shared by the node-years of one node, or some: only gains, bounds and limits change between them."""

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

    def solve(self, y: int, states: States, *, lumps: bool) -> tuple[float, bool]:
        """Value of its node-year ``y`` at a state; minus infinity where nothing fits, which the prices then explain.

        Also whether there is any answer: a solver may fail. With ``lumps``, the rows of cuts (F.28) are held to.
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
        high[begins[7] :] = np.inf if not lumps else self.lumps.limits(y, at.is_open[0], at.at_work[0])
        value = self._run(gain, ceiling, low, high)
        if np.isfinite(value) or not slacks:
            return value, bool(np.isfinite(value))
        missed = np.zeros_like(gain)
        missed[-slacks:], ceiling[-slacks:] = -1.0, np.inf
        return float("-inf"), bool(np.isfinite(self._run(missed, ceiling, low, high)))

    def meet(self, y: int, at: States) -> None:
        """Cuts (F.28) that the last solve breaks become rows of the next."""
        begin, point = self.begins[7], np.asarray(self.solver.getSolution().col_value)
        self.lumps.purge(self.solver, begin)
        self.lumps.add(self.solver, *self.lumps.broken(y, (at.is_open[0], at.at_work[0]), point))
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

    def prices(self, into: BarePrices, at: int) -> Lumps:
        """Prices of the last solve, as row ``at``, and the cuts (F.28) that have one."""
        dual = np.asarray(self.solver.getSolution().row_dual)
        _, gamma, nu, mu, spent, least, earned, lumps = np.split(dual, self.begins[1:])
        into.gamma[at] = -gamma
        into.nu[at, self.resources], into.mu[at, self.takes] = nu, -mu
        into.spent[at, self.spends], into.least[at, self.must], into.earned[at, self.earns] = spent, -least, -earned
        resource, cells, price = self.lumps.priced(lumps)
        return Lumps(np.full(len(price), at), resource, cells, price)

    def point(self) -> list[tuple[Ints, Floats]]:
        """Flows and sales of the last solve that are more than nothing: of arcs, of segments and of those of groups."""
        parts = np.split(np.asarray(self.solver.getSolution().col_value), np.cumsum(self.sizes)[:-1])
        families = zip((self.arcs, self.segments, self.groups), parts, strict=False)
        return [(at[values > 0], values[values > 0]) for at, values in families]


class NodePrograms:
    """All node-year programs of one worker."""

    def __init__(self, given: tuple[Operations, Ints]) -> None:
        """``given``: what its node-years offer, and the node each belongs to."""
        self.ops, nodes = given
        mine = np.unique(nodes)
        self.years = [np.flatnonzero(nodes == n) for n in mine]
        self.shared = [np.asarray([y]) for y in range(self.ops.count)]
        if self.ops.live.sum() + (self.ops.width > 0).sum() > MOST_COLUMNS:
            together = np.array_split(mine, min(len(mine), MOST_PROGRAMS))
            self.shared = [np.flatnonzero(np.isin(nodes, some)) for some in together]
        self.programs = [_Warm(of_years(self.ops, years)) for years in self.shared]
        self._known: list[dict[bytes, Floats]] = [{} for _ in range(self.ops.count)]
        self._met: list[set[int]] = [set() for _ in self.years]
        self._total = (self.ops.segment_gain * self.ops.width).sum((1, 2))

    def __call__(self, asked: Asked) -> Answered:
        """What all node-years earn at the states asked for; answers to whole plans are remembered."""
        if asked.flows or not asked.whole:
            return self._solved(asked, np.arange(self.ops.count) if asked.wanted is None else asked.wanted)
        keys = asked.states.keys()
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
        return self._from_rows(np.stack(rows), asked.states.is_open, new)

    def _solved(self, asked: Asked, wanted: Ints) -> Answered:
        """Solve some node-years at the states asked for."""
        count = len(wanted)
        place = np.full(self.ops.count, -1)
        place[wanted] = np.arange(count)
        value = np.empty(count)
        raw = no_prices(self.ops, asked.states.is_open[wanted])
        lumps = [raw.lumps]
        points: dict[int, list[tuple[Ints, Floats]]] = {}
        for years, program in zip(self.shared, self.programs, strict=True):
            for i, y in enumerate(years):
                at = place[y]
                if at < 0:
                    continue
                state = asked.states.of_years(np.asarray([y]))
                value[at], answered = program.solve(i, state, lumps=asked.lumps)
                if answered:
                    lumps.append(program.prices(raw, at))
                    raw.unfit[at] = not np.isfinite(value[at])
                if asked.flows and np.isfinite(value[at]):
                    points[int(at)] = program.point()
                if asked.lumps and np.isfinite(value[at]):
                    program.meet(i, state)
        raw = replace(raw, lumps=joined_lumps(lumps))
        if asked.lent is not None:
            lends = np.append(np.isfinite(value), False)[place[asked.lent]] & (asked.lent >= 0)
            for years in self.years:  # a cut on what a node earns speaks of all its years
                lends[years] = lends[years].all()
            borrower = np.flatnonzero(lends)
            lender = asked.lent[borrower]
            worth = np.divide(
                self._total[borrower], self._total[lender], out=np.ones(len(lender)), where=self._total[lender] > 0
            )
            raw = with_borrowed(raw, place[lender], worth, asked.states.is_open[borrower])
            wanted, value = np.concatenate([wanted, borrower]), np.append(value, np.full(len(borrower), np.nan))
        at_work, parts = asked.states.at_work[wanted], [np.arange(len(wanted))[some] for some in in_turn(len(wanted))]
        found = []
        for some in parts:
            mine = of_years(self.ops, wanted[some])
            bare = bare_prices(mine, raw.of_years(some), at_work[some])
            found.append(Answered(value[some], np.ones(len(some), dtype=bool), bare, cuts_of(mine, bare)))
        answers = joined_answers([wanted[some] for some in parts], found)
        return replace(answers, **self._points(points, count)) if asked.flows else answers

    def _points(self, points: dict[int, list[tuple[Ints, Floats]]], count: int) -> dict[str, sparse.csr_matrix]:
        """Flows and sales of node-years, one row each."""
        ops, found, none = self.ops, {}, (np.zeros(0, dtype=np.int64), np.zeros(0))
        for i, (name, like) in enumerate(zip(POINTS, (ops.arc_gain, ops.width, ops.group_width), strict=True)):
            rows = [points[at][i] if at in points else none for at in range(count)]
            column, value = (np.concatenate([none[j], *(row[j] for row in rows)]) for j in (0, 1))
            begins = np.concatenate([[0], np.cumsum([len(row[1]) for row in rows])]).astype(np.int64)
            found[name] = sparse.csr_matrix((value, column, begins), shape=(count, int(np.prod(like.shape[1:]))))
        return found

    def _from_rows(self, rows: Floats, is_open: Floats, new: Flags) -> Answered:
        """Answers from what ``_rows`` has made of them."""
        ops = self.ops
        of_prices = [getattr(no_prices(ops, is_open), name).shape[1] for name in PRICES]
        pledges = len(ops.earns)
        widths = (1, 1, 1, *of_prices, ops.options, ops.free.shape[1], pledges)
        value, unfit, constant, *rest = np.split(rows, np.cumsum(widths), axis=1)
        priced: dict[str, Any] = dict(zip(PRICES, rest, strict=False))
        none = no_lumps(len(ops.cell_gate))
        every = np.arange(ops.count)
        prices = BarePrices(node_year=every, is_open=is_open, unfit=unfit[:, 0] > 0, lumps=none, **priced)
        return Answered(value[:, 0], new, prices, YearCuts(constant[:, 0], *rest[len(PRICES) :]))


def _rows(answered: Answered) -> Floats:
    """One row of numbers for every node-year."""
    prices, cuts = answered.prices, answered.cuts
    first = (answered.value, prices.unfit, cuts.constant)
    of_prices = (getattr(prices, name) for name in PRICES)
    rest = (*of_prices, cuts.option, cuts.module, cuts.earned, cuts.spent)
    return np.concatenate([*(part[:, None] for part in first), *rest], axis=1)


def joined_answers(shares: Sequence[Ints], found: Sequence[Answered]) -> Answered:
    """Answers about some node-years each, numbered as all are and in their order."""
    every = np.concatenate(shares)
    order = np.argsort(every)
    place = np.split(np.argsort(order), np.cumsum([len(share) for share in shares])[:-1])

    def joined(parts: list[Floats]) -> Floats:
        return np.concatenate(parts)[order]

    priced: dict[str, Any] = {n: joined([getattr(f.prices, n) for f in found]) for n in BY_YEAR}
    priced["node_year"] = every[order]
    lumps = joined_lumps([f.prices.lumps.among(at) for at, f in zip(place, found, strict=True)])
    prices = BarePrices(**priced, lumps=lumps)
    cuts = YearCuts(**{n: joined([getattr(f.cuts, n) for f in found]) for n in YearCuts.__slots__})
    points = [
        None if getattr(found[0], n) is None else sparse.vstack([getattr(f, n) for f in found]).tocsr()[order]
        for n in POINTS
    ]
    new = np.concatenate([f.new for f in found])[order]
    return Answered(joined([f.value for f in found]), new, prices, cuts, *points)
