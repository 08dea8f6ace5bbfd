"""What each first decision is worth, and what would differ at full home cost: the plan solved again without it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.engine.local import map_tasks
from roadstead.footprint.plan import Pin
from roadstead.footprint.solve import Effort, solve, without
from roadstead.futures.evaluate import at_full_home_cost
from roadstead.futures.tree import node_probability
from roadstead.playbook.yardsticks import asks
from roadstead.terms.errors import RoadsteadError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from roadstead.footprint.solve import Solved
    from roadstead.futures.evaluate import Evaluation
    from roadstead.futures.prospect import Prospect
    from roadstead.futures.tree import ScenarioTree
    from roadstead.playbook.decisions import Decision


WIDER = 2.0
"""Gap of a plan solved again, over the gap of the plan itself; what it leaves open is told with what it costs."""


QUICK = 3.0
"""A problem solved in less is not worth starting processes for. [s]"""


@dataclass(frozen=True, slots=True)
class _Task:
    tree: ScenarioTree
    prospect: Prospect
    solved: Solved
    effort: Effort
    pins: tuple[Pin, ...]


def _again(task: _Task) -> Solved | None:
    """The plan solved again; None where what is asked of it cannot be kept without what is pinned off."""
    if task.pins:
        try:
            return without(task.tree, task.prospect, task.solved, task.effort, task.pins)
        except RoadsteadError:
            if not asks(task.prospect):
                raise
            return None
    return solve(task.tree, task.prospect, task.effort, start=task.solved.plan.decisions)


def solve_again(
    tree: ScenarioTree,
    evaluation: Evaluation,
    solved: Solved,
    first: Sequence[Decision],
    effort: Effort,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[tuple[Solved | None, ...], Solved]:
    """The plan without each of the first decisions, None where there is none, and the plan at full home cost."""
    again = Effort(effort.gap * WIDER, effort.seconds, 1)
    tasks = [_Task(tree, evaluation.prospect, solved, again, (pinned_off(evaluation, d),)) for d in first]
    tasks.append(_Task(tree, at_full_home_cost(evaluation).prospect, solved, again, ()))
    workers = effort.workers if solved.seconds > QUICK else 1
    *left_out, full = map_tasks(_again, tasks, workers=workers, progress=progress)
    assert full is not None
    return tuple(left_out), full


def pinned_off(evaluation: Evaluation, decision: Decision) -> Pin:
    """The pin that keeps a decision from being taken anywhere on the tree."""
    labels = evaluation.prospect.labels
    if decision.kind in {"expand", "retire"}:
        return Pin(
            "resource" if decision.kind == "expand" else "retire", labels.resource.index(decision.subject), do=False
        )
    name = f"enter {decision.subject}" if decision.kind == "enter" else decision.subject
    return Pin("close" if decision.kind == "close" else "option", labels.option.index(name), do=False)


def flipped_markets(evaluation: Evaluation, mine: Solved, full: Solved, line: str) -> tuple[str, ...]:
    """Markets a line serves most in the second plan and not in the first, in cars expected over the horizon."""
    p, grown = evaluation.prospect, evaluation.ledger.grown
    supply = p.labels.supply.index(line)
    likely = node_probability(grown.tree)[p.node_years.node] * p.node_years.span
    market = p.arc_market
    served = []
    for solved in (mine, full):
        weight = likely @ solved.plan.flows.flow
        by_market = np.zeros((len(p.labels.market), len(p.labels.supply)))
        np.add.at(by_market, (market, p.arcs.supply), weight)
        served.append((by_market.argmax(1) == supply) & (by_market.sum(1) > 0))
    return tuple(p.labels.market[m] for m in np.flatnonzero(served[1] & ~served[0]))


def lost_markets(evaluation: Evaluation, mine: Solved, full: Solved, line: str) -> tuple[str, ...]:
    """Markets a line serves most in the plan and no longer at full home cost."""
    return flipped_markets(evaluation, full, mine, line)
