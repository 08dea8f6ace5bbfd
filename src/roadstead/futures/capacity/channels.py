r"""Dealers and workshops: what a network handles, how it grows with its age, and what enlarging it costs.

The network of a market entered handles its sales of the base year :math:`t_0` with headroom h, and grows on its own,

.. math::
    H_m(t) = h\, S_m\, (1 + \gamma)^{t - t_0}                                                  \qquad (N.7)

whatever the market may come to buy: who wants to sell more enlarges it by modules, at a price. A network that is only
opened handles in its a-th year

.. math::
    H_m(t, a) = h\, \phi_m(a) \sum_{k \in m} S_{k,T}\, M_k(t)                                   \qquad (N.8)

cars, with :math:`M_k` the cars with model k's powertrain that the market buys, :math:`S_{k,T}` the model's mature share and
:math:`\phi_m(a)` the part of maturity that the middle entry path has reached in that year (N.5). A market entered as soon as
can be thus has room for its reference sales and the headroom; one entered late begins as small as any.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.demand.response import REACH
from roadstead.futures.selling.rivals import segment_share
from roadstead.futures.selling.shares import entry_path, reference_share, settled_share

if TYPE_CHECKING:
    from roadstead.futures.costs.costing import Costing
    from roadstead.futures.prospect import NodeYears
    from roadstead.futures.selling.selling import Selling
    from roadstead.terms.arrays import Floats
    from roadstead.world.carmaker import ChannelModule

DEALERS = "dealers"
"""First word of a network's name among the resources."""
MOST = REACH
"""Where a demand curve ends, over reference sales: no network need ever handle more."""


@dataclass(frozen=True, slots=True)
class Network:
    """One market's dealers and workshops, as a resource.

    Attributes
    ----------
    free
        Cars the network handles without a module. Shape (Y,). [cars/year]
    usable
        Share of the modules' capacity that the market's size leaves to use. Shape (Y,). [fraction]
    size, limit, lead
        Capacity of a module [cars/year], most modules, years from order to the first car handled.
    ramp
        Share of its capacity that a module reaches in its 1st, 2nd, ... year; the last holds on. Shape (Q,).
    cost, fixed
        Of a module, after tax. [money], [money/year]
    """

    free: Floats
    usable: Floats
    size: float
    limit: float
    lead: int
    ramp: Floats
    cost: float
    fixed: float


def resource_name(market: str) -> str:
    """What a market's network is called among the resources of a prospect."""
    return f"{DEALERS} {market}"


def network(costing: Costing, years: NodeYears, selling: Selling, market: str) -> Network:
    """The network of a market: growing and to be enlarged where it stands, opened with the market where it does not."""
    if costing.carmaker.channels[market].entered:
        return _standing(costing, years, selling, market)
    return _opened(costing, years, selling, market)


def _standing(costing: Costing, years: NodeYears, selling: Selling, market: str) -> Network:
    """(N.7), with modules where the case prices them."""
    terms = costing.conventions
    channel = costing.carmaker.channels[market]
    middle = years.year + (years.span - 1) / 2.0
    sold = sum(offer.sales for offer in costing.carmaker.offers if offer.market == market)
    free = terms.channel_headroom * sold * (1.0 + channel.growth) ** (middle - terms.base_year)
    reference = selling.reference_sales[:, selling.market_of == selling.markets.index(market)].sum(1)
    ramp, ones = np.asarray(terms.channel_ramp), np.ones(years.count)
    if channel.module is None:
        return Network(free, ones, 1.0, 0.0, 0, ramp, 0.0, 0.0)
    module: ChannelModule = channel.module
    limit = float(np.maximum(MOST * reference - free, 0.0).max()) / module.size
    after_tax = 1.0 - costing.carmaker.home.tax_rate
    return Network(free, ones, module.size, limit, module.lead, ramp, module.cost * after_tax, module.fixed * after_tax)


def _opened(costing: Costing, years: NodeYears, selling: Selling, market: str) -> Network:
    """(N.8) as one module, bought with the market's entry; where entries take faster or slower, so does their network."""
    carmaker, m = costing.carmaker, selling.markets.index(market)
    offers = [offer for offer in carmaker.offers if offer.market == market]
    paths = [entry_path(costing, offer) for offer in offers]
    ages = np.arange(1.0, max(np.ceil(path.years[-1]) for path in paths) + 1.0)
    settled, reached, in_the_middle = np.zeros(years.count), np.zeros(ages.shape), np.zeros(years.count)
    calendar = (years.year + (years.span - 1) // 2).tolist()
    for offer, path in zip(offers, paths, strict=True):
        powertrain, bev = carmaker.models[offer.model_id].powertrain, costing.bev_of_nev[market]
        segment = segment_share(powertrain, selling.nev_share[:, m], bev)
        bought = settled_share(costing, offer) * selling.market[:, m] * segment
        settled += bought
        middle = np.asarray([reference_share(costing, offer, year) for year in calendar])
        in_the_middle += middle * selling.market[:, m] * segment
        reached += float(bought.max()) * np.asarray([path.share(age) / path.share(float(ages[-1])) for age in ages])
    settled *= selling.reference_sales[:, selling.market_of == m].sum(1) / in_the_middle
    return Network(
        free=np.zeros(years.count),
        usable=settled / settled.max(),
        size=float(settled.max()) * costing.conventions.channel_headroom,
        limit=1.0,
        lead=carmaker.channels[market].entry_lead,
        ramp=reached / reached[-1],
        cost=0.0,
        fixed=0.0,
    )
