"""What every market buys at every node-year: reference sales, prices, and the price segments of demand."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from roadstead.demand.calibrate import Elasticities
from roadstead.demand.response import respond
from roadstead.futures.costs.circumstances import moments_of
from roadstead.futures.costs.costing import BUILT_UP, kept_share, retail_price
from roadstead.futures.costs.least_prices import import_limits, least_shares, rivals_floors
from roadstead.futures.costs.rival_costs import rises
from roadstead.futures.prospect import Demand
from roadstead.futures.selling.nests import OTHER, nests_of
from roadstead.futures.selling.rivals import Sides, contest, rivals_answer, segment_share, stand_against
from roadstead.futures.selling.shares import reference_share
from roadstead.terms.errors import Fault, RoadsteadError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from roadstead.demand.response import Curves, Stand
    from roadstead.futures.capacity.capital import RiskClasses
    from roadstead.futures.costs.costing import Circumstances, Costing
    from roadstead.futures.costs.moments import Moments
    from roadstead.futures.grow import Grown
    from roadstead.futures.prospect import NodeYears
    from roadstead.futures.selling.rivals import Contest
    from roadstead.terms.arrays import Floats, Ints
    from roadstead.world.carmaker import Offer

DEMAND_IN = "demand in "
"""Where faults of a market's demand are told, before its name."""
STRENGTH = "entry_strength"


@dataclass(frozen=True, slots=True)
class Selling:
    """Demand by node-year and offer (cell).

    Attributes
    ----------
    market_of
        Market of each cell. Shape (C,).
    groups
        Names of the groups of own models, and the market of each. Length G.
    reference_sales
        Cars at reference prices. Shape (Y, C). [cars/year]
    net_price
        What the maker keeps of the reference price of a car that arrives built up. Shape (Y, C). [money/car]
    market, nev_share
        The node's outlook. Shapes (Y, M). [cars/year], [fraction]
    contests
        Each market with its rivals. Length M.
    rise
        What each car that rivals ship from home costs more than under today's rules, in retail terms. Length M, shapes
        (Y, J). [money/car]
    rivals_floor
        Least prices that rivals must keep. Length M, shapes (Y, J). [money/car]
    import_limit
        Cars of each cell that may be shipped from home under a least price; infinite without one. Shape (Y, C). [cars/year]
    rivals_price
        Prices of all products of each market, own ones at reference, rivals' as they settled. Length M, shapes (Y, J).
    stands
        Own models beside rivals at those prices. Length M.
    member_cell, member_group, width, price, group_width, group_price
        As in ``Demand``, after tax.
    """

    markets: tuple[str, ...]
    market_of: Ints
    groups: tuple[tuple[str, int], ...]
    reference_sales: Floats
    net_price: Floats
    market: Floats
    nev_share: Floats
    contests: tuple[Contest, ...]
    rise: tuple[Floats, ...]
    rivals_floor: tuple[Floats, ...]
    import_limit: Floats
    rivals_price: tuple[Floats, ...]
    stands: tuple[Stand, ...]
    member_cell: Ints
    member_group: Ints
    width: Floats
    price: Floats
    group_width: Floats
    group_price: Floats

    def demand(self, risks: RiskClasses) -> Demand:
        """The prospect's demand."""
        market_risk = np.asarray([risks.of(m) for m in self.markets])
        return Demand(
            member_cell=self.member_cell,
            member_group=self.member_group,
            width=self.width,
            price=self.price,
            group_width=self.group_width,
            group_price=self.group_price,
            cell_risk=market_risk[self.market_of],
            group_risk=market_risk[[market for _, market in self.groups]],
        )


@dataclass(frozen=True, slots=True)
class Reference:
    """Reference sales and prices of all cells, and the outlook, before rivals are looked at. Shapes (Y, C), (Y, M)."""

    markets: tuple[str, ...]
    market_of: Ints
    sales: Floats
    retail: Floats
    kept: Floats
    size: Floats
    nev: Floats


