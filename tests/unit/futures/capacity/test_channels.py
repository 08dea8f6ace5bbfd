"""Networks of dealers and workshops, worked out by hand beside the starter case."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from roadstead.futures.capacity.channels import MOST, network
from roadstead.futures.costs.circumstances import representative_year
from roadstead.futures.selling.rivals import segment_share
from roadstead.futures.selling.shares import entry_path, years_on_market
from roadstead.world.carmaker import ChannelModule

if TYPE_CHECKING:
    from roadstead.futures.costs.costing import Costing
    from roadstead.futures.evaluate import Ledger
    from roadstead.study.study import Ready


@pytest.fixture
def ledger(starter_ready: Ready) -> Ledger:
    return starter_ready.evaluation.ledger


def with_channel(costing: Costing, market: str, **changes: object) -> Costing:
    channels = {**costing.carmaker.channels, market: replace(costing.carmaker.channels[market], **changes)}
    return replace(costing, carmaker=replace(costing.carmaker, channels=channels))


def test_a_network_that_stands_grows_with_its_age(ledger: Ledger):
    """(N.7): 6,500 cars of 2025 with half as many again, a tenth more each year: 9,750 x 1.1^2 in 2027."""
    costing = with_channel(ledger.costing, "DEU", growth=0.1, module=None)
    net = network(costing, ledger.node_years, ledger.selling, "DEU")
    assert net.free[0] == pytest.approx(1.5 * (4_000 + 2_500) * 1.1**2)
    middle = ledger.node_years.year + (ledger.node_years.span - 1) / 2
    assert net.free == pytest.approx(9_750 * 1.1 ** (middle - 2025))
    assert (net.limit, net.cost, net.fixed) == (0.0, 0.0, 0.0)


def test_a_network_does_not_grow_with_what_a_market_comes_to_buy(ledger: Ledger):
    twice = replace(ledger.selling, reference_sales=ledger.selling.reference_sales * 2.0)
    mine = [network(ledger.costing, ledger.node_years, s, "DEU").free for s in (ledger.selling, twice)]
    assert mine[0].tolist() == mine[1].tolist()


def test_what_enlarging_costs_and_how_far_it_goes(ledger: Ledger):
    """10 money after a quarter of tax is 7.5; steps end where the demand curves do, beyond what stands."""
    module = ChannelModule(size=1_000.0, cost=10.0, fixed=2.0, lead=2)
    costing = with_channel(ledger.costing, "DEU", module=module)
    net = network(costing, ledger.node_years, ledger.selling, "DEU")
    assert (net.size, net.cost, net.fixed, net.lead) == (1_000.0, 7.5, 1.5, 2)
    assert net.ramp.tolist() == [0.4, 0.75, 1.0]
    group = ledger.selling.markets.index("DEU")
    reference = ledger.selling.reference_sales[:, ledger.selling.market_of == group].sum(1)
    assert net.limit == pytest.approx(float((MOST * reference - net.free).max()) / 1_000.0)
    assert net.limit > 0
    small = network(with_channel(costing, "DEU", growth=2.0), ledger.node_years, ledger.selling, "DEU")
    assert small.limit < net.limit, "a network that grows by itself needs fewer steps"


def test_a_new_network_has_room_for_its_path_and_the_headroom(ledger: Ledger):
    """(N.8): opened as soon as can be, usable x size x ramp is 1.5 times the reference sales of a year run alone."""
    costing, selling, years = ledger.costing, ledger.selling, ledger.node_years
    net = network(costing, years, selling, "GBR")
    cells = selling.market_of == selling.markets.index("GBR")
    checked = 0
    for y in range(years.count):
        age = years_on_market(costing, "GBR", representative_year(years, y))
        if years.span[y] == 1 and age >= 1:
            handled = net.usable[y] * net.size * net.ramp[min(age, len(net.ramp)) - 1]
            assert handled == pytest.approx(1.5 * selling.reference_sales[y, cells].sum(), rel=0.02)
            checked += 1
    assert checked >= 2
    assert net.free.tolist() == [0.0] * years.count
    assert (net.limit, net.lead) == (1.0, costing.carmaker.channels["GBR"].entry_lead)


def test_a_new_network_is_sized_by_the_shares_its_models_come_to(ledger: Ledger):
    """By hand: 1.5 times each model's mature share of its powertrain in the node-year with the most of them."""
    costing, selling = ledger.costing, ledger.selling
    net = network(costing, ledger.node_years, selling, "GBR")
    m = selling.markets.index("GBR")
    most = 0.0
    for y in range(ledger.node_years.count):
        nev, bev = float(selling.nev_share[y, m]), costing.bev_of_nev["GBR"]
        mine = [o for o in costing.carmaker.offers if o.market == "GBR"]
        segment = [segment_share(costing.carmaker.models[o.model_id].powertrain, nev, bev) for o in mine]
        most = max(most, sum(o.mature_share * s for o, s in zip(mine, segment, strict=True)) * selling.market[y, m])
    assert net.size == pytest.approx(1.5 * most)
    assert net.usable.max() == 1.0
    path = entry_path(costing, next(o for o in costing.carmaker.offers if o.market == "GBR"))
    assert net.ramp[0] == pytest.approx(path.share(1.0) / path.share(6.0), rel=0.02)
    assert (np.diff(net.ramp) >= 0).all()
    assert net.ramp[-1] == 1.0


def test_the_plan_sees_networks_as_resources(starter_ready: Ready):
    """Rows of the prospect are the networks'; only a market not entered needs its option, and no network comes in whole steps."""
    p, ledger = starter_ready.evaluation.prospect, starter_ready.evaluation.ledger
    for market in p.labels.market:
        row = p.labels.resource.index(f"dealers {market}")
        net = network(ledger.costing, ledger.node_years, ledger.selling, market)
        assert p.resources.free[:, row] == pytest.approx(net.free)
        assert p.resources.usable[:, row] == pytest.approx(net.usable)
        assert (p.resources.size[row], p.resources.limit[row], p.resources.lead[row]) == (net.size, net.limit, net.lead)
        assert p.resources.cost[:, row] == pytest.approx(net.cost)
        assert p.resources.fixed[:, row] == pytest.approx(net.fixed)
        assert p.resources.ramp[row, : len(net.ramp)] == pytest.approx(net.ramp)
        assert p.resources.ramp[row, -1] == net.ramp[-1]
        gate = p.resources.option[row]
        assert (p.labels.option[gate] if gate >= 0 else "") == ("enter GBR" if market == "GBR" else "")
        assert not p.resources.whole[row]
