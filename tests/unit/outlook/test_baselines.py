"""Forecasts to beat: by hand, against statsforecast's own, and laws that hold for every history."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtri
from statsforecast import models

from roadstead.outlook.baselines import SIMPLE, UNSEEN_STEP, drift, random_walk, unbroken
from roadstead.outlook.score import LEVELS, MEDIAN
from roadstead.world.panel import Series

SHARES = st.lists(st.floats(0.0, 1.0), min_size=1, max_size=16).map(np.asarray)
WALKS = st.lists(st.floats(-2.0, 2.0), min_size=1, max_size=12).map(np.asarray)
Z90 = 1.2815515655446004
"""The 0.9 quantile of a standard normal."""


def logit(share):
    return np.log(share / (1 - share))


def share(value):
    return 1.0 / (1.0 + np.exp(-np.asarray(value, dtype=np.float64)))


# --- by hand ---------------------------------------------------------------------------------------------------------


def test_a_random_walk_by_hand():
    """Steps 0.3 and -0.4: spread sqrt((0.09 + 0.16) / 2), twice as wide after four years as after one."""
    found = logit(random_walk(share([-2.0, -1.7, -2.1]), 4))
    spread = math.sqrt(0.125)
    np.testing.assert_allclose(found[:, MEDIAN], -2.1)
    assert found[0, 17] == pytest.approx(-2.1 + Z90 * spread)
    assert found[0, 1] == pytest.approx(-2.1 - Z90 * spread)
    assert found[3, 17] == pytest.approx(-2.1 + 2 * Z90 * spread)


def test_a_random_walk_looks_six_steps_back():
    old, recent = [-6.0, -1.0], [-1.0, -0.9, -0.8, -0.7, -0.6, -0.5]
    found = logit(random_walk(share([*old, *recent]), 1))
    spread = math.sqrt(5 * 0.01 / 6)  # the six latest steps: none, and five of 0.1
    assert found[0, 17] == pytest.approx(-0.5 + Z90 * spread)


def test_a_drift_by_hand():
    """Steps 0.5, 0.1 and 0.3: drift 0.3, errors 0.2, -0.2 and 0; its own uncertainty doubles the variance at h = 3."""
    found = logit(drift(share([-2.0, -1.5, -1.4, -1.1]), 3))
    spread = math.sqrt(0.08 / 3)
    np.testing.assert_allclose(found[:, MEDIAN], [-0.8, -0.5, -0.2])
    assert found[0, 17] == pytest.approx(-0.8 + Z90 * spread * math.sqrt(4 / 3))
    assert found[2, 17] == pytest.approx(-0.2 + Z90 * spread * math.sqrt(3 * 2))


def test_one_year_known_gives_the_spread_of_a_step_not_seen():
    found = random_walk(share([-2.0]), 2)
    np.testing.assert_allclose(logit(found[1]), -2.0 + UNSEEN_STEP * math.sqrt(2) * ndtri(LEVELS))
    np.testing.assert_array_equal(drift(share([-2.0]), 2), found)


def test_two_years_known_give_one_step():
    found = share([-2.0, -1.4])
    np.testing.assert_allclose(logit(random_walk(found, 1)[0]), -1.4 + 0.6 * ndtri(LEVELS))
    np.testing.assert_allclose(logit(drift(found, 1)[0]), -0.8 + 0.6 * math.sqrt(2) * ndtri(LEVELS))


@pytest.mark.parametrize(("least", "kept"), [(0.0, 0.0002), (1.0, 0.995)])
def test_shares_at_the_rounding_floor_and_the_ceiling_are_clipped(least, kept):
    np.testing.assert_allclose(random_walk(np.full(4, least), 3), kept)


# --- against another implementation ----------------------------------------------------------------------------------


def both_bounds(told):
    """Logits at the eighteen levels beside the median, and the mean in their midst."""
    low = [told[f"lo-{width}"] for width in range(90, 0, -10)]
    high = [told[f"hi-{width}"] for width in range(10, 100, 10)]
    return np.stack([*low, told["mean"], *high], axis=-1)


@pytest.mark.parametrize("count", [3, 5, 7])
@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize(("name", "model"), [("random walk", "Naive"), ("drift", "RandomWalkWithDrift")])
def test_walks_are_those_of_statsforecast(name, model, seed, count):
    """Up to seven years, which is as far back as the random walk here looks."""
    g = -4.0 + np.cumsum(np.random.default_rng(seed).normal(0.2, 0.3, count))
    told = getattr(models, model)().forecast(y=g, h=6, level=list(range(10, 100, 10)))
    np.testing.assert_allclose(logit(SIMPLE[name](share(g), 6)), both_bounds(told), atol=1e-6, rtol=0)


# --- laws ------------------------------------------------------------------------------------------------------------


@given(SHARES, st.integers(1, 8), st.sampled_from(sorted(SIMPLE)))
def test_quantiles_never_fall_and_are_inside(history, horizon, name):
    found = SIMPLE[name](history, horizon)
    assert found.shape == (horizon, 19)
    assert (np.diff(found, axis=1) >= 0).all()
    assert ((found > 0) & (found < 1)).all()


@given(WALKS, st.floats(-2.0, 2.0), st.integers(1, 6), st.sampled_from(sorted(SIMPLE)))
def test_a_shifted_history_shifts_the_quantiles(walk, shift, horizon, name):
    before, after = SIMPLE[name](share(walk), horizon), SIMPLE[name](share(walk + shift), horizon)
    seen = (np.abs(logit(before)) < 15) & (np.abs(logit(after)) < 15)
    assert seen[0].any()
    np.testing.assert_allclose(logit(after)[seen], (logit(before) + shift)[seen], atol=1e-6)


@given(SHARES, st.integers(2, 8), st.sampled_from(sorted(SIMPLE)))
def test_the_years_ahead_do_not_hang_on_the_horizon(history, horizon, name):
    np.testing.assert_array_equal(SIMPLE[name](history, horizon)[: horizon - 1], SIMPLE[name](history, horizon - 1))


@given(WALKS, st.integers(2, 6))
def test_a_random_walk_forgets_nothing_of_its_level_and_widens(walk, horizon):
    found = logit(random_walk(share(walk), horizon))
    np.testing.assert_allclose(found[:, MEDIAN], walk[-1], atol=1e-9)
    width = found[:, -1] - found[:, 0]
    np.testing.assert_allclose(width, width[0] * np.sqrt(np.arange(1, horizon + 1)), atol=1e-6)


@pytest.mark.parametrize("baseline", SIMPLE.values(), ids=SIMPLE)
@pytest.mark.parametrize("history", [np.empty(0), np.asarray([0.1, np.nan, 0.2]), np.full((2, 2), 0.1)])
def test_a_history_with_a_gap_is_refused(baseline, history):
    with pytest.raises(ValueError, match="consecutive shares"):
        baseline(history, 3)


# --- the years without a gap -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        (2016, [0.06, 0.07]),
        (2013, [0.03, 0.04]),
        (2012, [0.03]),
        (2011, []),
        (2010, [0.01]),
        (2014, []),
        (2009, []),
        (2017, []),
    ],
)
def test_the_years_without_a_gap_up_to_an_origin(origin, expected):
    """Two gaps, 2011 and 2014; before the first year and after the last nothing is known."""
    shares = np.asarray([0.01, np.nan, 0.03, 0.04, np.nan, 0.06, 0.07])
    series = Series("XXX", "Nowhere", False, np.arange(2010, 2017), shares, shares * 1e5, np.full(7, 1e5))
    np.testing.assert_array_equal(unbroken(series, origin), expected)
