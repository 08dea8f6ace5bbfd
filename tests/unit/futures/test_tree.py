"""The scenario tree: what must hold of any, and what is no tree."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prospects import invented_tree

from roadstead.futures.tree import ScenarioTree, ancestry, from_root, history, leaves, node_probability, to_root

TREES = st.integers(0, 2**32 - 1).map(lambda seed: invented_tree(np.random.default_rng(seed)))


@given(TREES)
def test_probabilities_flow_down(tree: ScenarioTree):
    probability = node_probability(tree)
    assert probability[0] == 1.0
    assert probability[list(leaves(tree))].sum() == pytest.approx(1.0)
    for n in set(tree.parent[1:].tolist()):
        assert probability[tree.parent == n].sum() == pytest.approx(probability[n])


@given(TREES)
def test_histories_begin_at_the_root_and_follow_parents(tree: ScenarioTree):
    for n in range(tree.count):
        path = history(tree, n)
        assert path[0] == 0
        assert path[-1] == n
        assert [int(tree.parent[m]) for m in path[1:]] == list(path[:-1])
        assert np.flatnonzero(ancestry(tree).toarray()[n]).tolist() == sorted(path)
    assert set(ancestry(tree).data) == {1.0}


@given(TREES, st.integers(0, 99))
def test_sums_go_down_paths_and_up_subtrees(tree: ScenarioTree, seed: int):
    values = np.random.default_rng(seed).normal(size=(tree.count, 2))
    down, up = from_root(tree, values), to_root(tree, values)
    for n in range(tree.count):
        under = [m for m in range(tree.count) if n in history(tree, m)]
        assert down[n] == pytest.approx(values[list(history(tree, n))].sum(0))
        assert up[n] == pytest.approx(values[under].sum(0))


@given(TREES)
def test_every_path_covers_the_horizon_once(tree: ScenarioTree):
    for leaf in leaves(tree):
        years = [year for n in history(tree, leaf) for year in range(tree.start[n], tree.start[n] + tree.years[n])]
        assert years == list(range(tree.first_year, tree.last_year + 1))


@given(TREES)
def test_leaves_are_nobodys_parents(tree: ScenarioTree):
    assert set(leaves(tree)) == set(range(tree.count)) - set(tree.parent.tolist())


@given(TREES)
def test_a_tree_cannot_be_changed(tree: ScenarioTree):
    with pytest.raises(ValueError, match="read-only"):
        tree.branch_probability[0] = 0.5


TREE = ScenarioTree(
    np.asarray([-1, 0, 0]), np.asarray([2027, 2029, 2029]), np.asarray([2, 3, 3]), np.asarray([1.0, 0.3, 0.7]),
    ("root", "left", "right"), ("", "", ""),
)  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("parent", [0, -1, 0], "parent before child"),
        ("parent", [-1, 2, 0], "parent before child"),
        ("parent", [-1, -1, 0], "one root"),
        ("start", [2027, 2030, 2029], "the year after its parent ends"),
        ("years", [2, 3, 4], "every path ends in the same year"),
        ("years", [2, 0, 0], "at least one year"),
        ("branch_probability", [1.0, 0.3, 0.6], "sum to one"),
        ("branch_probability", [1.0, -0.3, 1.3], "between nothing and one"),
        ("branch_probability", [0.9, 0.3, 0.7], "the root is certain"),
        ("name", ("root", "left"), "one entry per node"),
    ],
)
def test_what_is_no_tree(field: str, value: object, message: str):
    given_value = np.asarray(value) if isinstance(value, list) else value
    with pytest.raises(ValueError, match=message):
        replace(TREE, **{field: given_value})


def test_nothing_is_no_tree():
    none = np.zeros(0, dtype=int)
    with pytest.raises(ValueError, match="one entry per node"):
        ScenarioTree(none, none, none, np.zeros(0), (), ())
