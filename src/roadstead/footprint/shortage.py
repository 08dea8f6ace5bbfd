r"""Why cars that must be served (F.19) cannot be: the plan that falls short of them by the fewest, whatever it earns.

.. math::
    \min \sum_{y,c} b_{yc} \quad \text{where} \quad \sum_s q_{ycs} + b_{yc} \ge \underline D_{yc}, \quad
    \text{and all else of the program}   \qquad (F.20)
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from roadstead.footprint.columns import CARS
from roadstead.footprint.extensive import run
from roadstead.footprint.formulation import formulate
from roadstead.footprint.program import giving_way
from roadstead.terms.errors import Fault

if TYPE_CHECKING:
    from roadstead.footprint.extensive import Limits
    from roadstead.footprint.formulation import Formulation
    from roadstead.futures.prospect import Prospect
    from roadstead.futures.tree import ScenarioTree
    from roadstead.terms.arrays import Floats

LEAST_SHORT = 1.0
"""Shortages below this are a solver's rounding. [cars/year]"""


def unserved(tree: ScenarioTree, prospect: Prospect, limits: Limits) -> list[Fault]:
    """Where the least shortage lies, cell by cell and year by year; none where all that must be served can be.

    Another plan may fall short elsewhere, none by less in all.
    """
    if not prospect.demand.least.any():
        return []
    whole = formulate(tree, prospect)
    for divisible in (True, False):
        short = _least_shortage(whole, limits, divisible=divisible)
        if short.max(initial=0.0) > LEAST_SHORT:
            return _told(tree, prospect, short)
    return []


def _least_shortage(whole: Formulation, limits: Limits, *, divisible: bool) -> Floats:
    """Cars short, b of (F.20). Shape (Y, C). [cars/year]"""
    must = whole.must >= 0
    program, rows = whole.program, whole.must[must]
    program = replace(program, whole=program.whole & (not divisible))
    answer = run(giving_way(program, rows, np.arange(len(rows)), np.ones(len(rows))), limits)
    short = np.zeros(must.shape)
    if answer.point is not None:
        short[must] = CARS * answer.point[len(whole.program.gain) :]
    return short


def _told(tree: ScenarioTree, p: Prospect, short: Floats) -> list[Fault]:
    faults = []
    for y, c in np.argwhere(short > LEAST_SHORT).tolist():
        market, model = p.labels.cell[c]
        where = f"{p.labels.model[model]} in {p.labels.market[market]}"
        when = f"{p.node_years.year[y]}, {tree.name[p.node_years.node[y]]}"
        message = f"{short[y, c]:,.0f} of {p.demand.least[y, c]:,.0f} cars that must be served cannot be ({when})"
        faults.append(
            Fault(where, "RS-F505", message, "capacity that is open by then, or fewer cars that must be served")
        )
    return faults
