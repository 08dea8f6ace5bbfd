"""Node-year programs: the best flows that given states allow, kept warm, and the prices they leave behind."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from scipy import sparse

from roadstead.footprint.columns import CARS
from roadstead.footprint.lending import with_borrowed
from roadstead.footprint.lump_prices import joined_lumps, no_lumps
from roadstead.footprint.lump_rows import broken, limits
from roadstead.footprint.node_program import NodeProgram, every_row
from roadstead.footprint.operations import of_years
from roadstead.footprint.plan import Flows
from roadstead.footprint.price_proof import Counted, proven
from roadstead.footprint.pricing import BY_YEAR, PRICES, BarePrices, YearCuts, no_prices, proved
from roadstead.terms.arrays import in_turn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.footprint.lump_prices import Lumps
    from roadstead.footprint.operations import Offered, Operations
    from roadstead.footprint.price_proof import Proven
    from roadstead.footprint.states import States
    from roadstead.terms.arrays import Flags, Floats, Ints

MOST_COLUMNS = 1_000_000
"""Columns up to which a worker keeps a program for every node-year: 650 bytes each in all. Where a program holds another year than last time,
its gains are told and it begins elsewhere: that takes 1.3 to 1.6 times as long, no longer where ten share one than where two do."""
MOST_PROGRAMS = 24
"""Programs that a worker keeps warm where these would be more columns; neighbouring nodes share one."""
TOGETHER = 32
"""Node-years whose cuts on lumps are worked out at once."""
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


class Turn(NamedTuple):
    """A program about to be solved, for which of its years, which of the share's that is, and its row among answers."""

    program: NodeProgram
    year: int
    node_year: int
    row: int


@dataclass(slots=True)
class _Met:
    """What programs have answered so far: values, prices, cuts with prices, and points where they were asked for."""

    value: Floats
    raw: BarePrices
    lumps: list[Lumps]
    points: dict[int, list[tuple[Ints, Floats]]]

    def add(self, turns: Sequence[Turn], asked: Asked, ops: Operations) -> None:
        """Solve some, whose node-years offer ``ops``, and have them meet the cuts that they break."""
        states = asked.states.of_years(np.asarray([turn.node_year for turn in turns]))
        mine = of_years(ops, np.asarray([turn.node_year for turn in turns])) if asked.lumps else ops
        held = (
            limits([turn.program.lumps for turn in turns], mine, states) if asked.lumps else [(None, None)] * len(turns)
        )
        flows: dict[int, tuple[Floats, Floats]] = {}
        for j, (turn, (limit, right)) in enumerate(zip(turns, held, strict=True)):
            program, row = turn.program, turn.row
            value, answered = program.solve(turn.year, states.of_years(np.asarray([j])), limit)
            fits = bool(np.isfinite(value))
            self.value[row] = value
            if answered:
                self.lumps.append(program.prices(self.raw, row, right))
                self.raw.unfit[row] = not fits
            if asked.flows and fits:
                self.points[row] = program.point()
            if asked.lumps and fits:
                flows[j] = program.flows()
        if flows:
            kept = np.asarray(list(flows))
            met = broken(of_years(mine, kept), states.of_years(kept), list(flows.values()))
            for j, cuts in zip(flows, met, strict=True):
                turns[j].program.meet(*cuts)


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
        self._programs: list[NodeProgram] = []
        self._known: list[dict[bytes, Floats]] = [{} for _ in range(self.ops.count)]
        self._met: list[set[int]] = [set() for _ in self.years]
        self._total = (self.ops.segment_gain * self.ops.width).sum((1, 2))

    @property
    def programs(self) -> list[NodeProgram]:
        """They are built when they are first asked, and again where they have been let go."""
        if not self._programs:
            rows = every_row(self.ops)
            self._programs = [NodeProgram(of_years(self.ops, years), rows) for years in self.shared]
        return self._programs

    def __call__(self, asked: Asked | Counted) -> Answered | Proven:
        """What all node-years earn at the states asked for, or what prices prove of them."""
        if isinstance(asked, Counted):
            self._programs = []  # a proof is the end, and takes as much memory
            return proven(self.ops, asked)
        return self.answer(asked)

    def answer(self, asked: Asked) -> Answered:
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
        count, place = len(wanted), np.full(self.ops.count, -1)
        place[wanted] = np.arange(count)
        raw = no_prices(self.ops, asked.states.is_open[wanted])
        met = _Met(np.empty(count), raw, [raw.lumps], {})
        turns = [
            Turn(program, i, int(y), int(place[y]))
            for years, program in zip(self.shared, self.programs, strict=True)
            for i, y in enumerate(years)
            if place[y] >= 0
        ]
        # Those who share a program apart: it keeps few of the cuts that are found at once.
        turns.sort(key=lambda turn: turn.year)
        for begin in range(0, count, TOGETHER):
            these = turns[begin : begin + TOGETHER]
            met.add(these, asked, self.ops)
        value, points, raw = met.value, met.points, replace(raw, lumps=joined_lumps(met.lumps))
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
            bare, cuts = proved(mine, raw.of_years(some), at_work[some])
            found.append(Answered(value[some], np.ones(len(some), dtype=bool), bare, cuts))
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
