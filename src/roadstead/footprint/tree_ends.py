r"""The ends of a tree in its normal equations, all at once.

What is decided at a leaf is tied by thin rows to a few other decisions of it and further up, and by the few cuts on what it earns to all. With
:math:`S` the thin rows' part, which falls apart into many small systems, and :math:`R` the cuts, each by the root of its weight,

.. math::
    (S + R^\top R)^{-1} = P - P R^\top (I + R P R^\top)^{-1} R P, \qquad P = S^{-1}

(Sherman, Morrison and Woodbury). What a leaf earns only its cuts know; it is eliminated before, which leaves of :math:`R` what is at right angles to
its column.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.terms.arrays import Floats, Ints

LEAST = 1e-10
"""Added to the diagonal, so that what no row holds has a pivot."""


class TreeEnds:
    """Leaves, with what they leave on unknowns further up.

    Unknowns have places here: those of a leaf's own beside one another, leaf by leaf, and so have those further up that it touches, told apart
    leaf by leaf.
    """

    def __init__(self, own: list[Ints], above: list[Ints], thin: sparse.csr_matrix, mine: list[Ints]) -> None:
        """``own``, ``above``: unknowns of every leaf, and those further up it touches; ``mine``: its thin rows."""
        self.own, self.above = np.concatenate(own), np.concatenate(above)
        self.first, self.first_above = (
            np.concatenate([[0], np.cumsum([len(each) for each in all_])]) for all_ in (own, above)
        )
        self.leaf = np.repeat(np.arange(len(own)), np.diff(self.first))
        self.leaf_above = np.repeat(np.arange(len(own)), np.diff(self.first_above))
        keys = np.concatenate([self.leaf, self.leaf_above]) * thin.shape[1] + np.concatenate([self.own, self.above])
        self._order, self._width = np.argsort(keys), thin.shape[1]
        self._keys = keys[self._order]
        self._small_systems(thin, mine)
        self.alone = np.setdiff1d(np.arange(len(self.own)), self._known)

    def places(self, leaf: Ints, unknown: Ints) -> Ints:
        """Places of unknowns of leaves; those further up behind all others."""
        return np.asarray(self._order[np.searchsorted(self._keys, leaf * self._width + unknown)])

    def _small_systems(self, thin: sparse.csr_matrix, mine: list[Ints]) -> None:
        """What thin rows tie together: where their numbers stand, and how they follow from weights of rows."""
        rows, many = np.concatenate(mine), len(self.own)
        leaf = np.repeat(np.arange(len(mine)), [len(each) for each in mine])
        part = thin[rows]
        row, width = entry_rows(part), many + len(self.above)
        place = self.places(leaf[row], part.indices.astype(np.int64))
        system = _systems(row, place, many)
        # Members of every system: its own first, then those further up. A place further up may belong to several.
        member = np.unique(np.stack([system, place], axis=1), axis=0)
        begin, size, start = self._batch(member)
        spot = np.searchsorted(member[:, 0] * width + member[:, 1], system * width + place) - start[system]
        first, second = entry_pairs(row)
        flat = begin[system[first]] + spot[first] * size[system[first]] + spot[second]
        self._numbers = sparse.csr_matrix(
            (part.data[first] * part.data[second], (flat, rows[row[first]])),
            shape=(int((size**2).sum()), thin.shape[0]),
        )
        self._known = np.unique(place[place < many])
        self._patterns()

    def _batch(self, member: Ints) -> tuple[Ints, Ints, Ints]:
        """Systems side by side with those of their shape; where the numbers of each begin, how many members it has, and where they begin."""
        many = len(self.own)
        size = np.bincount(member[:, 0])
        inner = np.bincount(member[member[:, 1] < many, 0], minlength=len(size))
        start = np.concatenate([[0], np.cumsum(size)])
        shape = np.unique(np.stack([inner, size], axis=1)[size > 0], axis=0)
        begin, total = np.zeros(len(size), dtype=np.int64), 0
        self._batches: list[tuple[int, Ints, Ints]] = []
        for a, s in shape.tolist():
            systems = np.flatnonzero((inner == a) & (size == s))
            begin[systems] = total + np.arange(len(systems)) * s * s
            every = member[start[systems][:, None] + np.arange(s), 1]
            self._batches.append((total, every[:, :a], every[:, a:] - many))
            total += len(systems) * s * s
        return begin, size, start

    def _patterns(self) -> None:
        """Where the inverses of all systems stand, what ties them to unknowns further up, and what they leave there."""
        many = len(self.own)
        square = [np.broadcast_arrays(o[:, :, None], o[:, None, :]) for _, o, _ in self._batches]
        self._inverse = _Pattern(square, (many, many))
        tied = [np.broadcast_arrays(u[:, :, None], o[:, None, :]) for _, o, u in self._batches]
        self._across = _Pattern(tied, (len(self.above), many))
        self.left_row, self.left_column = _flat(
            [np.broadcast_arrays(u[:, :, None], u[:, None, :]) for _, _, u in self._batches]
        )

    def take(self, thick: sparse.csr_matrix, mine: list[Ints], offset: int) -> None:
        """Other thick rows, ``mine`` of every leaf, numbered from ``offset`` on."""
        rows = np.concatenate(mine)
        count = np.array([len(each) for each in mine])
        self.most = max(int(count.max(initial=0)), 1)
        leaf = np.repeat(np.arange(len(mine)), count)
        turn = np.arange(len(rows)) - np.repeat(np.cumsum(count) - count, count)
        part = thick[rows]
        row = entry_rows(part)
        place = self.places(leaf[row], part.indices.astype(np.int64))
        self._rows = np.zeros((len(self.own) + len(self.above), self.most))
        self._rows[place, turn[row]] = part.data
        self._row = np.full((len(mine), self.most), -1)
        self._row[leaf, turn] = offset + rows
        # Unknowns that only thick rows know: one a leaf at most.
        self._alone = np.zeros((len(mine), self.most))
        np.add.at(self._alone, self.leaf[self.alone], self._rows[self.alone])
        self._rows[self.alone] = 0.0

    def factor(self, weight: Floats) -> tuple[Floats, Floats]:
        """What is left further up: thin numbers for ``left_row`` and ``left_column``, and rows. Shapes (L,), (A, K)."""
        numbers = self._numbers @ weight[: self._numbers.shape[1]]
        inverse, across, left = [], [], []
        for begin, own, above in self._batches:
            a, s = own.shape[1], own.shape[1] + above.shape[1]
            block = numbers[begin : begin + len(own) * s * s].reshape(-1, s, s)
            found = np.linalg.inv(block[:, :a, :a] + LEAST * np.eye(a))
            tie = block[:, a:, :a]
            inverse.append(found.ravel())
            across.append(tie.ravel())
            left.append((block[:, a:, a:] - tie @ found @ tie.transpose(0, 2, 1)).ravel())
        self._p, self._b = self._inverse.filled(inverse), self._across.filled(across)
        many = len(self.own)
        root = np.where(self._row >= 0, np.sqrt(weight[self._row]), 0.0)
        alone = self._alone * root
        self._e = np.maximum((alone**2).sum(1), LEAST)
        unit = alone / np.sqrt(self._e)[:, None]
        where = np.concatenate([self.leaf, self.leaf_above])
        scaled = self._rows * root[where]
        along = (scaled * unit[where]).sum(1)
        self._g = along * np.sqrt(self._e)[where]
        scaled -= along[:, None] * unit[where]
        self._r, self._r_above = scaled[:many], scaled[many:]
        self._pr = self._p @ self._r
        inner = np.stack([self._r[i:j].T @ self._pr[i:j] for i, j in zip(self.first, self.first[1:], strict=False)])
        root = np.linalg.cholesky(inner + np.eye(self.most))
        self._m = np.linalg.inv(root)
        rest = self._r_above - self._b @ self._pr
        rows = np.concatenate([
            rest[i:j] @ m.T for i, j, m in zip(self.first_above, self.first_above[1:], self._m, strict=False)
        ])  # fmt: skip
        return np.concatenate(left), rows

    def _solved(self, y: Floats) -> Floats:
        """A leaf's own block solved for all leaves."""
        first = self._p @ y
        inner = np.add.reduceat(self._r * first[:, None], self.first[:-1])
        inner = np.einsum("nkj,nk->nj", self._m, np.einsum("njk,nk->nj", self._m, inner))
        return np.asarray(first - (self._pr * inner[self.leaf]).sum(1))

    def climb(self, x: Floats) -> None:
        """Eliminate the leaves' own from a right side, which changes. Shape (V,)."""
        y = x[self.own]
        alone = np.zeros(len(self.first) - 1)
        np.add.at(alone, self.leaf[self.alone], y[self.alone])
        y[self.alone] = 0.0
        self._share = alone / self._e
        many = len(self.own)
        y -= self._g[:many] * self._share[self.leaf]
        t = self._solved(y)
        inner = np.add.reduceat(self._r * t[:, None], self.first[:-1])
        off = (
            self._b @ t
            + (self._r_above * inner[self.leaf_above]).sum(1)
            + self._g[many:] * self._share[self.leaf_above]
        )
        np.subtract.at(x, self.above, off)
        self._y = y

    def descend(self, x: Floats) -> None:
        """The leaves' own, once what is further up is known."""
        many, up = len(self.own), x[self.above]
        inner = _summed(self._r_above * up[:, None], self.leaf_above, len(self.first) - 1)
        y = self._y - self._b.T @ up - (self._r * inner[self.leaf]).sum(1)
        t = self._solved(y)
        known = _summed((self._g[:many] * t)[:, None], self.leaf, len(inner)) + _summed(
            (self._g[many:] * up)[:, None], self.leaf_above, len(inner)
        )
        t[self.alone] = (self._share - known[:, 0] / self._e)[self.leaf[self.alone]]
        x[self.own] = t


