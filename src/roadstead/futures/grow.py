"""From the events a case declares to a scenario tree, and to the demand each of its nodes expects."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from roadstead.futures.tree import ScenarioTree, leaves, node_probability
from roadstead.terms.arrays import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roadstead.futures.events import DemandClass, TreePlan
    from roadstead.outlook.forecast import Outlook
    from roadstead.terms.arrays import Flags, Floats

CLASS_YEAR = 2032
"""Year whose NEV sales, all planned markets together, sort the draws into slow, middle and fast."""


@dataclass(frozen=True, slots=True)
class Grown:
    """A tree with what its nodes mean.

    Attributes
    ----------
    fired
        Events that have fired by each node with the node they fired at, in order.
    demand
        Class of the demand draws at each node; empty while it is still open.
    market, nev_share
        Expected new-car sales, and NEV share weighted by sales, by node, market and calendar year. Shapes (N, P, T).
    """

    tree: ScenarioTree
    fired: tuple[tuple[tuple[str, int], ...], ...]
    demand: tuple[DemandClass, ...]
    market: Floats
    nev_share: Floats


def grow(plan: TreePlan, classes: Mapping[str, DemandClass], outlook: Outlook) -> Grown:
    """Grow the declared tree and give every node the draws that fit it.

    Parameters
    ----------
    classes
        Demand class each event brings, for those that bring one.

    The draws are cut where the tree's own probabilities say: if its paths are slow with probability 0.3 in all, the
    slow class is the slowest 30 % of the joint draws. Where the plan states the share of a class, that is where it is cut: a
    tree on which slow sales have been made certain still means its slowest 30 %.
    """
    index = {node.node_id: i for i, node in enumerate(plan.nodes)}
    parent = np.asarray([index[n.parent] if n.parent else -1 for n in plan.nodes])
    stage = np.asarray(plan.stages)
    ends = [*plan.starts[1:], plan.last + 1]
    fired: list[tuple[tuple[str, int], ...]] = []
    demand: list[DemandClass] = []
    for i, node in enumerate(plan.nodes):
        before = fired[parent[i]] if parent[i] >= 0 else ()
        fired.append((*before, *((event, i) for event in node.fires)))
        found = [classes[event] for event in node.fires if classes.get(event)]
        inherited: DemandClass = demand[parent[i]] if parent[i] >= 0 else ""
        demand.append(found[-1] if found else inherited)
    tree = ScenarioTree(
        parent=parent,
        start=np.asarray([plan.starts[s] for s in stage]),
        years=np.asarray([ends[s] - plan.starts[s] for s in stage]),
        branch_probability=np.asarray(
            [1.0 if p < 0 else n.probability for p, n in zip(parent, plan.nodes, strict=True)]
        ),
        name=tuple(node.name for node in plan.nodes),
        state=tuple("+".join(event for event, _ in events) or "today" for events in fired),
    )
    market, nev_share = _expectations(tree, tuple(demand), outlook, plan.shares)
    return Grown(tree, tuple(fired), tuple(demand), market, nev_share)


def class_draws(
    tree: ScenarioTree,
    demand: tuple[DemandClass, ...],
    outlook: Outlook,
    shares: Mapping[str, float] = MappingProxyType({}),
) -> dict[str, Flags]:
    """Which draws belong to each demand class. Shape (draws,) each; the empty class holds all. ``shares``: those stated."""
    at = int(np.argmin(np.abs(outlook.years - CLASS_YEAR)))
    units = (outlook.market[:, :, at] * outlook.nev_share[:, :, at]).sum(1)
    rank = np.argsort(np.argsort(units, kind="stable"), kind="stable")
    probability = node_probability(tree)
    ends = leaves(tree)
    slow = shares.get("slow", sum(probability[leaf] for leaf in ends if demand[leaf] == "slow"))
    fast = shares.get("fast", sum(probability[leaf] for leaf in ends if demand[leaf] == "fast"))
    return {
        "": np.ones(len(units), dtype=bool),
        "slow": rank < round(slow * len(units)),
        "fast": rank >= len(units) - round(fast * len(units)),
    }


def _expectations(
    tree: ScenarioTree, demand: tuple[DemandClass, ...], outlook: Outlook, shares: Mapping[str, float]
) -> tuple[Floats, Floats]:
    """Means over the draws that fit each node. A path whose class never shows has what is left over."""
    chosen = class_draws(tree, demand, outlook, shares)
    settled = np.asarray(demand) != ""
    middle = ~chosen["slow"] & ~chosen["fast"]
    units = outlook.market * outlook.nev_share
    market = np.empty((tree.count, *outlook.market.shape[1:]))
    nev = np.empty_like(market)
    open_below = _class_still_open(tree, settled)
    for node in range(tree.count):
        use = chosen[demand[node]]
        if demand[node] == "" and not open_below[node] and middle.any():
            use = middle
        if not use.any():
            use = chosen[""]
        market[node] = outlook.market[use].mean(0)
        nev[node] = units[use].mean(0) / market[node]
    for array in (market, nev):
        frozen(array)
    return market, nev


def _class_still_open(tree: ScenarioTree, settled: Flags) -> Flags:
    """True where the class is not settled yet but will be on some path below."""
    below = settled.copy()
    for node in range(tree.count - 1, 0, -1):
        below[tree.parent[node]] |= below[node]
    return below & ~settled


def marginals(plan: TreePlan, grown: Grown) -> dict[str, float]:
    """Probability that each event has fired by the end of the horizon, as the tree implies it."""
    probability = node_probability(grown.tree)
    found: dict[str, float] = {}
    for leaf in leaves(grown.tree):
        for event in {event for event, _ in grown.fired[leaf]}:
            found[event] = found.get(event, 0.0) + float(probability[leaf])
    return {event: found.get(event, 0.0) for node in plan.nodes for event in node.fires}
