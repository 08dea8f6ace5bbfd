r"""Normal equations on a scenario tree, eliminated from its ends to its root.

Rows of the relaxed master ask about decisions of one node and of nodes above it, never of two branches at once, so that

.. math::
    G^\top W G = \sum_n G_n^\top W_n G_n, \qquad G_n \text{ the rows whose lowest decision stands at node } n,

is factored as the tree is climbed: a node's own unknowns are eliminated once those of all nodes below are, and what that leaves falls on
unknowns further up alone (the multifrontal method: Duff and Reid 1983, with the tree of scenarios for the tree of elimination). Time and
memory grow with the number of nodes, not with its square.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.linalg import get_lapack_funcs

from roadstead.footprint.tree_ends import LEAST, TreeEnds

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
        self._asked = sparse.csr_matrix((len(parent), len(node)))
        self._thick: dict[int, Thick] = {}
        self._lay_out()

    def _lay_out(self) -> None:
        """Fronts, from what rows touch."""
        parent, node, count = self.parent, self.node, len(self.parent)
        above: list[Ints] = [self.node[:0]] * count
        below: list[list[Ints]] = [[] for _ in range(count)]
        for n in reversed(range(count)):
            thick = self._asked.indices[self._asked.indptr[n] : self._asked.indptr[n + 1]].astype(np.int64)
            touched = np.unique(np.concatenate([_columns(self.thin, self._mine[n]), thick, *below[n]]))
            above[n] = touched[node[touched] != n]
            if len(above[n]) and not _on_path(parent, n, node[above[n]]):
                raise NotOnAPath
            if parent[n] >= 0:
                below[parent[n]].append(above[n])
        known = np.bincount(_columns(self.thin, np.arange(self.thin.shape[0])), minlength=len(node)) > 0
        unknown, sizes = np.bincount(node[~known], minlength=count), np.bincount(node, minlength=count)
        ends = (np.bincount(parent[1:], minlength=count) == 0) & (unknown == 1) & (sizes > 1)
        self._ends = np.flatnonzero(ends & (parent >= 0))
        place, further_up = np.full(len(node), -1), np.full(len(node), -1)
        self.fronts: dict[int, Front] = {}
        places: list[Ints] = []
        for n in range(count):
            a, b = len(self._own[n]), len(above[n])
            if (p := int(parent[n])) >= 0:
                further_up[self._own[p]] = np.arange(len(self._own[p]))
                further_up[above[p]] = len(self._own[p]) + np.arange(len(above[p]))
            if ends[n] and p >= 0:
                places.append(further_up[above[n]])
                continue
            place[self._own[n]], place[above[n]] = np.arange(a), a + np.arange(b)
            entry, weight = _thin_part(self.thin, self._mine[n], place, a + b)
            self.fronts[n] = Front(
                self._own[n], above[n], further_up[above[n]], entry, weight, np.zeros((a, a), order="F"), np.zeros((a, b))
            )  # fmt: skip
        self._room = np.zeros(max((len(f.own) + len(f.above)) ** 2 for f in self.fronts.values()))
        self._tree_ends: TreeEnds | None = None
        self._hung: dict[int, tuple[Ints, Ints]] = {}
        self._rows_at: dict[int, tuple[Ints, Ints, Ints]] = {}
        if len(self._ends):
            own, up, mine = ([each[n] for n in self._ends] for each in (self._own, above, self._mine))
            self._tree_ends = TreeEnds(own, up, self.thin, mine)
            self._hang(np.concatenate(places))

    def _hang(self, place: Ints) -> None:
        """Where what leaves leave falls on the fronts above them: thin numbers, flat, and rows."""
        ends = self._tree_ends
        assert ends is not None
        of = self.parent[self._ends]
        size = np.array(
            [len(f.own) + len(f.above) if (f := self.fronts.get(n)) else 0 for n in range(len(self.parent))]
        )
        by = of[ends.leaf_above[ends.left_row]]
        flat = place[ends.left_row] * size[by] + place[ends.left_column]
        self._hung = {n: (at, flat[at]) for n, at in enumerate(_split(by, len(self.parent))) if len(at)}
        by = of[ends.leaf_above]
        self._rows_at = {
            n: (at, place[at], ends.leaf_above[at]) for n, at in enumerate(_split(by, len(self.parent))) if len(at)
        }

    def take(self, thick: sparse.csr_matrix) -> None:
        """Other thick rows, numbered on from the thin. NotOnAPath where one is on no path."""
        count, offset = len(self.parent), self.thin.shape[0]
        mine = _by_lowest(self.node, thick, count)
        asked = sparse.vstack([_touched(thick, rows) for rows in mine]).tocsr()
        if (asked - asked.multiply(self._asked)).nnz:
            self._asked = (asked + self._asked > 0).astype(np.float64).tocsr()
            self._lay_out()
        place = np.full(len(self.node), -1)
        self._thick = {}
        for n, front in self.fronts.items():
            if len(mine[n]):
                place[front.own] = np.arange(len(front.own))
                place[front.above] = len(front.own) + np.arange(len(front.above))
                self._thick[n] = _thick_part(thick[mine[n]], offset + mine[n], place)
        if self._tree_ends is not None:
            self._tree_ends.take(thick, [mine[n] for n in self._ends], offset)

    def factor(self, weight: Floats) -> bool:
        """Factor with other weights of the rows, shape (W,); False where the system has no pivots left."""
        try:
            numbers, rows = (
                (np.zeros(0), np.zeros((0, 0))) if self._tree_ends is None else self._tree_ends.factor(weight)
            )
        except np.linalg.LinAlgError:
            return False
        left: dict[int, list[tuple[Ints, Floats]]] = {n: [] for n in self.fronts}
        thin = weight[: self.thin.shape[0]]
        for n in sorted(self.fronts, reverse=True):
            front, thick = self.fronts[n], self._thick.get(n)
            a, m = len(front.own), len(front.own) + len(front.above)
            flat = self._room[: m * m]
            flat[:] = 0.0
            flat[front.entry] = front.weight @ thin
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
            for place, part in left.pop(n):
                full[np.ix_(place, place)] += part
            lower, failed = POTRF(full[:a, :a].T, lower=1, clean=1)
            if failed:
                return False
            front.factor[:], _ = TRTRI(lower, lower=1, overwrite_c=1)
            if m > a:
                np.matmul(front.factor, full[:a, a:], out=front.across)
                left[int(self.parent[n])].append((front.place, full[a:, a:] - front.across.T @ front.across))
        return True

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


def _add_square(full: Floats, at: slice | Ints, part: Floats) -> None:
    """Add ``part @ part.T`` to some rows and columns."""
    full[(at, at) if isinstance(at, slice) else np.ix_(at, at)] += part @ part.T


def _columns(rows: sparse.csr_matrix, some: Ints) -> Ints:
    """Columns of the entries of some rows, one after another."""
    size = np.diff(rows.indptr)[some]
    at = np.repeat(
        rows.indptr[some] - np.concatenate([[0], np.cumsum(size)[:-1]]) if len(some) else some, size
    ) + np.arange(size.sum())
    return np.asarray(rows.indices[at], dtype=np.int64)


def _split(key: Ints, count: int) -> list[Ints]:
    """Places of each key from 0 on."""
    order = np.argsort(key, kind="stable")
    return np.split(order, np.cumsum(np.bincount(key, minlength=count))[:-1])


def _by_lowest(node: Ints, rows: sparse.csr_matrix, count: int) -> list[Ints]:
    """Rows by the lowest node that they ask about."""
    some = np.flatnonzero(np.diff(rows.indptr))
    lowest = np.maximum.reduceat(node[rows.indices], rows.indptr[some]) if len(some) else some
    return [some[mine] for mine in _split(lowest, count)]


def _touched(rows: sparse.csr_matrix, some: Ints) -> sparse.csr_matrix:
    """One row with a one wherever any of some rows has an entry."""
    columns = np.unique(_columns(rows, some))
    return sparse.csr_matrix((np.ones(len(columns)), columns, [0, len(columns)]), shape=(1, rows.shape[1]))


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
    row = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    in_row = sparse.csr_matrix((np.ones(len(row)), (np.arange(len(row)), row)), shape=(len(row), rows.shape[0]))
    pairs = (in_row @ in_row.T).tocoo()
    flat = place[rows.indices[pairs.row]] * size + place[rows.indices[pairs.col]]
    entry, at = np.unique(flat, return_inverse=True)
    value = rows.data[pairs.row] * rows.data[pairs.col]
    return entry, sparse.csr_matrix((value, (at, mine[row[pairs.row]])), shape=(len(entry), thin.shape[0]))


def _thick_part(rows: sparse.csr_matrix, numbers: Ints, place: Ints) -> Thick:
    """Some rows of a node, dense in what they touch."""
    column, at = np.unique(place[rows.indices], return_inverse=True)
    dense = np.zeros((rows.shape[0], len(column)))
    dense[np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr)), at] = rows.data
    is_block = len(column) and column[-1] - column[0] + 1 == len(column)
    return Thick(numbers, dense, slice(int(column[0]), int(column[-1]) + 1) if is_block else column)
