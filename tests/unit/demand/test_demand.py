"""Demand: logit shares and their inverse, revenue split exactly, segments below the curve, elasticities as asked for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from roadstead.demand import choice, response
from roadstead.demand.calibrate import calibrate
from roadstead.demand.parameters import parameters
from roadstead.terms.errors import RoadsteadError

sizes = st.integers(1, 6)


@st.composite
def markets(draw):
    """Cars sold, the firm's sales and prices, and two elasticities in their order."""
    count = draw(sizes)
    cars = draw(st.floats(5e4, 2e7))
    held = draw(st.floats(0.001, 0.6))
    parts = np.asarray(draw(st.lists(st.floats(0.05, 1.0), min_size=count, max_size=count)))
    sales = cars * held * parts / parts.sum()
    price = np.asarray(draw(st.lists(st.floats(8_000, 90_000), min_size=count, max_size=count)))
    own, market = draw(st.floats(-6, -2)), draw(st.floats(-1.5, -0.4))
    return cars, sales, price, own, market


def shares_at(market, price, rivals=1.0):
    return choice.shares(market.appeal, price, np.asarray(market.alpha), np.asarray(market.rivals * rivals))


# --- shares and prices -----------------------------------------------------------------------------------------------


@given(markets(), st.floats(0.7, 1.4), st.floats(0.2, 3.0))
def test_prices_invert_shares(given_market, dearer, rivals):
    cars, sales, price, own, elastic = given_market
    market = calibrate(cars, sales, price, own, elastic)
    alpha, outside = np.asarray(market.alpha), np.asarray(market.rivals * rivals)
    share = choice.shares(market.appeal, price * dearer, alpha, outside)
    assert choice.prices(market.appeal, share, alpha, outside) == pytest.approx(price * dearer, rel=1e-8)
    assert np.all(share > 0)
    assert share.sum() < 1


@given(markets(), st.floats(0.1, 1.6))
def test_revenue_splits_exactly_into_own_and_group_terms(given_market, scale):
    """(D.3): what is sold times what it sells for, whatever the volumes."""
    cars, sales, price, own, elastic = given_market
    market = calibrate(cars, sales, price, own, elastic)
    share = np.minimum(sales / market.potential * scale, 0.9 / len(sales))
    alpha, rivals = np.asarray(market.alpha), np.asarray(market.rivals)
    revenue = float((share * choice.prices(market.appeal, share, alpha, rivals)).sum())
    split = float(choice.own_term(market.appeal, share, alpha).sum() + choice.group_term(share.sum(), alpha, rivals))
    assert split == pytest.approx(revenue, rel=1e-9, abs=1e-9 * float(price.max()))


def test_batches_are_worked_out_row_by_row():
    rng = np.random.default_rng(0)
    appeal, price = rng.normal(0, 1, (5, 3)), rng.uniform(1, 2, (5, 3))
    alpha, rivals = rng.uniform(1, 3, 5), rng.uniform(0.5, 4, 5)
    batch = choice.shares(appeal, price, alpha, rivals)
    for i in range(5):
        assert choice.shares(appeal[i], price[i], alpha[i : i + 1][0], rivals[i]) == pytest.approx(batch[i])


def test_nothing_sold_earns_nothing():
    assert choice.own_term(np.asarray([2.0]), np.asarray([0.0]), np.asarray(1.0)) == 0.0
    assert choice.group_term(np.asarray(0.0), np.asarray(1.0), np.asarray(3.0)) == 0.0


@given(markets(), st.floats(1.0, 5_000.0))
def test_a_dearer_model_sells_less_and_its_sisters_more(given_market, more):
    cars, sales, price, own, elastic = given_market
    market = calibrate(cars, sales, price, own, elastic)
    before = shares_at(market, price)
    raised = price.copy()
    raised[0] += more
    after = shares_at(market, raised)
    assert after[0] < before[0]
    assert np.all(after[1:] >= before[1:])


