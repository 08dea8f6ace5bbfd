"""Normal equations on a tree, beside dense ones."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from tree_rows import rows_below, rows_on_paths, tree_of

from roadstead.footprint.elimination import NotOnAPath, TreeElimination


@given(st.integers(0, 10**6), st.integers(1, 9), st.booleans())
def test_a_system_on_a_tree_is_solved_as_a_dense_one(seed: int, count: int, earned: bool):
    """Whether or not every node has an unknown that its thick rows alone know, which sends leaves another way."""
    rng = np.random.default_rng(seed)
    parent = tree_of(rng, count)
    ties = np.repeat(np.arange(count), rng.integers(1, 4, count))
    node = np.concatenate([ties, np.arange(count)]) if earned else ties
    own = sparse.identity(len(ties)).tocsr()
    thin = sparse.vstack([own, rows_on_paths(rng, parent, ties, 2 * count, 2)]).tocsr()
    thick = rows_on_paths(rng, parent, ties, 3 * count, 6)
    if earned:
        below = np.concatenate([np.arange(count), rng.integers(0, count, 2 * count)])
        lowest = np.array([node[row.indices].max(initial=0) for row in thick])
        at = np.where(np.arange(3 * count) < count, below, lowest)
        thick = rows_below(thick, at, parent, ties)
        thick = sparse.hstack(
            [thick, -sparse.csr_matrix((np.ones(3 * count), (np.arange(3 * count), at)), shape=(3 * count, count))]
        )
        thin = sparse.hstack([thin, sparse.csr_matrix((thin.shape[0], count))]).tocsr()
    thick = sparse.csr_matrix(thick)
    system = TreeElimination(parent, node, thin)
    for _ in range(2):  # the second time with other rows of the same kind
        system.take(thick)
        weight = rng.uniform(0.1, 10.0, thin.shape[0] + thick.shape[0])
        assert system.factor(weight)
        rows = sparse.vstack([thin, thick]).toarray()
        dense = rows.T @ (weight[:, None] * rows)
        right = rng.normal(size=len(node))
        assert system.solve(right) == pytest.approx(np.linalg.solve(dense, right), rel=1e-6, abs=1e-6)
        thick = thick[rng.permutation(thick.shape[0])]


def test_a_row_on_two_branches_is_refused():
    """Before anything is factored."""
    parent, node = np.array([-1, 0, 0]), np.array([0, 1, 2])
    with pytest.raises(NotOnAPath):
        TreeElimination(parent, node, sparse.csr_matrix([[0.0, 1.0, 1.0]]))
    system = TreeElimination(parent, node, sparse.identity(3).tocsr())
    with pytest.raises(NotOnAPath):
        system.take(sparse.csr_matrix([[1.0, 1.0, 1.0]]))


@pytest.mark.parametrize("at", [0, 1])
def test_a_system_without_pivots_is_told(at: int):
    """A weight below nothing, at the root or at a leaf."""
    system = TreeElimination(np.array([-1, 0]), np.array([0, 1]), sparse.identity(2).tocsr())
    system.take(sparse.csr_matrix((0, 2)))
    weight = np.ones(2)
    assert system.factor(weight)
    weight[at] = -1.0
    assert not system.factor(weight)


def test_leaves_without_pivots_are_told():
    """Those that are eliminated all at once, by what two cuts on what a leaf earns say of its other unknown."""
    thin, thick = sparse.csr_matrix([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]), sparse.csr_matrix([[1, 1.0, -1], [1, 2, -1]])
    system = TreeElimination(np.array([-1, 0]), np.array([0, 1, 1]), thin)
    system.take(thick)
    assert list(system.fronts) == [0]
    assert system.factor(np.ones(4))
    assert not system.factor(np.array([1.0, -0.1, 1.0, 1.0]))
