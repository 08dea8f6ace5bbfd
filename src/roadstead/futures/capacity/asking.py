"""What the maker asks of its plan, as arrays of the prospect."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from roadstead.futures.accounts import Tails

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.futures.prospect import NodeYears
    from roadstead.futures.tree import ScenarioTree
    from roadstead.terms.arrays import Floats
    from roadstead.world.asked import Asked
    from roadstead.world.carmaker import Offer


def budgets(asked: Asked, tree: ScenarioTree) -> Floats:
    """Most that may be spent at every node, one budget for all nodes of a stage; infinite without one. Shape (N,). [money]"""
    return np.asarray([asked.budget.get(year, np.inf) for year in tree.start.tolist()])


def tails(asked: Asked) -> Tails:
    """The tail of futures that is weighed, if any; none where it counts nothing."""
    if asked.tail is None or asked.tail.weight == 0.0:
        return Tails()
    return Tails(np.asarray([asked.tail.level]), np.asarray([asked.tail.weight]))


def least_served(asked: Asked, years: NodeYears, offers: Sequence[Offer]) -> Floats:
    """Cars that must be served: of years that are run alike, the most of any of them. Shape (Y, C). [cars/year]"""
    found = np.zeros((years.count, len(offers)))
    cells = {(offer.market, offer.model_id): c for c, offer in enumerate(offers)}
    for one in asked.least:
        met = (years.year <= one.last) & (years.year + years.span > one.first)
        c = cells[one.market, one.model_id]
        found[met, c] = np.maximum(found[met, c], one.cars)
    return found
