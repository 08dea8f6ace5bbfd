"""Calibration: the market sells what was sold, and answers prices as asked for, by finite differences."""

from __future__ import annotations

import numpy as np
import pytest
from contests import markets
from hypothesis import given

from roadstead.demand.calibrate import Elasticities, calibrate
from roadstead.demand.pricing import shares_at
from roadstead.terms.errors import RoadsteadError

STEP = 1e-5


@given(markets())
def test_the_calibrated_market_sells_what_was_sold(drawn):
    assert shares_at(drawn.game, drawn.price) * drawn.scale.potential == pytest.approx(drawn.sales, rel=1e-9)
    assert drawn.share.sum() == pytest.approx(1 - drawn.scale.outside)
    assert 0 < drawn.scale.outside < 1


@given(markets())
def test_elasticities_are_those_asked_for(drawn):
    """Each own price alone, weighted by sales; then every price by one amount, over the own models' mean price."""
    game, own = drawn.game, np.flatnonzero(drawn.own)
    each = []
    for k in own:
        part = np.where(np.arange(len(drawn.price)) == k, STEP, 0.0)
        up, down = (shares_at(game, drawn.price * (1 + sign * part))[k] for sign in (1, -1))
        each.append(np.log(up / down) / (2 * STEP))
    assert np.average(each, weights=drawn.sales[own]) == pytest.approx(float(drawn.wanted.own), rel=1e-4)
    mean = np.average(drawn.price[own], weights=drawn.sales[own])
    up, down = (shares_at(game, drawn.price + sign * STEP * mean).sum() for sign in (1, -1))
    assert np.log(up / down) / (2 * STEP) == pytest.approx(float(drawn.wanted.market), rel=1e-4)


def test_rows_are_calibrated_each_on_its_own():
    sales = np.asarray([[30.0, 10.0, 100.0, 60.0], [20.0, 30.0, 400.0, 10.0]])
    price = np.asarray([[20.0, 30.0, 25.0, 22.0], [21.0, 28.0, 25.0, 22.0]])
    nest, own = np.asarray([0, 1, 0, 1]), np.asarray([True, True, False, False])
    both = calibrate(sales, price, nest, own, Elasticities(np.asarray([-4.0, -5.0]), np.asarray(-0.9), 0.4))
    for i, target in enumerate((-4.0, -5.0)):
        one = calibrate(sales[i], price[i], nest, own, Elasticities(np.asarray(target), np.asarray(-0.9), 0.4))
        assert (both.alpha[i], both.potential[i]) == pytest.approx((float(one.alpha), float(one.potential)))


@pytest.mark.parametrize(
    ("sales", "price"),
    [
        ([0.0, 9.0], [2e4, 2e4]),
        ([-5.0, 9.0], [2e4, 2e4]),
        ([10.0, 9.0], [0.0, 2e4]),
        ([float("nan"), 9.0], [2e4, 2e4]),
    ],
)
def test_what_is_no_market_is_refused(sales, price):
    own = np.asarray([True, False])
    with pytest.raises(RoadsteadError) as caught:
        calibrate(np.asarray(sales), np.asarray(price), np.asarray([0, 0]), own, Elasticities(-4.0, -0.9, 0.0))
    assert caught.value.faults[0].code == "RS-D501"


@pytest.mark.parametrize(
    ("own", "market", "rho"), [(-1.0, -1.5, 0.0), (-4.0, 0.0, 0.0), (-1.0, -1.0, 0.0), (-2.5, -1.5, 0.8)]
)
def test_a_market_answers_less_than_a_model(own, market, rho):
    mine = np.asarray([True, False])
    with pytest.raises(RoadsteadError) as caught:
        calibrate(np.asarray([1e3, 9e4]), np.full(2, 2e4), np.asarray([0, 0]), mine, Elasticities(own, market, rho))
    assert caught.value.faults[0].code == "RS-D502"