def build_demand(
    costing: Costing,
    grown: Grown,
    years: NodeYears,
    circumstances: Sequence[Circumstances],
    offers: tuple[Offer, ...],
    own_price: Mapping[str, Floats] | None = None,
) -> Selling:
    """Calibrate every market at every node-year and turn its demand into segments.

    Parameters
    ----------
    own_price
        Own prices that rivals have to answer, by market; their answer to the reference prices by default. Shape (Y, K).
    """
    base = reference(costing, grown, years, circumstances, offers)
    contests = tuple(_contest(costing, years, circumstances, base, offers, m) for m in range(len(base.markets)))
    rise = rises(costing, years, circumstances, contests)
    answers, stands, curves, floors = [], [], [], []
    limit = np.full(base.sales.shape, np.inf)
    for m, met in enumerate(contests):
        own = met.price[:, : met.own] if own_price is None else own_price[met.market]
        least = least_shares(costing, years, circumstances, met)
        floors.append(rivals_floors(met, least))
        settled = rivals_answer(met, own, rise[m], floors[m])
        answers.append(np.concatenate([met.price[:, : met.own], settled[:, met.own :]], axis=1))
        stands.append(stand_against(met, answers[m]))
        curves.append(respond(stands[m]))
        limit[:, list(met.cells)] = import_limits(met, answers[m], least)
    after_tax = 1.0 - costing.carmaker.home.tax_rate
    packed = _packed(base, contests, curves, after_tax)
    return Selling(
        markets=base.markets,
        market_of=base.market_of,
        groups=tuple(packed.groups),
        reference_sales=base.sales,
        net_price=base.kept * base.retail,
        market=base.size,
        nev_share=base.nev,
        contests=contests,
        rise=rise,
        rivals_floor=tuple(floors),
        import_limit=limit,
        rivals_price=tuple(answers),
        stands=tuple(stands),
        member_cell=np.asarray([cell for cell, _ in packed.members]),
        member_group=np.asarray([group for _, group in packed.members]),
        width=packed.width,
        price=packed.price,
        group_width=_padded(packed.group_width),
        group_price=_padded(packed.group_price, edge=True),
    )


def reference(
    costing: Costing,
    grown: Grown,
    years: NodeYears,
    circumstances: Sequence[Circumstances],
    offers: tuple[Offer, ...],
) -> Reference:
    """What sells at reference prices in every node-year, and what is kept of them."""
    markets = tuple(dict.fromkeys(offer.market for offer in offers))
    market_of = np.asarray([markets.index(offer.market) for offer in offers])
    sales, retail, kept = (np.zeros((years.count, len(offers))) for _ in range(3))
    size, nev = np.zeros((years.count, len(markets))), np.zeros((years.count, len(markets)))
    if int((years.year + years.span).max()) - grown.tree.first_year > grown.market.shape[2]:
        raise ValueError("the outlook ends before the horizon")
    for y in range(years.count):
        begin = int(years.year[y]) - grown.tree.first_year
        at = slice(begin, begin + int(years.span[y]))
        cars = grown.market[int(years.node[y]), :, at]
        size[y] = cars.mean(1)
        nev[y] = (grown.nev_share[int(years.node[y]), :, at] * cars).sum(1) / cars.sum(1)
        if circumstances[y].shifts:
            nev[y] = np.minimum(nev[y] * [_nev_moved(costing, circumstances[y], market) for market in markets], 1.0)
    moments = moments_of(years, circumstances)
    for c, offer in enumerate(offers):
        m = int(market_of[c])
        powertrain = costing.carmaker.models[offer.model_id].powertrain
        part = segment_share(powertrain, nev[:, m], costing.bev_of_nev[offer.market])
        share, retail[:, c], kept[:, c] = _offered(costing, moments, offer)
        sales[:, c] = share * size[:, m] * part
    return Reference(markets, market_of, sales, retail, kept, size, nev)


def beside_rivals(
    costing: Costing,
    years: NodeYears,
    circumstances: Sequence[Circumstances],
    base: Reference,
    offers: tuple[Offer, ...],
) -> Floats:
    """Own sales at reference prices beside rivals as they settle, over reference sales; today comes first. Shape (Y, C)."""
    contests = tuple(_contest(costing, years, circumstances, base, offers, m) for m in range(len(base.markets)))
    found = np.ones(base.sales.shape)
    for met, rise in zip(contests, rises(costing, years, circumstances, contests), strict=True):
        if rise.any():
            price = rivals_answer(met, met.price[:, : met.own], rise, np.full(met.price.shape, -np.inf))
            cars = stand_against(met, price).volume * met.scale.potential[:, None]
            found[:, list(met.cells)] = cars / base.sales[:, list(met.cells)]
    return found


def _nev_moved(costing: Costing, now: Circumstances, market: str) -> float:
    """What events multiply the NEV share of a market by: all that are in force, those of its customs territory included."""
    places = {market, costing.territory(market)}
    return math.prod(one.amount for one in now.shifts if one.kind == "nev_sales" and one.place in places)


