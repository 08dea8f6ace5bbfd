"""The scenario tree: what may be known when, and how likely it is.

Nodes are numbered so that a parent always comes before its children. A node carries an opaque ``state`` id; what the
state means (which events have fired, which demand class holds) is known to the rooms that grew the tree, not here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from roadstead.terms.arrays import frozen, must_be_array

if TYPE_CHECKING:
    from roadstead.terms.arrays import Flags, Floats, Ints


@dataclass(frozen=True, slots=True)
class ScenarioTree:
    """N nodes in parent-before-child order.

    Attributes
    ----------
    parent
        Index of the parent, -1 at the root. Shape (N,).
    start
        First calendar year of the node; decisions of the node are taken as it begins. Shape (N,).
    years
        Number of calendar years the node covers. Shape (N,).
    branch_probability
        Probability of the node given its parent; 1 at the root. Shape (N,).
    name
        Readable name. Length N.
    state
        Opaque id of what holds in the node. Length N.
    """

    parent: Ints
    start: Ints
    years: Ints
    branch_probability: Floats
    name: tuple[str, ...]
    state: tuple[str, ...]

    def __post_init__(self) -> None:
        for name in ("parent", "start", "years"):
            must_be_array(f"tree.{name}", getattr(self, name), 1, "i")
        must_be_array("tree.branch_probability", self.branch_probability, 1)
        count = len(self.parent)
        shapes = {
            len(self.start),
            len(self.years),
            len(self.branch_probability),
            len(self.name),
            len(self.state),
        }
        if shapes != {count} or count == 0:
            raise ValueError("every array of a scenario tree has one entry per node")
        if self.parent[0] != -1 or np.any(self.parent[1:] >= np.arange(1, count)):
            raise ValueError("nodes are listed parent before child, with one root")
        if np.any(self.parent[1:] < 0):
            raise ValueError("a scenario tree has one root")
        if np.any(self.years < 1):
            raise ValueError("a node covers at least one year")
        ends = self.start + self.years
        if np.any(self.start[1:] != ends[self.parent[1:]]):
            raise ValueError("a node begins the year after its parent ends")
        self._check_probabilities()
        inner = np.unique(self.parent[1:])
        ends_at = ends[np.setdiff1d(np.arange(count), inner)]
        if np.unique(ends_at).size != 1:
            raise ValueError("every path ends in the same year")
        for array in (self.parent, self.start, self.years, self.branch_probability):
            frozen(array)

    def _check_probabilities(self) -> None:
        if self.branch_probability[0] != 1.0:
            raise ValueError("the root is certain")
        if np.any((self.branch_probability < 0.0) | (self.branch_probability > 1.0)):
            raise ValueError("probabilities lie between nothing and one")
        sums = np.bincount(self.parent[1:], weights=self.branch_probability[1:], minlength=self.count)
        inner = np.unique(self.parent[1:])
        if inner.size and not np.allclose(sums[inner], 1.0, rtol=0.0, atol=1e-9):
            raise ValueError("branch probabilities under a node sum to one")

    @property
    def count(self) -> int:
        """Number of nodes N."""
        return len(self.parent)

    @property
    def first_year(self) -> int:
        """First year of the horizon."""
        return int(self.start[0])

    @property
    def last_year(self) -> int:
        """Last year of the horizon."""
        leaf = leaves(self)[0]
        return int(self.start[leaf] + self.years[leaf] - 1)


def node_probability(tree: ScenarioTree) -> Floats:
    """Unconditional probability of every node. Shape (N,)."""
    probability = tree.branch_probability.copy()
    for node in range(1, tree.count):
        probability[node] *= probability[tree.parent[node]]
    return probability


def history(tree: ScenarioTree, node: int) -> tuple[int, ...]:
    """The nodes from the root to ``node``, both included."""
    path = [node]
    while tree.parent[path[-1]] >= 0:
        path.append(int(tree.parent[path[-1]]))
    return tuple(reversed(path))


def leaves(tree: ScenarioTree) -> tuple[int, ...]:
    """The nodes without children, in order."""
    return tuple(int(n) for n in np.setdiff1d(np.arange(tree.count), tree.parent[tree.parent >= 0]))


def ancestry(tree: ScenarioTree) -> sparse.csr_matrix:
    """Matrix with 1 where column m is on the path to row n (n itself included). Shape (N, N)."""
    paths = [np.zeros(0, dtype=np.int64)] * tree.count
    for node in range(tree.count):
        above = paths[tree.parent[node]] if node else paths[0]
        paths[node] = np.append(above, node)
    begins = np.concatenate([[0], np.cumsum([len(path) for path in paths])])
    nodes = np.concatenate(paths)
    return sparse.csr_matrix((np.ones(len(nodes)), nodes, begins), shape=(tree.count, tree.count))


def from_root(tree: ScenarioTree, values: Floats | Flags) -> Floats:
    """Sums over the path from the root to every node. Shape (N, ...)."""
    total = np.array(values, dtype=np.float64)
    for nodes in _by_depth(tree)[1:]:
        total[nodes] += total[tree.parent[nodes]]
    return total


def to_root(tree: ScenarioTree, values: Floats | Flags) -> Floats:
    """Sums over the subtree of every node. Shape (N, ...)."""
    total = np.array(values, dtype=np.float64)
    for nodes in reversed(_by_depth(tree)[1:]):
        np.add.at(total, tree.parent[nodes], total[nodes])
    return total


def years_before(tree: ScenarioTree, node: Ints) -> Ints:
    """The node-year before each on its path, -1 for the first; ``node``: that of every node-year, sorted. Shape (Y,)."""
    last = np.full(tree.count, -1, dtype=np.int64)
    last[node] = np.arange(len(node))
    above = tree.parent[node]
    before = np.where(above >= 0, last[above], -1)
    same = np.flatnonzero(np.diff(node, prepend=-1) == 0)
    before[same] = same - 1
    return before


def _by_depth(tree: ScenarioTree) -> list[Ints]:
    """Nodes of every depth, the root's first."""
    depth = np.zeros(tree.count, dtype=np.int64)
    for node in range(1, tree.count):
        depth[node] = depth[tree.parent[node]] + 1
    return [np.flatnonzero(depth == level) for level in range(int(depth.max()) + 1)]
