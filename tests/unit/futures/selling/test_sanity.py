"""What a plan implies about demand: the elasticities it was calibrated to at reference, steps taken by hand, bands."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from roadstead.demand.bands import bands
from roadstead.demand.pricing import implied_costs, settle_prices, shares_at
from roadstead.futures.selling.reaction import react
from roadstead.futures.selling.sanity import CHECKED, POINTS, Implied, implied, outside_bands
from roadstead.futures.tree import node_probability

if TYPE_CHECKING:
    from roadstead.futures.selling.selling import Selling
    from roadstead.study.study import Ready

CUSTOMS = 0.55


def customs(selling: Selling) -> dict[str, float]:
    """Brazil's as the package has it; the others' are not looked at closely."""
    return {market: CUSTOMS if market == "BRA" else 0.6 for market in selling.markets}


@pytest.fixture(scope="module")
def at_reference(starter_ready: Ready) -> tuple[Implied, ...]:
    """A plan that sells exactly the reference volumes, at a landed cost of 0.7 of what is kept of the price."""
    ledger = starter_ready.evaluation.ledger
    selling, sold = ledger.selling, ledger.selling.reference_sales
    answer = react(starter_ready.grown.tree, ledger.node_years, selling, sold)
    landed = np.full(sold.shape, 0.7)
    return implied(starter_ready.grown.tree, ledger.node_years, selling, sold, answer, landed, customs(selling))


def test_at_reference_the_elasticities_are_those_demand_was_calibrated_to(starter_ready: Ready, at_reference):
    demand = starter_ready.study.conventions.demand
    selling = starter_ready.evaluation.ledger.selling
    for m, one in enumerate(at_reference):
        if (selling.rise[m] == 0).all():  # elsewhere rivals stand at other prices than at reference
            assert one.own_elasticity == pytest.approx(demand.of("own_elasticity").value, rel=1e-6)
            assert one.market_elasticity == pytest.approx(demand.of("market_elasticity").value, rel=1e-6)


def test_steps_taken_by_hand_agree(starter_ready: Ready, at_reference):
    """Brazil in its first node-year: a duty of ten points on what home ships, every firm settling anew."""
    ledger = starter_ready.evaluation.ledger
    selling, years = ledger.selling, ledger.node_years
    m = selling.markets.index("BRA")
    met, weights, found = selling.contests[m], [], []
    weight = node_probability(starter_ready.grown.tree)[years.node] * years.span
    for y in range(years.count):
        game = replace(met.competition, appeal=met.competition.appeal[y], alpha=np.asarray(met.competition.alpha[y]))
        price = selling.rivals_price[m][y]
        share = shares_at(game, price)
        cost = implied_costs(game, price, share)
        own = np.arange(len(price)) < met.own
        mean = np.average(price[own], weights=share[own])
        shipped = own | met.shipped
        taxed = settle_prices(game, cost + shipped * POINTS * CUSTOMS * mean)
        found.append(np.log(taxed.share[shipped].sum() / share[shipped].sum()) / np.log(1 + POINTS))
        weights.append(weight[y] * selling.reference_sales[y, list(met.cells)].sum())
    assert at_reference[m].import_elasticity == pytest.approx(np.average(found, weights=weights), rel=1e-6)


def test_the_cost_gap_is_landed_cost_beside_the_best_price(starter_ready: Ready, at_reference):
    """0.7 of the price, beside a firm that earns a little over a quarter of it at its best prices."""
    for one in at_reference:
        assert -0.2 < one.cost_gap < 0.2
    selling = starter_ready.evaluation.ledger.selling
    met = selling.contests[0]
    earned = 1 - met.cost[:, : met.own] / met.price[:, : met.own]
    assert ((earned > 0.15) & (earned < 0.45)).all()


def test_segments_and_rivals_move_little(at_reference):
    for one in at_reference:
        assert abs(one.curve_error) < 0.01
        assert one.moved < 0.01
        assert 0.4 < one.diverted_share < 0.95
        assert 0.7 < one.pass_through < 1.1


def test_a_market_without_sales_implies_nothing(starter_ready: Ready):
    ledger = starter_ready.evaluation.ledger
    selling = ledger.selling
    sold = selling.reference_sales.copy()
    sold[:, selling.market_of == 0] = 0.0
    answer = react(starter_ready.grown.tree, ledger.node_years, selling, sold)
    found = implied(
        starter_ready.grown.tree, ledger.node_years, selling, sold, answer, np.full(sold.shape, 0.7), customs(selling)
    )
    assert found[0].cars == 0.0
    assert np.isnan(found[0].own_elasticity)
    assert not outside_bands(found[0])
    assert all(one.cars > 0 for one in found[1:])


def test_what_lies_outside_its_band_is_flagged(at_reference):
    one = at_reference[0]
    assert not outside_bands(one)
    odd = replace(one, pass_through=1.5, cost_gap=-0.6, curve_error=0.02)
    flagged = [(check, value) for check, value, _ in outside_bands(odd)]
    assert flagged == [("pass_through", 1.5), ("cost_gap", -0.6), ("curve_error", 0.02)]
    assert set(CHECKED) == set(bands())
    for band in bands().values():
        assert band.low < band.high
        assert band.evidence.note
