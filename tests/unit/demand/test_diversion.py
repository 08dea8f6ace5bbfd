"""Diversion against its linear form, a general solver, and cases that can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import integrate, optimize

from roadstead.demand.diversion import (
    BLOCK,
    Elasticities,
    Flows,
    equilibrium,
    sales_shares,
    spending_shares,
)
from roadstead.demand.gains import gains, shift
from roadstead.terms.errors import RoadsteadError


def trade(seed: int, size: int, duty: float = 0.1, *, home: bool = True) -> Flows:
    """Random trade of some places with each other; most cars stay at home."""
    rng = np.random.default_rng(seed)
    units = rng.lognormal(3.0, 1.0, (size, size))
    is_home = np.eye(size, dtype=bool) if home else np.zeros((size, size), dtype=bool)
    units = np.where(np.eye(size, dtype=bool), units * 10, units)
    duties = np.where(is_home, 0.0, duty)
    return Flows(units, 20_000.0 / (1.0 + duties), duties, is_home)


def answers(sigma: float = 5.0, eta: float = -0.9, epsilon: float = 10.0) -> Elasticities:
    return Elasticities(np.asarray(sigma), np.asarray(eta), np.asarray(epsilon))


def raised(flows: Flows, exporter: int, importer: int, points: float) -> np.ndarray:
    duty = flows.duty.copy()
    duty[exporter, importer] += points
    return duty


def gsim(flows: Flows, duty: np.ndarray, given: Elasticities) -> np.ndarray:
    """Log change of cars by the linear model of Francois & Hall (2003): one system in exporters' prices."""
    theta, phi = spending_shares(flows), sales_shares(flows)
    sigma, eta, epsilon = given.substitution, given.demand, given.supply
    wedge = np.where(flows.is_home, 0.0, np.log((1.0 + duty) / (1.0 + flows.duty)))
    size = len(theta)
    # epsilon p_i = SUM_j phi_ij [-sigma (p_i + t_ij) + (sigma + eta) SUM_r theta_rj (p_r + t_rj)]
    system = (epsilon + sigma) * np.eye(size) - (sigma + eta) * phi @ theta.T
    right = (phi * (-sigma * wedge + (sigma + eta) * (theta * wedge).sum(axis=0))).sum(axis=1)
    price = np.linalg.solve(system, right)
    paid = price[:, None] + wedge
    return np.asarray(-sigma * paid + (sigma + eta) * (theta * paid).sum(axis=0))


@pytest.mark.parametrize("seed", range(5))
def test_a_point_of_duty_does_what_the_linear_model_says(seed: int):
    flows, given = trade(seed, 6), answers(5.0, -1.25, 1.5)
    duty = raised(flows, 1, 0, 0.01)
    found = equilibrium(flows, duty, given)
    linear = gsim(flows, duty, given)
    assert found.quantity[1, 0] - 1.0 == pytest.approx(linear[1, 0], rel=0.03)
    assert found.quantity - 1.0 == pytest.approx(linear, rel=0.03, abs=1e-5)


def test_a_large_duty_does_not():
    """The reason for the exact form: at 25 points the linear one takes away more cars than there are."""
    flows, given = trade(0, 6), answers(5.0, -1.25, 1.5)
    duty = raised(flows, 1, 0, 0.5)
    assert 1.0 + gsim(flows, duty, given)[1, 0] < 0.0 < equilibrium(flows, duty, given).quantity[1, 0]


def test_a_general_solver_finds_the_same_prices():
    flows, given = trade(3, 5), answers(4.0, -0.7, 2.0)
    duty = raised(flows, 2, 1, 0.4)
    wedge = np.where(flows.is_home, 1.0, (1.0 + duty) / (1.0 + flows.duty))
    theta, phi = spending_shares(flows), sales_shares(flows)

    def unsold(logarithm: np.ndarray) -> np.ndarray:
        price = np.exp(logarithm)
        paid = price[:, None] * wedge
        index = (theta * paid**-3.0).sum(axis=0) ** (-1.0 / 3.0)
        sold = (phi * (paid / index) ** -4.0 * index**-0.7).sum(axis=1)
        return np.asarray(np.log(sold) - 2.0 * logarithm)

    root = optimize.root(unsold, np.zeros(5), tol=1e-13)
    assert root.success
    assert equilibrium(flows, duty, given).price == pytest.approx(np.exp(root.x), rel=1e-9)


@pytest.mark.parametrize(("eta", "epsilon", "tau"), [(-0.9, 10.0, 1.25), (-1.0, 1.5, 1.1), (-1.5, 30.0, 0.9)])
def test_one_duty_on_every_car_diverts_nothing(eta: float, epsilon: float, tau: float):
    """By hand: no exporter gains on another, so p^epsilon = (p tau)^eta wherever the cars go."""
    flows = trade(1, 4, 0.0, home=False)
    found = equilibrium(flows, np.full((4, 4), tau - 1.0), answers(5.0, eta, epsilon))
    price = tau ** (eta / (epsilon - eta))
    assert found.price == pytest.approx(np.full(4, price), rel=1e-9)
    assert found.index == pytest.approx(np.full(4, price * tau), rel=1e-9)
    assert found.quantity == pytest.approx(np.full((4, 4), (price * tau) ** eta), rel=1e-9)


