r"""The master of the decomposition: decisions on nodes, and for every node what its years may earn, held down by cuts.

With :math:`\Theta_n` for what the node-years of n earn, and the cuts (F.15) of its node-years added up at the same prices,

.. math::
    \max \sum_j c_j d_j + \sum_n \Theta_n, \qquad
    \Theta_n \le \sum_{y \in n} V_y\bigl(o_y(d), k_y(d)\bigr) \text{ by each cut}, \qquad d \text{ keeps (F.3)-(F.6), (F.12)}  \qquad (F.17)

is a bound on every plan, and lower with every cut.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from roadstead.footprint.extensive import OPTIMAL, model_of, new_solver

if TYPE_CHECKING:
    import highspy

    from roadstead.footprint.formulation import Formulation
    from roadstead.footprint.pricing import YearCuts
    from roadstead.footprint.program import Program
    from roadstead.footprint.states import StateMap
    from roadstead.terms.arrays import Floats, Ints

ASLEEP = 8
"""Solves a cut may go without a price before it is dropped."""
AWAKE = 1e-9
BROKEN = 1e-7
"""By how much of the bound a point must break a cut that sleeps, for the cut to be woken."""
WAKINGS = 4
"""Times a solve is repeated at most for cuts woken."""
KEPT = 60
"""Cuts a node may have in memory; beyond, the oldest that sleep are forgotten."""


@dataclass(frozen=True, slots=True)
class NodeCuts:
    """A cut for each of some nodes: at most ``constant + gradient @ decisions``. Shapes (M,), (M,), (M, V)."""

    nodes: Ints
    constant: Floats
    gradient: sparse.csr_matrix


def node_cuts(cuts: YearCuts, states: StateMap, years_node: Ints, wanted: Ints) -> NodeCuts:
    """The cuts of node-years added up by node, for the nodes wanted."""
    count = int(years_node.max(initial=0)) + 1
    flat = cuts.constant + (cuts.option * states.option_start).sum(1) + (cuts.module * states.module_start).sum(1)
    option, module = (_summed(part, years_node, count)[wanted] for part in (cuts.option, cuts.module))
    gradient = option @ states.option + module @ states.module
    return NodeCuts(wanted, np.bincount(years_node, flat, count)[wanted].astype(np.float64), gradient.tocsr())


def _summed(weight: Floats, nodes: Ints, count: int) -> sparse.csr_matrix:
    """Row n holds the weights of its node-years. Shape (N, Y * J)."""
    years, width = weight.shape
    rows = np.repeat(nodes, width)
    return sparse.csr_matrix((weight.ravel(), (rows, np.arange(years * width))), shape=(count, years * width))


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
        Of every cut, by round and node; those of a node add up to one. Shape (rounds, N).
    reduced
        Reduced gains of the decisions. Shape (V,).
    """

    point: Floats
    value: float
    price: Floats
    weight: Floats
    reduced: Floats


