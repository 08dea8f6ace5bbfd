r"""Normal equations on a scenario tree, eliminated from its ends to its root.

Rows of the relaxed master ask about decisions of one node and of nodes above it, never of two branches at once, so that

.. math::
    G^\top W G = \sum_n G_n^\top W_n G_n, \qquad G_n \text{ the rows whose lowest decision stands at node } n,

is factored as the tree is climbed: a node's own unknowns are eliminated once those of all nodes below are, and what that leaves, their Schur complement, falls on
unknowns further up alone (the multifrontal method: Duff and Reid 1983, with the tree of scenarios for the tree of elimination). Time and
memory grow with the number of nodes, not with its square.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.linalg import get_lapack_funcs

from roadstead.footprint.tree_ends import LEAST, TreeEnds, entry_pairs, entry_rows

if TYPE_CHECKING:
    from roadstead.terms.arrays import Floats, Ints

POTRF, TRTRI = get_lapack_funcs(("potrf", "trtri"), dtype=np.float64)


class NotOnAPath(Exception):  # noqa: N818 -- what a row is, not an error of anybody's
    """A row asks about two branches of the tree at once."""


@dataclass(frozen=True, slots=True)
class Thick:
    """Rows of a node with many entries.

    Attributes
    ----------
    row
        Their numbers. Shape (K,).
    dense
        Their entries for some unknowns of the front. Shape (K, T).
    at
        Which unknowns of the front those are. Shape (T,).
    """

    row: Ints
    dense: Floats
    at: slice | Ints


@dataclass(frozen=True, slots=True)
class Front:
    """What is eliminated at a node, and how.

    Attributes
    ----------
    own, above
        Its unknowns, and those further up that they touch. Shapes (A,), (B,).
    place
        Where those further up stand in the front of the node above. Shape (B,).
    entry, weight
        Where thin rows add to the front, flat, and how much of each row's weight. Shapes (E,), (E, W).
    factor, across
        Room for the inverse of the factor of what is eliminated, and for what ties it to unknowns further up. Shapes (A, A), (A, B).
    """

    own: Ints
    above: Ints
    place: Ints
    entry: Ints
    weight: sparse.csr_matrix
    factor: Floats
    across: Floats


class TreeElimination:
    """Solves ``rows.T @ diag(weight) @ rows @ x = b``, the rows being some thin ones that stay and some thick ones that come and go."""

    def __init__(self, parent: Ints, node: Ints, thin: sparse.csr_matrix) -> None:
        """``node`` of every unknown, shape (V,). NotOnAPath where a row is on no path."""
        self.parent, self.node, self.thin = parent, node, thin
        self._mine = _by_lowest(node, thin, len(parent))
        self._own = _split(node, len(parent))
        self._ends = self._leaves()
        self._asked = _touched(thin, self._mine)
        self._thick: dict[int, Thick] = {}
        self._climb = _branch_by_branch(parent, np.setdiff1d(np.arange(len(parent)), self._ends))
        self._lay_out()

    def _leaves(self) -> Ints:
        """Leaves that go another way (``tree_ends.py``): those with one unknown that no thin row knows, and with others."""
        count = len(self.parent)
        known = np.bincount(self.thin.indices, minlength=len(self.node)) > 0
        unknown, own = np.bincount(self.node[~known], minlength=count), np.bincount(self.node, minlength=count)
        is_leaf = np.bincount(self.parent[1:], minlength=count) == 0
        return np.flatnonzero(is_leaf & (self.parent >= 0) & (unknown == 1) & (own > 1))

    def _lay_out(self) -> None:
        """Fronts, from what rows touch."""
        count, above = len(self.parent), self._touched_above()
        is_end = np.isin(np.arange(count), self._ends)
        place, further_up = np.full(len(self.node), -1), np.full(len(self.node), -1)
        self.fronts: dict[int, Front] = {}
        places: list[Ints] = []
        for n in range(count):
            own, up = self._own[n], above[n]
            if (p := int(self.parent[n])) >= 0:
                _number(further_up, self._own[p], above[p])
            if is_end[n]:
                places.append(further_up[up])
                continue
            _number(place, own, up)
            a, b = len(own), len(up)
            entry, weight = _thin_part(self.thin, self._mine[n], place, a + b)
            room = np.zeros((a, a), order="F"), np.zeros((a, b))
            self.fronts[n] = Front(own, up, further_up[up], entry, weight, *room)
        self._room = np.zeros(max((len(f.own) + len(f.above)) ** 2 for f in self.fronts.values()))
        self._tree_ends: TreeEnds | None = None
        self._hung: dict[int, tuple[Ints, Ints]] = {}
        self._rows_at: dict[int, tuple[Ints, Ints, Ints]] = {}
        if len(self._ends):
            of_ends, up_of_ends, mine = ([each[n] for n in self._ends] for each in (self._own, above, self._mine))
            self._tree_ends = TreeEnds(of_ends, up_of_ends, self.thin, mine)
            self._hang(self._tree_ends, np.concatenate(places))

    def _touched_above(self) -> list[Ints]:
        """Unknowns further up that rows of each node touch, or of a node below it. NotOnAPath where one is on no path."""
        parent, node, count = self.parent, self.node, len(self.parent)
        above: list[Ints] = [node[:0]] * count
        below: list[list[Ints]] = [[] for _ in range(count)]
        for n in reversed(range(count)):
            mine = self._asked.indices[self._asked.indptr[n] : self._asked.indptr[n + 1]].astype(np.int64)
            touched = np.unique(np.concatenate([mine, *below[n]]))
            above[n] = touched[node[touched] != n]
            if len(above[n]) and not _on_path(parent, n, node[above[n]]):
                raise NotOnAPath
            if parent[n] >= 0:
                below[parent[n]].append(above[n])
        return above

    def _hang(self, ends: TreeEnds, place: Ints) -> None:
        """Where what leaves leave falls on the fronts above them: thin numbers, flat, and rows."""
        of, count = self.parent[self._ends], len(self.parent)
        size = np.zeros(count, dtype=np.int64)
        for n, front in self.fronts.items():
            size[n] = len(front.own) + len(front.above)
        by = of[ends.leaf_above[ends.left_row]]
        flat = place[ends.left_row] * size[by] + place[ends.left_column]
        self._hung = {n: (at, flat[at]) for n, at in enumerate(_split(by, count)) if len(at)}
        by = of[ends.leaf_above]
        self._rows_at = {n: (at, place[at], ends.leaf_above[at]) for n, at in enumerate(_split(by, count)) if len(at)}

    def take(self, thick: sparse.csr_matrix) -> None:
        """Other thick rows, numbered on from the thin. NotOnAPath where one is on no path."""
        count, offset = len(self.parent), self.thin.shape[0]
        mine = _by_lowest(self.node, thick, count)
        asked = _touched(thick, mine)
        if (asked - asked.multiply(self._asked)).nnz:
            self._asked = (asked + self._asked > 0).astype(np.float64).tocsr()
            self._lay_out()
        place = np.full(len(self.node), -1)
        self._thick = {}
        for n, front in self.fronts.items():
            if len(mine[n]):
                _number(place, front.own, front.above)
                self._thick[n] = _thick_part(thick[mine[n]], offset + mine[n], place)
        if self._tree_ends is not None:
            self._tree_ends.take(thick, [mine[n] for n in self._ends], offset)

    def factor(self, weight: Floats) -> bool:
        """Factor with other weights of the rows, shape (W,); False where the system has no pivots left."""
        ends = np.zeros(0), np.zeros((0, 0))
        if self._tree_ends is not None:
            try:
                ends = self._tree_ends.factor(weight)
            except np.linalg.LinAlgError:
                return False
        left: dict[int, list[tuple[Ints, Floats]]] = {n: [] for n in self.fronts}
        for n in self._climb:
            front = self.fronts[n]
            a, full = len(front.own), self._assembled(n, weight, *ends)
            for place, part in left.pop(n):
                full[np.ix_(place, place)] += part
            lower, failed = POTRF(full[:a, :a].T, lower=1, clean=1)
            if failed:
                return False
            front.factor[:], _ = TRTRI(lower, lower=1, overwrite_c=1)
            if len(front.above):
                np.matmul(front.factor, full[:a, a:], out=front.across)
                schur = full[a:, a:] - front.across.T @ front.across
                left[int(self.parent[n])].append((front.place, schur))
        return True

    def _assembled(self, n: int, weight: Floats, numbers: Floats, rows: Floats) -> Floats:
        """A node's front, from its rows and from what leaves leave on it. Shape (A + B, A + B); it stands until the next is asked for."""
        front, thick = self.fronts[n], self._thick.get(n)
        a, m = len(front.own), len(front.own) + len(front.above)
        flat = self._room[: m * m]
        flat[:] = 0.0
        flat[front.entry] = front.weight @ weight[: self.thin.shape[0]]
        flat[: a * m : m + 1] += LEAST
        full = flat.reshape(m, m)
        if thick is not None:
            _add_square(full, thick.at, (thick.dense * np.sqrt(weight[thick.row])[:, None]).T)
        if n in self._hung:
            at, where = self._hung[n]
            np.add.at(flat, where, numbers[at])
        if n in self._rows_at:
            at, place, leaf = self._rows_at[n]
            self._add_rows(full, rows[at], place, leaf)
        return full

    @staticmethod
    def _add_rows(full: Floats, rows: Floats, place: Ints, leaf: Ints) -> None:
        """Rows of some leaves: those of each stand beside those of the others."""
        at, where = np.unique(place, return_inverse=True)
        kin = leaf - leaf[0]
        wide = np.zeros((len(at), int(kin.max()) + 1, rows.shape[1]))
        wide[where, kin] = rows
        is_block = at[-1] - at[0] + 1 == len(at)
        _add_square(full, slice(int(at[0]), int(at[-1]) + 1) if is_block else at, wide.reshape(len(at), -1))

    def solve(self, b: Floats) -> Floats:
        """The unknowns. Shape (V,)."""
        x = b.copy()
        if self._tree_ends is not None:
            self._tree_ends.climb(x)
        for n in sorted(self.fronts, reverse=True):
            front = self.fronts[n]
            found = front.factor @ x[front.own]
            x[front.own] = found
            x[front.above] -= found @ front.across
        for front in self.fronts.values():
            x[front.own] = (x[front.own] - front.across @ x[front.above]) @ front.factor
        if self._tree_ends is not None:
            self._tree_ends.descend(x)
        return x


