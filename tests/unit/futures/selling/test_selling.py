"""What markets buy: the outlook's cars at reference prices, split by powertrain, priced down by concave segments."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest

from roadstead.demand.calibrate import Elasticities
from roadstead.demand.pricing import shares_at
from roadstead.demand.response import prices_at
from roadstead.footprint.certify import filled
from roadstead.futures.costs.circumstances import representative_year
from roadstead.futures.costs.moments import Moments
from roadstead.futures.costs.rival_costs import RIVAL, Duties, rises
from roadstead.futures.prospect import pooled
from roadstead.futures.selling.nests import Nests
from roadstead.futures.selling.reaction import react
from roadstead.futures.selling.rivals import Sides, contest, segment_share
from roadstead.futures.selling.selling import build_demand
from roadstead.futures.selling.shares import reference_share
from roadstead.study.estimates import READ_AT_NODES
from roadstead.terms.errors import RoadsteadError
from roadstead.terms.ids import Powertrain, Product
from roadstead.trade.amendment import Amendment, amend
from roadstead.trade.condition import parse
from roadstead.trade.duty import Shipment, settle

if TYPE_CHECKING:
    from roadstead.futures.costs.costing import Circumstances
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
    assert (demand.group_width.sum(-1) > pooled(demand, selling.reference_sales)).all()


def test_segments_give_the_money_of_the_equilibriums_own_demand(starter_ready: Ready):
    """At reference volumes, and at half and one and a half times them: within 1 % of price times volume, kept and taxed."""
    prospect, ledger = starter_ready.evaluation.prospect, starter_ready.evaluation.ledger
    selling, demand = ledger.selling, prospect.demand
    after_tax = 1 - ledger.costing.carmaker.home.tax_rate
    for scale in (0.5, 1.0, 1.5):
        sold = selling.reference_sales * scale
        money = filled(sold, demand.width, demand.price) + selling.net_price * after_tax * sold
        together = filled(pooled(demand, sold), demand.group_width, demand.group_price)
        for m, (met, stand) in enumerate(zip(selling.contests, selling.stands, strict=True)):
            mine = list(met.cells)
            price = prices_at(stand, sold[:, mine] / met.scale.potential[:, None])
            exact = (price * selling.net_price[:, mine] / met.price[:, : met.own] * sold[:, mine]).sum(1) * after_tax
            groups = [g for g, (_, market) in enumerate(selling.groups) if market == m]
            found = money[:, mine].sum(1) + together[:, groups].sum(1)
            assert found == pytest.approx(exact, rel=0.01 / min(scale, 1.0))


def test_rivals_stand_in_every_nest_and_sell_the_rest(starter_ready: Ready):
    """All products of a market sell the node's outlook together at reference prices."""
    selling = starter_ready.evaluation.ledger.selling
    for m, met in enumerate(selling.contests):
        sold = shares_at(met.competition, met.price) * met.scale.potential[:, None]
        assert sold.sum(1) == pytest.approx(selling.market[:, m], rel=1e-6)
        assert sold[:, : met.own] == pytest.approx(selling.reference_sales[:, list(met.cells)], rel=1e-6)
        shipped = sold[:, met.shipped].sum(1) / sold[:, met.own :].sum(1)
        assert shipped == pytest.approx(
            np.full(len(sold), starter_ready.study.carmaker.chinese_rivals[met.market]), rel=1e-6
        )


def test_rivals_pass_a_part_of_a_higher_duty_on(starter_ready: Ready):
    """A charge on all Chinese cars makes the Chinese among Germany's rivals dearer, and leaves Brazil alone."""
    ledger = starter_ready.evaluation.ledger
    now, years = ledger.circumstances[0], ledger.node_years
    surtax = Amendment("add", "EU27", "test", origins=frozenset({"CHN"}), rate=0.2)
    start = date(int(starter_ready.grown.tree.start[0]), 1, 1)
    dearer = replace(now, rulebook=amend(now.rulebook, [(surtax, start)]))
    every = [dearer if node else now for node in years.node.tolist()]
    selling = ledger.selling
    found = rises(ledger.costing, years, every, selling.contests)
    at = selling.markets.index("DEU")
    met, terms = selling.contests[at], ledger.costing.conventions.demand
    y = int(np.flatnonzero(years.node > 0)[0])
    retail, cost = met.price[y, met.own], met.cost[y, met.own]
    whole = 0.2 * terms.of("rival_value").value * retail
    elsewhere = terms.of("rivals_elsewhere").value
    # Those with plants elsewhere escape a part; who has none would pay it all.
    assert (
        0.75 * terms.of("pass_through").value * whole < found[at][y, met.own] < terms.of("pass_through").value * whole
    )
    hat = 1 + whole / cost
    theta = terms.of("sourcing_elasticity").value
    index = ((1 - elsewhere) * hat**-theta + elsewhere) ** (-1 / theta)
    assert found[at][y, met.own] == pytest.approx(terms.of("pass_through").value * (index - 1) * cost, rel=1e-9)
    assert (found[selling.markets.index("BRA")] == 0).all()
    assert all((rise[years.node == 0] == 0).all() for rise in found)


