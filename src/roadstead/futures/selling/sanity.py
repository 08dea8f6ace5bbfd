"""What a plan implies about demand, market by market, beside published bands.

At the prices at which a plan's cars sell, costs are taken that make those prices the firm's best ones, so that what limits
the plan (a dealer network, a plant) counts as cost. Around that equilibrium everything is measured by solving it again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from roadstead.demand.bands import bands
from roadstead.demand.choice import own_elasticities
from roadstead.demand.pricing import implied_costs, settle_prices, shares_at
from roadstead.demand.response import fitted, respond, revenue
from roadstead.futures.tree import node_probability

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roadstead.demand.bands import Band
    from roadstead.futures.prospect import NodeYears
    from roadstead.futures.selling.reaction import Reaction
    from roadstead.futures.selling.rivals import Contest
    from roadstead.futures.selling.selling import Selling
    from roadstead.futures.tree import ScenarioTree
    from roadstead.terms.arrays import Floats

STEP = 0.01
"""Part of the mean price by which cost is raised to see what prices do."""
POINTS = 0.10
"""Duty added on cars shipped from home, in parts of customs value, to see what imports do."""


@dataclass(frozen=True, slots=True)
class Implied:
    """What a plan implies in one market, weighted by cars over futures and years; NaN where it sells nothing.

    Attributes
    ----------
    own_elasticity
        Of the firm's models, each at the others' fixed prices. [1]
    market_elasticity
        Of all cars, when every price moves by one amount. [1]
    pass_through
        Retail money per money of cost, own cars made dearer alone. [1]
    import_elasticity
        Of cars shipped from home, the firm's and rivals', to one plus the duty. [1]
    diverted_share
        Of the buyers the firm loses as its cars grow dearer, the share that buys another car. [fraction]
    cost_gap
        Landed cost of the cheapest way over the cost at which the reference price is best, less one. [fraction]
    curve_error
        Money by price segments over money by the exact curve, less one. [fraction]
    moved
        Cars that change hands as rivals answer the plan. [fraction]
    cars
        Expected cars a year, for weighting.
    """

    market: str
    own_elasticity: float
    market_elasticity: float
    pass_through: float
    import_elasticity: float
    diverted_share: float
    cost_gap: float
    curve_error: float
    moved: float
    cars: float


CHECKED = (
    "own_elasticity",
    "market_elasticity",
    "pass_through",
    "import_elasticity",
    "diverted_share",
    "cost_gap",
    "curve_error",
)


def outside_bands(found: Implied) -> tuple[tuple[str, float, Band], ...]:
    """Checks of a market that lie outside their band, with value and band."""
    known = bands()
    values = ((check, float(getattr(found, check))) for check in CHECKED)
    return tuple((c, v, known[c]) for c, v in values if np.isfinite(v) and not known[c].holds(v))


def implied(
    tree: ScenarioTree,
    years: NodeYears,
    selling: Selling,
    sold: Floats,
    answer: Reaction,
    landed: Floats,
    customs_share: Mapping[str, float],
) -> tuple[Implied, ...]:
    """What a plan implies in every market.

    Parameters
    ----------
    sold
        Cars by cell. Shape (Y, C). [cars/year]
    landed
        Landed cost of the cheapest way into each cell, over what is kept of its reference price; NaN where there is none.
        Shape (Y, C). [fraction]
    customs_share
        Customs value of a car as a share of its retail price, by market. [fraction]
    """
    weight = node_probability(tree)[years.node] * years.span
    found = []
    for m, met in enumerate(selling.contests):
        mine = list(met.cells)
        cars = sold[:, mine]
        rows = np.flatnonzero(cars.sum(1) >= 1.0)
        by_row = weight[rows] * cars[rows].sum(1)
        total = float(by_row.sum())
        if total <= 0:
            found.append(_nothing(met.market))
            continue
        price = np.concatenate([answer.own_price[met.market], selling.rivals_price[m][:, met.own :]], axis=1)
        numbers = _around(_only(met, rows), price[rows], customs_share[met.market])
        mean = {name: float(np.average(values, weights=by_row)) for name, values in numbers.items()}
        found.append(
            Implied(
                market=met.market,
                **mean,
                cost_gap=_cost_gap(met, landed[:, mine], weight[:, None] * cars),
                curve_error=_curve_error(selling, m, rows, sold, by_row),
                moved=answer.by_market[m],
                cars=total / float(weight.sum()),
            )
        )
    return tuple(found)


def _nothing(market: str) -> Implied:
    nan = float("nan")
    return Implied(market, nan, nan, nan, nan, nan, nan, nan, nan, 0.0)


def _only(met: Contest, rows: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Contest:
    """The contest in some node-years."""
    game = met.competition
    game = replace(game, appeal=game.appeal[rows], alpha=game.alpha[rows])
    return replace(met, competition=game, price=met.price[rows], cost=met.cost[rows])


def _around(met: Contest, price: Floats, customs_share: float) -> dict[str, Floats]:
    """Elasticities, pass-through and diversion by node-year, by solving the equilibrium again beside the plan's. (Y,) each."""
    game, own = met.competition, met.own
    share = shares_at(game, price)
    cost = implied_costs(game, price, share)
    mine = np.arange(price.shape[1]) < own
    nobody = 1.0 - share.sum(1)
    mean = np.average(price[:, :own], axis=1, weights=share[:, :own])
    each = own_elasticities(share, price, game.nest, 1.0, game.rho) * game.alpha[:, None]
    step = STEP * mean
    dearer = settle_prices(game, cost + mine * step[:, None])
    base = settle_prices(game, cost)
    lost = (base.share - dearer.share)[:, :own].sum(1)
    no_car = (base.share - dearer.share).sum(1)
    rise = ((dearer.price - base.price)[:, :own] * share[:, :own]).sum(1) / share[:, :own].sum(1)
    shipped = mine | met.shipped
    taxed = settle_prices(game, cost + shipped * POINTS * customs_share * mean[:, None])
    imports = taxed.share[:, shipped].sum(1) / base.share[:, shipped].sum(1)
    return {
        "own_elasticity": np.average(each[:, :own], axis=1, weights=share[:, :own]),
        "market_elasticity": -game.alpha * mean * nobody,
        "pass_through": rise / step,
        "import_elasticity": np.log(imports) / np.log1p(POINTS),
        "diverted_share": 1.0 - no_car / lost,
    }


def _cost_gap(met: Contest, landed: Floats, cars: Floats) -> float:
    """Mean over the plan's cars. ``landed``: over what is kept of the reference price, as ``met.cost`` is over it. (Y, K)."""
    implied_share = met.cost[:, : met.own] / met.price[:, : met.own]
    known = np.isfinite(landed) & (cars > 0)
    if not known.any():
        return float("nan")
    return float(np.average((landed / implied_share)[known] - 1.0, weights=cars[known]))


def _curve_error(
    selling: Selling, m: int, rows: np.ndarray[tuple[int], np.dtype[np.int64]], sold: Floats, by_row: Floats
) -> float:
    """Money by segments over exact money, less one, at the plan's volumes."""
    met, stand = selling.contests[m], selling.stands[m]
    volume = sold[:, list(met.cells)] / met.scale.potential[:, None]
    exact = revenue(stand, volume)[rows]
    error = fitted(respond(stand), stand, volume)[rows] / exact - 1.0
    return float(np.average(error, weights=by_row))