def _number(place: Ints, own: Ints, above: Ints) -> None:
    """Where the unknowns of a front stand in it: its own first."""
    place[own] = np.arange(len(own))
    place[above] = len(own) + np.arange(len(above))


def _add_square(full: Floats, at: slice | Ints, part: Floats) -> None:
    """Add ``part @ part.T`` to some rows and columns."""
    full[(at, at) if isinstance(at, slice) else np.ix_(at, at)] += part @ part.T


def _split(key: Ints, count: int) -> list[Ints]:
    """Places of each key from 0 on."""
    order = np.argsort(key, kind="stable")
    return np.split(order, np.cumsum(np.bincount(key, minlength=count))[:-1])


def _by_lowest(node: Ints, rows: sparse.csr_matrix, count: int) -> list[Ints]:
    """Rows by the lowest node that they ask about."""
    some = np.flatnonzero(np.diff(rows.indptr))
    lowest = np.maximum.reduceat(node[rows.indices], rows.indptr[some]) if len(some) else some
    return [some[mine] for mine in _split(lowest, count)]


def _touched(rows: sparse.csr_matrix, mine: list[Ints]) -> sparse.csr_matrix:
    """A one wherever any of the rows of a node has an entry. Shape (N, V)."""
    at = np.zeros(rows.shape[0], dtype=np.int64)
    at[np.concatenate(mine)] = np.repeat(np.arange(len(mine)), [len(each) for each in mine])
    row, column = at[entry_rows(rows)], rows.indices
    touched = sparse.csr_matrix((np.ones(len(column)), (row, column)), shape=(len(mine), rows.shape[1]))
    return (touched > 0).astype(np.float64).tocsr()


