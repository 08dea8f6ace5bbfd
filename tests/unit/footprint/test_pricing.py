"""Pricing: no plan earns more than any prices allow; the prices of a node-year's own program make its cut tight."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from priced import ANY, NEAR, SEEDS, asking, by_node, drawn, earned, parts, sharing, states_of
from prospects import invented

from roadstead.footprint.node_years import Asked, NodePrograms
from roadstead.footprint.operations import PER_YEAR, of_years, offers
from roadstead.footprint.pricing import NodePrices, no_prices, proved, with_segment_prices, year_cuts
from roadstead.footprint.states import States


@settings(max_examples=40)
@given(seed=SEEDS, chance=ANY, scale=st.floats(-2, 2), near=st.booleans())
def test_no_plan_earns_more_than_any_prices_allow(seed: int, chance: int, scale: float, near: bool):
    """(F.15) at prices without any sense, or near the right ones of another state."""
    ops, _, _, programs = parts(seed)
    rng = np.random.default_rng(chance + 1)
    decisions, worth = earned(seed, chance)
    base = with_segment_prices(ops, programs(Asked(drawn(ops, rng))).prices)
    right = [getattr(base, name) for name in NodePrices.__slots__]
    start = right if near else [0.0 * part for part in right]
    cuts = year_cuts(ops, NodePrices(*(part + rng.normal(0, 10.0**scale, part.shape) for part in start)))
    allowed = by_node(seed, cuts.at(states_of(seed, decisions)))
    assert np.all(allowed >= worth - NEAR * (1 + np.abs(worth)))


@settings(max_examples=40)
@given(seed=SEEDS, chance=ANY)
def test_the_right_prices_make_the_cut_tight(seed: int, chance: int):
    """Program, certificate and cut agree at the state of a plan, node by node; the segments' prices are the best there."""
    programs = parts(seed)[3]
    decisions, worth = earned(seed, chance)
    states = states_of(seed, decisions)
    answered = programs(Asked(states))
    near = 1e-6 * (1 + np.abs(worth))
    assert np.all(np.abs(by_node(seed, answered.value) - worth) <= near)
    assert np.all(np.abs(by_node(seed, answered.cuts.at(states)) - worth) <= near)


@pytest.mark.parametrize("seed", range(12))
def test_programs_that_node_years_share_answer_as_their_own_do(seed: int, monkeypatch: pytest.MonkeyPatch):
    """Where they would take too much memory, nodes side by side share one: told anew what the year earns, it forgets the one before."""
    ops, _, _, own = parts(seed)
    shared, rng = sharing(own, monkeypatch), np.random.default_rng(seed)
    for _ in range(3):
        states = drawn(ops, rng)
        one, other = own(Asked(states)), shared(Asked(states))
        assert other.value == pytest.approx(one.value, rel=1e-9, abs=1e-9)
        assert np.all(other.cuts.at(states) <= one.value + NEAR * (1 + np.abs(one.value)))


@settings(max_examples=40)
@given(seed=SEEDS, chance=ANY)
def test_segment_prices_are_the_best_there_are(seed: int, chance: int):
    """(F.16): no other prices of cars allow less at the same state and the same prices of all else."""
    ops, _, _, _ = parts(seed)
    rng = np.random.default_rng(chance)
    states = drawn(ops, rng)
    nu, mu = np.abs(rng.normal(0, 1, (2, *ops.free.shape)))
    gamma = rng.normal(0, 1, (ops.count, len(ops.members)))
    raw = replace(no_prices(ops, states.is_open), gamma=gamma, nu=nu, mu=mu)
    best = with_segment_prices(ops, proved(ops, raw, states.at_work)[0])
    least = year_cuts(ops, best).at(states)
    for scale in (0.01, 1.0):
        other = replace(best, eta=best.eta + rng.normal(0, scale, best.eta.shape))
        assert np.all(year_cuts(ops, other).at(states) >= least - 1e-9 * (1 + np.abs(least)))


