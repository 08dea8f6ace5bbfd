r"""The relaxed master of a larger tree, solved from within.

Decisions are told as running totals, :math:`s_{n} = \sum_{m \preceq n} d_{m}` for each kind of decision. A row that adds up all
decisions on a path is then one about a single unknown, and a cut one about a few nodes', so that the program falls apart along the
tree (``elimination.py``). Every cut on what a node earns is a row of its own. The barrier is weighed by how likely nodes are: a leaf of little
chance earns little, and all its slacks would else be as wide as those of the root.

Cuts come and prices move from round to round, but the middle (the central path) moves little: a walk (``interior.py``) begins at a point that the last ones
came by, with what each node earns put to the middle below its cuts.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from threadpoolctl import ThreadpoolController

from roadstead.footprint.elimination import NotOnAPath, TreeElimination
from roadstead.footprint.interior import CLOSE, Inside, Stated, walk
from roadstead.futures.tree import ancestry, node_probability

if TYPE_CHECKING:
    from roadstead.footprint.program import Program
    from roadstead.futures.tree import ScenarioTree
    from roadstead.terms.arrays import Flags, Floats, Ints

CANCELLED = 1e-11
"""Share of the largest entry of a matrix below which one is what sums leave of nothing."""
PART, MANY = 0.5, 1e3
"""Share of all there may be, spread over a path, with which the first walk begins; as of more than so many, as good as no limit."""
ROOM = 0.05
"""Slack at which a row that has less begins a walk."""
START = 1e3
"""Product of slack and price (the barrier's parameter) with which the first walk begins, of a node that is certain. [million money]"""
UNLIKELY = 1e-6
"""Probability below which nodes are no further told apart."""
HALVINGS = 60
"""Of the span in which the middle below some cuts lies."""
DEEP = 8.0
"""What is still to be gained where a walk begins anew, in what new cuts take off: prices there can still give way."""
AGAIN = 10.0
"""The same, in how near the walk shall come."""
THINNER = 0.7
"""Points of walks are kept so far apart, by what is still to be gained."""
LOST = 1e-3
"""Share of the value still to be gained where a walk that goes no further has led nowhere."""


@dataclass(frozen=True, slots=True)
class CutsAtWork:
    """Cuts at work: what each node earns (or nothing) is at most ``constant + gradient @ decisions``.

    Shapes (K,), (K,), (K,), (K, V).
    """

    node: Ints
    earns: Floats
    constant: Floats
    gradient: sparse.csr_matrix


@dataclass(frozen=True, slots=True)
class Middle:
    """Where a walk ended: decisions, what nodes earn, prices of the rows of decisions and of cuts. Those of the cuts on what a node earns
    add up to one.

    Shapes (V,), (N,), (W,), (K,).
    """

    point: Floats
    earned: Floats
    price: Floats
    weight: Floats


@dataclass(frozen=True, slots=True)
class Been:
    """A point of a walk without its cuts: totals, what nodes earn, slacks and prices of rows, their product where a node is certain, and all
    that was still to be gained.
    """

    totals: Floats
    earned: Floats
    slack: Floats
    price: Floats
    product: float
    rest: float


class InteriorMaster:
    """The relaxed master without its cuts, and where walks with cuts have been."""

    def __init__(self, tree: ScenarioTree, families: tuple[Ints, ...], program: Program) -> None:
        """``families``: where decisions of every kind stand, by node, as in ``Columns``. NotOnAPath where a row is on no path."""
        self.tree, self.program = tree, program
        self.chance = np.maximum(node_probability(tree), UNLIKELY)
        free = program.ceiling > program.floor
        self._fixed = np.where(free, 0.0, program.floor)
        node = node_of(families, len(free))
        self._before = last_before(tree.parent, families, free)
        self._total = running_totals(self._before, free)
        matrix, flat = thinned(program.matrix @ self._total), program.matrix @ self._fixed
        low, high = program.low - flat, program.high - flat
        some = np.diff(matrix.indptr) > 0
        self._low, self._high = np.flatnonzero(some & np.isfinite(low)), np.flatnonzero(some & np.isfinite(high))
        top = free & np.isfinite(program.ceiling)
        rows = [self._total[free], -self._total[top], matrix[self._low], -matrix[self._high]]
        self._least = np.concatenate([program.floor[free], -program.ceiling[top], low[self._low], -high[self._high]])
        self._rows = sparse.hstack([sparse.vstack(rows), sparse.csr_matrix((len(self._least), tree.count))]).tocsr()
        self._gain = np.concatenate([self._total.T @ program.gain, np.ones(tree.count)])
        self._node = np.concatenate([node[free], np.arange(tree.count)])
        self._share = self.chance[np.maximum.reduceat(self._node[self._rows.indices], self._rows.indptr[:-1])]
        self._system = TreeElimination(tree.parent, self._node, self._rows)
        self._been: list[Been] = []
        self.steps = 0

    def solve(self, held: CutsAtWork, near: float, ends: float) -> Middle | None:
        """Walk to where no more than ``near`` is still to be gained, or as near as it goes until ``ends``; None where no way leads there."""
        count, many = self.tree.count, len(self._least)
        earns = held.earns > 0
        if not many or len(np.unique(held.node[earns])) < count:
            return None
        gradient, constant = thinned(held.gradient @ self._total), held.constant + held.gradient @ self._fixed
        into = sparse.csr_matrix((held.earns, (np.arange(len(held.node)), held.node)), shape=(len(held.node), count))
        cuts = sparse.hstack([gradient, -into]).tocsr()
        share = np.concatenate([self._share, self.chance[held.node]])
        try:
            self._system.take(cuts)
        except NotOnAPath:
            return None
        rows, least = sparse.vstack([self._rows, cuts]).tocsr(), np.concatenate([self._least, -constant])
        begin = self._begin(held, gradient, constant, near)
        # Fronts are small, and beside them workers have the cores: more threads would wait for one another.
        with libraries().limit(limits=1, user_api="blas"):
            way = walk(Stated(self._gain, rows, least, share), self._system, begin, near, ends)
        self.steps = len(way.points)
        width, all_ = self._total.shape[1], float(share.sum())
        for p in (*way.points, way.end):
            if not self._been or p.rest < THINNER * self._been[-1].rest:
                self._been.append(Been(p.x[:width], p.x[width:], p.slack[:many], p.price[:many], p.rest / all_, p.rest))
        value = abs(float(self._gain @ way.end.x))
        if not way.is_whole and not way.off <= LOST * value:
            return None
        return self._told(way.end, held)

    def _told(self, end: Inside, held: CutsAtWork) -> Middle:
        """A point within in the words of the master."""
        p, width, many = self.program, self._total.shape[1], len(self._least)
        price = np.zeros(len(p.low))
        last = many - len(self._high)
        price[self._low] -= end.price[last - len(self._low) : last]
        price[self._high] += end.price[last:many]
        weight, earns = end.price[many:], held.earns > 0
        total = np.bincount(held.node[earns], weight[earns], self.tree.count)
        point = np.clip(self._total @ end.x[:width] + self._fixed, p.floor, p.ceiling)
        return Middle(point, end.x[width:], price, np.where(earns, weight / total[held.node], weight))

    def _begin(self, held: CutsAtWork, gradient: sparse.csr_matrix, constant: Floats, near: float) -> Inside:
        """A point of earlier walks from which new cuts are not far, or one where nothing is known."""
        if not self._been:
            p = self.program
            decided = PART * np.minimum(p.ceiling - p.floor, MANY) / np.diff(ancestry(self.tree).indptr).max()
            totals = added_up(self._before, p.ceiling > p.floor, decided)
            slack = np.maximum(self._rows[:, : len(totals)] @ totals - self._least, ROOM)
            at = Been(totals, np.zeros(self.tree.count), slack, START * self._share / slack, START, np.inf)
        else:
            last = self._been[-1]
            taken = last.earned - lowest(held, constant + gradient @ last.totals, self.tree.count)
            value = float(self._gain @ np.concatenate([last.totals, last.earned]))
            enough = max(DEEP * float(np.maximum(taken, 0.0).sum()), AGAIN * max(near, CLOSE * abs(value)))
            while self._been[-1].rest < enough and len(self._been) > 1:
                self._been.pop()
            at = self._been.pop()
        most, price = constant + gradient @ at.totals, at.product * self.chance
        earned = middles(held, most, price)
        slack = np.maximum(most - held.earns * earned[held.node], np.where(held.earns > 0, 0.0, ROOM))
        return Inside(
            np.concatenate([at.totals, earned]),
            np.concatenate([at.slack, slack]),
            np.concatenate([at.price, price[held.node] / slack]),
        )


@cache
def libraries() -> ThreadpoolController:
    """Libraries of linear algebra that are at work in this process."""
    return ThreadpoolController()


def node_of(families: tuple[Ints, ...], width: int) -> Ints:
    """The node of every decision. Shape (V,)."""
    node = np.zeros(width, dtype=np.int64)
    for family in families:
        n, j = np.nonzero(family >= 0)
        node[family[n, j]] = n
    return node


def last_before(parent: Ints, families: tuple[Ints, ...], free: Flags) -> Ints:
    """The decision of the same kind last before each on its path, of those that are free; -1 where there is none. Shape (V,)."""
    before = np.full(len(free), -1, dtype=np.int64)
    for family in families:
        latest = np.full(family.shape, -1, dtype=np.int64)
        for n, p in enumerate(parent.tolist()):
            if p >= 0:
                latest[n] = latest[p]
            mine = (family[n] >= 0) & free[family[n]]
            before[family[n, mine]] = latest[n, mine]
            latest[n, mine] = family[n, mine]
    return before


def running_totals(before: Ints, free: Flags) -> sparse.csr_matrix:
    """Decisions from the running totals of those that are free. Shape (V, free)."""
    at, later = np.flatnonzero(free), np.flatnonzero(before >= 0)
    row, column = np.concatenate([at, later]), np.concatenate([at, before[later]])
    value = np.concatenate([np.ones(len(at)), -np.ones(len(later))])
    return sparse.csr_matrix((value, (row, column)), shape=(len(before), len(before)))[:, free]


def added_up(before: Ints, free: Flags, decided: Floats) -> Floats:
    """The running totals of decisions, each of which stands behind those before it. Shape (free,)."""
    totals = decided.copy()
    for v in np.flatnonzero(before >= 0):
        totals[v] += totals[before[v]]
    return np.asarray(totals[free])


def thinned(matrix: sparse.csr_matrix) -> sparse.csr_matrix:
    """A matrix without what sums leave of nothing."""
    matrix = sparse.csr_matrix(matrix)
    matrix.data[np.abs(matrix.data) <= CANCELLED * np.abs(matrix.data).max(initial=0.0)] = 0.0
    matrix.eliminate_zeros()
    return matrix


def lowest(held: CutsAtWork, most: Floats, count: int) -> Floats:
    """The least that cuts allow every node. Shape (N,)."""
    least, earns = np.full(count, np.inf), held.earns > 0
    np.minimum.at(least, held.node[earns], most[earns])
    return least


def middles(held: CutsAtWork, most: Floats, product: Floats) -> Floats:
    """What each node earns where the prices ``product / slack`` of its cuts add up to one. Shape of product (N,)."""
    earns, count = held.earns > 0, len(product)
    node, least = held.node[earns], lowest(held, most, count)
    over = (most - least[held.node])[earns]
    low, high = product, product * np.bincount(node, minlength=count)
    for _ in range(HALVINGS):
        half = 0.5 * (low + high)
        much = np.bincount(node, product[node] / (over + half[node]), count) > 1.0
        low, high = np.where(much, half, low), np.where(much, high, half)
    return np.asarray(least - high)
