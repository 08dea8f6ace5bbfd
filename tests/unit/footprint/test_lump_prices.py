"""Residual capacity cuts with prices: they cut off no plan whatever they are, and hold a state in part down."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from priced import ANY, NEAR, SEEDS, by_node, drawn, earned, parts, sharing, states_of
from prospects import invented, random_decisions

from benchmarks.instances import as_prospect, generate
from roadstead.footprint.ground import ground
from roadstead.footprint.lump_prices import Lumps, in_force, joined_lumps, no_lumps
from roadstead.footprint.node_years import Asked, NodePrograms
from roadstead.footprint.operations import Operations, offers
from roadstead.footprint.price_proof import bound_of
from roadstead.footprint.pricing import BY_YEAR, NodePrices, with_segment_prices, year_cuts
from roadstead.footprint.search import Search
from roadstead.footprint.timing import timing

if TYPE_CHECKING:
    from roadstead.footprint.states import States


def anything(ops: Operations, rng: np.random.Generator, count: int, scale: float) -> Lumps:
    """Cuts of any resources with any cells and segments, sound or not, some of them twice."""
    shape = (count, len(ops.cell_gate))
    segment = rng.integers(0, ops.width.shape[-1], shape).astype(np.int8)
    lines = rng.integers(0, ops.free.shape[1], (count, 2))
    return Lumps(
        node_year=rng.integers(0, ops.count, count),
        lines=np.where([True, False] | (rng.random((count, 1)) < 0.5), lines, -1),
        segment=np.where(rng.random(shape) < rng.random(), segment, -1).astype(np.int8),
        right=100.0 * rng.normal(size=(count, 4)),
        price=scale * rng.normal(0.5, 1.0, count),
    )


@settings(max_examples=60)
@given(seed=SEEDS, chance=ANY, scale=st.floats(-3, 2), near=st.booleans())
def test_lumps_at_any_prices_cut_off_no_plan(seed: int, chance: int, scale: float, near: bool):
    """(F.29), with prices of all else near the right ones or nothing at all."""
    ops, _, _, programs = parts(seed)
    if not ops.free.shape[1]:
        return
    rng = np.random.default_rng(chance + 1)
    decisions, worth = earned(seed, chance)
    right = programs(Asked(drawn(ops, rng))).prices
    lumps = anything(ops, rng, 12, 10.0**scale)
    prices = with_segment_prices(ops, replace(right, lumps=lumps))
    if not near:
        prices = NodePrices(*(0.0 * getattr(prices, name) for name in NodePrices.__slots__))
    allowed = by_node(seed, year_cuts(ops, prices, lumps).at(states_of(seed, decisions)))
    assert np.all(allowed >= worth - NEAR * (1 + np.abs(worth)))


@pytest.mark.parametrize("seed", range(6))
def test_modules_are_whole_where_they_are_called_so(seed: int):
    """What counts as lumpy is at work in whole modules in every plan, and some of it there is."""
    ops = parts(seed)[0]
    for chance in range(5):
        at_work = states_of(seed, random_decisions(invented(seed), np.random.default_rng(chance))).at_work
        assert np.all(np.abs(at_work - np.round(at_work))[ops.lumpy] <= 1e-9)


@lru_cache(maxsize=1)
def frozen() -> tuple[Operations, NodePrograms, States]:
    tree, prospect = as_prospect(generate("tiny", 0))
    ops = offers(tree, prospect).every()
    states = drawn(ops, np.random.default_rng(0))
    return ops, NodePrograms((ops, prospect.node_years.node)), states


@pytest.mark.parametrize("shared", [False, True])
def test_a_state_in_part_earns_less_with_them(shared: bool, monkeypatch: pytest.MonkeyPatch):
    """Asked again, programs hold what they have met against a state; the cut says no more than the program."""
    ops, own, states = frozen()
    programs = sharing(own, monkeypatch) if shared else own
    plain = programs(Asked(states))
    for _ in range(3):
        held = programs(Asked(states, lumps=True))
        assert np.all(held.value <= plain.value + 1e-6)
        assert np.all(held.cuts.at(states) <= held.value + 1e-6 * (1 + np.abs(held.value)))
    assert held.value.sum() < plain.value.sum() - 1.0
    assert held.prices.lumps.count > 0
    assert in_force(ops, held.prices.lumps).count == held.prices.lumps.count
    again = programs(Asked(states))
    assert again.value == pytest.approx(plain.value, rel=1e-9)
    assert again.prices.lumps.count == 0


def test_the_mean_of_prices_with_lumps_proves_no_less_than_the_mean_of_cuts():
    ops, programs, states = frozen()
    other = drawn(ops, np.random.default_rng(1))
    for asked in (states, other):
        programs(Asked(asked, lumps=True))
    both = [programs(Asked(asked, lumps=True)) for asked in (states, other)]
    shares = (0.3, 0.7)
    whole = [with_segment_prices(ops, each.prices) for each in both]
    mean = NodePrices(*(sum(s * getattr(w, f) for s, w in zip(shares, whole, strict=True)) for f in whole[0].__slots__))
    lumps = [each.prices.lumps for each in both]
    union = joined_lumps([replace(each, price=s * each.price) for s, each in zip(shares, lumps, strict=True)])
    for at in (states, other):
        apart = sum(s * each.cuts.at(at) for s, each in zip(shares, both, strict=True))
        assert np.all(year_cuts(ops, mean, union).at(at) <= apart + 1e-9 * (1 + np.abs(apart)))


def test_modules_that_are_not_whole_get_no_credit():
    """A proof may name any resource: where it may be at work in part the cut counts for nothing."""
    ops, programs, states = frozen()
    for _ in range(2):
        held = programs(Asked(states, lumps=True)).prices
    divisible = replace(ops, lumpy=np.zeros_like(ops.lumpy))
    prices = with_segment_prices(ops, held)
    without = year_cuts(ops, prices, no_lumps(len(ops.cell_gate))).at(states)
    assert year_cuts(divisible, prices, held.lumps).at(states) == pytest.approx(without)
    assert not np.allclose(year_cuts(ops, prices, held.lumps).at(states), without)


def test_what_is_said_twice_is_said_once():
    ops = parts(0)[0]
    some = anything(ops, np.random.default_rng(0), 5, 1.0)
    joined = joined_lumps([some, replace(some, price=2 * some.price), no_lumps(len(ops.cell_gate))])
    assert joined.count == 5
    assert joined.price == pytest.approx(3 * some.price)
    years = np.asarray([2, 0])
    kept = some.of_years(years)
    assert np.array_equal(kept.among(years).node_year, some.node_year[np.isin(some.node_year, years)])


def test_workers_answer_with_the_same_lumps():
    tree, prospect = as_prospect(generate("tiny", 0))
    at = ground(tree, prospect, ())
    most = np.minimum(at.decided.program.ceiling, 2.0)
    point = most * np.random.default_rng(0).random(len(most))
    found = []
    for workers in (1, 2):
        with Search(at, workers) as search:
            search.answers(point, lumps=True)
            found.append(search.answers(point, lumps=True))
    assert found[0].value == pytest.approx(found[1].value)
    for name in BY_YEAR:
        assert getattr(found[0].prices, name).shape == getattr(found[1].prices, name).shape
    assert len(found[0].prices.lumps.segment) == len(found[1].prices.lumps.segment) > 0
    assert set(np.unique(found[0].prices.lumps.node_year)) == set(np.unique(found[1].prices.lumps.node_year))


def test_lumps_lower_the_bound_that_is_proved():
    """The bound of the proof is that of the master, and lower than it would be without the cuts' prices at work."""
    tree, prospect = as_prospect(generate("tiny", 1))
    at = ground(tree, prospect, ())
    assert np.array_equal(offers(tree, prospect).every().lumpy, at.offered.lumpy)
    assert timing(tree, prospect).years.count == at.decided.timing.years.count
    values = []
    for lumps in (False, True):
        with Search(at, 1) as search:
            inside = 0.25 * np.minimum(at.decided.program.ceiling, 4.0)
            search.learn(search.answers(inside))
            answer = search.master.solve()
            for _ in range(25):
                inside = 0.4 * inside + 0.6 * answer.point
                search.learn(search.answers(inside, lumps=lumps))
                answer = search.master.solve()
            proof, bound = search.proved(answer, ())
            values.append(answer.value)
            assert bound == bound_of(at, proof) <= answer.value * (1 + 1e-6)
    assert values[1] < values[0]
