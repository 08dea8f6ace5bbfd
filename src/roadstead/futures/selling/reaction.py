"""How rivals answer a plan: the prices its cars sell at, the prices rivals then settle at, and the cars that change hands.

A plan is worked out against rivals' given prices, as each firm sets its own in a Bertrand equilibrium; the plan's cars then
sell at certain prices, which rivals answer. Where their answer leaves the plan's volumes as they are, plan and prices are
an equilibrium.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.demand.pricing import shares_at
from roadstead.demand.response import prices_at
from roadstead.futures.selling.rivals import rivals_answer
from roadstead.futures.tree import node_probability

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roadstead.futures.prospect import NodeYears
    from roadstead.futures.selling.selling import Selling
    from roadstead.futures.tree import ScenarioTree
    from roadstead.terms.arrays import Floats

HARDLY_ANY = 1e-9
"""Share of all who might buy at which a model that sells nothing is priced."""


@dataclass(frozen=True, slots=True)
class Reaction:
    """Rivals' answer to a plan.

    Attributes
    ----------
    own_price
        Retail prices at which the plan's cars sell, by market. Shape (Y, K). [money/car]
    moved
        Cars that change hands as rivals answer, over all cars of the plan, expected over futures and years. [fraction]
    by_market
        The same in each market. Length M.
    """

    own_price: Mapping[str, Floats]
    moved: float
    by_market: tuple[float, ...]


def react(tree: ScenarioTree, years: NodeYears, selling: Selling, sold: Floats) -> Reaction:
    """Rivals' answer to cars sold by cell. ``sold``: shape (Y, C). [cars/year]"""
    weight = node_probability(tree)[years.node] * years.span
    prices: dict[str, Floats] = {}
    moved, total = np.zeros(len(selling.markets)), np.zeros(len(selling.markets))
    for m, (met, stand) in enumerate(zip(selling.contests, selling.stands, strict=True)):
        cars = sold[:, list(met.cells)]
        volume = np.maximum(cars / met.scale.potential[:, None], HARDLY_ANY)
        own = prices_at(stand, volume)
        settled = rivals_answer(met, own, selling.rise[m], selling.rivals_floor[m])
        after = shares_at(met.competition, settled)[:, : met.own]
        prices[met.market] = own
        moved[m] = float((weight[:, None] * np.abs(after - volume) * met.scale.potential[:, None]).sum())
        total[m] = float((weight[:, None] * cars).sum())
    shares = np.divide(moved, total, out=np.zeros_like(moved), where=total > 0)
    return Reaction(prices, float(moved.sum() / max(total.sum(), 1.0)), tuple(shares.tolist()))