def test_a_duty_on_electric_cars_leaves_rivals_of_other_nests_alone(starter_ready: Ready):
    """The end of the EU's countervailing duty makes rivals' electric cars from China cheaper, and no hybrid of theirs."""
    ledger = starter_ready.evaluation.ledger
    at = ledger.selling.markets.index("DEU")
    met, rise = ledger.selling.contests[at], ledger.selling.rise[at]
    electric = np.asarray(met.classes)[met.competition.nest] == "BEV"
    assert (rise[:, met.shipped & electric] < 0).any()
    assert (rise[:, ~(met.shipped & electric)] == 0).all()


def test_an_elasticity_that_leaves_rivals_no_cost_is_refused():
    """A markup of all the price: the reference price cannot be anybody's best one."""
    sides = Sides(
        own_sales=np.asarray([[1e4]]),
        own_price=np.asarray([[3e4]]),
        nests=Nests(("BEV", "other"), ("BEV", "other"), np.asarray([[2e5, 8e5]]), np.asarray([0])),
        year=np.asarray([2027]),
        shipped_share=0.1,
        firms=10.0,
    )
    wanted = Elasticities(np.asarray([-1.01]), np.asarray([-0.5]), 0.5)
    with pytest.raises(RoadsteadError) as caught:
        contest("DEU", (0,), sides, wanted)
    assert [fault.code for fault in caught.value.faults] == ["RS-D504"]


def test_a_firm_cannot_sell_more_than_its_nest_buys():
    """Two powertrains of one nest whose shares sum past one are told, not cut down."""
    sides = Sides(
        own_sales=np.asarray([[7e5, 7e5]]),
        own_price=np.asarray([[3e4, 3e4]]),
        nests=Nests(("BEV", "other"), ("BEV", "other"), np.asarray([[2e5, 8e5]]), np.asarray([1, 1])),
        year=np.asarray([2027]),
        shipped_share=0.1,
        firms=10.0,
    )
    with pytest.raises(RoadsteadError) as caught:
        contest("DEU", (0, 1), sides, Elasticities(np.asarray([-4.0]), np.asarray([-0.9]), 0.5))
    assert [fault.code for fault in caught.value.faults] == ["RS-D501"]
    told = "1,400,000 cars in 2027 where all makers sell 800,000 in the nest `other`"
    assert told in caught.value.faults[0].message


def test_a_duty_taken_away_leaves_rivals_a_cost(starter_ready: Ready):
    """Where elasticities imply so small a cost that the duty alone was more, that is told, not planned with."""
    ledger = starter_ready.evaluation.ledger
    at = ledger.selling.markets.index("DEU")
    met = ledger.selling.contests[at]
    cheap = replace(met, cost=met.cost * 0.01)
    with pytest.raises(RoadsteadError) as caught:
        rises(ledger.costing, ledger.node_years, ledger.circumstances, [cheap])
    assert [(fault.code, fault.where) for fault in caught.value.faults] == [("RS-D504", "demand in DEU")]


def test_an_event_sets_terms_of_demand(starter_ready: Ready):
    """Buyers who look harder at prices from a node on: elasticity there, and nowhere before."""
    ledger, grown = starter_ready.evaluation.ledger, starter_ready.grown
    every = [
        replace(c, terms={"own_elasticity": -6.0}) if n else c
        for n, c in zip(ledger.node_years.node, ledger.circumstances, strict=True)
    ]
    found = build_demand(ledger.costing, grown, ledger.node_years, every, ledger.offers)
    before = ledger.selling
    changed = ledger.node_years.node > 0
    for met, old in zip(found.contests, before.contests, strict=True):
        assert met.scale.alpha[~changed] == pytest.approx(old.scale.alpha[~changed])
        assert (met.scale.alpha[changed] > old.scale.alpha[changed]).all()
    assert found.reference_sales == pytest.approx(before.reference_sales)


