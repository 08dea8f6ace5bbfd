"""Each market as a carmaker meets it: own models and composites of rivals, by nest, calibrated at every node-year.

Where outlook and price meet: at reference prices a market sells exactly the cars of the node's outlook, split by
powertrain as the outlook says and by segment as the case does; the firm's models have their reference share of their
powertrain, rivals what they leave of each nest. Rivals stand as two composites in every nest: cars shipped from the firm's own home country, which meet its duties, and all
others; behind each stand a number of firms alike, which set prices as the firm does (D.5).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.demand.calibrate import calibrate
from roadstead.demand.pricing import Bounds, Competition, competition_at, implied_costs, settle_prices, shares_at
from roadstead.demand.response import Stand
from roadstead.futures.selling.nests import held_by_own
from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.terms.ids import NEV, Powertrain

if TYPE_CHECKING:
    from roadstead.demand.calibrate import Elasticities, Scale
    from roadstead.futures.selling.nests import Nests
    from roadstead.terms.arrays import Flags, Floats, Ints

SMALL = 1e-9
"""Least share of a market that a composite of rivals is given, so that a nest never stands empty."""


@dataclass(frozen=True, slots=True)
class Contest:
    """One market over all node-years; K own models come first of its J products, S rivals shipped from home next.

    Attributes
    ----------
    market
        Country.
    cells
        The prospect's cell of each own model. Length K.
    nests
        Names of the nests. Length G.
    classes
        Powertrain class of each nest. Length G.
    competition
        Who sells what. Prices of own models count as they are paid; ``kept`` is one for all.
    scale
        Price coefficient and potential by node-year.
    price
        Reference prices. Shape (Y, J). [money/car]
    cost
        Costs at which the reference prices are every firm's best ones, in retail terms. Shape (Y, J).
    shipped
        Rivals shipped from the firm's home country. Shape (J,).
    """

    market: str
    cells: tuple[int, ...]
    nests: tuple[str, ...]
    classes: tuple[str, ...]
    competition: Competition
    scale: Scale
    price: Floats
    cost: Floats
    shipped: Flags

    @property
    def own(self) -> int:
        """K."""
        return len(self.cells)


@dataclass(frozen=True, slots=True)
class Sides:
    """What is sold in a market at reference prices.

    Attributes
    ----------
    own_sales, own_price
        Shape (Y, K). [cars/year], [money/car]
    nests
        The market's nests with all cars of each.
    year
        Calendar year of each row. Shape (Y,).
    shipped_share
        Share of rivals' sales that comes from the firm's home country. [fraction]
    firms
        Firms behind each composite of rivals.
    """

    own_sales: Floats
    own_price: Floats
    nests: Nests
    year: Ints
    shipped_share: float
    firms: float


def segment_share(powertrain: Powertrain, nev: Floats, bev: float) -> Floats:
    """Share of all new cars that a powertrain has, by the share of NEV; EREV counts with PHEV, all others share what is not NEV."""
    if powertrain is Powertrain.BEV:
        return nev * bev
    return nev * (1.0 - bev) if powertrain in NEV else 1.0 - nev


def contest(market: str, cells: tuple[int, ...], sides: Sides, wanted: Elasticities) -> Contest:
    """Calibrate a market at every node-year.

    Raises
    ------
    RoadsteadError
        RS-D501 where own reference sales exceed a nest or are not positive; RS-D502 where elasticities contradict each other;
        RS-D504 where the elasticities ask for so wide a margin that a rival's car costs nothing.
    """
    sales, price, nest, shipped = _products(sides)
    own = np.arange(len(nest)) < len(cells)
    scale = calibrate(sales, price, nest, own, wanted)
    home, others = shipped & ~own, ~shipped & ~own
    seen = Competition(
        appeal=np.zeros(1),
        firm=np.where(own, 0, np.where(home, 1, 1 + int(home.any()))),
        nest=nest,
        twins=np.where(own, 1.0, sides.firms),
        alpha=scale.alpha,
        rho=wanted.rho,
        kept=np.ones(len(nest)),
    )
    assert own.any()
    assert others.any()
    share = sales / scale.potential[:, None]
    competition = competition_at(share, price, seen)
    cost = implied_costs(competition, price, share)
    least = np.where(own, np.inf, cost / price).min()
    if not least > 0:
        message = f"a rival's price implies a cost of {least:.3g} times it, own elasticity {np.max(wanted.own):g}"
        expected = "a model's own elasticity farther from zero, or more firms behind the rivals"
        raise RoadsteadError(Fault("demand", "RS-D504", message, expected))
    names, classes = sides.nests.names, sides.nests.classes
    return Contest(market, cells, names, classes, competition, scale, price, cost, shipped)


def _products(sides: Sides) -> tuple[Floats, Floats, Ints, Flags]:
    """Sales, prices, nests of all products, and which rivals are shipped from home."""
    nests = sides.nests
    groups, held = len(nests.names), held_by_own(nests, sides.own_sales, sides.year)
    rest = np.maximum(nests.sales - held, SMALL * nests.sales.sum(-1, keepdims=True))
    mean = np.average(sides.own_price, axis=1, weights=sides.own_sales)
    parts = [sides.shipped_share] if sides.shipped_share > 0 else []
    parts += [1.0 - sides.shipped_share]
    sales = np.concatenate([sides.own_sales, *(rest * part for part in parts)], axis=1)
    price = np.concatenate([sides.own_price, np.repeat(mean[:, None], groups * len(parts), axis=1)], axis=1)
    nest = np.concatenate([nests.own, *(np.arange(groups) for _ in parts)])
    shipped = np.zeros(len(nest), dtype=bool)
    if sides.shipped_share > 0:
        shipped[len(nests.own) : len(nests.own) + groups] = True
    return sales, price, nest, shipped


def rivals_answer(met: Contest, own_price: Floats, rise: Floats, floor: Floats) -> Floats:
    """Prices at which rivals settle, own prices being held.

    Parameters
    ----------
    own_price
        Shape (Y, K). [money/car]
    rise
        What cars cost more than at reference, in retail terms; own ones are not read. Shape (Y, J). [money/car]
    floor
        Least prices rivals must keep, minus infinity where there is none. Shape (Y, J). [money/car]

    Returns
    -------
    Prices of all products. Shape (Y, J).
    """
    held = np.full(met.price.shape, np.nan)
    held[:, : met.own] = own_price
    free = np.isnan(held)
    bounds = Bounds(np.where(free, floor, held), np.where(free, np.inf, held))
    return settle_prices(met.competition, met.cost + rise, bounds).price


def stand_against(met: Contest, price: Floats) -> Stand:
    """Own models, and rivals at their prices: what a curve of the firm's revenue is drawn from. ``price``: (Y, J)."""
    game = met.competition
    utility = game.appeal - game.alpha[:, None] * price
    rivals = np.zeros((len(price), int(game.nest.max()) + 1))
    attraction = np.exp(utility[:, met.own :] / (1.0 - game.rho))
    np.add.at(rivals.T, game.nest[met.own :], attraction.T)
    reference = met.price[:, : met.own]
    at_reference = np.concatenate([reference, price[:, met.own :]], axis=1)
    return Stand(
        appeal=game.appeal[:, : met.own],
        price=reference,
        volume=shares_at(game, at_reference)[:, : met.own],
        nest=game.nest[: met.own],
        rivals=rivals,
        alpha=game.alpha,
        rho=game.rho,
    )
