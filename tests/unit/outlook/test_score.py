"""Scores of forecasts: the score against its closed form and against loops, coverage of a known normal, what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.special import ndtr, ndtri

from roadstead.outlook.score import (
    LEVELS,
    MEDIAN,
    Scores,
    absolute_percentage_error,
    crps,
    inside,
    pinball,
    reliability,
    score,
)

FINE = (np.arange(20_000) + 0.5) / 20_000
"""Levels so many that their mean is the integral."""
NUMBERS = st.floats(-100.0, 100.0)
FORECASTS = arrays.arrays(np.float64, (5, LEVELS.size), elements=NUMBERS).map(lambda drawn: np.sort(drawn, axis=-1))
ACTUALS = arrays.arrays(np.float64, 5, elements=NUMBERS)


def normal_crps(actual, mean, sd):
    """Closed form: Gneiting & Raftery (2007), eq. 21, the sign turned so that less is better."""
    z = (actual - mean) / sd
    density = np.exp(-(z**2) / 2.0) / np.sqrt(2.0 * np.pi)
    return sd * (z * (2.0 * ndtr(z) - 1.0) + 2.0 * density - 1.0 / np.sqrt(np.pi))


def looped_crps(quantiles, actual):
    total = 0.0
    for i in range(1, 20):
        level, quantile = i / 20, quantiles[i - 1]
        total += level * (actual - quantile) if actual >= quantile else (1 - level) * (quantile - actual)
    return 2.0 * total / 19


@pytest.fixture(scope="module")
def simulated():
    """40,000 draws of a normal with mean 0.4 and sd 0.1, told exactly."""
    actual = np.random.default_rng(5).normal(0.4, 0.1, 40_000)
    return np.tile(0.4 + 0.1 * ndtri(LEVELS), (actual.size, 1)), actual


# --- the score -------------------------------------------------------------------------------------------------------


def test_levels_are_the_nineteen_of_the_file_format():
    assert [f"q{level * 100:02.0f}" for level in LEVELS] == [f"q{i:02d}" for i in range(5, 100, 5)]
    assert LEVELS[MEDIAN] == 0.5
    with pytest.raises(ValueError, match="read-only"):
        LEVELS[0] = 0.0


@pytest.mark.parametrize("actual", [-3.0, -0.4, 0.0, 1.0, 2.7])
@pytest.mark.parametrize(("mean", "sd"), [(0.0, 1.0), (0.7, 0.2)])
def test_many_levels_come_to_the_closed_form_of_a_normal(actual, mean, sd):
    found = crps(mean + sd * ndtri(FINE), np.asarray(actual), FINE)
    assert float(found) == pytest.approx(normal_crps(actual, mean, sd), abs=2e-4)


def test_nineteen_levels_score_a_right_normal_five_per_cent_high():
    actual = ndtri(FINE)
    found = crps(np.tile(ndtri(LEVELS), (actual.size, 1)), actual).mean()
    assert found == pytest.approx(1.048 * normal_crps(actual, 0.0, 1.0).mean(), rel=1e-3)


@given(FORECASTS, ACTUALS)
def test_the_score_is_that_of_loops(quantiles, actual):
    expected = [looped_crps(q, y) for q, y in zip(quantiles, actual, strict=True)]
    np.testing.assert_allclose(crps(quantiles, actual), expected, rtol=1e-12, atol=1e-12)


@given(FORECASTS, ACTUALS, st.integers(0, 4), st.integers(0, 18))
def test_a_level_is_charged_by_the_side_it_errs_to(quantiles, actual, row, column):
    gap = actual[row] - quantiles[row, column]
    rate = LEVELS[column] if gap >= 0 else 1 - LEVELS[column]
    assert pinball(quantiles, actual)[row, column] == pytest.approx(rate * abs(gap))


def test_a_point_told_as_certain_scores_its_distance():
    quantiles = np.full((2, 3, 19), 0.3)
    actual = np.asarray([[0.3, 0.4, 0.1], [0.0, 1.0, 0.31]])
    np.testing.assert_allclose(crps(quantiles, actual), np.abs(actual - 0.3), atol=1e-12)


@pytest.mark.parametrize(("shift", "widen"), [(0.05, 1.0), (-0.05, 1.0), (0.0, 0.5), (0.0, 2.0)])
def test_nobody_gains_by_telling_another_distribution(simulated, shift, widen):
    quantiles, actual = simulated
    told = 0.4 + shift + widen * (quantiles - 0.4)
    assert score(told, actual).crps > 1.02 * score(quantiles, actual).crps


# --- coverage --------------------------------------------------------------------------------------------------------


def test_a_normal_told_exactly_is_covered_as_promised(simulated):
    """Four standard errors of a share of 40,000 draws are at most 0.01."""
    found = score(*simulated)
    assert found.count == 40_000
    assert found.cover80 == pytest.approx(0.8, abs=0.01)
    assert found.cover90 == pytest.approx(0.9, abs=0.01)
    np.testing.assert_allclose(reliability(*simulated), LEVELS, atol=0.01)


def test_a_band_told_too_narrow_covers_less(simulated):
    quantiles, actual = simulated
    found = score(0.4 + 0.5 * (quantiles - 0.4), actual)
    assert found.cover80 == pytest.approx(2 * ndtr(0.5 * ndtri(0.9)) - 1, abs=0.01)
    assert found.cover90 == pytest.approx(2 * ndtr(0.5 * ndtri(0.95)) - 1, abs=0.01)


@pytest.mark.parametrize(("width", "low", "high"), [(0.9, 5, 95), (0.8, 10, 90), (0.5, 25, 75), (0.1, 45, 55)])
def test_a_band_holds_its_bounds(width, low, high):
    quantiles = np.tile(np.arange(5.0, 100.0, 5.0), (4, 1))
    actual = np.asarray([low - 0.1, low, high, high + 0.1])
    assert inside(quantiles, actual, width).tolist() == [False, True, True, False]


@pytest.mark.parametrize("width", [0.0, 0.85, 1.0])
def test_a_band_between_no_two_levels_is_refused(width):
    with pytest.raises(ValueError, match="no two of the levels"):
        inside(np.zeros((1, 19)), np.zeros(1), width)


# --- scores of a set -------------------------------------------------------------------------------------------------


def test_scores_of_two_markets_by_hand():
    quantiles = np.stack([np.full(19, 0.10), np.linspace(0.2, 0.38, 19)])
    found = score(quantiles, np.asarray([0.125, 0.375]))
    assert found.count == 2
    assert found.mae == pytest.approx((0.025 + 0.085) / 2)
    assert found.mape == pytest.approx((0.2 + 0.085 / 0.375) / 2)
    assert found.mdape == pytest.approx(found.mape)
    assert found.crps == pytest.approx((0.025 + looped_crps(np.linspace(0.2, 0.38, 19), 0.375)) / 2)
    assert (found.cover80, found.cover90) == (0.0, 0.5)


def test_the_median_of_errors_is_not_their_mean():
    found = score(np.full((3, 19), 0.2), np.asarray([0.2, 0.25, 0.1]))
    assert found.mdape == pytest.approx(0.2)
    assert found.mape == pytest.approx(1.2 / 3)


def test_share_points_are_told_for_what_is_in_shares():
    found = Scores(3, crps=0.031, mae=0.042, mape=0.5, mdape=0.4, cover80=0.7, cover90=0.8).in_points()
    assert (found.crps, found.mae) == (pytest.approx(3.1), pytest.approx(4.2))
    assert (found.count, found.mape, found.mdape, found.cover80, found.cover90) == (3, 0.5, 0.4, 0.7, 0.8)


def test_only_rows_asked_for_and_known_are_scored():
    quantiles = np.tile(np.linspace(0.1, 0.9, 19), (2, 2, 1))
    actual = np.asarray([[0.5, np.nan], [0.9, 0.2]])
    rows = np.asarray([[True, True], [False, True]])
    assert score(quantiles, actual, rows) == score(quantiles[0, :1].repeat(2, 0), np.asarray([0.5, 0.2]))
    assert score(quantiles, actual).count == 3
    np.testing.assert_array_equal(reliability(quantiles, actual, rows)[[0, 2, 9, 18]], [0.0, 0.0, 1.0, 1.0])


def test_no_row_to_score_is_told_as_unknown():
    found = score(np.full((1, 19), 0.2), np.asarray([np.nan]))
    assert found.count == 0
    assert np.isnan([found.crps, found.mae, found.mape, found.mdape, found.cover80, found.cover90]).all()
    assert np.isnan(reliability(np.full((1, 19), 0.2), np.asarray([np.nan]))).all()


def test_an_actual_of_nothing_has_no_percentage_error():
    quantiles, actual = np.full((2, 19), 0.2), np.asarray([0.0, 0.25])
    np.testing.assert_allclose(absolute_percentage_error(quantiles, actual), [np.nan, 0.2])
    assert score(quantiles, actual).mape == pytest.approx(0.2)
    assert score(quantiles, actual).mae == pytest.approx(0.125)
    assert np.isnan(score(quantiles[:1], actual[:1]).mdape)


@pytest.mark.parametrize(
    ("quantiles", "rows", "message"),
    [
        (np.full((2, 18), 0.2), None, "have shape"),
        (np.full((2, 19), 0.2), np.asarray([True]), "rows have shape"),
        (np.stack([np.full(19, 0.2), np.full(19, np.nan)]), None, "not finite"),
        (np.tile(np.linspace(0.9, 0.1, 19), (2, 1)), None, "fall"),
    ],
)
def test_what_cannot_be_scored_is_refused(quantiles, rows, message):
    with pytest.raises(ValueError, match=message):
        score(quantiles, np.asarray([0.1, 0.2]), rows)


def test_a_bad_forecast_for_a_row_not_scored_does_no_harm():
    quantiles = np.stack([np.full(19, 0.2), np.full(19, np.nan)])
    assert score(quantiles, np.asarray([0.1, 0.2]), np.asarray([True, False])).count == 1
