"""What every market buys at every node-year: reference sales, prices, and the price segments of demand.

Where outlook and price meet: at reference prices a market sells exactly the cars of the node's outlook, split by
powertrain as the outlook says; the firm's models have their reference share of their powertrain, rivals the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from roadstead.demand.calibrate import calibrate
from roadstead.demand.entry import MIDDLE
from roadstead.demand.response import CELL_POINTS, GROUP_POINTS, respond
from roadstead.futures.costing import BUILT_UP, kept_share, retail_price
from roadstead.futures.prospect import Demand
from roadstead.futures.shares import reference_share
from roadstead.terms.errors import RoadsteadError
from roadstead.terms.ids import NEV, Powertrain, Product
from roadstead.trade.duty import Shipment, settle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.futures.capital import RiskClasses
    from roadstead.futures.costing import Circumstances, Costing
    from roadstead.futures.grow import Grown
    from roadstead.futures.prospect import NodeYears
    from roadstead.terms.arrays import Floats, Ints
    from roadstead.trade.rulebook import Rulebook
    from roadstead.world.carmaker import Offer

RIVAL = "Chery"
"""A cooperating exporter without a rate of its own stands for rivals shipped from the home country."""
RIVAL_VALUE = 0.55
"""Customs value of a rival's car as a share of its retail price. An assumption, told in the playbook."""


@dataclass(frozen=True, slots=True)
class Selling:
    """Demand by node-year and offer (cell).

    Attributes
    ----------
    reference_sales
        Cars at reference prices. Shape (Y, C). [cars/year]
    net_price
        What the maker keeps of the reference price of a car that arrives built up. Shape (Y, C). [money/car]
    market, nev_share
        The node's outlook. Shapes (Y, M). [cars/year], [fraction]
    width, price, group_width, group_price
        Segments as in ``Demand``, after tax.
    """

    markets: tuple[str, ...]
    group: Ints
    reference_sales: Floats
    net_price: Floats
    market: Floats
    nev_share: Floats
    width: Floats
    price: Floats
    group_width: Floats
    group_price: Floats

    def demand(self, risks: RiskClasses) -> Demand:
        """The prospect's demand."""
        market_risk = np.asarray([risks.of(m) for m in self.markets])
        return Demand(
            group=self.group,
            width=self.width,
            price=self.price,
            group_width=self.group_width,
            group_price=self.group_price,
            cell_risk=market_risk[self.group],
            group_risk=market_risk,
        )


def segment_share(powertrain: Powertrain, nev: float, bev: float) -> float:
    """Share of all new cars that a powertrain has; EREV counts with PHEV, all others share what is not NEV."""
    if powertrain is Powertrain.BEV:
        return nev * bev
    return nev * (1.0 - bev) if powertrain in NEV else 1.0 - nev


def build_demand(
    costing: Costing,
    grown: Grown,
    years: NodeYears,
    circumstances: Sequence[Circumstances],
    offers: tuple[Offer, ...],
) -> Selling:
    """Calibrate every market at every node-year and turn its demand into segments."""
    terms, carmaker = costing.conventions, costing.carmaker
    markets = tuple(dict.fromkeys(offer.market for offer in offers))
    group = np.asarray([markets.index(offer.market) for offer in offers])
    count, cells = years.count, len(offers)
    sales, net = np.zeros((count, cells)), np.zeros((count, cells))
    width, price = (np.zeros((count, cells, len(CELL_POINTS) - 1)) for _ in range(2))
    group_width, group_price = (np.zeros((count, len(markets), len(GROUP_POINTS) - 1)) for _ in range(2))
    market_size, nev_share = np.zeros((count, len(markets))), np.zeros((count, len(markets)))
    after_tax = 1.0 - carmaker.home.tax_rate
    outlook_years = grown.market.shape[2]
    for y in range(count):
        node, year = int(years.node[y]), int(years.year[y] + (years.span[y] - 1) // 2)
        at = slice(
            int(years.year[y]) - grown.tree.first_year, int(years.year[y] + years.span[y]) - grown.tree.first_year
        )
        if at.stop > outlook_years:
            raise ValueError("the outlook ends before the horizon")
        for m, market in enumerate(markets):
            mine = np.flatnonzero(group == m)
            size = float(grown.market[node, m, at].mean())
            nev = float(np.average(grown.nev_share[node, m, at], weights=grown.market[node, m, at]))
            market_size[y, m], nev_share[y, m] = size, nev
            bev = costing.bev_of_nev[market]
            reference = np.asarray(
                [
                    reference_share(costing, offers[c], year, MIDDLE)
                    * size
                    * segment_share(carmaker.models[offers[c].model_id].powertrain, nev, bev)
                    for c in mine
                ]
            )
            retail = np.asarray([retail_price(costing, offers[c], year) for c in mine])
            kept = np.asarray(
                [kept_share(costing, circumstances[node].rulebook, offers[c], year, BUILT_UP) for c in mine]
            )
            fixed = calibrate(size, reference, retail, terms.own_elasticity, terms.market_elasticity)
            change = _rivals_change(
                costing, circumstances[0], circumstances[node], market, year, fixed.alpha, float(retail.mean())
            )
            mean_kept = float(np.average(kept, weights=reference))
            segments = respond(fixed, reference, retail, change, mean_kept * after_tax)
            sales[y, mine], net[y, mine] = reference, kept * retail
            width[y, mine], price[y, mine] = segments.width, segments.price
            group_width[y, m], group_price[y, m] = segments.group_width, segments.group_price
    return Selling(markets, group, sales, net, market_size, nev_share, width, price, group_width, group_price)


def _rivals_change(
    costing: Costing,
    today: Circumstances,
    now: Circumstances,
    market: str,
    year: int,
    alpha: float,
    retail: float,
) -> float:
    """Rivals' attraction over its reference value: rivals shipped from home pass part of a change in duty on to buyers."""
    share = costing.carmaker.chinese_rivals.get(market, 0.0)
    importer = costing.territory(market)
    met = {importer, *now.rulebook.blocs}
    same = all(now.rulebook.measures.get(i) is today.rulebook.measures.get(i) for i in met)
    if share == 0.0 or same:
        return 1.0
    before = _rival_duty(costing, today.rulebook, importer, year, retail)
    after = _rival_duty(costing, now.rulebook, importer, year, retail)
    rise = costing.conventions.pass_through * (after - before) * RIVAL_VALUE * retail
    return 1.0 - share + share * float(np.exp(-alpha * rise))


def _rival_duty(costing: Costing, rulebook: Rulebook, importer: str, year: int, retail: float) -> float:
    home = costing.carmaker.home.place
    declared = {k: v for k, v in costing.carmaker.declared.get(importer, {}).items() if k.startswith("qualifies.")}
    shipment = Shipment(importer, home, Product.CAR, Powertrain.BEV, RIVAL, date(year, 7, 1), declared)
    try:
        stack = settle(rulebook, shipment, RIVAL_VALUE * retail, costing.dollars)
    except RoadsteadError:
        return 0.0  # a rival's fee the engine cannot work out moves neither before nor after
    return stack.duty_rate(RIVAL_VALUE * retail)
