"""What markets buy: the outlook's cars at reference prices, split by powertrain, priced down by concave segments."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from roadstead.futures.evaluate import representative_year
from roadstead.futures.selling import _rivals_change, segment_share
from roadstead.futures.shares import reference_share
from roadstead.terms.ids import Powertrain
from roadstead.trade.amendment import Amendment, amend

if TYPE_CHECKING:
    from roadstead.study.study import Ready


def test_powertrains_share_the_market():
    """BEV, plug-in hybrids and the rest are all there is; range extenders count with plug-in hybrids."""
    shares = [segment_share(p, 0.4, 0.7) for p in (Powertrain.BEV, Powertrain.PHEV, Powertrain.ICE)]
    assert shares == pytest.approx([0.28, 0.12, 0.6])
    assert segment_share(Powertrain.EREV, 0.4, 0.7) == segment_share(Powertrain.PHEV, 0.4, 0.7)


def test_at_reference_prices_the_outlook_is_sold(starter_ready: Ready):
    """Reference sales are the model's share of its powertrain in the node's outlook, meaned over the block."""
    evaluation, grown = starter_ready.evaluation, starter_ready.grown
    selling, costing, years = evaluation.ledger.selling, evaluation.ledger.costing, evaluation.prospect.node_years
    for y in range(years.count):
        at = slice(int(years.year[y]) - 2027, int(years.year[y] + years.span[y]) - 2027)
        for c, offer in enumerate(evaluation.ledger.offers):
            m = selling.markets.index(offer.market)
            cars = grown.market[years.node[y], m, at]
            nev = (cars * grown.nev_share[years.node[y], m, at]).sum() / cars.sum()
            powertrain = costing.carmaker.models[offer.model_id].powertrain
            share = reference_share(costing, offer, representative_year(years, y))
            expected = share * cars.mean() * segment_share(powertrain, nev, costing.bev_of_nev[offer.market])
            assert selling.reference_sales[y, c] == pytest.approx(expected)


def test_segments_fall_and_sell_the_reference_at_the_reference_price(starter_ready: Ready):
    """Up to the reference sales a car more brings less each time; beyond them prices are below the reference."""
    demand, selling = starter_ready.evaluation.prospect.demand, starter_ready.evaluation.ledger.selling
    assert (np.diff(demand.price, axis=-1) <= 1e-6).all()
    assert (np.diff(demand.group_price, axis=-1) <= 1e-6).all()
    assert (demand.width.sum(-1) > selling.reference_sales).all()
    pooled = np.zeros(demand.group_width.shape[:2])
    np.add.at(pooled.T, demand.group, selling.reference_sales.T)
    assert (demand.group_width.sum(-1) > pooled).all()


def test_rivals_pass_a_part_of_a_higher_duty_on(starter_ready: Ready):
    """A charge on all Chinese cars in Germany makes the Chinese among the rivals dearer, and leaves Brazil alone."""
    ledger = starter_ready.evaluation.ledger
    now = ledger.circumstances[0]
    surtax = Amendment("add", "EU27", "test", origins=frozenset({"CHN"}), rate=0.2)
    start = starter_ready.grown.tree.start
    dearer = replace(now, rulebook=amend(now.rulebook, [(surtax, start_day(int(start[0])))]))
    alpha, retail = 1e-4, 30_000.0
    changed = _rivals_change(ledger.costing, now, dearer, "DEU", 2028, alpha, retail)
    share, passed = ledger.costing.carmaker.chinese_rivals["DEU"], ledger.costing.conventions.pass_through
    assert changed == pytest.approx(1 - share + share * np.exp(-alpha * passed * 0.2 * 0.55 * retail))
    assert changed < 1.0
    assert _rivals_change(ledger.costing, now, dearer, "BRA", 2028, alpha, retail) == 1.0
    assert _rivals_change(ledger.costing, now, now, "DEU", 2028, alpha, retail) == 1.0


def start_day(year: int):
    from datetime import date

    return date(year, 1, 1)
