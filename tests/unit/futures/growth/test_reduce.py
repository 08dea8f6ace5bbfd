"""Paths to a tree: what must hold of any, a case worked by hand, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hazardous import hazard
from hypothesis import given, settings
from hypothesis import strategies as st
from invented_paths import plain_words, possible_world, stakes_in

from roadstead.futures.growth import reduce as room
from roadstead.futures.growth.nested_distance import histories, nested_distance, of_tree
from roadstead.futures.growth.reduce import Search, Shape, reduce
from roadstead.futures.growth.stakes import check, in_money
from roadstead.futures.paths.hazards import Level
from roadstead.futures.paths.simulate import simulate
from roadstead.futures.tree import history, leaves, node_probability
from roadstead.terms.errors import RoadsteadError

SEEDS = st.integers(0, 2**32 - 1)
STARTS = (2026, 2028, 2030)


def grown(seed: int, nodes=(1, 3, 6), count=200, search=None, **kwargs):
    """An invented world, its paths, what is at stake, and the tree."""
    rng = np.random.default_rng(seed)
    world = possible_world(rng, **kwargs)
    stakes = stakes_in(world, rng)
    paths = simulate(world, seed, 0, count)
    return world, paths, stakes, reduce(paths, stakes, Shape(STARTS, nodes), plain_words(world.hazards), search)


def node_of(reduced, year: int) -> np.ndarray:
    """Node of every path in a year."""
    tree = reduced.tree
    at = [
        next(n for n in history(tree, leaf) if tree.start[n] <= year < tree.start[n] + tree.years[n])
        for leaf in range(tree.count)
        if leaf in leaves(tree)
    ]
    of_leaf = dict(zip(leaves(tree), at, strict=True))
    return np.asarray([of_leaf[leaf] for leaf in reduced.leaf.tolist()])


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_every_path_ends_in_one_leaf_and_probabilities_are_shares(seed: int):
    _, paths, _, found = grown(seed)
    tree = found.tree
    assert set(found.leaf.tolist()) == set(leaves(tree))
    probability = node_probability(tree)
    for year in paths.years.tolist():
        node = node_of(found, year)
        share = np.bincount(node, minlength=tree.count) / paths.count
        assert share[share > 0] == pytest.approx(probability[share > 0])
        assert probability[np.unique(node)].sum() == pytest.approx(1.0)
    assert tree.first_year == paths.years[0]
    assert tree.last_year == paths.years[-1]
    assert [int((tree.start == start).sum()) for start in STARTS] <= [1, 3, 6]


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_nodes_show_events_of_a_path_of_theirs_or_of_most_and_means_of_all(seed: int):
    _, paths, stakes, found = grown(seed)
    probability = node_probability(found.tree)
    for t, year in enumerate(paths.years.tolist()):
        node = node_of(found, year)
        for n in np.unique(node).tolist():
            if found.chosen[n] >= 0:
                assert node[found.chosen[n]] == n
                assert np.array_equal(found.level[n, t], paths.level[found.chosen[n], t])
            else:
                often = (paths.level[node == n, t] >= 0).mean(axis=0)
                assert np.array_equal(found.level[n, t] >= 0, often > 0.5)
            assert found.battery[n, t] == pytest.approx(paths.factors.battery[node == n, t].mean())
            assert found.rates[n, t] == pytest.approx(paths.factors.rates[node == n, t].mean(axis=0))
        own = np.unique(node)
        assert probability[own] @ found.freight[own, t] == pytest.approx(paths.factors.freight[:, t].mean())
        assert probability[own] @ found.demand[own, t] == pytest.approx(stakes.index[paths.draw, t].mean())
        assert probability[own] @ (found.level[own, t] >= 0) == pytest.approx(found.in_force[t])
        assert (paths.level[:, t] >= 0).mean(axis=0) == pytest.approx(found.in_force_paths[t])


@settings(max_examples=20, deadline=None)
@given(SEEDS)
def test_the_distance_is_that_of_every_path_to_its_nodes(seed: int):
    _, paths, stakes, found = grown(seed, count=60)
    stages = of_tree(found, stakes)
    total = 0.0
    for stage, start, end in zip(stages, (0, 2, 4), (2, 4, 6), strict=True):
        node = node_of(found, 2026 + start)
        told = in_money(paths, stakes, slice(None), start, end).reshape(paths.count, -1)
        total += float(np.abs(told - stage.value[node - node.min()]).sum())
    assert found.distance == pytest.approx(total / paths.count)


@settings(max_examples=15, deadline=None)
@given(SEEDS)
def test_a_tree_with_a_leaf_for_every_path_is_the_paths(seed: int):
    rng = np.random.default_rng(seed)
    world = possible_world(rng)
    # Nobody can tell paths apart at the root, so nothing hangs on its years here.
    stakes = replace(stakes_in(world, rng), year_weight=np.asarray([0.0, 0.0, 1.0, 1.0, 0.9, 0.9]))
    paths = simulate(world, seed, 0, 12)
    found = reduce(paths, stakes, Shape(STARTS, (1, 12, 12)), plain_words(world.hazards))
    assert found.distance == pytest.approx(0.0, abs=1e-9)
    assert found.undivided > 0.0
    assert found.in_force[2:] == pytest.approx(found.in_force_paths[2:])
    exact = nested_distance(histories(paths, stakes, STARTS), of_tree(found, stakes))
    assert exact == pytest.approx(0.0, abs=1e-9)


def test_with_more_nodes_the_distance_falls():
    sizes = [(1, 1, 1), (1, 2, 3), (1, 4, 10), (1, 8, 30), (1, 20, 120)]
    far = [grown(11, nodes, count=2000)[3] for nodes in sizes]
    distances = [found.distance for found in far]
    assert distances == sorted(distances, reverse=True)
    assert distances[-1] < 0.6 * distances[0]
    assert distances[0] == far[0].undivided


def test_events_come_as_often_as_on_paths_the_more_so_where_slack_is_given():
    events = [hazard(f"e{i}", 0.05 + 0.02 * i, lasts=6.0) for i in range(8)]
    missed = []
    for slack in (0.0, 0.3):
        *_, found = grown(3, (1, 8, 24), 3000, Search(slack=slack), hazards=events)
        missed.append(np.abs(found.in_force - found.in_force_paths).mean())
    assert missed[1] < missed[0]


@settings(max_examples=20, deadline=None)
@given(SEEDS)
def test_what_a_node_shows_can_be(seed: int):
    world, _, _, found = grown(seed)
    place = {event: e for e, event in enumerate(world.events)}
    for e, event in enumerate(world.hazards):
        assert found.level[:, :, e].max() < len(event.levels)
        if event.needs:
            assert np.all(found.level[:, :, place[event.needs]][found.level[:, :, e] >= 0] >= 0)


def test_a_tree_is_the_same_however_paths_are_taken_at_a_time(monkeypatch):
    *_, whole = grown(5)
    monkeypatch.setattr(room, "BLOCK", 7)
    *_, parts = grown(5)
    assert np.array_equal(whole.leaf, parts.leaf)
    assert whole.tree.name == parts.tree.name
    assert whole.distance == pytest.approx(parts.distance)


def test_paths_beyond_the_sample_are_assigned_to_the_nearest():
    *_, found = grown(7, count=500, search=Search(sample=50, candidates=50))
    assert len(found.leaf) == 500
    assert np.bincount(found.leaf).sum() == 500
    assert found.distance < found.undivided


def test_two_events_by_hand():
    dear = hazard("wall", yearly=((2028, 0.3), (2029, 0.0)), levels=(Level("one", 1.0, 0.3),))
    rng = np.random.default_rng(0)
    world = possible_world(rng, hazards=[dear])
    stakes = replace(stakes_in(world, rng, factors=0.0), events=((100.0,),), year_weight=np.ones(6))
    paths = simulate(world, 1, 0, 1000)
    share = (paths.level[:, -1, 0] >= 0).mean()
    found = reduce(paths, stakes, Shape(STARTS, (1, 2, 2)), plain_words(world.hazards))
    assert found.distance == 0.0
    assert found.undivided == pytest.approx(100.0 * 4 * share)
    assert found.tree.name == ("today", "no wall", "wall comes", "as before", "as before")
    assert found.names_zh == ("今天", "无 wall", "wall 发生", "照旧", "照旧")
    assert found.tree.state == ("today", "today", "wall:0", "today", "wall:0")
    assert found.tree.branch_probability.tolist() == pytest.approx([1.0, 1.0 - share, share, 1.0, 1.0])


def test_a_node_is_called_by_what_holds_as_it_ends():
    late = hazard("wall", yearly=((2029, 0.5), (2030, 0.0)))
    rng = np.random.default_rng(0)
    world = possible_world(rng, hazards=[late])
    stakes = replace(stakes_in(world, rng, factors=0.0), events=((100.0,),))
    found = reduce(simulate(world, 1, 0, 300), stakes, Shape(STARTS, (1, 2, 2)), plain_words(world.hazards))
    assert set(found.tree.name[1:3]) == {"wall comes", "no wall"}
    came = found.tree.name.index("wall comes")
    assert found.tree.state[came] == "wall:0"
    assert found.level[came, 2:4, 0].tolist() == [-1, 0]


@pytest.mark.parametrize(
    "shape",
    [
        Shape((), ()),
        Shape(STARTS, (1, 2)),
        Shape((2027, 2028, 2030), (1, 2, 3)),
        Shape((2026, 2030, 2028), (1, 2, 3)),
        Shape((2026, 2028, 2032), (1, 2, 3)),
        Shape(STARTS, (2, 3, 4)),
        Shape(STARTS, (1, 4, 2)),
    ],
)
def test_a_shape_that_no_tree_has_is_refused(shape):
    rng = np.random.default_rng(1)
    world = possible_world(rng)
    with pytest.raises(RoadsteadError) as caught:
        reduce(simulate(world, 1, 0, 20), stakes_in(world, rng), shape, plain_words(world.hazards))
    assert {fault.code for fault in caught.value.faults} == {"RS-F532"}


def test_stakes_that_do_not_fit_are_refused():
    rng = np.random.default_rng(2)
    world = possible_world(rng, hazards=[hazard("a", 0.5), hazard("b", 0.5)])
    good, paths = stakes_in(world, rng), simulate(world, 1, 0, 200)
    check(good, paths)
    for bad in (
        replace(good, events=good.events[:1]),
        replace(good, events=((), (1.0,))),
        replace(good, index=good.index[:, :3]),
        replace(good, index=good.index[:5]),
        replace(good, year_weight=np.ones(5)),
        replace(good, rates=np.ones(7)),
        replace(good, battery=np.nan),
        replace(good, freight=-1.0),
        replace(good, events=((0.0,), (0.0,)), demand=0.0, battery=0.0, freight=0.0, rates=np.zeros(len(good.rates))),
        replace(good, year_weight=np.zeros(6)),
    ):
        with pytest.raises(RoadsteadError) as caught:
            check(bad, paths)
        assert [fault.code for fault in caught.value.faults] == ["RS-F531"]


def test_words_are_given_for_every_event():
    rng = np.random.default_rng(2)
    world = possible_world(rng, hazards=[hazard("a", 0.5), hazard("b", 0.5)])
    with pytest.raises(ValueError, match="words for every event"):
        reduce(
            simulate(world, 1, 0, 20), stakes_in(world, rng), Shape(STARTS, (1, 2, 3)), plain_words(world.hazards[:1])
        )
