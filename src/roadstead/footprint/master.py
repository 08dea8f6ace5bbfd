r"""The master of the decomposition: decisions on nodes, and for every node what its years may earn, held down by cuts.

With :math:`\Theta_n` for what the node-years of n earn, and the cuts (F.15) of its node-years added up at the same prices,

.. math::
    \max \sum_j c_j d_j + \sum_n \Theta_n, \qquad
    \Theta_n \le \sum_{y \in n} V_y\bigl(o_y(d), k_y(d)\bigr) \text{ by each cut}, \qquad d \text{ keeps (F.3)-(F.6), (F.12)}  \qquad (F.17)

is a bound on every plan, and lower with every cut. Where nothing fits the years of a node, what they say is a cut on decisions alone.
On large trees a row of the solver holds the cuts of one round for a whole family: a node and all below it.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from roadstead.footprint.columns import standing_cost
from roadstead.footprint.extensive import OPTIMAL, model_of, new_solver
from roadstead.footprint.tails import money_by_node, risk_prices, tail_rows, tailed, valued
from roadstead.futures.tree import ancestry

if TYPE_CHECKING:
    from collections.abc import Iterator

    import highspy

    from roadstead.footprint.formulation import Formulation
    from roadstead.footprint.pricing import BarePrices, YearCuts
    from roadstead.footprint.program import Program
    from roadstead.footprint.states import StateMap
    from roadstead.futures.prospect import Prospect
    from roadstead.futures.tree import ScenarioTree
    from roadstead.terms.arrays import Floats, Ints

ASLEEP = 8
"""Solves a cut may go without a price before it is dropped."""
AWAKE = 1e-9
BROKEN = 1e-7
"""By how much of the bound a point must break a cut that sleeps, for the cut to be woken."""
WAKINGS = 4
"""Times a solve is repeated at most for cuts woken."""
UNFIT = 1e-6
"""Thousand cars by which a cut on decisions alone must be broken for them to be unfit."""
FAR = 0.1
"""Share of the bound that new cuts take from where the master stood, beyond which its next solve begins from nothing: that
took 6 s on 1,093 nodes, from the basis before 68 s."""
MOST_ROWS = 400
"""Rows a round may add: where nodes are more, families of them share a row."""
KEPT = 60
"""Cuts a node may have in memory; beyond, the oldest that sleep are forgotten."""


@dataclass(frozen=True, slots=True)
class NodeCuts:
    """A cut for each of some nodes: what it earns, or nothing where that is no matter, is at most ``constant + gradient @ decisions``.

    ``earns``: 1 where the cut is one on what the node earns. Shapes (M,), (M,), (M, V), (M,).
    """

    nodes: Ints
    constant: Floats
    gradient: sparse.csr_matrix
    earns: Floats


def node_cuts(cuts: YearCuts, prices: BarePrices, states: StateMap, years_node: Ints, wanted: Ints) -> NodeCuts:
    """The cuts of node-years added up by node, for the nodes wanted; of one in which something is unfit, only what is."""
    every, at, unfit = len(years_node), prices.node_year, prices.unfit
    count, nodes = int(years_node.max(initial=0)) + 1, years_node[at]
    misfit = np.bincount(nodes, unfit, count) > 0
    counted = np.where(misfit[nodes], unfit, True).astype(float)
    flat = (
        cuts.constant + (cuts.option * states.option_start[at]).sum(1) + (cuts.module * states.module_start[at]).sum(1)
    )
    parts = (
        (cuts.option, states.option), (cuts.module, states.module), (cuts.earned, states.earned), (cuts.spent, states.spent),
    )  # fmt: skip

    def summed(weight: Floats) -> sparse.csr_matrix:
        """Row n holds the weights of its node-years, in the columns that all node-years have. Shape (N, Y * J)."""
        width = weight.shape[1]
        column = (at[:, None] * width + np.arange(width)).ravel()
        return sparse.csr_matrix((weight.ravel(), (np.repeat(nodes, width), column)), shape=(count, every * width))

    gradient = sum(summed(part * counted[:, None])[wanted] @ into for part, into in parts)
    constant = np.bincount(nodes, flat * counted, count)[wanted].astype(np.float64)
    return NodeCuts(wanted, constant, sparse.csr_matrix(gradient), (~misfit[wanted]).astype(float))


@dataclass(frozen=True, slots=True)
class MasterAnswer:
    """Where the relaxed master stands.

    Attributes
    ----------
    point
        Decisions. Shape (V,).
    value
        The bound by the solver's word.
    price
        Of the rows of decisions. Shape (W,).
    weight
        Of every cut, by round and node; those on what a node earns add up to what the node counts. Shape (rounds, N).
    risk
        Of every path in every tail; none where no tail is weighed. Shape (E * leaves,).
    reduced
        Reduced gains of the decisions. Shape (V,).
    """

    point: Floats
    value: float
    price: Floats
    weight: Floats
    risk: Floats
    reduced: Floats


class Master:
    """The relaxed master, kept warm while cuts come and go: all are remembered, those at work are in the solver.

    While one thread solves, another may ask what the cuts allow, and add some that are asleep.
    """

    def __init__(self, tree: ScenarioTree, prospect: Prospect, decided: Formulation) -> None:
        self.program = decided.program
        self.tree, self.tails = tree, prospect.tails
        self.count = count = tree.count
        self.money = money_by_node(tree, prospect, decided)
        self.idle = standing_cost(tree, prospect)
        tails = tail_rows(tree, prospect.tails)
        self.base = len(decided.program.low) + tails
        self.family = np.arange(count) if tails else families(tree, MOST_ROWS)
        self.rounds = 0
        self.status = ""
        self._stood: tuple[Floats, float] | None = None
        self._known: int | None = None
        self._lock = Lock()
        self._round, self._node, self._row, self._kin, self._held, self._idle = (
            np.zeros(0, dtype=np.int64) for _ in range(6)
        )
        self._constant, self._earns = np.zeros(0), np.zeros(0)
        self._gradient = sparse.csr_matrix((0, len(self.program.gain)))
        self._solver = new_solver(1)
        stated = self._with_nodes(np.full(count, np.inf), self._held, self._held, relaxed=True)
        self._flat = stated.constant
        self._solver.passModel(model_of(stated))

    def together(self, nodes: Ints) -> Ints:
        """Some nodes with all of their families."""
        return np.flatnonzero(np.isin(self.family, self.family[nodes]))

    def add(self, cuts: NodeCuts, *, asleep: bool = False) -> None:
        """Cuts of one round, all from the same prices and for whole families; those ``asleep`` wait until a point of the master
        breaks them.
        """
        # A cut on decisions alone stands alone: added to others it would say less.
        kin = np.where(cuts.earns > 0, self.family[cuts.nodes], self.count + cuts.nodes)
        found, row = np.unique(kin, return_inverse=True)
        with self._lock:
            begin = len(self._kin)
            self._round = np.concatenate([self._round, np.full(len(kin), self.rounds)])
            self._node = np.concatenate([self._node, cuts.nodes])
            self._row = np.concatenate([self._row, begin + row])
            self._kin = np.concatenate([self._kin, found])
            self._constant = np.concatenate([self._constant, cuts.constant])
            self._earns = np.concatenate([self._earns, cuts.earns])
            self._gradient = sparse.vstack([self._gradient, cuts.gradient]).tocsr()
            self.rounds += 1
            if not asleep:
                self._wake(np.arange(begin, begin + len(found)))

    def _wake(self, wanted: Ints) -> None:
        """Put rows into the solver."""
        rows, most = self._rows(*self._within(wanted), len(wanted))
        self._solver.addRows(
            len(wanted), np.full(len(wanted), -np.inf), most,
            rows.nnz, rows.indptr[:-1].astype(np.int32), rows.indices.astype(np.int32), rows.data,
        )  # fmt: skip
        self._held = np.concatenate([self._held, wanted])
        self._idle = np.concatenate([self._idle, np.zeros(len(wanted), dtype=np.int64)])

    def _within(self, rows: Ints) -> tuple[Ints, Ints]:
        """The cuts of some rows, and the place of each one's row among them."""
        place = np.full(len(self._kin), -1)
        place[rows] = np.arange(len(rows))
        mine = np.flatnonzero(place[self._row] >= 0)
        return mine, place[self._row[mine]]

    def solve(self, seconds: float = np.inf) -> MasterAnswer | None:
        """Solve as it stands, for so long at most; None where that gives no optimum, ``status`` being the solver's word for why."""
        known = self.make_ready() if self._known is None else self._known
        self._known = None
        self._solver.setOptionValue("time_limit", self._solver.getRunTime() + seconds)
        self.status, solution = self._run(known)
        self._solver.setOptionValue("time_limit", np.inf)
        if self.status != OPTIMAL:
            return None
        width, rows, base = len(self.program.gain), len(self.program.low), self.base
        dual, point = np.asarray(solution.row_dual), np.asarray(solution.col_value)
        value = float(self._solver.getInfo().objective_function_value) + self._flat
        self._idle = np.where(dual[base:] > AWAKE, 0, self._idle + 1)
        self._stood = point, value
        with self._lock:
            weight = np.zeros((self.rounds, self.count))
            mine, place = self._within(self._held)
            weight[self._round[mine], self._node[mine]] = np.maximum(dual[base:], 0.0)[place]
        return MasterAnswer(
            point=point[:width],
            value=value,
            price=dual[:rows],
            weight=weight,
            risk=risk_prices(self.tree, dual[rows:base]),
            reduced=np.asarray(solution.col_dual)[:width],
        )

    def make_ready(self) -> int:
        """Settle what the next solve is about, before another thread adds to it; how many rows are known.

        It begins from nothing where the solver has far to go; what would be woken after a solve anyway is woken before.
        """
        self._known = len(self._kin)
        if self._stood is None:
            return self._known
        point, value = self._stood
        if value - self.estimate(point[: len(self.program.gain)]) > FAR * abs(value):
            self._solver.clearSolver()
        self._wake(self._broken(point, self._known))
        return self._known

    def _run(self, known: int) -> tuple[str, highspy.HighsSolution]:
        """Solve, and again with the cuts woken that the point breaks; the solver's word for how it ended.

        Only of the first ``known`` rows: what another thread adds meanwhile waits, so that the answer does not hang on who is faster.
        """
        for left in reversed(range(WAKINGS)):
            self._solver.run()
            status, solution = (
                self._solver.modelStatusToString(self._solver.getModelStatus()),
                self._solver.getSolution(),
            )
            with self._lock:
                optimal = left and status == OPTIMAL
                broken = self._broken(np.asarray(solution.col_value), known) if optimal else self._held[:0]
                if not len(broken):
                    break
                self._wake(broken)
        return status, solution

    def _broken(self, point: Floats, known: int) -> Ints:
        """Sleeping rows of the first ``known`` that a point breaks, of each family the one it breaks most."""
        width = len(self.program.gain)
        earned = point[width : width + self.count]
        over = self._earns * earned[self._node] - self._constant - self._gradient @ point[:width]
        over = np.bincount(self._row, over, len(self._kin))
        over[self._held] = over[known:] = 0.0
        worst = np.lexsort((-over, self._kin))
        first = worst[np.unique(self._kin[worst], return_index=True)[1]]
        return np.asarray(first[over[first] > BROKEN * np.abs(earned).sum()])

    def purge(self) -> None:
        """Put rows to sleep that have long had no price, and forget the oldest of those that sleep."""
        old = np.flatnonzero(self._idle > ASLEEP)
        if len(old) <= len(np.unique(self.family)):
            return
        rows = (self.base + old).astype(np.int32)
        self._solver.deleteRows(len(rows), rows)
        self._held, self._idle = np.delete(self._held, old), np.delete(self._idle, old)
        if len(self._node) <= KEPT * self.count:
            return
        lately = self._round >= self._round[-(KEPT * self.count) // 2]
        row = np.isin(np.arange(len(self._kin)), np.concatenate([self._held, self._row[lately]]))
        kept, place = row[self._row], np.cumsum(row) - 1
        self._held, self._row, self._kin = place[self._held], place[self._row[kept]], self._kin[row]
        self._round, self._node, self._constant = self._round[kept], self._node[kept], self._constant[kept]
        self._gradient, self._earns = self._gradient[kept], self._earns[kept]

    @property
    def living(self) -> Ints:
        """Rounds of which a cut is remembered."""
        return np.unique(self._round)

    def fitted(self, columns: Ints, values: Floats) -> Floats | None:
        """The best decisions with some of them given; None where nothing fits. Shape (V,)."""
        at = columns.astype(np.int32)
        self._solver.changeColsBounds(len(at), at, values, values)
        status, solution = self._run(len(self._kin))
        point = np.asarray(solution.col_value)[: len(self.program.gain)] if status == OPTIMAL else None
        self._solver.changeColsBounds(len(at), at, self.program.floor[columns], self.program.ceiling[columns])
        return point

    @contextmanager
    def eased(self, rows: Ints) -> Iterator[None]:
        """Some rows of decisions let go for a while."""
        at, none = rows.astype(np.int32), np.full(len(rows), np.inf)
        self._solver.changeRowsBounds(len(at), at, -none, none)  # type: ignore[attr-defined]
        try:
            yield
        finally:
            self._solver.changeRowsBounds(len(at), at, self.program.low[rows], self.program.high[rows])  # type: ignore[attr-defined]

    def estimate(self, point: Floats) -> float:
        """What the cuts allow at given decisions; minus infinity where they allow nothing."""
        return self.worth(point, self.allowed(point))

    def allowed(self, point: Floats) -> Floats:
        """What the cuts allow every node to earn at given decisions; minus infinity where they allow nothing. Shape (N,)."""
        allowed, most = np.full(self.count, np.inf), self._constant + self._gradient @ point
        earns = self._earns > 0
        np.minimum.at(allowed, self._node[earns], most[earns])
        allowed[self._node[~earns & (most < -UNFIT)]] = -np.inf
        return allowed

    def worth(self, point: Floats, earned: Floats) -> float:
        """Value of decisions whose nodes earn so much, tails counted. Shape of earned (N,)."""
        by_node = self.money @ point + earned - self.idle
        return valued(self.tree, self.tails, by_node) if np.all(np.isfinite(by_node)) else float("-inf")

    def sorted_by(self, place: Ints) -> tuple[sparse.csr_matrix, Floats, Ints]:
        """All cuts on what nodes earn in the order of a place for each node, and where those of each place begin."""
        earns = np.flatnonzero(self._earns)
        order = earns[np.argsort(place[self._node[earns]], kind="stable")]
        begins = np.searchsorted(place[self._node][order], np.arange(self.count + 1))
        return self._gradient[order], self._constant[order], begins

    def whole_program(self) -> Program:
        """The master with whole decisions and all cuts remembered, as a program: decisions first, then one column a node."""
        # What the first cuts allow anywhere: a finite ceiling keeps the solver's branch and bound on firm ground.
        earns = np.flatnonzero(self._earns)
        first = earns[np.unique(self._node[earns], return_index=True)[1]]
        most = (
            self._gradient[first].maximum(0) @ self.program.ceiling
            + self._gradient[first].minimum(0) @ self.program.floor
        )
        every = np.arange(len(self._node))
        return self._with_nodes(self._constant[first] + most, every, every, relaxed=False)

    def _with_nodes(self, top: Floats, cuts: Ints, place: Ints, *, relaxed: bool) -> Program:
        """Decisions and one column a node, of at most ``top``, with some cuts added up in rows; worths and tails between them."""
        p, count = self.program, self.count
        base = replace(
            p,
            gain=np.concatenate([p.gain, np.ones(count)]),
            floor=np.concatenate([p.floor, np.full(count, -np.inf)]),
            ceiling=np.concatenate([p.ceiling, top]),
            whole=np.concatenate([p.whole & (not relaxed), np.zeros(count, dtype=bool)]),
            matrix=sparse.hstack([p.matrix, sparse.csr_matrix((len(p.low), count))]).tocsr(),
        )
        money = sparse.hstack([self.money, sparse.identity(count)]).tocsr()
        base = tailed(self.tree, self.tails, base, money, self.idle)
        count = int(place.max(initial=-1)) + 1
        rows, most = self._rows(cuts, place, count)
        rows = sparse.csr_matrix((rows.data, rows.indices, rows.indptr), shape=(count, len(base.gain)))
        return replace(
            base,
            matrix=sparse.vstack([base.matrix, rows]).tocsr(),
            low=np.concatenate([base.low, np.full(count, -np.inf)]),
            high=np.concatenate([base.high, most]),
        )

    def _rows(self, cuts: Ints, place: Ints, count: int) -> tuple[sparse.csr_matrix, Floats]:
        """Cuts added up in rows of the program, what nodes earn less what is granted for decisions; and the most each row may be."""
        into = sparse.csr_matrix((np.ones(len(cuts)), (place, np.arange(len(cuts)))), shape=(count, len(cuts)))
        earned = sparse.csr_matrix((self._earns[cuts], (place, self._node[cuts])), shape=(count, self.count))
        rows = sparse.hstack([-(into @ self._gradient[cuts]), earned]).tocsr()
        return rows, into @ self._constant[cuts]


def families(tree: ScenarioTree, most: int) -> Ints:
    """The head of every node's family: itself, or the one above it in the last stage up to which nodes are ``most`` or fewer. Shape (N,)."""
    depth = np.diff(ancestry(tree).indptr)
    last = max(1, int(np.searchsorted(np.cumsum(np.bincount(depth)), most, side="right")) - 1)
    head = np.arange(tree.count)
    for n in np.flatnonzero(depth > last):
        head[n] = head[tree.parent[n]]
    return head
