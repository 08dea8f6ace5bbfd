"""Trees from several draws of one world side by side; and events shown as often as paths have them."""

from __future__ import annotations

import numpy as np
import pytest
from hazardous import hazard
from invented_paths import plain_words, possible_world, stakes_in

from roadstead.futures.reduce import Shape, reduce
from roadstead.futures.representatives import Part, settled
from roadstead.futures.simulate import simulate
from roadstead.futures.stability import stability

STARTS = (2026, 2028, 2030)
EVENTS = [hazard(f"e{i}", 0.04 + 0.03 * i) for i in range(5)]


def build(count: int, nodes=(1, 3, 8)):
    rng = np.random.default_rng(1)
    world = possible_world(rng, hazards=EVENTS)
    stakes, words = stakes_in(world, rng), plain_words(EVENTS)
    return lambda seed: reduce(simulate(world, seed, 0, count), stakes, Shape(STARTS, nodes), words)


def test_what_trees_say_is_gathered():
    grow = build(300)
    found = stability(grow, (1, 2, 3))
    trees = [grow(seed) for seed in (1, 2, 3)]
    assert found.distance.tolist() == [tree.distance for tree in trees]
    assert found.in_force_mean == pytest.approx(sum(tree.in_force for tree in trees) / 3)
    assert found.missed[:, 1].tolist() == [np.abs(tree.in_force - tree.in_force_paths).max() for tree in trees]
    assert found.distance_spread == pytest.approx(found.distance.std(ddof=1) / found.distance.mean())


def test_more_paths_make_trees_stabler():
    few, many = (stability(build(count), range(6)) for count in (60, 3000))
    assert many.distance_spread < few.distance_spread
    assert many.distance_spread < 0.03


@pytest.mark.parametrize("seeds", [(), (1,), (1, 1, 2)])
def test_seeds_are_several_and_differ(seeds):
    with pytest.raises(ValueError, match="two seeds"):
        stability(build(30), seeds)


def test_without_slack_the_nearest_path_of_a_node_stands_for_it():
    rng = np.random.default_rng(2)
    world = possible_world(rng, hazards=EVENTS)
    stakes = stakes_in(world, rng)
    paths = simulate(world, 1, 0, 200)
    node = np.arange(200) % 2
    part = Part(0, 6, np.asarray([0, 1]), np.asarray([0, 0]), node)
    (chosen,) = settled(paths, stakes, [part], 0.0)
    force = paths.level >= 0
    worth = np.asarray([levels[0] for levels in stakes.events]) * stakes.year_weight[:, None]
    for n in (0, 1):
        members = np.flatnonzero(node == n)
        far = [float((np.abs(force[members].astype(float) - force[i]) * worth).sum()) for i in members]
        assert node[chosen[n]] == n
        assert far[members.tolist().index(chosen[n])] == pytest.approx(min(far))


def test_with_slack_nodes_share_out_an_event_that_hardly_matters():
    rng = np.random.default_rng(3)
    cheap = hazard("cheap", yearly=((2026, 0.5), (2027, 0.0)))
    world = possible_world(rng, hazards=[hazard("dear", 0.1), cheap])
    stakes = stakes_in(world, rng, factors=0.0)
    stakes = type(stakes)(((1000.0,), (0.01,)), 0.0, stakes.index, 0.0, stakes.rates * 0.0, 0.0, stakes.year_weight)
    paths = simulate(world, 1, 0, 4000)
    node = np.arange(4000) % 4
    one = Part(0, 6, np.arange(4), np.zeros(4, dtype=int), node)
    (chosen,) = settled(paths, stakes, [one], 0.1)
    assert (paths.level[chosen, -1, 1] >= 0).sum() == 2
    assert np.array_equal(node[chosen], np.arange(4))


def test_histories_go_on_as_paths_do():
    rng = np.random.default_rng(4)
    world = possible_world(rng, hazards=[hazard(f"e{i}", yearly=((2026, 0.5), (2027, 0.0))) for i in range(6)])
    stakes = stakes_in(world, rng)
    words = plain_words(world.hazards)
    found = reduce(simulate(world, 1, 0, 3000), stakes, Shape(STARTS, (1, 1, 1)), words)
    # What is in force from the first year on and for good neither comes nor goes between stages.
    assert np.array_equal(found.level[0, 1], found.level[1, 2])
    assert np.array_equal(found.level[1, 3], found.level[2, 4])
