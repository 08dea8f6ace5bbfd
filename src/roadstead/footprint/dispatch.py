"""The best flows that given decisions allow, and how a point of the program is read as a plan."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from roadstead.footprint.columns import CARS
from roadstead.footprint.extensive import LONGEST, Limits, run
from roadstead.footprint.formulation import formulate
from roadstead.footprint.plan import Decisions, Flows, FootprintPlan
from roadstead.footprint.reach import within_reach
from roadstead.footprint.tails import with_tails
from roadstead.terms.errors import Fault, RoadsteadError, raise_if_any

if TYPE_CHECKING:
    from roadstead.footprint.columns import Columns
    from roadstead.footprint.formulation import Formulation
    from roadstead.footprint.program import Program
    from roadstead.futures.prospect import Prospect, Resources
    from roadstead.futures.tree import ScenarioTree
    from roadstead.terms.arrays import Floats, Ints

_FITTING = "decisions that close only what is open and build only where an option is committed to"


def no_new(tree: ScenarioTree, prospect: Prospect) -> Decisions:
    """Nothing is committed to, closed, bought or retired."""
    options = (tree.count, len(prospect.labels.option))
    resources = (tree.count, len(prospect.labels.resource))
    return Decisions(np.zeros(options), np.zeros(options), np.zeros(resources), np.zeros(resources))


def dispatch(tree: ScenarioTree, prospect: Prospect, decisions: Decisions) -> FootprintPlan:
    """The plan that keeps ``decisions`` and sends cars where they earn most.

    Raises
    ------
    RoadsteadError
        RS-F501 where the decisions do not fit together, or one is taken that the prospect does not offer.
    """
    return _sent(tree, prospect, formulate(tree, prospect, relaxed=True), decisions)


def dispatch_in_reach(tree: ScenarioTree, prospect: Prospect, decisions: Decisions) -> FootprintPlan:
    """The same with what of ``decisions`` is within reach, where they were made for other futures."""
    whole = formulate(tree, prospect, relaxed=True)
    return _sent(tree, prospect, whole, within_reach(tree, prospect, whole.columns, decisions))


def _sent(tree: ScenarioTree, prospect: Prospect, whole: Formulation, decisions: Decisions) -> FootprintPlan:
    check_offered(tree, prospect, whole.columns, decisions)
    held = replace(whole, program=fixed(whole, decisions))
    answer = run(with_tails(tree, prospect, held), Limits(seconds=LONGEST))
    if answer.point is None:
        raise misfit(f"the solver says {answer.status!r}")
    return FootprintPlan(decisions, read_flows(whole.columns, answer.point))


def misfit(why: str) -> RoadsteadError:
    """Decisions that do not fit together."""
    return RoadsteadError(Fault("decisions", "RS-F501", f"no flows fit these decisions: {why}", _FITTING))


def check_offered(tree: ScenarioTree, prospect: Prospect, columns: Columns, decisions: Decisions) -> None:
    """Raise where one is taken that the prospect does not offer."""
    options, resources = prospect.labels.option, prospect.labels.resource
    words = (("committed to", options), ("closed", options), ("built", resources), ("retired", resources))
    faults = [
        Fault(labels[i], "RS-F501", f"{word} at {tree.name[n]}, which the prospect does not offer", _FITTING)
        for (index, wanted), (word, labels) in zip(_families(columns, decisions), words, strict=True)
        for n, i in np.argwhere((index < 0) & (wanted != 0)).tolist()
    ]
    raise_if_any(faults)


def fixed(whole: Formulation, decisions: Decisions) -> Program:
    """The program with its decisions on nodes fixed."""
    floor, ceiling = whole.program.floor.copy(), whole.program.ceiling.copy()
    for index, wanted in _families(whole.columns, decisions):
        here = index >= 0
        floor[index[here]] = ceiling[index[here]] = wanted[here]
    return replace(whole.program, floor=floor, ceiling=ceiling)


def _families(columns: Columns, decisions: Decisions) -> tuple[tuple[Ints, Floats], ...]:
    return (
        (columns.u, decisions.commit),
        (columns.v, decisions.close),
        (columns.z, decisions.build),
        (columns.w, decisions.retire),
    )


def read_decisions(columns: Columns, point: Floats, resources: Resources) -> Decisions:
    """Decisions of a point: options and whole modules rounded, which the solver leaves a millionth off; none below nothing."""
    point = np.maximum(point, 0.0)
    build, retire = _taken(columns.z, point), _taken(columns.w, point)
    return Decisions(
        commit=np.round(_taken(columns.u, point)),
        close=np.round(_taken(columns.v, point)),
        build=np.where(resources.whole, np.round(build), build),
        retire=np.where(resources.retired_whole, np.round(retire), retire),
    )


def read_flows(columns: Columns, point: Floats) -> Flows:
    """Flows and sales of a point. [cars/year]"""
    return Flows(
        flow=CARS * np.maximum(_taken(columns.x, point), 0.0),
        sale=CARS * np.maximum(_taken(columns.q, point), 0.0),
        group_sale=CARS * np.maximum(_taken(columns.g, point), 0.0),
        short=CARS * np.maximum(_taken(columns.h, point), 0.0),
    )


def _taken(index: Ints, point: Floats) -> Floats:
    """Values of a family of columns; zero where a column does not exist."""
    return np.where(index >= 0, point[np.maximum(index, 0)], 0.0)
