r"""The master of the decomposition: decisions on nodes, and for every node what its years may earn, held down by cuts.

With :math:`\Theta_n` for what the node-years of n earn, and the cuts (F.15) of its node-years added up at the same prices,

.. math::
    \max \sum_j c_j d_j + \sum_n \Theta_n, \qquad
    \Theta_n \le \sum_{y \in n} V_y\bigl(o_y(d), k_y(d)\bigr) \text{ by each cut}, \qquad d \text{ keeps (F.3)-(F.6), (F.12)}  \qquad (F.17)

is a bound on every plan, and lower with every cut. Where nothing fits the years of a node, what they say is a cut on decisions alone.
On large trees a row of the solver holds the cuts of one round for a whole family: a node and all below it.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from roadstead.footprint.bounds import weak_duality
from roadstead.footprint.columns import standing_cost
from roadstead.footprint.elimination import NotOnAPath
from roadstead.footprint.extensive import OPTIMAL
from roadstead.footprint.interior_master import CutsAtWork, InteriorMaster
from roadstead.footprint.simplex import Simplex
from roadstead.footprint.tails import money_by_node, risk_prices, tail_rows, tailed, valued
from roadstead.futures.tree import ancestry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roadstead.footprint.formulation import Formulation
    from roadstead.footprint.node_cuts import NodeCuts
    from roadstead.footprint.program import Program
    from roadstead.footprint.simplex import Vertex
    from roadstead.futures.prospect import Prospect
    from roadstead.futures.tree import ScenarioTree
    from roadstead.terms.arrays import Floats, Ints

ASLEEP = 8
"""Solves a cut may go without a price before it is dropped."""
AWAKE = 1e-9
AWAKE_WITHIN = 1e-3
"""Share of a node's prices below which a cut is as good as asleep where prices come from within: there none is nothing."""
WITHIN = 50
"""Nodes from which the master is solved from within."""
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
class MasterAnswer:
    """Where the relaxed master stands.

    Attributes
    ----------
    point
        Decisions. Shape (V,).
    value
        The bound, by the solver's word or, from within, by that of the prices.
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
        self._inner = None if tails or count < WITHIN else interior(tree, decided)
        self.family = np.arange(count) if tails or self._inner else families(tree, MOST_ROWS)
        self.rounds = 0
        self.status = ""
        self._stood: tuple[Floats, Floats, float] | None = None
        self._known: int | None = None
        self._lock = Lock()
        self._round, self._node, self._row, self._kin, self._held, self._idle = (
            np.zeros(0, dtype=np.int64) for _ in range(6)
        )
        self._constant, self._earns = np.zeros(0), np.zeros(0)
        self._gradient = sparse.csr_matrix((0, len(self.program.gain)))
        self._simplex: Simplex | None = None

    @property
    def _solver(self) -> Simplex:
        """The solver with the rows at work, from when it is first needed."""
        if self._simplex is None:
            self._simplex = Simplex(
                self._with_nodes(np.full(self.count, np.inf), *self._of_rows(self._held), relaxed=True)
            )
        return self._simplex

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
        """Put rows to work."""
        if self._simplex is not None:
            self._simplex.add(*self._rows(*self._of_rows(wanted), len(wanted)))
        self._held = np.concatenate([self._held, wanted])
        self._idle = np.concatenate([self._idle, np.zeros(len(wanted), dtype=np.int64)])

    def _of_rows(self, rows: Ints) -> tuple[Ints, Ints]:
        """The cuts of some rows, and the place of each one's row among them."""
        place = np.full(len(self._kin), -1)
        place[rows] = np.arange(len(rows))
        mine = np.flatnonzero(place[self._row] >= 0)
        return mine, place[self._row[mine]]

    def solve(self, seconds: float = np.inf, near: float = 0.0) -> MasterAnswer | None:
        """Solve as it stands, for so long at most; None where that gives no optimum, ``status`` being the solver's word for why.

        Where it is solved from within, it may end ``near`` the optimum, or when time is over: the value is a bound all the same.
        """
        known = self.make_ready() if self._known is None else self._known
        self._known = None
        ends = time.perf_counter() + seconds
        if self._inner is not None:
            answer = self._from_within(self._inner, near, ends)
            if answer is not None:
                return answer
            self._inner = None  # it led nowhere: from here on the simplex method goes on
        met = self._run(known, ends)
        self.status = met.status
        if self.status != OPTIMAL:
            return None
        width, rows, base = len(self.program.gain), len(self.program.low), self.base
        self._idle = np.where(met.price[base:] > AWAKE, 0, self._idle + 1)
        point, earned = met.point[:width], met.point[width : width + self.count]
        self._stood = point, earned, met.value
        with self._lock:
            mine, place = self._of_rows(self._held)
            weight = self._weights(mine, np.maximum(met.price[base:], 0.0)[place])
        risk = risk_prices(self.tree, met.price[rows:base])
        return MasterAnswer(point, met.value, met.price[:rows], weight, risk, met.reduced[:width])

    def _from_within(self, inner: InteriorMaster, near: float, ends: float) -> MasterAnswer | None:
        """A point, prices, and the bound that they prove (F.13); None where the way from within leads nowhere."""
        with self._lock:
            mine, _ = self._of_rows(self._held)
            held = CutsAtWork(self._node[mine], self._earns[mine], self._constant[mine], self._gradient[mine])
            row = self._row[mine]
        middle = inner.solve(held, near, ends)
        if middle is None:
            return None
        counted = np.zeros(len(self._kin))
        np.maximum.at(counted, row, middle.weight)
        self._idle = np.where(counted[self._held] > AWAKE_WITHIN, 0, self._idle + 1)
        p = self.program
        gain = p.gain + held.gradient.T @ middle.weight
        program = replace(p, gain=gain, constant=p.constant + float(held.constant @ middle.weight))
        value = weak_duality(program, middle.price)
        self.status, self._stood = OPTIMAL, (middle.point, middle.earned, value)
        with self._lock:
            weight = self._weights(mine, middle.weight)
        return MasterAnswer(
            point=middle.point,
            value=value,
            price=middle.price,
            weight=weight,
            risk=np.zeros(0),
            reduced=gain - p.matrix.T @ middle.price,
        )

    def _weights(self, cuts: Ints, weight: Floats) -> Floats:
        """Weights of some cuts by round and node. Shape (rounds, N)."""
        found = np.zeros((self.rounds, self.count))
        found[self._round[cuts], self._node[cuts]] = weight
        return found

    def make_ready(self) -> int:
        """Settle what the next solve is about, before another thread adds to it; how many rows are known.

        It begins from nothing where the solver has far to go; what would be woken after a solve anyway is woken before.
        """
        self._known = len(self._kin)
        if self._stood is None:
            return self._known
        point, earned, value = self._stood
        if self._simplex is not None and value - self.estimate(point) > FAR * abs(value):
            self._simplex.forget()
        self._wake(self._broken(point, earned, self._known))
        return self._known

    def _run(self, known: int, ends: float = np.inf) -> Vertex:
        """Solve with the simplex method, and again with the cuts woken that the point breaks, until ``ends`` by the clock of the process.

        Only of the first ``known`` rows: what another thread adds meanwhile waits, so that the answer does not hang on who is faster.
        """
        width = len(self.program.gain)
        for left in reversed(range(WAKINGS)):
            met = self._solver.run(max(ends - time.perf_counter(), 0.0))
            with self._lock:
                optimal = left and met.status == OPTIMAL
                broken = self._broken(met.point[:width], met.point[width:], known) if optimal else self._held[:0]
                if not len(broken):
                    break
                self._wake(broken)
        return met

    def _broken(self, point: Floats, earned: Floats, known: int) -> Ints:
        """Sleeping rows of the first ``known`` that a point breaks, of each family the one it breaks most."""
        earned = earned[: self.count]
        over = self._earns * earned[self._node] - self._constant - self._gradient @ point
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
        if self._simplex is not None:
            self._simplex.drop(self.base + old)
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
        self._solver.bound_columns(columns, values, values)
        met = self._run(len(self._kin))
        self._solver.bound_columns(columns, self.program.floor[columns], self.program.ceiling[columns])
        return met.point[: len(self.program.gain)] if met.status == OPTIMAL else None

    @contextmanager
    def eased(self, rows: Ints) -> Iterator[None]:
        """Some rows of decisions let go for a while."""
        none = np.full(len(rows), np.inf)
        self._solver.bound_rows(rows, -none, none)
        try:
            yield
        finally:
            self._solver.bound_rows(rows, self.program.low[rows], self.program.high[rows])

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


def interior(tree: ScenarioTree, decided: Formulation) -> InteriorMaster | None:
    """The master from within; None where decisions can be divided or accounts link years, which the solver is asked about in between, or
    where the tree does not part what is decided on its branches.
    """
    c = decided.columns
    if not decided.program.whole.all() or any((part >= 0).any() for part in (c.earned, c.spent)):
        return None
    try:
        return InteriorMaster(tree, (c.u, c.v, c.z, c.w), decided.program)
    except NotOnAPath:
        return None


def families(tree: ScenarioTree, most: int) -> Ints:
    """The head of every node's family: itself, or the one above it in the last stage up to which nodes are ``most`` or fewer. Shape (N,)."""
    depth = np.diff(ancestry(tree).indptr)
    last = max(1, int(np.searchsorted(np.cumsum(np.bincount(depth)), most, side="right")) - 1)
    head = np.arange(tree.count)
    for n in np.flatnonzero(depth > last):
        head[n] = head[tree.parent[n]]
    return head
