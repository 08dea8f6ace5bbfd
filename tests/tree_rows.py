"""Trees and rows on their paths, drawn at random."""

from __future__ import annotations

import numpy as np
from scipy import sparse


def tree_of(rng: np.random.Generator, count: int) -> np.ndarray:
    """Parents, each before its children."""
    return np.array([-1, *(int(rng.integers(0, n)) for n in range(1, count))])


def rows_on_paths(
    rng: np.random.Generator, parent: np.ndarray, node: np.ndarray, count: int, most: int
) -> sparse.csr_matrix:
    """Rows with up to ``most`` entries, each on the path to a node chosen at random."""
    rows = np.zeros((count, len(node)))
    for row in rows:
        there = np.flatnonzero(np.isin(node, path_to(parent, int(rng.integers(len(parent))))))
        some = rng.choice(there, size=min(most, len(there)), replace=False)
        row[some] = rng.normal(size=len(some))
    return sparse.csr_matrix(rows)


def rows_below(rows: sparse.csr_matrix, at: np.ndarray, parent: np.ndarray, node: np.ndarray) -> sparse.csr_matrix:
    """Rows without what is not on the path to each one's node."""
    dense = rows.toarray()
    for row, n in zip(dense, at.tolist(), strict=True):
        row[~np.isin(node, path_to(parent, n))] = 0.0
    return sparse.csr_matrix(dense)


def path_to(parent: np.ndarray, n: int) -> list[int]:
    """A node and all above it."""
    path = []
    while n >= 0:
        path.append(n)
        n = int(parent[n])
    return path
