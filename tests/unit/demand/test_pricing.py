"""Bertrand prices: pyblp on its own automobile data, the closed form of type aggregation, and what must hold of any market."""

from __future__ import annotations

import csv
import warnings
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from contests import markets
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from roadstead.demand import Products, equilibrium_prices, settle_products
from roadstead.demand.choice import price_slopes, totals, within
from roadstead.demand.pricing import (
    Bounds,
    Competition,
    competition_at,
    implied_costs,
    partial_cost,
    settle_prices,
)

ALPHA = {0.0: 0.38072, 0.5: 0.19378}
"""Price coefficients at which every car of pyblp's automobile data in 1990 has a positive cost."""


# --- pyblp as the oracle ---------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def automobiles() -> dict[str, np.ndarray]:
    """Berry, Levinsohn & Pakes's cars as pyblp ships them: 2,217 in 20 years."""
    import pyblp

    with Path(pyblp.data.BLP_PRODUCTS_LOCATION).open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    words = {"market_ids", "clustering_ids", "car_ids", "firm_ids", "region"}
    return {name: np.asarray([row[name] for row in rows], dtype=str if name in words else float) for name in rows[0]}


@lru_cache(maxsize=2)
def by_pyblp(rho: float):
    """pyblp's model of the cars at a given price coefficient and correlation within a region; nothing is estimated."""
    import pyblp

    pyblp.options.verbose = False
    data = dict(automobiles())
    if rho:
        data["nesting_ids"] = data["region"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        problem = pyblp.Problem(pyblp.Formulation("1 + hpwt + air + mpd + space + prices"), data)
        given_rho = {"rho": rho} if rho else {}
        beta = [None] * 5 + [-ALPHA[rho]]
        return problem.solve(
            beta=beta, optimization=pyblp.Optimization("return"), method="1s", check_optimality="gradient", **given_rho
        )


def ours(rho: float, rows: np.ndarray, cost: np.ndarray):
    d = automobiles()
    products = Products(
        price=d["prices"][rows],
        share=d["shares"][rows],
        firm=d["firm_ids"][rows].tolist(),
        nest=d["region"][rows].tolist(),
        alpha=ALPHA[rho],
        rho=rho,
        market=d["market_ids"][rows].tolist(),
    )
    return settle_products(products, cost[..., rows])


@pytest.mark.parametrize("rho", [0.0, 0.5])
def test_dearer_imports_of_1990_as_pyblp_prices_them(rho: float):
    """A quarter on the cost of every car that is not American; prices and shares to nine digits."""
    d, model = automobiles(), by_pyblp(rho)
    rows = np.flatnonzero(d["market_ids"] == "1990")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cost = model.compute_costs(market_id="1990")[:, 0] * np.where(d["region"][rows] == "US", 1.0, 1.25)
        price = model.compute_prices(market_id="1990", costs=cost)[:, 0]
        share = model.compute_shares(market_id="1990", prices=price)[:, 0]
    everywhere = np.zeros(len(d["prices"]))
    everywhere[rows] = cost
    found = ours(rho, rows, everywhere)
    assert found.prices == pytest.approx(price, abs=1e-9)
    assert found.shares == pytest.approx(share, abs=1e-12)
    japanese = d["region"][rows] == "JP"
    assert d["shares"][rows][japanese].sum() == pytest.approx(0.025401, abs=1e-6)
    assert found.shares[japanese].sum() == pytest.approx({0.0: 0.014742, 0.5: 0.019551}[rho], abs=1e-6)


def test_all_years_at_once_as_pyblp_prices_them():
    """Twenty markets of different length in one call, two scenarios."""
    d, model = automobiles(), by_pyblp(0.5)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        costs = model.compute_costs()[:, 0]
        own = np.flatnonzero(np.asarray([costs[d["market_ids"] == m].min() > 0 for m in d["market_ids"]]))
        dearer = np.where(d["region"] == "EU", 1.1, 1.0) * costs
        expected = model.compute_prices(costs=dearer[:, None])[:, 0]
    found = ours(0.5, own, np.stack([costs, dearer]))
    assert len(set(d["market_ids"][own])) >= 10
    assert found.prices[0] == pytest.approx(d["prices"][own], abs=1e-9)
    assert found.prices[1] == pytest.approx(expected[own], abs=1e-9)


# --- what must hold --------------------------------------------------------------------------------------------------


@given(markets())
def test_costs_that_explain_the_prices_lead_back_to_them(drawn):
    found = settle_prices(drawn.game, drawn.cost)
    assert found.price == pytest.approx(drawn.price, rel=1e-9)
    assert found.share == pytest.approx(drawn.share, rel=1e-7)


@given(markets(), st.floats(0.0, 0.3))
def test_no_firm_would_move_a_price(drawn, dearer):
    """The first-order conditions with the slopes of demand: q_j plus the sum of m_k dq_k/dp_j is nothing."""
    cost = drawn.cost + dearer * drawn.price * (np.arange(len(drawn.price)) % 2)
    found = settle_prices(drawn.game, cost)
    slopes = price_slopes(found.share, drawn.nest, float(drawn.scale.alpha), drawn.wanted.rho)
    same = drawn.firm[:, None] == drawn.firm[None, :]
    gain = found.share + np.where(same, (found.price - cost)[:, None] * slopes, 0.0).sum(0)
    assert np.abs(gain / found.share).max() < 1e-8


@given(markets())
def test_what_is_earned_has_the_closed_form_of_type_aggregation(drawn):
    """Nocke & Schutz (2018): m = (1 - rho) / (alpha (1 - w_f) (1 - rho q_fg|g)), w_f = sum of (1 - rho) q_fg / (1 - rho q_fg|g)."""
    rho, share, inside = drawn.wanted.rho, drawn.share, within(drawn.share, drawn.nest)
    earned = drawn.price - drawn.cost
    for j in range(len(share)):
        mine = drawn.firm == drawn.firm[j]
        held = totals(np.where(mine, inside, 0.0), drawn.nest)
        weight = (np.where(mine, (1 - rho) * share, 0.0) / (1 - rho * held[drawn.nest])).sum()
        closed = (1 - rho) / (drawn.scale.alpha * (1 - weight) * (1 - rho * held[drawn.nest[j]]))
        assert earned[j] == pytest.approx(float(closed), rel=1e-9)


@given(markets(), st.floats(0.01, 0.2))
def test_a_car_that_grows_dearer_to_make_never_gains(drawn, part):
    """A9: whatever rivals and the firm's own other cars do about it, its share falls."""
    cost = drawn.cost.copy()
    before = settle_prices(drawn.game, cost)
    cost[0] += part * drawn.price[0]
    after = settle_prices(drawn.game, cost)
    assert after.share[0] < before.share[0]


@given(st.floats(0.01, 0.6), st.floats(-6.0, -2.0))
def test_one_firm_with_one_car_passes_on_one_less_its_share(share, elasticity):
    """A9: plain logit, dp/dc = 1 - q for the only product there is."""
    price = 30_000.0
    alpha = -elasticity / (price * (1 - share))
    base = equilibrium_prices([price], [share], ["only"], ["all"], alpha, 0.0, [[price * 0.5], [price * 0.5]])
    assert base.prices[0] == base.prices[1]
    cost = price - 1 / (alpha * (1 - share))
    assume(cost > 1.0)
    found = equilibrium_prices([price], [share], ["only"], ["all"], alpha, 0.0, [[cost - 0.5], [cost + 0.5]])
    assert float(found.prices[1, 0] - found.prices[0, 0]) == pytest.approx(1 - share, rel=1e-4)


@settings(max_examples=30)
@given(markets())
def test_profit_is_concave_in_what_a_firm_sells(drawn):
    """A9: along prices that move by one amount, rivals settling anew at each, second differences of profit are negative."""
    own = drawn.own
    assume(np.all(drawn.cost > 0))
    profit, volume = [], []
    for shift in np.linspace(0.25, -0.12, 30) * drawn.price[own].mean():
        held = np.where(own, drawn.price + shift, np.nan)
        bounds = Bounds(np.where(own, held, -np.inf), np.where(own, held, np.inf))
        found = settle_prices(drawn.game, drawn.cost, bounds)
        volume.append(found.share[own].sum())
        profit.append((found.share * found.earned)[own].sum())
    slope = np.diff(profit) / np.diff(volume)
    assert np.all(np.diff(slope) <= 1e-6 * np.abs(slope).max())


@given(markets(), st.floats(0.0, 1.0))
def test_part_of_a_cost_is_passed_on_as_that_part_of_the_rise(drawn, part):
    raised = drawn.cost + 0.1 * drawn.price
    small = settle_prices(drawn.game, drawn.cost + part * 0.1 * drawn.price)
    assert settle_prices(drawn.game, partial_cost(drawn.cost, raised, part)).price == pytest.approx(small.price)


@given(markets())
def test_a_tax_all_pay_and_costs_cut_alike_leave_prices_as_they_are(drawn):
    """Keeping the share kappa of every price is keeping all of it at costs divided by kappa."""
    kept = np.full(len(drawn.price), 0.7)
    taxed = replace(drawn.game, kept=kept)
    cost = implied_costs(taxed, drawn.price, drawn.share)
    assert cost == pytest.approx(0.7 * drawn.cost, rel=1e-9)
    assert settle_prices(taxed, cost).price == pytest.approx(drawn.price, rel=1e-9)


@given(markets(), st.integers(0, 2**32 - 1))
def test_kept_shares_that_differ_still_satisfy_each_firm(drawn, seed):
    rng = np.random.default_rng(seed)
    taxed = replace(drawn.game, kept=rng.uniform(0.6, 0.95, len(drawn.price)))
    cost = implied_costs(taxed, drawn.price, drawn.share)
    assume(
        (cost > 0).all()
    )  # a firm that holds nearly all of a market at a cost below zero is refused before it gets here
    found = settle_prices(taxed, cost)
    slopes = price_slopes(found.share, drawn.nest, float(drawn.scale.alpha), drawn.wanted.rho)
    same = drawn.firm[:, None] == drawn.firm[None, :]
    gain = taxed.kept * found.share + np.where(same, found.earned[:, None] * slopes, 0.0).sum(0)
    assert np.abs(gain / found.share).max() < 1e-8


@given(markets(), st.floats(1.02, 1.2))
def test_a_floor_binds_only_where_prices_lie_below_it(drawn, factor):
    """A least price above one product's best: it is charged, the others settle, and its owner earns less than without."""
    free = settle_prices(drawn.game, drawn.cost)
    none = np.full(len(drawn.price), np.inf)
    floor = np.where(np.arange(len(drawn.price)) == 0, free.price[0] * factor, -np.inf)
    bound = settle_prices(drawn.game, drawn.cost, Bounds(floor, none))
    assert bound.price[0] == pytest.approx(floor[0])
    assert bound.share[0] < free.share[0]
    low = np.where(np.arange(len(drawn.price)) == 0, free.price[0] / factor, -np.inf)
    assert settle_prices(drawn.game, drawn.cost, Bounds(low, none)).price == pytest.approx(free.price, rel=1e-9)


@given(markets(), st.integers(2, 6))
def test_a_composite_is_that_many_firms_alike(drawn, count):
    """One product of n firms alike beside the same market with the n products written out."""
    size = len(drawn.price)
    last = size - 1
    assume(not drawn.own[last])
    alone = replace(drawn.game, firm=np.where(np.arange(size) == last, drawn.firm.max() + 1, drawn.firm))
    twins = replace(alone, twins=np.where(np.arange(size) == last, float(count), 1.0))
    spread = np.concatenate([np.arange(last), np.full(count, last)])
    firm = np.concatenate([alone.firm[:last], drawn.firm.max() + 1 + np.arange(count)])
    firm = np.unique(firm, return_inverse=True)[1]
    less = (1.0 - drawn.wanted.rho) * np.log(count)
    appeal = alone.appeal[spread] - np.where(spread == last, less, 0.0)
    many = replace(
        alone, appeal=appeal, firm=firm, nest=alone.nest[spread], twins=np.ones(len(spread)), kept=np.ones(len(spread))
    )
    one = replace(twins, firm=np.unique(twins.firm, return_inverse=True)[1])
    cost = drawn.cost * 1.05
    together, apart = settle_prices(one, cost), settle_prices(many, cost[spread])
    assert apart.price[last:] == pytest.approx(np.full(count, together.price[last]), rel=1e-9)
    assert apart.share[last:].sum() == pytest.approx(together.share[last], rel=1e-8)


@settings(max_examples=20)
@given(markets(), st.integers(0, 2**32 - 1))
def test_scenarios_are_worked_out_each_on_its_own(drawn, seed):
    cost = drawn.cost * np.random.default_rng(seed).uniform(0.8, 1.3, (2, 3, len(drawn.price)))
    together = settle_prices(drawn.game, cost)
    for i in range(2):
        for j in range(3):
            assert settle_prices(drawn.game, cost[i, j]).price == pytest.approx(together.price[i, j], rel=1e-9)


def test_a_duty_on_electric_cars_moves_buyers_to_hybrids_and_to_rivals():
    """Powertrain switching: of the brand's own, hybrids gain; of all others, rivals' electric cars gain most for their size."""
    price, share = np.asarray([35.0, 38.0, 34.0, 37.0, 30.0]), np.asarray([0.03, 0.02, 0.07, 0.06, 0.5])
    firm, nest = np.asarray([0, 0, 1, 2, 3]), np.asarray([0, 1, 0, 1, 2])
    twins = np.asarray([1.0, 1.0, 8.0, 8.0, 8.0])
    game = competition_at(share, price, Competition(share, firm, nest, twins, np.asarray(0.12), 0.5, np.ones(5)))
    cost = implied_costs(game, price, share)
    assert np.all(cost > 0)
    after = settle_prices(game, cost + np.asarray([5.0, 0.0, 0.0, 0.0, 0.0]))
    change = after.share / share - 1.0
    assert change[0] < 0 < change[1]
    assert change[2] > 2 * max(change[1], change[3], change[4]) > 0