def test_one_exporter_into_one_market_by_hand():
    flows = Flows(np.asarray([[100.0]]), np.asarray([[1.0]]), np.asarray([[0.0]]), np.asarray([[False]]))
    found = equilibrium(flows, np.asarray([[0.25]]), answers(5.0, -2.0, 2.0))
    worth = gains(flows, np.asarray([[0.25]]), answers(5.0, -2.0, 2.0), found)
    # p^2 = (1.25 p)^-2, so p = 1.25^-1/2; buyers pay 1.25^1/2 and take 1/1.25 of the cars
    assert found.price[0] == pytest.approx(1.25**-0.5)
    assert found.quantity[0, 0] == pytest.approx(0.8)
    assert worth.revenue[0] == pytest.approx(0.25 * 1.25**-0.5 * 80.0)
    assert worth.consumers[0] == pytest.approx(100.0 * (1.25**-0.5 - 1.0))
    assert worth.producers[0] == pytest.approx(100.0 * (1.25**-1.5 - 1.0) / 3.0)


def test_no_change_is_exactly_none():
    flows = trade(2, 7)
    found = equilibrium(flows, flows.duty, answers())
    for hats in (found.price, found.index, found.quantity):
        assert np.all(hats == 1.0)
    worth = gains(flows, flows.duty, answers(), found)
    assert not worth.consumers.any()
    assert not worth.producers.any()
    assert worth.revenue == pytest.approx(worth.revenue_before, rel=1e-14)


def test_a_duty_on_own_cars_is_ignored():
    flows = trade(2, 4)
    duty = flows.duty + 0.5 * np.eye(4)
    found = equilibrium(flows, duty, answers())
    assert np.all(found.quantity == 1.0)
    worth = gains(flows, duty, answers(), found)
    assert worth.revenue == pytest.approx(worth.revenue_before, rel=1e-14)


def test_markets_clear_and_nothing_depends_on_who_else_is_asked():
    flows = trade(4, 12)
    rng = np.random.default_rng(0)
    count = 2 * BLOCK + 3
    duty = flows.duty + np.where(flows.is_home, 0.0, rng.uniform(0.0, 0.6, (count, 12, 12)))
    given = Elasticities(rng.uniform(2.0, 9.0, count), rng.uniform(-1.5, -0.3, count), rng.uniform(1.0, 30.0, count))
    found = equilibrium(flows, duty, given)
    made = (sales_shares(flows) * found.quantity).sum(axis=2)
    assert made == pytest.approx(found.price ** given.supply[:, None], rel=1e-8)
    assert found.residual.max() <= 1e-9
    one = count - 1
    alone = equilibrium(flows, duty[one], Elasticities(given.substitution[one], given.demand[one], given.supply[one]))
    assert found.quantity[one] == pytest.approx(alone.quantity, rel=1e-9)


def test_what_is_zero_stays_zero():
    flows = trade(5, 5)
    units = flows.units.copy()
    units[2], units[:, 3] = 0.0, 0.0
    empty = Flows(units, flows.price, flows.duty, flows.is_home)
    found = equilibrium(empty, raised(empty, 1, 0, 0.3), answers())
    assert found.price[2] == 1.0
    assert found.index[3] == 1.0
    assert np.all(found.quantity[units == 0.0] == 1.0)
    without = Flows(
        *(np.delete(np.delete(part, 2, 0), 3, 1) for part in (units, flows.price, flows.duty, flows.is_home))
    )
    duty = np.delete(np.delete(raised(empty, 1, 0, 0.3), 2, 0), 3, 1)
    left = np.delete(np.delete(found.quantity, 2, 0), 3, 1)
    assert left == pytest.approx(equilibrium(without, duty, answers()).quantity, rel=1e-9)


def test_surplus_is_the_area_beside_the_curve():
    flows, given = trade(6, 4), answers(5.0, -0.6, 3.0)
    duty = raised(flows, 1, 0, 0.3)
    found = equilibrium(flows, duty, given)
    worth = gains(flows, duty, given, found)
    spent = (flows.units * flows.price * (1.0 + flows.duty)).sum(axis=0)[0]
    area = integrate.quad(lambda price: spent * price**-0.6, 1.0, found.index[0])[0]
    assert worth.consumers[0] == pytest.approx(-area, rel=1e-9)
    earned = (flows.units * flows.price).sum(axis=1)[1]
    area = integrate.quad(lambda price: earned * price**3.0, 1.0, found.price[1])[0]
    assert worth.producers[1] == pytest.approx(area, rel=1e-9)


def test_an_elasticity_of_one_is_the_limit_of_its_neighbours():
    flows = trade(6, 4)
    duty = raised(flows, 1, 0, 0.3)
    lost = []
    for eta in (-1.0 - 1e-6, -1.0, -1.0 + 1e-6):
        given = answers(5.0, eta, 3.0)
        lost.append(gains(flows, duty, given, equilibrium(flows, duty, given)).consumers[0])
    assert lost[1] == pytest.approx((lost[0] + lost[2]) / 2.0, rel=1e-9)


