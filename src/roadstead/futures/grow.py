"""A scenario tree with what its nodes mean: the one form that a declared tree and one grown from paths (``growth.from_paths``) have."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from roadstead.futures.events import Happening
from roadstead.futures.tree import ScenarioTree, leaves, node_probability
from roadstead.terms.arrays import frozen
from roadstead.terms.years import NEVER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roadstead.futures.events import DemandClass, Event, TreePlan
    from roadstead.outlook.forecast import Outlook
    from roadstead.terms.arrays import Flags, Floats, Ints

CLASS_YEAR = 2032
"""Year whose NEV sales, all planned markets together, sort the draws into slow, middle and fast."""


@dataclass(frozen=True, slots=True)
class Climate:
    """What batteries, freight and places abroad cost beside what the case says, by node and calendar year.

    Attributes
    ----------
    battery, freight
        Multiples of the case's own course. Shapes (N, T).
    worth
        Real worth of the currency of a place in that of home, over today's, by place. Shape (N, T) each.
    """

    battery: Floats
    freight: Floats
    worth: Mapping[str, Floats] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for array in (self.battery, self.freight, *self.worth.values()):
            frozen(array)


@dataclass(frozen=True, slots=True)
class Nearness:
    """How near a tree is to the paths it was grown from.

    Attributes
    ----------
    paths
        How many there were.
    distance, undivided
        As in ``Reduced``. [money]
    idle
        Events that are played and change nothing for the case, so that the tree leaves them out.
    """

    paths: int
    distance: float
    undivided: float
    idle: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grown:
    """A tree with what its nodes mean.

    Attributes
    ----------
    names
        English and Chinese names of the nodes. Length N.
    events
        What may happen, as it is played, by id.
    happened
        What has happened by the end of each node, in the order in which it came. Length N.
    demand
        Class of the demand draws at each node; empty while it is still open, and where nodes have draws of their own.
    market, nev_share
        Expected new-car sales, and NEV share weighted by sales, by node, market and calendar year. Shapes (N, P, T).
    climate
        None where all costs take the case's own course.
    nearness
        None for a tree that was declared.
    """

    tree: ScenarioTree
    names: tuple[tuple[str, str], ...]
    events: Mapping[str, Event]
    happened: tuple[tuple[Happening, ...], ...]
    demand: tuple[DemandClass, ...]
    market: Floats
    nev_share: Floats
    climate: Climate | None = None
    nearness: Nearness | None = None

    def begun(self, node: int) -> tuple[str, ...]:
        """Events that come at a node."""
        return tuple(one.event for one in self.happened[node] if one.node == node)


def grow(plan: TreePlan, events: Mapping[str, Event], outlook: Outlook) -> Grown:
    """Grow the declared tree and give every node the draws that fit it.

    The draws are cut where the tree's own probabilities say: if its paths are slow with probability 0.3 in all, the
    slow class is the slowest 30 % of the joint draws. Where the plan states the share of a class, that is where it is cut: a
    tree on which slow sales have been made certain still means its slowest 30 %.
    """
    index = {node.node_id: i for i, node in enumerate(plan.nodes)}
    parent = np.asarray([index[n.parent] if n.parent else -1 for n in plan.nodes])
    stage = np.asarray(plan.stages)
    ends = [*plan.starts[1:], plan.last + 1]
    happened: list[tuple[Happening, ...]] = []
    demand: list[DemandClass] = []
    for i, node in enumerate(plan.nodes):
        before = happened[parent[i]] if parent[i] >= 0 else ()
        since = plan.starts[plan.stages[i]]
        happened.append((*before, *(Happening(event, i, since, NEVER) for event in node.fires)))
        found = [events[event].demand for event in node.fires if events[event].demand]
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
        state=tuple("+".join(one.event for one in so_far) or "today" for so_far in happened),
    )
    market, nev_share = _expectations(tree, tuple(demand), outlook, plan.shares)
    names = tuple((node.name, node.name_zh or node.name) for node in plan.nodes)
    return Grown(tree, names, events, tuple(happened), tuple(demand), market, nev_share)


def central(grown: Grown, outlook: Outlook) -> Grown:
    """The central future: what holds today stays, nothing else happens, and the outlook and all costs keep to their means."""
    first = [int(np.flatnonzero(grown.tree.start == start)[0]) for start in np.unique(grown.tree.start)]
    start, years = grown.tree.start[first], grown.tree.years[first]
    tree = ScenarioTree(
        parent=np.arange(len(first)) - 1,
        start=start,
        years=years,
        branch_probability=np.ones(len(first)),
        name=(grown.tree.name[0], *(f"central {year}" for year in start[1:].tolist())),
        state=(grown.tree.state[0],) * len(first),
    )
    begun = (one for one in grown.happened[0] if one.since <= grown.tree.first_year and one.until == NEVER)
    today = tuple(Happening(one.event, 0, one.since, NEVER) for one in begun)
    still_open: tuple[DemandClass, ...] = tuple("" for _ in first)
    market, nev_share = _expectations(tree, still_open, outlook, {})
    names = (grown.names[0], *((name, name) for name in tree.name[1:]))
    return Grown(tree, names, grown.events, (today,) * len(first), still_open, market, nev_share)


def class_draws(
    tree: ScenarioTree,
    demand: tuple[DemandClass, ...],
    outlook: Outlook,
    shares: Mapping[str, float] = MappingProxyType({}),
) -> dict[str, Flags]:
    """Which draws belong to each demand class. Shape (draws,) each; the empty class holds all. ``shares``: those stated."""
    rank = pace(outlook)
    probability = node_probability(tree)
    ends = leaves(tree)
    slow = shares.get("slow", sum(probability[leaf] for leaf in ends if demand[leaf] == "slow"))
    fast = shares.get("fast", sum(probability[leaf] for leaf in ends if demand[leaf] == "fast"))
    return {
        "": np.ones(len(rank), dtype=bool),
        "slow": rank < round(slow * len(rank)),
        "fast": rank >= len(rank) - round(fast * len(rank)),
    }


def halves(outlook: Outlook) -> dict[str, Flags]:
    """The slower and the faster half of the draws. Shape (draws,) each."""
    rank = pace(outlook)
    return {"slow": rank < len(rank) // 2, "fast": rank >= len(rank) // 2}


def pace(outlook: Outlook) -> Ints:
    """Rank of every draw by NEV sales of all planned markets in the class year. Shape (draws,)."""
    at = int(np.argmin(np.abs(outlook.years - CLASS_YEAR)))
    units = (outlook.market[:, :, at] * outlook.nev_share[:, :, at]).sum(1)
    return np.argsort(np.argsort(units, kind="stable"), kind="stable")


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


def marginals(grown: Grown) -> dict[str, float]:
    """Probability that each event has happened by the end of the horizon, as the tree implies it."""
    probability = node_probability(grown.tree)
    found = dict.fromkeys(grown.events, 0.0)
    for leaf in leaves(grown.tree):
        for event in {one.event for one in grown.happened[leaf]}:
            found[event] += float(probability[leaf])
    return found
