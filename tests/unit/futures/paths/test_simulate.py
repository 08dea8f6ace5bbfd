"""Joint paths: the same bits whoever draws them, the same as one after another in plain Python, and what cannot be drawn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hazardous import hazard, invented_hazards
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.paths import invented_world, same
from benchmarks.plain_paths import plain_path
from roadstead.futures.paths import simulate as room
from roadstead.futures.paths.economy import usual_economy
from roadstead.futures.paths.exchange import Exchange
from roadstead.futures.paths.simulate import Possible, in_force, joined, simulate
from roadstead.terms.errors import RoadsteadError


def possible(rng: np.random.Generator, **changes) -> Possible:
    """A small invented world."""
    currencies = int(rng.integers(4))
    together = np.full((currencies, currencies), 0.3) + 0.7 * np.eye(currencies)
    exchange = Exchange(tuple(f"c{i}" for i in range(currencies)), rng.uniform(0.0, 0.2, currencies), together)
    years = np.arange(2026, 2026 + int(rng.integers(1, 9)))
    world = Possible(invented_hazards(rng, int(rng.integers(1, 6))), usual_economy(exchange), years, 50)
    return replace(world, **changes)


def assert_same(one, other):
    assert one.first == other.first
    for a, b in (
        (one.level, other.level),
        (one.draw, other.draw),
        (one.factors.battery, other.factors.battery),
        (one.factors.rates, other.factors.rates),
        (one.factors.freight, other.factors.freight),
    ):
        assert a.dtype == b.dtype
        assert np.array_equal(a, b)


def test_paths_are_those_of_plain_python_to_the_last_bit():
    world = invented_world()
    assert same(simulate(world, 5, 0, 300), [plain_path(world, 5, i) for i in range(300)])


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.booleans())
def test_any_world_is_that_of_plain_python(seed: int, ranged: bool):
    world = possible(np.random.default_rng(seed), ranged=ranged)
    fast = simulate(world, seed, 7, 12)
    assert same(fast, [plain_path(world, seed, i) for i in range(7, 19)])


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.lists(st.integers(1, 40), min_size=1, max_size=6), st.integers(1, 30), st.data())
def test_a_path_is_the_same_bits_however_paths_are_dealt_out(seed: int, sizes: list[int], block: int, data):
    world = possible(np.random.default_rng(seed), ranged=True)
    first = data.draw(st.sampled_from([0, 1, 10**6, 2**40]))
    whole = simulate(world, seed, first, sum(sizes))
    begins = [first + sum(sizes[:i]) for i in range(len(sizes))]
    parts = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(room, "BLOCK", block)
        for i in data.draw(st.permutations(range(len(sizes)))):
            parts[i] = simulate(world, seed, begins[i], sizes[i])
    assert_same(joined([parts[i] for i in range(len(sizes))]), whole)


def test_seeds_and_paths_differ():
    world = invented_world()
    one, other = simulate(world, 1, 0, 50), simulate(world, 2, 0, 50)
    assert not np.array_equal(one.factors.battery, other.factors.battery)
    assert len(np.unique(one.factors.battery[:, 0])) == 50
    assert abs(np.corrcoef(one.factors.battery[:, 0], other.factors.battery[:, 0])[0, 1]) < 0.6


def test_another_currency_or_event_leaves_the_rest_as_it_was():
    world = possible(np.random.default_rng(4))
    ids = [f"k{i}" for i in range(3)]
    fewer = replace(world, economy=usual_economy(Exchange(tuple(ids[:2]), np.full(2, 0.1), np.eye(2))))
    more = replace(
        world,
        economy=usual_economy(Exchange(tuple(ids), np.full(3, 0.1), np.eye(3))),
        hazards=(*world.hazards, hazard("new")),
    )
    a, b = simulate(fewer, 1, 0, 30), simulate(more, 1, 0, 30)
    assert np.array_equal(a.level, b.level[:, :, :-1])
    assert np.array_equal(a.factors.rates, b.factors.rates[:, :, :2])
    assert np.array_equal(a.draw, b.draw)
    assert np.array_equal(a.factors.freight, b.factors.freight)


def test_demand_draws_are_equally_likely_and_independent_of_events():
    world = possible(np.random.default_rng(2), draws=4, hazards=(hazard("a", 0.3),))
    paths = simulate(world, 1, 0, 20_000)
    assert np.bincount(paths.draw) / 20_000 == pytest.approx(np.full(4, 0.25), abs=0.02)
    for draw in range(4):
        assert (paths.level[paths.draw == draw, 0, 0] >= 0).mean() == pytest.approx(0.3, abs=0.04)


def test_shares_in_force():
    world = possible(np.random.default_rng(2), hazards=(hazard("a", 0.5, lasts=1.0),), years=np.arange(2026, 2029))
    paths = simulate(world, 1, 0, 500)
    force = paths.level[:, :, 0] >= 0
    assert in_force(paths)[:, 0].tolist() == force.mean(axis=0).tolist()


def test_what_cannot_be_drawn_is_refused():
    world = possible(np.random.default_rng(3))
    with pytest.raises(RoadsteadError):
        replace(world, hazards=(hazard("a", 2.0),))
    with pytest.raises(RoadsteadError):
        replace(world, economy=replace(world.economy, rate_half_life=0.0))
    with pytest.raises(ValueError, match="follow one another"):
        replace(world, years=np.asarray([2026, 2028]))
    with pytest.raises(ValueError, match="demand draw"):
        replace(world, draws=0)
    with pytest.raises(ValueError, match="at least one"):
        simulate(world, 1, 0, 0)
    with pytest.raises(ValueError, match="begins where"):
        joined([simulate(world, 1, 0, 2), simulate(world, 1, 3, 2)])
