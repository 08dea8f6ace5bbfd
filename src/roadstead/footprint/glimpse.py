"""What a problem is worth between two ends, found from one near it: relaxed once from where that ended, and whole decisions valued as
they come; nothing is branched for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from roadstead.footprint.bounds import weak_duality
from roadstead.footprint.certify import certify
from roadstead.footprint.columns import MONEY
from roadstead.footprint.dispatch import read_decisions, read_flows
from roadstead.footprint.extensive import INFEASIBLE, WarmProgram
from roadstead.footprint.formulation import formulate
from roadstead.footprint.linking import tighten
from roadstead.footprint.plan import FootprintPlan
from roadstead.footprint.rounding import Tries, good_start

if TYPE_CHECKING:
    from roadstead.footprint.linking import LinkingCuts
    from roadstead.footprint.nearby import Ended
    from roadstead.footprint.plan import Decisions, Pin
    from roadstead.futures.prospect import Prospect
    from roadstead.futures.tree import ScenarioTree


@dataclass(frozen=True, slots=True)
class Near:
    """What is known from the problem near by.

    Attributes
    ----------
    start
        Decisions that may fit here too.
    cuts, ended
        Cuts that hold here too, and where its relaxation with them has ended.
    """

    start: Decisions
    cuts: LinkingCuts
    ended: Ended


@dataclass(frozen=True, slots=True)
class Glimpse:
    """A plan's certified value, none where no plan was found, and the bound on all plans, minus infinity where there is none. [money]"""

    value: float | None
    bound: float


def glimpse(tree: ScenarioTree, prospect: Prospect, pins: tuple[Pin, ...], near: Near) -> Glimpse:
    """A plan and a bound, by one relaxation; the bound rests on weak duality (F.13) alone. No tail of futures may be weighed."""
    if prospect.tails.level.size:
        raise ValueError("where tails are weighed the bound has prices of its own: solve")
    whole = formulate(tree, prospect, pins)
    warm = WarmProgram(replace(whole.program, whole=np.zeros_like(whole.program.whole)))
    linked, _ = tighten(prospect, whole.columns, warm, near.cuts, near.ended)
    if linked.status == INFEASIBLE:
        return Glimpse(None, float("-inf"))
    if linked.point is None or linked.price is None:
        return Glimpse(None, float("inf"))
    bound = MONEY * weak_duality(warm.program, linked.price)
    best = good_start(tree, prospect, whole.columns, warm, linked.point, near.start, Tries(count=0))
    if best is None:
        return Glimpse(None, bound)
    decisions = read_decisions(whole.columns, best.point, prospect.resources)
    plan = FootprintPlan(decisions, read_flows(whole.columns, best.point))
    value = certify(tree, prospect, plan).value
    return Glimpse(value, max(bound, value))