@pytest.mark.parametrize("seed", range(12))
def test_the_mean_of_prices_proves_no_less_than_the_mean_of_cuts(seed: int):
    ops, _, _, programs = parts(seed)
    rng = np.random.default_rng(seed)
    asked = [Asked(drawn(ops, rng)) for _ in range(2)]
    one, two = (programs(each) for each in asked)
    share = 0.3
    whole = [with_segment_prices(ops, each.prices) for each in (one, two)]
    mean = NodePrices(*(share * getattr(whole[0], f) + (1 - share) * getattr(whole[1], f) for f in whole[0].__slots__))
    for each in asked:
        bound = year_cuts(ops, mean).at(each.states)
        apart = share * one.cuts.at(each.states) + (1 - share) * two.cuts.at(each.states)
        assert np.all(bound <= apart + 1e-9 * (1 + np.abs(apart)))


@pytest.mark.parametrize("seed", range(12))
def test_what_some_node_years_offer_is_what_all_offer_there(seed: int):
    """Worked out for some alone, neighbours or not, nothing is other than where all are worked out together."""
    made = invented(seed)
    found = offers(made.tree, made.prospect)
    every = found.every()
    count = every.count
    assert found.count == count
    for years in (
        np.arange(1, count),
        np.arange(0, count, 2),
        np.flatnonzero(np.random.default_rng(seed).random(count) < 0.4),
        np.arange(0),
    ):
        part, like = found.of_years(years), of_years(every, years)
        for name in PER_YEAR:
            assert np.array_equal(getattr(part, name), getattr(every, name)[years]), name
            assert np.array_equal(getattr(like, name), getattr(every, name)[years]), name


@pytest.mark.parametrize("seed", range(12))
def test_prices_say_what_does_not_fit(seed: int):
    """Where too much is asked for of a state, its cut lies below nothing; what fits with everything open breaks none of them.

    Elsewhere the cut is tight where options are open or shut, and says no more than the program where they are half open.
    """
    made = asking(seed)
    ops = offers(made.tree, made.prospect).every()
    programs = NodePrograms((ops, made.prospect.node_years.node))
    rng = np.random.default_rng(seed)
    tight = unfit = 0
    roomy = States(
        np.ones((ops.count, ops.options)), np.full(ops.free.shape, 50.0), np.zeros((ops.count, 2)), np.full((ops.count, 2), 1e4)
    )  # fmt: skip
    fits = np.isfinite(programs(Asked(roomy)).value)
    for turn in range(6):
        states = drawn(ops, rng)
        if turn % 2:
            states = replace(states, is_open=np.round(states.is_open))
        answered = programs(Asked(states))
        misfit = answered.prices.unfit
        assert np.array_equal(misfit, ~np.isfinite(answered.value))
        allowed = answered.cuts.at(states)
        assert np.all(allowed[misfit] < -1e-6)
        value = answered.value[~misfit]
        assert np.all(allowed[~misfit] <= value + 1e-6 * (1 + np.abs(value)))
        if turn % 2:
            assert allowed[~misfit] == pytest.approx(value, rel=1e-6, abs=1e-6)
            tight += len(value)
        assert np.all(answered.cuts.at(roomy)[misfit & fits] >= -1e-6)
        unfit += int(misfit.sum())
    assert unfit + tight > 0


@pytest.mark.parametrize("seed", range(6))
def test_prices_of_both_kinds_add_up(seed: int):
    """The right side of a sum of prices is at most the sum of right sides: right prices, and a share of what says why nothing fits."""
    made = asking(seed)
    ops = offers(made.tree, made.prospect).every()
    programs = NodePrograms((ops, made.prospect.node_years.node))
    rng = np.random.default_rng(seed)
    roomy = States(
        np.ones((ops.count, ops.options)), np.full(ops.free.shape, 50.0), np.zeros((ops.count, 2)), np.full((ops.count, 2), 1e4)
    )  # fmt: skip
    right, wrong = (programs(Asked(states)) for states in (roomy, drawn(ops, rng)))
    both = [with_segment_prices(ops, each.prices) for each in (right, wrong)]
    total = NodePrices(*(getattr(both[0], f) + 0.3 * getattr(both[1], f) for f in NodePrices.__slots__))
    mixed = wrong.prices.unfit & ~right.prices.unfit
    for states in (roomy, drawn(ops, rng)):
        apart = right.cuts.at(states) + 0.3 * wrong.cuts.at(states)
        assert np.all((year_cuts(ops, total).at(states) <= apart + 1e-6 * (1 + np.abs(apart)))[mixed])
