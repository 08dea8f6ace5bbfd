"""Quantiles over futures: numpy's inverse of a weighted distribution function is the oracle."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadstead.playbook.quantiles import HIGH, LOW, MIDDLE, quantile

FUTURES = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 9)), min_size=1, max_size=12).filter(
    lambda rows: any(weight for _, weight in rows)
)


@given(FUTURES, st.sampled_from([LOW, 0.25, MIDDLE, HIGH]))
def test_it_is_the_inverse_of_the_distribution_function(rows: list[tuple[int, int]], level: float):
    value, weight = (np.asarray(column, dtype=float) for column in zip(*rows, strict=True))
    weight /= weight.sum()
    found = quantile(value, weight, level)
    expected = np.quantile(value, level, method="inverted_cdf", weights=weight)
    at_most, below = weight[value <= found].sum(), weight[value < found].sum()
    assert at_most >= level - 1e-9 > below - 1e-9
    # numpy rounds the other way where a sum of probabilities just meets the level.
    assert found == expected or abs(at_most - level) < 1e-9


@given(FUTURES)
def test_levels_are_in_order_and_met_in_some_future(rows: list[tuple[int, int]]):
    value, weight = (np.asarray(column, dtype=float) for column in zip(*rows, strict=True))
    weight /= weight.sum()
    low, middle, high = (quantile(value, weight, level) for level in (LOW, MIDDLE, HIGH))
    assert low <= middle <= high
    assert {float(low), float(middle), float(high)} <= set(value[weight > 0].tolist())


def test_other_axes_stay_and_the_impossible_does_not_count():
    value = np.asarray([[[9.0, 1.0]], [[1.0, 2.0]], [[2.0, 3.0]]])
    weight = np.asarray([0.0, 0.1, 0.9])
    assert quantile(value, weight, LOW).tolist() == [[1.0, 2.0]]
    assert quantile(value, weight, HIGH).tolist() == [[2.0, 3.0]]


def test_a_sum_of_probabilities_that_just_meets_a_level_meets_it():
    weight = np.asarray([0.1, 0.2, 0.7])
    assert 0.1 + 0.2 > 0.3  # what a computer makes of it
    assert quantile(np.asarray([1.0, 2.0, 3.0]), weight, 0.3) == 2.0
    assert quantile(np.asarray([3.0, 2.0, 1.0]), weight, 0.7) == pytest.approx(1.0)