def _branch_by_branch(parent: Ints, nodes: Ints) -> list[int]:
    """Nodes, each behind all below it and those of a branch beside one another: what few of them leave waits at a time."""
    wanted = set(nodes.tolist())
    below: list[list[int]] = [[] for _ in parent]
    for n, p in enumerate(parent.tolist()):
        if p >= 0:
            below[p].append(n)
    open_, down = np.flatnonzero(parent < 0).tolist(), []
    while open_:
        n = open_.pop()
        down.append(n)
        open_ += below[n]
    return [n for n in reversed(down) if n in wanted]


def _on_path(parent: Ints, n: int, nodes: Ints) -> bool:
    """True where all of some nodes lie on the path to a node."""
    wanted = set(np.unique(nodes).tolist())
    while n >= 0 and wanted:
        wanted.discard(n)
        n = int(parent[n])
    return not wanted


def _thin_part(thin: sparse.csr_matrix, mine: Ints, place: Ints, size: int) -> tuple[Ints, sparse.csr_matrix]:
    """Where some rows add to a front, and how much of each row's weight."""
    rows = thin[mine]
    row = entry_rows(rows)
    first, second = entry_pairs(row)
    flat = place[rows.indices[first]] * size + place[rows.indices[second]]
    entry, at = np.unique(flat, return_inverse=True)
    value = rows.data[first] * rows.data[second]
    return entry, sparse.csr_matrix((value, (at, mine[row[first]])), shape=(len(entry), thin.shape[0]))


def _thick_part(rows: sparse.csr_matrix, numbers: Ints, place: Ints) -> Thick:
    """Some rows of a node, dense in what they touch."""
    column, at = np.unique(place[rows.indices], return_inverse=True)
    dense = np.zeros((rows.shape[0], len(column)))
    dense[entry_rows(rows), at] = rows.data
    is_block = len(column) and column[-1] - column[0] + 1 == len(column)
    return Thick(numbers, dense, slice(int(column[0]), int(column[-1]) + 1) if is_block else column)
