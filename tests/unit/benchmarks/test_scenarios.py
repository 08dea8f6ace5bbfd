"""A tree cut into scenarios and decisions put together again: what mpi-sppy is given and what is read back from it."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.instances import as_prospect, generate
from benchmarks.scenarios import cut, joined, places
from roadstead.footprint.plan import Decisions
from roadstead.futures.tree import ScenarioTree, node_probability

TREE = ScenarioTree(
    # Second children come before their elder sisters' children, and the root's second branch has three leaves.
    parent=np.asarray([-1, 0, 0, 2, 1, 2, 1, 2]),
    start=np.asarray([2027, 2028, 2028, 2029, 2029, 2029, 2029, 2029]),
    years=np.ones(8, dtype=np.int64),
    branch_probability=np.asarray([1.0, 0.4, 0.6, 0.5, 0.25, 0.2, 0.75, 0.3]),
    name=tuple("abcdefgh"),
    state=tuple("abcdefgh"),
)


def test_paths_come_branch_by_branch_under_the_names_of_their_places():
    """mpi-sppy counts the scenarios of a node from the first to the last, so those of one branch stand together."""
    paths = cut(TREE, 2)
    assert [one.name for one in paths] == ["ROOT_0_0", "ROOT_0_1", "ROOT_1_0", "ROOT_1_1", "ROOT_1_2"]
    assert [one.nodes for one in paths] == [(0, 1, 4), (0, 1, 6), (0, 2, 3), (0, 2, 5), (0, 2, 7)]
    assert paths[3].shared == (("ROOT", 0), ("ROOT_1", 2))
    assert [one.probability for one in paths] == pytest.approx([0.1, 0.3, 0.3, 0.12, 0.18])


def test_a_branch_holds_all_that_lies_below_it():
    first, second = cut(TREE, 1)
    assert (first.nodes, second.nodes) == ((0, 1, 4, 6), (0, 2, 3, 5, 7))
    assert (first.shared, second.shared) == ((("ROOT", 0),), (("ROOT", 0),))
    assert second.chance == pytest.approx([1.0, 1.0, 0.5, 0.2, 0.3])


@pytest.mark.parametrize("stage", [0, 1, 2])
def test_scenarios_weigh_every_node_by_its_probability(stage: int):
    """Whatever the cut, the expectation over scenarios is the expectation over the tree."""
    weight = np.zeros(TREE.count)
    for one in cut(TREE, stage):
        weight[list(one.nodes)] += one.probability * one.chance
    assert weight == pytest.approx(node_probability(TREE))


def test_eleven_children_are_in_the_order_of_their_numbers():
    tree = ScenarioTree(
        parent=np.asarray([-1] + [0] * 11),
        start=np.asarray([2027] + [2028] * 11),
        years=np.ones(12, dtype=np.int64),
        branch_probability=np.asarray([1.0] + [1 / 11] * 11),
        name=tuple("abcdefghijkl"),
        state=tuple("abcdefghijkl"),
    )
    assert places(tree)[11] == "ROOT_10"
    assert [one.name for one in cut(tree, 1)][-2:] == ["ROOT_9", "ROOT_10"]


def answers(stage: int) -> tuple[list, object, Decisions]:
    tree, prospect = as_prospect(generate("tiny"))
    rng = np.random.default_rng(0)
    commit = rng.integers(0, 2, prospect.options.cost.shape).astype(float)
    build = rng.integers(0, 4, prospect.resources.cost.shape).astype(float)
    whole = Decisions(commit, 0 * commit, build, 0 * build)
    told = []
    for one in cut(tree, stage):
        mine = np.isin(np.arange(tree.count), one.nodes)[:, None]
        told.append((one, Decisions(commit * mine, 0 * commit, build * mine + 1e-7 * mine, 0 * build)))
    return told, prospect, whole


@pytest.mark.parametrize("stage", [0, 1])
def test_decisions_of_scenarios_are_those_of_the_tree(stage: int):
    told, prospect, whole = answers(stage)
    found = joined(prospect, told)
    assert np.array_equal(found.commit, whole.commit)
    assert np.array_equal(found.build[:, prospect.resources.whole], whole.build[:, prospect.resources.whole])


def test_foresight_is_no_plan():
    told, prospect, _ = answers(1)
    told[1][1].build[0, 1] += 1.0
    with pytest.raises(ValueError, match="decides otherwise at node 0"):
        joined(prospect, told)


def test_an_undecided_node_is_no_plan():
    told, prospect, _ = answers(1)
    with pytest.raises(ValueError, match="undecided"):
        joined(prospect, told[:1])
