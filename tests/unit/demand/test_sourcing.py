"""Sourcing: shares, costs and sales in levels and in changes are one model, and a second plant halves the blow."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.special import logsumexp, softmax

from roadstead.demand.parameters import parameters
from roadstead.demand.sourcing import (
    brand_hats,
    brand_shares,
    cost_index,
    duty_hats,
    index_hats,
    rivals_cost_hats,
    share_hats,
    source_shares,
)

THETA, ETA = (parameters()[name].value for name in ("sourcing_elasticity", "brand_elasticity"))
costs = st.lists(st.floats(0.2, 5.0), min_size=1, max_size=6).map(np.asarray)
thetas = st.floats(0.5, 12.0)


@st.composite
def changes(draw):
    """Costs of some sources, and what each changes by."""
    cost = draw(costs)
    hat = np.asarray(draw(st.lists(st.floats(0.5, 2.0), min_size=len(cost), max_size=len(cost))))
    return cost, hat


# --- levels ----------------------------------------------------------------------------------------------------------


@given(costs, thetas)
def test_shares_are_the_softmax_of_log_costs(cost, theta):
    found = source_shares(cost, theta)
    assert found.sum() == pytest.approx(1.0)
    assert found == pytest.approx(softmax(-theta * np.log(cost)), rel=1e-9)
    assert cost_index(cost, theta) == pytest.approx(np.exp(-logsumexp(-theta * np.log(cost)) / theta), rel=1e-9)


@given(costs, thetas, st.floats(1e-3, 1e6))
def test_cost_is_homogeneous_of_degree_one_and_shares_of_degree_zero(cost, theta, scale):
    assert cost_index(scale * cost, theta) == pytest.approx(scale * cost_index(cost, theta), rel=1e-9)
    assert source_shares(scale * cost, theta) == pytest.approx(source_shares(cost, theta), rel=1e-9)
    assert cost_index(cost, theta) <= cost.min() * (1 + 1e-12)


@given(costs, thetas, st.floats(1.0, 3.0), st.data())
def test_a_dearer_source_never_gains(cost, theta, dearer, data):
    at = data.draw(st.integers(0, len(cost) - 1))
    raised = cost.copy()
    raised[at] *= dearer
    before, after = source_shares(cost, theta), source_shares(raised, theta)
    rest = np.arange(len(cost)) != at
    assert after[at] <= before[at] * (1 + 1e-12)
    assert np.all(after[rest] >= before[rest] * (1 - 1e-12))
    assert cost_index(raised, theta) >= cost_index(cost, theta) * (1 - 1e-12)


@given(costs, thetas)
def test_a_share_is_what_a_source_weighs_in_cost(cost, theta):
    """Shephard's lemma, by finite differences."""
    step = 1e-6
    for at in range(len(cost)):
        up, down = cost.copy(), cost.copy()
        up[at] *= 1 + step
        down[at] *= 1 - step
        slope = (np.log(cost_index(up, theta)) - np.log(cost_index(down, theta))) / (np.log1p(step) - np.log1p(-step))
        assert slope == pytest.approx(source_shares(cost, theta)[at], abs=1e-7)


@given(costs, thetas)
def test_a_barred_source_is_no_source(cost, theta):
    with_barred = np.append(cost, np.inf)
    assert source_shares(with_barred, theta) == pytest.approx(np.append(source_shares(cost, theta), 0.0))
    assert cost_index(with_barred, theta) == pytest.approx(cost_index(cost, theta))


def test_a_brand_that_is_barred_everywhere_sells_nothing():
    barred = np.full(3, np.inf)
    assert np.array_equal(source_shares(barred, THETA), np.zeros(3))
    assert cost_index(barred, THETA) == np.inf
    assert brand_shares(np.asarray([np.inf, 2.0]), np.ones(2), ETA) == pytest.approx([0.0, 1.0])


def test_extreme_costs_neither_overflow_nor_vanish():
    cost = np.asarray([1e-200, 1e200])
    assert source_shares(cost, 10.0) == pytest.approx([1.0, 0.0])
    assert cost_index(cost, 10.0) == pytest.approx(1e-200)


# --- changes ---------------------------------------------------------------------------------------------------------


@given(changes(), thetas)
def test_changes_are_the_ratio_of_levels(change, theta):
    cost, hat = change
    share = source_shares(cost, theta)
    assert index_hats(share, hat, theta) == pytest.approx(cost_index(cost * hat, theta) / cost_index(cost, theta))
    assert share * share_hats(share, hat, theta) == pytest.approx(source_shares(cost * hat, theta))


