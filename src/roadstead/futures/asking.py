"""What the maker asks of its plan, as arrays of the prospect."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from roadstead.futures.accounts import Tails

if TYPE_CHECKING:
    from roadstead.futures.tree import ScenarioTree
    from roadstead.terms.arrays import Floats
    from roadstead.world.asked import Asked


def budgets(asked: Asked, tree: ScenarioTree) -> Floats:
    """Most that may be spent at every node, one budget for all nodes of a stage; infinite without one. Shape (N,). [money]"""
    return np.asarray([asked.budget.get(year, np.inf) for year in tree.start.tolist()])


def tails(asked: Asked) -> Tails:
    """The tail of futures that is weighed, if any; none where it counts nothing."""
    if asked.tail is None or asked.tail.weight == 0.0:
        return Tails()
    return Tails(np.asarray([asked.tail.level]), np.asarray([asked.tail.weight]))