def _summed(values: Floats, key: Ints, count: int) -> Floats:
    """Rows added up by key. Shape (count, K)."""
    into = sparse.csr_matrix((np.ones(len(key)), (key, np.arange(len(key)))), shape=(count, len(key)))
    return np.asarray(into @ values)


def entry_rows(rows: sparse.csr_matrix) -> Ints:
    """The row of every entry. Shape (E,)."""
    return np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))


def entry_pairs(row: Ints) -> tuple[Ints, Ints]:
    """All pairs of entries that stand in one row, either way round and with themselves. Shapes (P,), (P,)."""
    count = len(row)
    in_row = sparse.csr_matrix((np.ones(count), (np.arange(count), row)), shape=(count, int(row.max(initial=-1)) + 1))
    pairs = (in_row @ in_row.T).tocoo()
    return pairs.row, pairs.col


def _systems(row: Ints, place: Ints, many: int) -> Ints:
    """The system of every entry: rows that share one of the first ``many`` places are in one. Shape (E,)."""
    own, count = place < many, int(row.max(initial=-1)) + 1
    ties = sparse.csr_matrix((np.ones(own.sum()), (row[own], place[own])), shape=(count, many))
    system = connected_components(ties.T @ ties, directed=False)[1].astype(np.int64)
    of_row = np.zeros(count, dtype=np.int64)
    of_row[row[own]] = system[place[own]]
    return of_row[row]


def _flat(at: Sequence[Sequence[Ints]]) -> tuple[Ints, Ints]:
    """Rows and columns of blocks, one after another."""
    return np.concatenate([row.ravel() for row, _ in at]), np.concatenate([column.ravel() for _, column in at])


class _Pattern:
    """A sparse matrix whose numbers come and go."""

    def __init__(self, at: Sequence[Sequence[Ints]], shape: tuple[int, int]) -> None:
        row, column = _flat(at)
        matrix = sparse.csr_matrix((np.arange(1, len(row) + 1), (row, column)), shape=shape)
        self._turn, self._matrix = matrix.data - 1, matrix.astype(np.float64)

    def filled(self, numbers: list[Floats]) -> sparse.csr_matrix:
        """The matrix with other numbers."""
        m = self._matrix
        return sparse.csr_matrix((np.concatenate(numbers)[self._turn], m.indices, m.indptr), shape=m.shape)