@given(costs, thetas)
def test_nothing_changes_where_nothing_changes(cost, theta):
    share = source_shares(cost, theta)
    assert index_hats(share, np.ones_like(cost), theta) == pytest.approx(1.0, abs=1e-14)
    assert share_hats(share, np.ones_like(cost), theta) == pytest.approx(1.0, abs=1e-12)
    assert brand_hats(share, np.ones_like(share), ETA) == pytest.approx(1.0, abs=1e-14)
    assert np.array_equal(duty_hats(share, share, 0.5), np.ones_like(share))


@given(changes(), st.floats(0.5, 8.0), st.lists(st.floats(0.3, 3.0), min_size=6, max_size=6))
def test_sales_of_brands_change_as_their_levels_do(change, eta, appeals):
    cost, hat = change
    appeal = np.asarray(appeals[: len(cost)])
    before, after = (brand_shares(c, appeal, eta) for c in (cost, cost * hat))
    assert before * brand_hats(before, hat, eta) == pytest.approx(after)


def test_a_source_that_is_closed_to_a_brand():
    share, hat = np.asarray([0.6, 0.4]), np.asarray([np.inf, 1.0])
    assert index_hats(share, hat, THETA) == pytest.approx(0.4 ** (-1 / THETA))
    assert share * share_hats(share, hat, THETA) == pytest.approx([0.0, 1.0])
    alone = np.asarray([1.0, 0.0])
    assert index_hats(alone, hat, THETA) == np.inf
    assert np.array_equal(share_hats(alone, hat, THETA), np.zeros(2))


def test_batches_broadcast_and_elasticities_may_be_drawn():
    rng = np.random.default_rng(0)
    share = source_shares(rng.uniform(1, 2, (3, 4, 5)), THETA)  # market, brand, source
    hat = rng.uniform(0.8, 1.4, (7, 3, 1, 5))  # draw, market, any brand, source
    theta = rng.uniform(5, 10, (7, 1, 1))
    whole, shares = index_hats(share, hat, theta), share_hats(share, hat, theta)
    assert whole.shape == (7, 3, 4)
    assert shares.shape == (7, 3, 4, 5)
    for d, m, b in [(0, 0, 0), (6, 2, 3), (3, 1, 2)]:
        one = share[m, b], hat[d, m, 0], float(theta[d, 0, 0])
        assert whole[d, m, b] == pytest.approx(index_hats(*one))
        assert shares[d, m, b] == pytest.approx(share_hats(*one))


# --- a duty on one source --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("from_there", "brand", "source"), [(1.0, -0.547, -0.547), (0.6, -0.277, -0.715), (0.3, -0.128, -0.763)]
)
def test_a_second_plant_halves_the_blow(from_there, brand, source):
    """A duty that rises from 10 to 35 %: sales of a brand that is small, and what it sends from the place hit."""
    share = np.asarray([from_there, 1.0 - from_there])
    hat = duty_hats(np.asarray([0.10, 0.0]), np.asarray([0.35, 0.0]), 1.0)
    cost = index_hats(share, hat, THETA)
    small = np.asarray([1e-12, 1.0 - 1e-12])
    sales = brand_hats(small, np.asarray([cost, 1.0]), ETA)[0]
    assert sales - 1 == pytest.approx(brand, abs=5e-4)
    assert sales * share_hats(share, hat, THETA)[0] - 1 == pytest.approx(source, abs=5e-4)


@given(st.floats(0.0, 1.0), st.floats(0.0, 0.5), st.floats(0.0, 1.0), st.floats(0.1, 1.0), thetas)
def test_rivals_with_other_plants_pay_less(share, before, more, dutiable, theta):
    """Between nothing and the whole duty, and less than the mean of their sources' rises would say."""
    duty_before, duty_after = np.asarray([before, 0.1]), np.asarray([before + more, 0.1])
    sources = np.asarray([[1.0, 0.0], [share, 1.0 - share], [0.0, 1.0]])
    alone, split, away = rivals_cost_hats(sources, duty_before, duty_after, dutiable, theta)
    assert alone == pytest.approx(float(duty_hats(duty_before, duty_after, dutiable)[0]))
    assert away == pytest.approx(1.0)
    assert 1.0 - 1e-12 <= split <= alone + 1e-12
    assert split <= share * alone + (1.0 - share) + 1e-9


@given(st.floats(0.05, 0.95), st.floats(0.05, 1.0))
def test_who_shifts_more_easily_pays_less(share, more):
    """And who hardly shifts pays the geometric mean of what his sources pay."""
    assume(more > 0.05)
    sources, zero = np.asarray([[share, 1.0 - share]]), np.zeros(2)
    duty = np.asarray([more, 0.0])
    paid = [float(rivals_cost_hats(sources, zero, duty, 1.0, theta)[0]) for theta in (1e-6, 1.0, 5.0, 10.0)]
    assert paid == sorted(paid, reverse=True)
    assert paid[0] == pytest.approx((1.0 + more) ** share, rel=1e-5)