cases = st.tuples(
    st.integers(0, 10_000),
    st.integers(2, 6),
    st.floats(0.01, 1.0),
    st.floats(1.6, 12.0),
    st.floats(-1.5, -0.2),
    st.floats(0.5, 40.0),
)


@settings(max_examples=60, deadline=None)
@example((1759, 2, 0.015625, 2.0, -1.0, 0.5))
@given(cases)
def test_who_is_hit_never_gains_and_buyers_never_do(case: tuple[int, int, float, float, float, float]):
    seed, size, points, sigma, eta, epsilon = case
    flows, given_answers = trade(seed, size, 0.0), answers(sigma, eta, epsilon)
    duty = raised(flows, 1, 0, points)
    found = equilibrium(flows, duty, given_answers)
    assert found.quantity[1, 0] < 1.0
    assert found.price[1] <= 1.0
    assert found.index[0] >= 1.0
    assert np.all(found.quantity[np.arange(size) != 1, 0] > found.quantity[1, 0])
    worth = gains(flows, duty, given_answers, found)
    assert worth.consumers[0] <= 0.0
    assert worth.producers[1] <= 0.0
    # Others gain where they are bought instead, and lose where what is diverted meets them: either sign, that of their price.
    assert np.all((worth.producers >= 0.0) == (found.price >= 1.0))
    # Without duties nobody can gain but from somebody who loses more.
    total = worth.consumers.sum() + worth.producers.sum() + worth.revenue.sum()
    assert total <= 1e-7 * (flows.units * flows.price).sum()


@settings(max_examples=30, deadline=None)
@given(cases)
def test_every_car_lost_is_accounted_for(case: tuple[int, int, float, float, float, float]):
    seed, size, points, sigma, eta, epsilon = case
    flows = trade(seed, size)
    found = equilibrium(flows, raised(flows, 1, 0, points), answers(sigma, eta, epsilon))
    hit, here = np.arange(size) == 1, np.arange(size) == 0
    went = shift(flows, hit, here, found)
    assert went.hit + went.home + went.others == pytest.approx(went.market, rel=1e-9, abs=1e-9)
    assert went.diverted == pytest.approx(-went.others / went.hit)
    made = (flows.units * found.quantity).sum(axis=1)
    assert made == pytest.approx(flows.units.sum(axis=1) * found.price**epsilon, rel=1e-8)


@settings(max_examples=30, deadline=None)
@given(cases, st.floats(0.1, 1000.0))
def test_only_shares_matter(case: tuple[int, int, float, float, float, float], factor: float):
    seed, size, points, sigma, eta, epsilon = case
    flows = trade(seed, size)
    larger = Flows(flows.units * factor, flows.price * factor, flows.duty, flows.is_home)
    duty = raised(flows, 1, 0, points)
    once, again = (equilibrium(one, duty, answers(sigma, eta, epsilon)) for one in (flows, larger))
    assert once.quantity == pytest.approx(again.quantity, rel=1e-9)


@pytest.mark.parametrize(
    ("sigma", "eta", "epsilon"),
    [(1.0, -0.9, 10.0), (5.0, 0.1, 10.0), (5.0, -6.0, 10.0), (5.0, -0.9, 0.0), (np.nan, -1.0, 1.0)],
)
def test_elasticities_that_make_no_market_are_refused(sigma: float, eta: float, epsilon: float):
    flows = trade(0, 3)
    with pytest.raises(RoadsteadError) as caught:
        equilibrium(flows, flows.duty, answers(sigma, eta, epsilon))
    assert {fault.code for fault in caught.value.faults} == {"RS-D542"}


@pytest.mark.parametrize(("name", "value"), [("units", -1.0), ("units", np.nan), ("price", 0.0), ("duty", -1.5)])
def test_a_bad_cell_is_refused_where_it_stands(name: str, value: float):
    flows = trade(0, 3)
    values = getattr(flows, name).copy()
    values[2, 1] = value
    parts = {part: getattr(flows, part) for part in ("units", "price", "duty", "is_home")} | {name: values}
    with pytest.raises(RoadsteadError) as caught:
        equilibrium(Flows(**parts), flows.duty, answers())
    assert [(fault.code, fault.where) for fault in caught.value.faults] == [("RS-D541", f"{name}[2, 1]")]


def test_a_missing_new_duty_is_refused():
    flows = trade(0, 3)
    with pytest.raises(RoadsteadError, match="RS-D541"):
        equilibrium(flows, raised(flows, 1, 0, np.nan), answers())


def test_markets_that_do_not_clear_are_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("roadstead.demand.diversion.MOST_ROUNDS", 2)
    flows = trade(0, 3)
    with pytest.raises(RoadsteadError, match="RS-D543"):
        equilibrium(flows, raised(flows, 1, 0, 0.5), answers())