class Master:
    """The relaxed master, kept warm while cuts come and go: all are remembered, those at work are in the solver."""

    def __init__(self, decided: Formulation, count: int) -> None:
        self.program = decided.program
        self.count = count
        self.rounds = 0
        self.status = ""
        self._round, self._node, self._held, self._idle = (np.zeros(0, dtype=np.int64) for _ in range(4))
        self._constant = np.zeros(0)
        self._gradient = sparse.csr_matrix((0, len(self.program.gain)))
        self._solver = new_solver(1)
        self._solver.passModel(model_of(self._with_nodes(np.full(count, np.inf), self._held, relaxed=True)))

    def add(self, cuts: NodeCuts, *, asleep: bool = False) -> None:
        """Cuts of one round, all from the same prices; those ``asleep`` wait until a point of the master breaks them."""
        begin, added = len(self._node), len(cuts.nodes)
        self._round = np.concatenate([self._round, np.full(added, self.rounds)])
        self._node = np.concatenate([self._node, cuts.nodes])
        self._constant = np.concatenate([self._constant, cuts.constant])
        self._gradient = sparse.vstack([self._gradient, cuts.gradient]).tocsr()
        self.rounds += 1
        if not asleep:
            self._wake(np.arange(begin, begin + added))

    def _wake(self, wanted: Ints) -> None:
        """Put cuts into the solver."""
        rows = self._rows(wanted)
        self._solver.addRows(
            len(wanted), np.full(len(wanted), -np.inf), self._constant[wanted],
            rows.nnz, rows.indptr[:-1].astype(np.int32), rows.indices.astype(np.int32), rows.data,
        )  # fmt: skip
        self._held = np.concatenate([self._held, wanted])
        self._idle = np.concatenate([self._idle, np.zeros(len(wanted), dtype=np.int64)])

    def solve(self) -> MasterAnswer | None:
        """Solve as it stands; None where that gives no optimum, ``status`` being the solver's word for why."""
        self.status, solution = self._run()
        if self.status != OPTIMAL:
            return None
        width, rows = len(self.program.gain), len(self.program.low)
        dual, point = np.asarray(solution.row_dual), np.asarray(solution.col_value)
        weight = np.zeros((self.rounds, self.count))
        weight[self._round[self._held], self._node[self._held]] = np.maximum(dual[rows:], 0.0)
        self._idle = np.where(dual[rows:] > AWAKE, 0, self._idle + 1)
        return MasterAnswer(
            point=point[:width],
            value=float(self._solver.getInfo().objective_function_value) + self.program.constant,
            price=dual[:rows],
            weight=weight,
            reduced=np.asarray(solution.col_dual)[:width],
        )

    def _run(self) -> tuple[str, highspy.HighsSolution]:
        """Solve, and again with the cuts woken that the point breaks; the solver's word for how it ended."""
        for left in reversed(range(WAKINGS)):
            self._solver.run()
            status, solution = (
                self._solver.modelStatusToString(self._solver.getModelStatus()),
                self._solver.getSolution(),
            )
            broken = self._broken(np.asarray(solution.col_value)) if left and status == OPTIMAL else self._held[:0]
            if not len(broken):
                break
            self._wake(broken)
        return status, solution

    def _broken(self, point: Floats) -> Ints:
        """Sleeping cuts that a point breaks, of each node the one it breaks most."""
        width = len(self.program.gain)
        over = point[width:][self._node] - self._constant - self._gradient @ point[:width]
        over[self._held] = 0.0
        worst = np.lexsort((-over, self._node))
        first = worst[np.unique(self._node[worst], return_index=True)[1]]
        return first[over[first] > BROKEN * np.abs(point[width:]).sum()]

    def purge(self) -> None:
        """Put cuts to sleep that have long had no price, and forget the oldest of those that sleep."""
        old = np.flatnonzero(self._idle > ASLEEP)
        if len(old) <= self.count:
            return
        rows = (len(self.program.low) + old).astype(np.int32)
        self._solver.deleteRows(len(rows), rows)
        self._held, self._idle = np.delete(self._held, old), np.delete(self._idle, old)
        if len(self._node) <= KEPT * self.count:
            return
        kept = np.zeros(len(self._node), dtype=bool)
        kept[-(KEPT * self.count) // 2 :] = kept[self._held] = True
        self._held = (np.cumsum(kept) - 1)[self._held]
        self._round, self._node, self._constant = self._round[kept], self._node[kept], self._constant[kept]
        self._gradient = self._gradient[kept]

    @property
    def living(self) -> Ints:
        """Rounds of which a cut is remembered."""
        return np.unique(self._round)

    def fitted(self, columns: Ints, values: Floats) -> Floats | None:
        """The best decisions with some of them given; None where nothing fits. Shape (V,)."""
        at = columns.astype(np.int32)
        self._solver.changeColsBounds(len(at), at, values, values)
        status, solution = self._run()
        point = np.asarray(solution.col_value)[: len(self.program.gain)] if status == OPTIMAL else None
        self._solver.changeColsBounds(len(at), at, self.program.floor[columns], self.program.ceiling[columns])
        return point

    def estimate(self, point: Floats) -> float:
        """What the cuts allow at given decisions."""
        allowed = np.full(self.count, np.inf)
        np.minimum.at(allowed, self._node, self._constant + self._gradient @ point)
        return float(self.program.gain @ point + allowed.sum()) + self.program.constant

    def sorted_by(self, place: Ints) -> tuple[sparse.csr_matrix, Floats, Ints]:
        """All cuts in the order of a place for each node, and where those of each place begin."""
        order = np.argsort(place[self._node], kind="stable")
        begins = np.searchsorted(place[self._node][order], np.arange(self.count + 1))
        return self._gradient[order], self._constant[order], begins

    def whole_program(self) -> Program:
        """The master with whole decisions and all cuts remembered, as a program: decisions first, then one column a node."""
        # What the first cuts allow anywhere: a finite ceiling keeps the solver's branch and bound on firm ground.
        first = np.unique(self._node, return_index=True)[1]
        top = self._constant[first] + self._gradient[first].maximum(0) @ self.program.ceiling
        return self._with_nodes(top, np.arange(len(self._node)), relaxed=False)

    def _with_nodes(self, top: Floats, held: Ints, *, relaxed: bool) -> Program:
        """Decisions and one column a node, of at most ``top``, with some cuts as rows."""
        p, count = self.program, self.count
        base = sparse.hstack([p.matrix, sparse.csr_matrix((len(p.low), count))])
        return replace(
            p,
            gain=np.concatenate([p.gain, np.ones(count)]),
            floor=np.concatenate([p.floor, np.full(count, -np.inf)]),
            ceiling=np.concatenate([p.ceiling, top]),
            whole=np.concatenate([p.whole & (not relaxed), np.zeros(count, dtype=bool)]),
            matrix=sparse.vstack([base, self._rows(held)]).tocsr(),
            low=np.concatenate([p.low, np.full(len(held), -np.inf)]),
            high=np.concatenate([p.high, self._constant[held]]),
        )

    def _rows(self, wanted: Ints) -> sparse.csr_matrix:
        """Cuts as rows of the program: what a node earns, less what the cut grants for decisions."""
        entries = (np.ones(len(wanted)), (np.arange(len(wanted)), self._node[wanted]))
        eye = sparse.csr_matrix(entries, shape=(len(wanted), self.count))
        return sparse.hstack([-self._gradient[wanted], eye]).tocsr()
