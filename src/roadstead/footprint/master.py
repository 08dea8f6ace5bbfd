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
    from roadstead.footprint.formulation import Formulation
    from roadstead.footprint.pricing import YearCuts
    from roadstead.footprint.program import Program
    from roadstead.footprint.states import StateMap
    from roadstead.terms.arrays import Floats, Ints

ASLEEP = 8
"""Solves a cut may go without a price before it is dropped."""
AWAKE = 1e-9


@dataclass(frozen=True, slots=True)
class NodeCuts:
    """One cut for every node: at most ``constant + gradient @ decisions``. Shapes (N,), (N, V)."""

    constant: Floats
    gradient: sparse.csr_matrix


def node_cuts(cuts: YearCuts, states: StateMap, nodes: Ints, count: int) -> NodeCuts:
    """The cuts of node-years added up by node."""
    flat = cuts.constant + (cuts.option * states.option_start).sum(1) + (cuts.module * states.module_start).sum(1)
    constant = np.bincount(nodes, flat, count).astype(np.float64)
    gradient = _summed(cuts.option, nodes, count) @ states.option + _summed(cuts.module, nodes, count) @ states.module
    return NodeCuts(constant, gradient.tocsr())


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
    """The relaxed master, kept warm while cuts come and go."""

    def __init__(self, decided: Formulation, count: int) -> None:
        self.program = decided.program
        self.count = count
        self.cuts: list[NodeCuts] = []
        self.status = ""
        width = len(self.program.gain)
        self._round, self._node, self._idle = (np.zeros(0, dtype=np.int64) for _ in range(3))
        rows = sparse.hstack([self.program.matrix, sparse.csr_matrix((len(self.program.low), count))]).tocsr()
        whole = replace(
            self.program,
            gain=np.concatenate([self.program.gain, np.ones(count)]),
            floor=np.concatenate([self.program.floor, np.full(count, -np.inf)]),
            ceiling=np.concatenate([self.program.ceiling, np.full(count, np.inf)]),
            whole=np.zeros(width + count, dtype=bool),
            matrix=rows,
        )
        self._solver = new_solver(1)
        self._solver.passModel(model_of(whole))

    def add(self, cuts: NodeCuts) -> None:
        """One more cut for every node."""
        rows = sparse.hstack([-cuts.gradient, sparse.identity(self.count)]).tocsr()
        self._solver.addRows(
            self.count, np.full(self.count, -np.inf), cuts.constant,
            rows.nnz, rows.indptr[:-1].astype(np.int32), rows.indices.astype(np.int32), rows.data,
        )  # fmt: skip
        self._round = np.concatenate([self._round, np.full(self.count, len(self.cuts))])
        self._node = np.concatenate([self._node, np.arange(self.count)])
        self._idle = np.concatenate([self._idle, np.zeros(self.count, dtype=np.int64)])
        self.cuts.append(cuts)

    def solve(self) -> MasterAnswer | None:
        """Solve as it stands; None where that gives no optimum, ``status`` being the solver's word for why."""
        self._solver.run()
        self.status = self._solver.modelStatusToString(self._solver.getModelStatus())
        if self.status != OPTIMAL:
            return None
        solution = self._solver.getSolution()
        width, rows = len(self.program.gain), len(self.program.low)
        dual = np.asarray(solution.row_dual)
        weight = np.zeros((len(self.cuts), self.count))
        weight[self._round, self._node] = np.maximum(dual[rows:], 0.0)
        self._idle = np.where(dual[rows:] > AWAKE, 0, self._idle + 1)
        return MasterAnswer(
            point=np.asarray(solution.col_value)[:width],
            value=float(self._solver.getInfo().objective_function_value) + self.program.constant,
            price=dual[:rows],
            weight=weight,
            reduced=np.asarray(solution.col_dual)[:width],
        )

    def purge(self) -> None:
        """Drop cuts that have long had no price."""
        old = np.flatnonzero(self._idle > ASLEEP)
        if len(old) <= self.count:
            return
        rows = (len(self.program.low) + old).astype(np.int32)
        self._solver.deleteRows(len(rows), rows)
        kept = np.setdiff1d(np.arange(len(self._idle)), old)
        self._round, self._node, self._idle = self._round[kept], self._node[kept], self._idle[kept]

    @property
    def living(self) -> Ints:
        """Rounds of which a cut is left."""
        return np.unique(self._round)

    def fitted(self, columns: Ints, values: Floats) -> Floats | None:
        """The best decisions with some of them given; None where nothing fits. Shape (V,)."""
        at = columns.astype(np.int32)
        self._solver.changeColsBounds(len(at), at, values, values)
        self._solver.run()
        met = self._solver.modelStatusToString(self._solver.getModelStatus()) == OPTIMAL
        point = np.asarray(self._solver.getSolution().col_value)[: len(self.program.gain)] if met else None
        self._solver.changeColsBounds(len(at), at, self.program.floor[columns], self.program.ceiling[columns])
        return point

    def estimate(self, point: Floats) -> float:
        """What the cuts allow at given decisions."""
        allowed = np.min([cuts.constant + cuts.gradient @ point for cuts in self.cuts], axis=0)
        return float(self.program.gain @ point + allowed.sum()) + self.program.constant

    def whole_program(self) -> Program:
        """The master with whole decisions and the cuts it holds, as a program: decisions first, then one column a node."""
        rows = self._stacked()
        p, count = self.program, self.count
        constant = np.asarray([self.cuts[t].constant[n] for t, n in zip(self._round, self._node, strict=True)])
        base = sparse.hstack([p.matrix, sparse.csr_matrix((len(p.low), count))])
        # What the first cuts allow anywhere: a finite ceiling keeps the solver's branch and bound on firm ground.
        first = self.cuts[0]
        top = first.constant + first.gradient.maximum(0) @ p.ceiling
        return replace(
            p,
            gain=np.concatenate([p.gain, np.ones(count)]),
            floor=np.concatenate([p.floor, np.full(count, -np.inf)]),
            ceiling=np.concatenate([p.ceiling, top]),
            whole=np.concatenate([p.whole, np.zeros(count, dtype=bool)]),
            matrix=sparse.vstack([base, rows]).tocsr(),
            low=np.concatenate([p.low, np.full(len(constant), -np.inf)]),
            high=np.concatenate([p.high, constant]),
        )

    def _stacked(self) -> sparse.csr_matrix:
        gradient = sparse.vstack([cuts.gradient for cuts in self.cuts]).tocsr()[self._round * self.count + self._node]
        eye = sparse.csr_matrix(
            (np.ones(len(self._node)), (np.arange(len(self._node)), self._node)), shape=(len(self._node), self.count)
        )
        return sparse.hstack([-gradient, eye]).tocsr()