# --- calibration -----------------------------------------------------------------------------------------------------


@given(markets())
def test_the_calibrated_market_sells_what_was_sold(given_market):
    cars, sales, price, own, elastic = given_market
    market = calibrate(cars, sales, price, own, elastic)
    share = shares_at(market, price)
    assert share * market.potential == pytest.approx(sales, rel=1e-9)
    nobody = 1.0 / (1.0 + market.rivals + np.exp(market.appeal - market.alpha * price).sum())
    assert nobody == pytest.approx(market.outside, rel=1e-9)
    assert market.potential * (1.0 - nobody) == pytest.approx(cars, rel=1e-9)
    assert 0.0 < market.outside < 1.0


@given(markets())
def test_elasticities_are_those_asked_for(given_market):
    """By finite differences: each model's price alone, weighted by sales; then every price by one amount."""
    cars, sales, price, own, elastic = given_market
    market = calibrate(cars, sales, price, own, elastic)
    step = 1e-5
    each = []
    for k in range(len(sales)):
        up, down = price.copy(), price.copy()
        up[k] *= 1 + step
        down[k] *= 1 - step
        each.append((np.log(shares_at(market, up)[k]) - np.log(shares_at(market, down)[k])) / (2 * step))
    assert np.average(each, weights=sales) == pytest.approx(own, rel=1e-4)

    def all_cars(change):
        """Rivals move their prices by the same amount."""
        attraction = np.exp(market.appeal - market.alpha * (price + change)).sum() + market.rivals * np.exp(
            -market.alpha * change
        )
        return attraction / (1 + attraction)

    mean = np.average(price, weights=sales)
    found = (np.log(all_cars(step * mean)) - np.log(all_cars(-step * mean))) / (2 * step)
    assert found == pytest.approx(elastic, rel=1e-4)


@pytest.mark.parametrize(
    ("sales", "price", "cars"),
    [
        ([0.0], [20_000.0], 1e5),
        ([-5.0], [20_000.0], 1e5),
        ([10.0], [0.0], 1e5),
        ([2e5], [20_000.0], 1e5),
        ([float("nan")], [2e4], 1e5),
    ],
)
def test_what_is_no_market_is_refused(sales, price, cars):
    with pytest.raises(RoadsteadError) as caught:
        calibrate(cars, np.asarray(sales), np.asarray(price), -4.0, -0.9)
    assert caught.value.faults[0].code == "RS-D501"


@pytest.mark.parametrize(("own", "market"), [(-1.0, -1.5), (-4.0, 0.0), (-1.0, -1.0)])
def test_a_market_answers_less_than_a_model(own, market):
    with pytest.raises(RoadsteadError) as caught:
        calibrate(1e5, np.asarray([1e3]), np.asarray([2e4]), own, market)
    assert caught.value.faults[0].code == "RS-D502"


# --- segments --------------------------------------------------------------------------------------------------------

CASE = (1_500_000.0, np.asarray([30_000.0, 18_000.0, 9_000.0]), np.asarray([24_000.0, 33_000.0, 47_000.0]), -4.0, -0.9)


def earned_along(width, price):
    """Break points, and money earned at each along the segments."""
    return np.concatenate([[0.0], np.cumsum(width)]), np.concatenate([[0.0], np.cumsum(width * price)])


@given(markets(), st.floats(0.3, 1.5), st.floats(0.4, 0.9))
def test_segments_are_concave_and_scale_with_what_is_kept(given_market, rivals, kept):
    cars, sales, price, own, elastic = given_market
    market = calibrate(cars, sales, price, own, elastic)
    whole = response.respond(market, sales, price, rivals, 1.0)
    part = response.respond(market, sales, price, rivals, kept)
    assert np.all(np.diff(whole.price, axis=1) < 0)
    assert np.all(np.diff(whole.group_price) < 0)
    assert np.all(whole.width > 0)
    assert np.all(whole.group_width > 0)
    assert part.price == pytest.approx(whole.price * kept)
    assert part.group_price == pytest.approx(whole.group_price * kept)
    assert part.width == pytest.approx(whole.width)