def _offered(costing: Costing, moments: Moments, offer: Offer) -> tuple[Floats, Floats, Floats]:
    """Share of its powertrain at the reference price, as far as events have set the strength of an entry; that price; what is kept of it.

    Shapes (Y,).
    """
    strength = costing.conventions.demand.of(STRENGTH, offer.market).value

    def share(year: int, now: Circumstances) -> float:
        return reference_share(costing, offer, year, now.terms.get(STRENGTH, strength))

    def price(year: int, _: Circumstances) -> float:
        return retail_price(costing, offer, year)

    def kept(year: int, now: Circumstances) -> float:
        return kept_share(costing, now.rulebook, offer, year, BUILT_UP)

    key = (offer.market, offer.model_id)
    return (
        moments.told(("share", *key), share, moments.years, moments.terms),
        moments.told(("price", *key), price, moments.years) * moments.worth_of(offer.market),
        moments.told(("kept", *key), kept, moments.rules),
    )


def _contest(
    costing: Costing,
    years: NodeYears,
    circumstances: Sequence[Circumstances],
    base: Reference,
    offers: tuple[Offer, ...],
    m: int,
) -> Contest:
    """One market with its rivals; nests are powertrains, or their segments where the case has some."""
    market, mine = base.markets[m], np.flatnonzero(base.market_of == m)
    bev, nev, size = costing.bev_of_nev[market], base.nev[:, m], base.size[:, m]
    sales = {"BEV": size * (nev * bev), "PHEV": size * (nev * (1.0 - bev)), OTHER: size * (1.0 - nev)}
    models = [offers[c].model_id for c in mine]
    powertrains = [costing.carmaker.models[model].powertrain for model in models]
    terms = costing.conventions.demand
    sides = Sides(
        own_sales=base.sales[:, mine],
        own_price=base.retail[:, mine],
        nests=nests_of(costing.carmaker, market, sales, models),
        year=years.year,
        shipped_share=costing.carmaker.chinese_rivals.get(market, 0.0),
        firms=terms.of("rival_firms", market).value,
    )
    set_by = [now.terms for now in circumstances]

    def holds(name: str, powertrain: str = "") -> Floats:
        """A parameter in every node-year, as events have set it."""
        value = terms.of(name, market, powertrain).value
        return np.asarray([now.get(name, value) for now in set_by])

    own = np.stack([holds("own_elasticity", powertrain) for powertrain in powertrains], axis=1)
    wanted = Elasticities(
        own=np.average(own, axis=1, weights=sides.own_sales),
        market=holds("market_elasticity"),
        rho=terms.of("nest_correlation", market).value,
    )
    try:
        return contest(market, tuple(mine.tolist()), sides, wanted)
    except RoadsteadError as error:
        faults = [Fault(f"{DEMAND_IN}{market}", f.code, f.message, f.expected) for f in error.faults]
        raise RoadsteadError(faults) from None


@dataclass(frozen=True, slots=True)
class _Packed:
    """Curves of all markets side by side."""

    width: Floats
    price: Floats
    groups: list[tuple[str, int]] = field(default_factory=list)
    members: list[tuple[int, int]] = field(default_factory=list)
    group_width: list[Floats] = field(default_factory=list)
    group_price: list[Floats] = field(default_factory=list)


def _packed(base: Reference, contests: Sequence[Contest], curves: Sequence[Curves], after_tax: float) -> _Packed:
    """Shares become cars, and money what the maker keeps of it after tax."""
    most = max(part.cells.width.shape[-1] for part in curves)
    shape = (*base.sales.shape, most)
    packed = _Packed(np.zeros(shape), np.zeros(shape))
    for m, (met, found) in enumerate(zip(contests, curves, strict=True)):
        mine = list(met.cells)
        potential = met.scale.potential[:, None, None]
        count = found.cells.width.shape[-1]
        packed.width[:, mine, :count] = found.cells.width * potential
        keeps = base.kept[:, mine, None] * after_tax
        packed.price[:, mine, :count] = found.cells.slope * keeps
        packed.price[:, mine, count:] = packed.price[:, mine, count - 1 : count]
        mean = np.average(base.kept[:, mine], axis=1, weights=base.sales[:, mine])[:, None] * after_tax
        for g, members in enumerate(found.members):
            whole = len(members) == len(mine)
            packed.members.extend((mine[k], len(packed.groups)) for k in members)
            nest = met.nests[int(met.competition.nest[members[0]])]
            packed.groups.append((met.market if whole else f"{met.market} {nest}", m))
            packed.group_width.append(found.groups.width[:, g] * potential[:, 0])
            packed.group_price.append(found.groups.slope[:, g] * mean)
    return packed


def _padded(parts: Sequence[Floats], *, edge: bool = False) -> Floats:
    """Arrays (Y, T) of several lengths as one (Y, G, T)."""
    most = max(part.shape[1] for part in parts)
    mode = "edge" if edge else "constant"
    return np.stack([np.pad(part, [(0, 0), (0, most - part.shape[1])], mode=mode) for part in parts], axis=1)  # type: ignore[call-overload]
