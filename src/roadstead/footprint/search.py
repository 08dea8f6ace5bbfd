r"""One decomposition on its way: the node-years' answers, whole plans tried, and the proof the prices give."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from roadstead.engine.hire import hire
from roadstead.footprint.dispatch import read_decisions
from roadstead.footprint.lending import alike, every_so_many, lenders
from roadstead.footprint.master import Master
from roadstead.footprint.node_cuts import node_cuts
from roadstead.footprint.node_years import Answered, Asked, NodePrograms, joined_answers
from roadstead.footprint.plan import FootprintPlan
from roadstead.footprint.price_proof import Counted, PriceProof, bound_by, counted, joined_proofs
from roadstead.footprint.pricing import BarePrices, cuts_of, joined_cuts, no_prices
from roadstead.footprint.rounding import rounded
from roadstead.footprint.states import decisions_at
from roadstead.footprint.tails import risk_ratio
from roadstead.footprint.turns import FEW
from roadstead.terms.arrays import in_turn

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    from roadstead.engine.base import Hands
    from roadstead.footprint.ground import Ground
    from roadstead.footprint.master import MasterAnswer
    from roadstead.footprint.operations import Operations
    from roadstead.footprint.plan import Pin
    from roadstead.footprint.price_proof import Proven
    from roadstead.terms.arrays import Flags, Floats, Ints

THRESHOLDS = (0.15, 0.3, 0.45, 0.6, 0.75)
"""Shares from which a decision is rounded up."""
FITS = 1e-6
"""By how much whole decisions may pass a row: a solver's rounding."""
FLOWS_AT_ONCE = 600
"""Node-years, about, whose flows are asked for at once."""
SETTLINGS = 60
"""Rounds at most in which accounts between years are put right for one plan: what stands in a random problem with pledges took 54."""