def money_of(market, sales, price, scale):
    """Money of all cars at a multiple of the reference volumes: by (D.3), and by the segments."""
    found = response.respond(market, sales, price, 1.0, 1.0)
    share = sales / market.potential * scale
    at = choice.prices(market.appeal, share, np.asarray(market.alpha), np.asarray(market.rivals))
    exact = float((share * at).sum()) * market.potential
    chords = float((share * price).sum()) * market.potential
    cells = zip(found.width, found.price, share, strict=True)
    for width, unit, sold in [*cells, (found.group_width, found.group_price, share.sum())]:
        points, earned = earned_along(width, unit)
        chords += float(np.interp(sold * market.potential, points, earned))
    return exact, chords


@given(markets(), st.floats(0.02, 1.0))
def test_segments_lie_below_the_curve_and_close_to_it(given_market, part):
    """Never more than (D.3), and short of it by a small part of what the reference earns; less so the more elastic."""
    cars, sales, price, own, elastic = given_market
    assume(sales.sum() <= 0.3 * cars)  # who sells half of a market bends the group's curve too much for five chords
    market = calibrate(cars, sales, price, own, elastic)
    whole = response.respond(market, sales, price, 1.0, 1.0).group_width.sum() / sales.sum()
    exact, chords = money_of(market, sales, price, 0.999 * part * whole)
    reference = float((sales * price).sum())
    assert chords <= exact + 1e-9 * reference
    assert exact - chords <= 0.1 / abs(own) * reference


def test_error_of_the_segments_at_the_packaged_elasticities():
    """At most 1.4 % of reference revenue, at a twentieth of the volume; 1 % of the money itself from a third on."""
    _, sales, price, *_ = CASE
    market = calibrate(*CASE)
    scales = np.linspace(0.02, 1.75, 150)
    money = np.asarray([money_of(market, sales, price, scale) for scale in scales])
    gap = money[:, 0] - money[:, 1]
    reference = float((sales * price).sum())
    assert gap.max() <= 0.014 * reference
    assert (gap / money[:, 0])[scales >= 0.3].max() <= 0.01
    exact, chords = money_of(market, sales, price, 1.0)
    assert exact - chords <= 0.0025 * reference


def test_break_points_meet_the_curve():
    _, sales, price, *_ = CASE
    market = calibrate(*CASE)
    found = response.respond(market, sales, price, 1.0, 1.0)
    alpha = np.asarray(market.alpha)
    for k in range(len(sales)):
        points, money = earned_along(found.width[k], found.price[k])
        appeal = market.appeal[k] - market.alpha * price[k]
        exact = choice.own_term(appeal, points / market.potential, alpha) * market.potential
        assert money == pytest.approx(exact, rel=1e-9)
    points, money = earned_along(found.group_width, found.group_price)
    assert money == pytest.approx(
        choice.group_term(points / market.potential, alpha, np.asarray(market.rivals)) * market.potential, rel=1e-9
    )


def test_weaker_rivals_leave_more_to_earn():
    market = calibrate(*CASE)
    _, sales, price, *_ = CASE
    weak, strong = (response.respond(market, sales, price, change, 1.0) for change in (0.5, 2.0))
    assert np.all(weak.group_price > strong.group_price)
    assert weak.price == pytest.approx(strong.price)


# --- parameters ------------------------------------------------------------------------------------------------------


def test_parameters_stand_in_their_range_and_say_where_from():
    found = parameters()
    assert found.keys() >= {"own_elasticity", "market_elasticity", "pass_through"}
    for parameter in found.values():
        assert parameter.low <= parameter.value <= parameter.high
        assert parameter.evidence.source_id
        assert parameter.evidence.note