@pytest.mark.parametrize("name", READ_AT_NODES)
def test_whatever_an_event_may_set_is_read_at_its_nodes(starter_ready: Ready, name: str):
    """Each of them, set to another end of its range where law has changed, moves demand there and nowhere before."""
    ledger, grown = starter_ready.evaluation.ledger, starter_ready.grown
    term = ledger.costing.conventions.demand.of(name)
    every = [
        replace(c, terms={name: term.low if term.value != term.low else term.high}) if n else c
        for n, c in zip(ledger.node_years.node, ledger.circumstances, strict=True)
    ]
    found = build_demand(ledger.costing, grown, ledger.node_years, every, ledger.offers)
    moved = np.zeros(ledger.node_years.count, dtype=bool)
    for now, before in zip(found.rivals_price, ledger.selling.rivals_price, strict=True):
        moved |= ~np.isclose(now, before, rtol=1e-9).all(1)
    moved |= ~np.isclose(found.reference_sales, ledger.selling.reference_sales, rtol=1e-9).all(1)
    for now, before in zip(found.contests, ledger.selling.contests, strict=True):
        moved |= ~np.isclose(now.scale.alpha, before.scale.alpha, rtol=1e-9)
    assert moved.any()
    assert not moved[ledger.node_years.node == 0].any()


def test_a_least_price_limits_what_home_ships_and_binds_rivals(starter_ready: Ready):
    ledger, grown = starter_ready.evaluation.ledger, starter_ready.grown
    least = {("EU27", "BEV"): 1.1}
    every = [
        replace(c, least_prices=least) if n else c
        for n, c in zip(ledger.node_years.node, ledger.circumstances, strict=True)
    ]
    found = build_demand(ledger.costing, grown, ledger.node_years, every, ledger.offers)
    later = ledger.node_years.node > 0
    for c, offer in enumerate(ledger.offers):
        limit = found.import_limit[:, c]
        electric = ledger.costing.carmaker.models[offer.model_id].powertrain is Powertrain.BEV
        if ledger.costing.territory(offer.market) == "EU27" and electric:
            assert np.isinf(limit[~later]).all()
            assert (limit[later] < found.reference_sales[later, c]).all()
            assert (limit[later] > 0).all()
        else:
            assert np.isinf(limit).all()
    at = found.markets.index("DEU")
    met, price = found.contests[at], found.rivals_price[at]
    electric = np.asarray([group == "BEV" for group in met.classes])
    bound = met.shipped & electric[met.competition.nest]
    assert bound.sum() == 3, "one composite in each segment of electric cars"
    assert (price[later][:, bound] >= 1.1 * met.price[later][:, bound] * (1 - 1e-9)).all()


def test_rivals_answer_to_reference_prices_is_their_own_reference(starter_ready: Ready):
    """Where no duty moved, rivals stay where they were; a plan that sells the reference moves nobody."""
    ledger = starter_ready.evaluation.ledger
    selling = ledger.selling
    for m, met in enumerate(selling.contests):
        still = (selling.rise[m] == 0).all(1)
        assert selling.rivals_price[m][still] == pytest.approx(met.price[still], rel=1e-9)
    answer = react(starter_ready.grown.tree, ledger.node_years, selling, selling.reference_sales)
    assert answer.moved < 0.01
    still = [m for m in range(len(selling.markets)) if (selling.rise[m] == 0).all()]
    assert still
    assert all(answer.by_market[m] < 1e-6 for m in still)


def test_rivals_duties_are_those_of_each_value_by_itself(starter_ready: Ready):
    """Settled once for every law and band of value, they are what settling every value under its law gives."""
    ledger = starter_ready.evaluation.ledger
    costing, today = ledger.costing, ledger.circumstances[0]
    steps = [Amendment("add", "EU27", f"step {i}", rate=rate) for i, rate in enumerate((0.1, 0.2))]
    laws = [today]
    for step in steps:
        book = amend(laws[-1].rulebook, [(step, date(2027, 1, 1))])
        last = book.measures["EU27"][-1]
        banded = replace(last, condition=parse(f"customs_value > {15_000 + 10_000 * len(laws)}"))
        book = replace(book, measures={**book.measures, "EU27": (*book.measures["EU27"][:-1], banded)})
        laws.append(replace(today, rulebook=book))
    rng = np.random.default_rng(3)
    now = [laws[i] for i in rng.integers(0, 3, 60)]
    year, customs = rng.integers(2027, 2036, 60), rng.uniform(5_000.0, 60_000.0, 60)
    customs[:2] = 25_000.0, 35_000.0  # on the edge itself
    before, after = Duties(costing).rates(Moments(year.tolist(), now), today, "EU27", Powertrain.BEV, customs)
    found = after - before

    def rate(there: Circumstances, on: int, value: float) -> float:
        goods = Shipment("EU27", "CHN", Product.CAR, Powertrain.BEV, RIVAL, date(on, 7, 1), {})
        return float(settle(there.rulebook, goods, value, costing.dollars).duty_rate(value))

    rows = zip(now, year.tolist(), customs.tolist(), strict=True)
    alone = [rate(there, on, value) - rate(today, on, value) for there, on, value in rows]
    assert found == pytest.approx(alone, rel=1e-12, abs=1e-15)
    assert {round(each, 9) for each in alone} == {0.0, 0.1, 0.3}