class Search:
    """One decomposition on its way."""

    def __init__(self, at: Ground, workers: int, ends: float = float("inf"), cluster: str | None = None) -> None:
        """``ends``: when time is over, by the clock of the process; ``cluster``: who answers in place of processes here."""
        self.ends = ends
        self.at = at
        nodes = at.prospect.node_years.node
        self.nodes = nodes
        self._alike = alike(at.prospect.node_years, at.tree.count)
        self.shares: list[Ints] = []
        with ThreadPoolExecutor(1) as beside:  # workers take a while to come
            master = beside.submit(Master, at.tree, at.prospect, at.decided)
            self.crew: Hands[Asked | Counted, Any] = hire(NodePrograms, self._deal, workers=workers, cluster=cluster)
        self.master = master.result()
        self.prices: list[BarePrices | None] = []
        self.best = float("-inf")
        self.plan: Floats | None = None
        self.bound = float("inf")
        self.seen: set[bytes] = set()
        self._known: dict[bytes, Floats] = {}

    @property
    def apart(self) -> bool:
        """True where plans are valued without the master's solver: no divisible modules, no accounts between years."""
        return bool(self.at.decided.program.whole.all()) and not len(self.at.prospect.pledges.earns)

    def _deal(self, hands: int) -> list[tuple[Operations, Ints]]:
        """Nodes are dealt out in turn, so that every worker gets as many of each stage."""
        hand = np.unique(self.nodes, return_inverse=True)[1] % hands
        self.shares = [np.flatnonzero(hand == i) for i in range(hands) if (hand == i).any()]
        return [(self.at.offered.of_years(share), self.nodes[share]) for share in self.shares]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.crew.close()

    def answers(
        self,
        point: Floats,
        nodes: Flags | None = None,
        *,
        flows: bool = False,
        whole: bool = False,
        lumps: bool = False,
        lend: bool = False,
    ) -> Answered:
        """What the node-years earn at a point, those of some nodes where they are named; the master learns nothing of it yet.

        Shape of nodes (N,). They may ``lend`` their prices to the others.
        """
        states, every = self.at.states.at(point), np.ones(self.at.tree.count, dtype=bool)
        wanted = [np.flatnonzero((every if nodes is None else nodes)[self.nodes[share]]) for share in self.shares]
        lent = [
            None if nodes is None or not lend else lenders(self.nodes[share], self._alike, nodes)
            for share in self.shares
        ]
        asked = [
            Asked(states.of_years(share), flows, whole, lumps, mine, theirs)
            for share, mine, theirs in zip(self.shares, wanted, lent, strict=True)
        ]
        found: list[Answered] = self.crew.ask(asked)
        return joined_answers(
            [share[each.prices.node_year] for share, each in zip(self.shares, found, strict=True)], found
        )

    def dealt(self) -> tuple[Ints, Ints]:
        """Who answers for each node, and how many node-years it has. Shapes (N,), (N,)."""
        hand = np.zeros(self.at.tree.count, dtype=np.int64)
        for i, share in enumerate(self.shares):
            hand[self.nodes[share]] = i
        return hand, np.bincount(self.nodes, minlength=self.at.tree.count)

    def spread(self, step: int) -> Flags:
        """Of every so many nodes of a share that run alike, one; of few nodes all. Shape (N,)."""
        found = np.full(self.at.tree.count, self.at.tree.count <= FEW)
        for share in self.shares:
            mine = np.unique(self.nodes[share])
            found[mine] |= every_so_many(self._alike[mine], step)
        return found

    def learn(self, answered: Answered, *, asleep: bool = False) -> None:
        """Cuts of one round into the master, for the nodes of which anything is new."""
        new = self.master.together(np.unique(self.nodes[answered.prices.node_year[answered.new]]))
        # Of a family that shares a row, nothing is said where one has not answered.
        silent = self.master.family[~self.answering(answered)]
        new = new[~np.isin(self.master.family[new], silent)]
        self.prices.append(answered.prices)
        cuts = node_cuts(answered.cuts, answered.prices, self.at.states, self.nodes, new)
        self.master.add(cuts, asleep=asleep)

    def learn_from_nothing(self) -> None:
        """Cuts of no prices at all: the master has an optimum with them, whatever else is unfit."""
        offered = self.at.offered
        self.learn_again(no_prices(offered.none, np.ones((offered.count, offered.none.options))))

    def learn_again(self, prices: BarePrices) -> None:
        """Cuts of prices that are known, without asking a node-year."""
        years, offered = prices.node_year, self.at.offered
        turns = [np.arange(len(years))[some] for some in in_turn(len(years))]
        cuts = joined_cuts([cuts_of(offered.of_years(years[some]), prices.of_years(some)) for some in turns])
        self.prices.append(prices)
        self.master.add(node_cuts(cuts, prices, self.at.states, self.nodes, np.unique(self.nodes[years])))

    def earned(self, point: Floats, answered: Answered) -> Floats:
        """What nodes asked about earn at a point by the cuts of its own prices: what the master will hold against it; minus infinity
        where it is unfit. Shape (N,).
        """
        years = answered.prices.node_year
        most = answered.cuts.at(self.at.states.at(point).of_years(years))
        most[answered.prices.unfit] = -np.inf
        return np.bincount(self.nodes[years], most, self.at.tree.count).astype(np.float64)

    def answering(self, answered: Answered) -> Flags:
        """Nodes that prices speak of, their own or borrowed ones. Shape (N,)."""
        return np.isin(np.arange(self.at.tree.count), self.nodes[answered.prices.node_year])

    def plan_of(self, point: Floats) -> FootprintPlan:
        """The plan of whole decisions, with the flows their programs choose."""
        at, many = self.at, self.at.tree.count
        # Not all at once: flows take more memory than whatever else is answered.
        parts = min(max(-(-at.prospect.node_years.count // FLOWS_AT_ONCE), 1), many)
        part = np.arange(many) * parts // many
        found = [self.answers(point, part == i, flows=True) for i in range(parts)]
        answered = joined_answers([each.prices.node_year for each in found], found)
        self.learn(answered)
        decisions = read_decisions(at.decided.columns, point, at.prospect.resources)
        return FootprintPlan(decisions, answered.flows(at.offered, at.states.at(point).at_work))

    def left(self) -> float:
        """Time left. [s]"""
        return self.ends - time.perf_counter()

    def keep(self, point: Floats, value: float, by_node: Floats) -> None:
        """A plan that is kept where it is the best so far, with what its nodes earn."""
        if value > self.best:
            self.best, self.plan = value, point
            self._known = {point.tobytes(): by_node}

    def try_whole(self, point: Floats) -> float:
        """Value of whole decisions, kept where they are the best so far; with accounts between years, put right round by round."""
        self.seen.add(point.tobytes())
        whole = np.flatnonzero(self.at.decided.program.whole)
        value, best, by_node = self.settled(point, whole, self.best)
        self.keep(best, value, by_node)
        return value

    def settled(self, point: Floats, held: Ints, enough: float = float("inf")) -> tuple[float, Floats, Floats]:
        """The best value found for some decisions held as they are, the point that has it, and what its nodes earn.

        Where accounts link years, what is earned and spent when is put right round by round, until the cuts promise no more than
        is had, or no more than is ``enough`` elsewhere.
        """
        best = (float("-inf"), point, np.full(self.at.tree.count, -np.inf))
        for left in reversed(range(SETTLINGS if len(self.at.prospect.pledges.earns) else 1)):
            by_node = self.try_nodes(point)
            value = self.master.worth(point, by_node)
            best = max(best, (value, point, by_node), key=lambda each: each[0])
            again = self.master.fitted(held, point[held]) if left else None
            if again is None:
                break
            hope = self.master.estimate(again)
            if hope - best[0] <= FITS * abs(hope) or hope < enough < np.inf:
                break
            point = again
        return best

    def try_nodes(self, point: Floats) -> Floats:
        """What the nodes' years earn at whole decisions; their cuts go into the master. Shape (N,)."""
        answered = self.answers(point, whole=True)
        self.learn(answered, asleep=True)
        return np.bincount(self.nodes, answered.value, self.at.tree.count).astype(np.float64)

    def by_node(self, point: Floats) -> Floats:
        """The same, remembered for the best plan so far. Shape (N,)."""
        key = point.tobytes()
        if key not in self._known:
            self._known = {key: self.try_nodes(point)}
        return self._known[key]

    def fits(self, point: Floats) -> bool:
        """True where decisions keep every row of the master."""
        p = self.at.decided.program
        row = p.matrix @ point
        return bool(np.all(row <= p.high + FITS) and np.all(row >= p.low - FITS) and np.all(point <= p.ceiling + FITS))

    def round_off(self, points: Sequence[Floats]) -> None:
        """Value the most promising of some roundings of points, if the cuts leave it any hope to be the best."""
        tree, prospect, columns = self.at.tree, self.at.prospect, self.at.decided.columns
        hopes: list[tuple[float, Floats]] = []
        for point, threshold, follow in product(points, THRESHOLDS, (False, True)):
            d = rounded(tree, prospect, columns, point, threshold, follow=follow)
            whole = self.completed(decisions_at(self.at.families, d, len(point)))
            if whole is None or whole.tobytes() in self.seen or not self.fits(whole):
                continue
            hopes.append((self.master.estimate(whole), whole))
        if not hopes:
            return
        hope, whole = max(hopes, key=lambda each: each[0])
        if hope > self.best:
            self.try_whole(whole)

    def purge(self, best: MasterAnswer) -> None:
        """Drop cuts that have long had no price, and the prices of rounds that have none left, but for those ``best`` is proved by."""
        self.master.purge()
        paid = np.flatnonzero(best.weight.any(1))
        for t in np.setdiff1d(np.arange(len(self.prices)), np.union1d(self.master.living, paid)):
            self.prices[t] = None

    def completed(self, point: Floats) -> Floats | None:
        """Whole decisions with the best divisible modules beside them, as far as the cuts know."""
        whole = self.at.decided.program.whole
        return point if whole.all() else self.master.fitted(np.flatnonzero(whole), point[whole])

    def proved(self, answer: MasterAnswer, pins: tuple[Pin, ...]) -> tuple[PriceProof, float]:
        """The whole proof that an answer of the master leaves behind, and the bound it proves, in the program's unit (F.18).

        Whoever answers lets go of warm programs for it: nothing more is asked then.
        """
        asked = self._counted(answer)
        parts: list[Proven] = self.crew.ask([asked.of_years(share) for share in self.shares])
        found = joined_proofs(self.shares, parts)
        proof = PriceProof(pins, found.prices, found.lumps, answer.price, answer.risk)
        return proof, bound_by(self.at, proof, found.cuts)

    def _counted(self, answer: MasterAnswer) -> Counted:
        """Prices of all rounds, each node's weighed by what the master pays for its cuts."""
        ratio, none = risk_ratio(self.at.tree, self.at.prospect.tails, answer.risk), self.at.offered.none
        weight = (answer.weight / np.where(ratio > 0, ratio, 1.0))[:, self.nodes]
        rounds = [Counted(no_prices(none, np.zeros((0, none.options))), np.zeros(0))]
        for t in np.flatnonzero(weight.any(1)):
            if (bare := self.prices[t]) is not None:
                years = bare.node_year
                misfit = np.bincount(self.nodes[years], bare.unfit, self.at.tree.count)[self.nodes[years]] > 0
                # Of a node in which something is unfit, only that has a price.
                kept = np.flatnonzero((weight[t, years] > 0) & (bare.unfit | ~misfit))
                rounds.append(Counted(bare.of_years(kept), weight[t, years[kept]]))
        return counted(rounds)
