"""Nested distances against one linear program over whole paths, and the tree's own bound against the exact distance."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from invented_paths import plain_words, possible_world, stakes_in
from scipy.optimize import linprog
from scipy.spatial.distance import cdist

from roadstead.futures.growth.nested_distance import Stage, histories, nested_distance, of_tree, transport
from roadstead.futures.growth.reduce import Search, Shape, reduce
from roadstead.futures.growth.stakes import in_money
from roadstead.futures.paths.simulate import simulate

SEEDS = st.integers(0, 2**32 - 1)
STARTS = (2026, 2028, 2030)


def process(rng: np.random.Generator, stages: int = 3) -> list[Stage]:
    """A small process of two values a stage."""
    found, above = [], 1
    for s in range(stages):
        children = rng.integers(1, 3 if s else 2, size=above) if s else np.asarray([rng.integers(1, 3)])
        parent = np.repeat(np.arange(above), children)
        probability = np.concatenate([rng.dirichlet(np.ones(n)) for n in children])
        found.append(Stage(parent, probability, rng.integers(0, 5, size=(len(parent), 2)).astype(float)))
        above = len(parent)
    return found


def chains(stages: list[Stage]) -> np.ndarray:
    """Places of the nodes on every path, by leaf. Shape (leaves, stages)."""
    chain = np.arange(len(stages[-1].parent))[:, None]
    for stage in reversed(stages[1:]):
        chain = np.concatenate([stage.parent[chain[:, :1]], chain], axis=1)
    return chain


def path_probability(stages: list[Stage], chain: np.ndarray) -> np.ndarray:
    return np.prod([stage.probability[chain[:, s]] for s, stage in enumerate(stages)], axis=0)


def by_one_program(one: list[Stage], other: list[Stage], *, nested: bool = True) -> float:
    """Least mean distance over couplings of whole paths; with the rule that neither side looks ahead, or without."""
    a, b = chains(one), chains(other)
    cost = sum(
        cdist(x.value[a[:, s]], y.value[b[:, s]], "cityblock") for s, (x, y) in enumerate(zip(one, other, strict=True))
    )
    p, q = path_probability(one, a), path_probability(other, b)
    rows, right = [], []
    for i in range(len(a)):
        row = np.zeros(cost.shape)
        row[i] = 1.0
        rows.append(row.ravel())
        right.append(p[i])
    for j in range(len(b)):
        row = np.zeros(cost.shape)
        row[:, j] = 1.0
        rows.append(row.ravel())
        right.append(q[j])
    for s in range(len(one) - 1 if nested else 0):
        for k in range(len(one[s].parent)):
            for l in range(len(other[s].parent)):  # noqa: E741
                both = np.outer(a[:, s] == k, b[:, s] == l).astype(float)
                for stages, chain, side in ((one, a, 0), (other, b, 1)):
                    at = k if side == 0 else l
                    for child in np.flatnonzero(stages[s + 1].parent == at):
                        into = (chain[:, s + 1] == child).astype(float)
                        inside = both * (into[:, None] if side == 0 else into[None, :])
                        rows.append((inside - stages[s + 1].probability[child] * both).ravel())
                        right.append(0.0)
    found = linprog(cost.ravel(), A_eq=np.asarray(rows), b_eq=np.asarray(right), method="highs-ipm")
    assert found.status == 0, found.message
    return float(found.fun)


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_stage_by_stage_is_one_program_over_paths(seed: int):
    rng = np.random.default_rng(seed)
    one, other = process(rng), process(rng)
    found = nested_distance(one, other)
    assert found == pytest.approx(by_one_program(one, other), abs=1e-6)
    assert found >= by_one_program(one, other, nested=False) - 1e-6


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_it_is_a_distance(seed: int):
    rng = np.random.default_rng(seed)
    one, other, third = (process(rng) for _ in range(3))
    assert nested_distance(one, one) == pytest.approx(0.0, abs=1e-9)
    assert nested_distance(one, other) == pytest.approx(nested_distance(other, one))
    assert nested_distance(one, third) <= nested_distance(one, other) + nested_distance(other, third) + 1e-9


def test_knowing_earlier_is_a_distance_though_the_values_are_the_same():
    now, late = np.asarray([[0.0]]), np.asarray([[0.0], [0.0]])
    values = np.asarray([[1.0], [-1.0]])
    half = np.full(2, 0.5)
    told_late = [Stage(np.zeros(1, int), np.ones(1), now), Stage(np.zeros(2, int), half, values)]
    told_early = [Stage(np.zeros(2, int), half, late), Stage(np.arange(2), np.ones(2), values)]
    assert nested_distance(told_late, told_early) == pytest.approx(1.0)
    assert by_one_program(told_late, told_early, nested=False) == pytest.approx(0.0, abs=1e-8)


def test_transport_by_hand():
    cost = np.asarray([[0.0, 2.0], [1.0, 0.0]])
    assert transport(np.asarray([0.7, 0.3]), np.asarray([0.5, 0.5]), cost) == pytest.approx(0.4)


def test_processes_of_other_stages_have_no_distance():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="same stages"):
        nested_distance(process(rng, 2), process(rng, 3))


def as_the_tree_understands(paths, stakes, found) -> list[Stage]:
    """The paths, but what one does next depends on its node alone: at each stage any path of the node goes on."""
    tree = found.tree
    node = {len(STARTS) - 1: found.leaf}
    for s in reversed(range(len(STARTS) - 1)):
        node[s] = tree.parent[node[s + 1]]
    stages: list[Stage] = []
    above = [0]
    for s, (begin, end) in enumerate(pairwise((0, 2, 4, 6))):
        told = in_money(paths, stakes, slice(None), begin, end).reshape(paths.count, -1)
        parent, path, probability = [], [], []
        for place, at in enumerate(above):
            inside = np.flatnonzero(node[s - 1] == at) if s else np.arange(paths.count)
            parent += [place] * len(inside)
            path += inside.tolist()
            probability += [1.0 / len(inside)] * len(inside)
        stages.append(Stage(np.asarray(parent), np.asarray(probability), told[path]))
        above = node[s][path].tolist()
    return stages


@settings(max_examples=12, deadline=None)
@given(SEEDS, st.sampled_from([(1, 1, 1), (1, 2, 3), (1, 2, 2), (1, 3, 4)]))
def test_the_tree_says_no_less_than_its_nested_distance(seed: int, nodes):
    rng = np.random.default_rng(seed)
    world = possible_world(rng)
    stakes = stakes_in(world, rng)
    paths = simulate(world, seed, 0, 5)
    found = reduce(paths, stakes, Shape(STARTS, nodes), plain_words(world.hazards), Search(slack=0.2))
    exact = nested_distance(as_the_tree_understands(paths, stakes, found), of_tree(found, stakes))
    assert exact <= found.distance * (1.0 + 1e-9) + 1e-9


def test_paths_with_one_history_share_a_node():
    rng = np.random.default_rng(5)
    world = possible_world(rng)
    stakes = stakes_in(world, rng, factors=0.0)
    paths = simulate(world, 1, 0, 400)
    stages = histories(paths, stakes, STARTS)
    last = stages[-1]
    told = in_money(paths, stakes, slice(None), 0, 6).reshape(400, -1)
    assert len(last.parent) == len(np.unique(told, axis=0)) < 400
    for earlier, later in pairwise(stages):
        sums = np.bincount(later.parent, weights=later.probability)
        assert sums == pytest.approx(np.ones(len(earlier.parent)))
