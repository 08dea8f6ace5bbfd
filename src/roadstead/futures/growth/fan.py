"""Fresh paths as a fan: one root as the tree knows it today, and below it every path as a chain of its own.

A plan made on a tree is tried on a fan. Which node of the tree a path is at follows stage by stage, as the tree's own paths were parted
(``reduce``): of the children of the node it was at, the one whose middle lies nearest to what the path does in that stage, in money.
Nothing later is looked at.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial.distance import cdist

from roadstead.futures.accounts import Tails
from roadstead.futures.evaluate import evaluate, node_years
from roadstead.futures.grow import Climate, Grown
from roadstead.futures.growth.from_paths import climate, happened
from roadstead.futures.growth.stakes import in_money
from roadstead.futures.paths.economy import Factors
from roadstead.futures.subtrees import of_nodes
from roadstead.futures.tree import ScenarioTree

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from roadstead.futures.costs.costing import Costing
    from roadstead.futures.growth.from_paths import Source
    from roadstead.futures.paths.simulate import Paths
    from roadstead.futures.prospect import Prospect
    from roadstead.terms.arrays import Floats, Ints
    from roadstead.trade.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class Fan:
    """Paths side by side, ready to be planned on.

    What a path is worth does not hang on those beside it, given decisions: what modules keep at the end depends on years alone.

    Attributes
    ----------
    tree
        Root first, then the nodes of the first path, of the second, ...
    at
        Node of the tree planned on that each node of the fan is at. Shape (N,).
    """

    tree: ScenarioTree
    prospect: Prospect
    at: Ints

    @property
    def depth(self) -> int:
        """Nodes of a path below the root."""
        return _depth(self.tree)

    @property
    def paths(self) -> int:
        """Number of paths."""
        return _paths(self.tree)

    def of(self, paths: Sequence[int] | Ints) -> Fan:
        """Some of the paths, each as likely beside the others as before."""
        tree, nodes = _some_paths(self.tree, paths)
        return Fan(tree, of_nodes(self.prospect, nodes), self.at[nodes])

    def by_path(self, by_node: Floats) -> Floats:
        """What comes to every path that is reached, of each node's part of an expected value. Shapes (N,) -> (paths,)."""
        own = by_node[1:].reshape(self.paths, self.depth).sum(axis=1)
        return np.asarray(by_node[0] + own / self.tree.branch_probability[1 :: self.depth])


def _paths(tree: ScenarioTree) -> int:
    return int(np.count_nonzero(tree.parent == 0))


def _depth(tree: ScenarioTree) -> int:
    return (tree.count - 1) // _paths(tree)


def _some_paths(tree: ScenarioTree, paths: Sequence[int] | Ints) -> tuple[ScenarioTree, Ints]:
    """The tree of some paths of a fan, each as likely beside the others as before, and its nodes among all."""
    some, depth = np.asarray(paths, dtype=np.int64), _depth(tree)
    nodes = np.concatenate([[0], (1 + some[:, None] * depth + np.arange(depth)).ravel()])
    share = tree.branch_probability[1 + some * depth]
    stages = slice(0, depth + 1)
    part = fan_tree(tree.start[stages], tree.years[stages], share / share.sum())
    return replace(part, name=tuple(tree.name[n] for n in nodes)), nodes


def fan_tree(start: Ints, years: Ints, probability: Floats) -> ScenarioTree:
    """The tree of as many paths as there are probabilities, over the stages that begin in ``start`` and last ``years``."""
    depth, count = len(start) - 1, len(probability)
    if depth < 1:
        raise ValueError("a fan has a second stage, in which its paths part")
    parent = np.arange(depth * count).reshape(count, depth)
    parent[:, 0] = 0
    branch = np.ones((count, depth))
    branch[:, 0] = probability
    name = tuple(f"path {i} from {year}" for i in range(count) for year in start[1:].tolist())
    return ScenarioTree(
        parent=np.concatenate([[-1], parent.ravel()]),
        start=np.concatenate([start[:1], np.tile(start[1:], count)]),
        years=np.concatenate([years[:1], np.tile(years[1:], count)]),
        branch_probability=np.concatenate([[1.0], branch.ravel()]),
        name=("today", *name),
        state=("",) * (1 + depth * count),
    )


def walk(tree: ScenarioTree, nodes: Floats, paths: Floats) -> Ints:
    """The node of the tree that every path is at, stage by stage: of the children of the one it was at, that with the nearest middle.

    Both are told in money by calendar year and thing; of a node the years of its own alone count.
    Shapes (N, T, F), (paths, T, F) -> (paths, stages).
    """
    now = np.zeros(len(paths), dtype=np.int64)
    found = [now]
    while True:
        begin = int(tree.start[now[0]] + tree.years[now[0]]) - tree.first_year
        if begin >= nodes.shape[1]:
            return np.stack(found, axis=1)
        after = np.zeros_like(now)
        for parent in np.unique(now).tolist():
            children = np.flatnonzero(tree.parent == parent)
            end = begin + int(tree.years[children[0]])
            members = np.flatnonzero(now == parent)
            told, middle = (values[rows, begin:end] for values, rows in ((paths, members), (nodes, children)))
            apart = cdist(told.reshape(len(members), -1), middle.reshape(len(children), -1), "cityblock")
            after[members] = children[apart.argmin(axis=1)]
        now = after
        found.append(now)


def walked(source: Source, paths: Paths) -> Ints:
    """The nodes of the grown tree that paths are at. Shape (paths, stages)."""
    told = in_money(paths, source.stakes, slice(0, paths.count), 0, len(paths.years))
    return walk(source.found.tree, source.middle, told)


def fan_of(source: Source, paths: Paths) -> Grown:
    """Paths as a grown tree, equally likely; the first stage is as the tree has it."""
    grown, found, outlook = source.grown, source.found, source.world.outlook
    stages = source.plan.starts
    ends = [*stages[1:], int(paths.years[-1]) + 1]
    start = np.asarray(stages)
    tree = fan_tree(start, np.asarray(ends) - start, np.full(paths.count, 1.0 / paths.count))
    path = np.repeat(np.arange(paths.count), len(stages) - 1)
    level = np.concatenate([found.level[:1], paths.level[path]])
    factors = paths.factors
    rows = Factors(
        battery=np.concatenate([found.battery[:1], factors.battery[path]]),
        rates=np.concatenate([found.rates[:1], factors.rates[path]]),
        freight=np.concatenate([found.freight[:1], factors.freight[path]]),
    )
    numbered = ((paths.first + i, year) for i in range(paths.count) for year in stages[1:])
    return Grown(
        tree=tree,
        names=(grown.names[0], *((f"path {i} from {year}", f"路径{i}，{year}年起") for i, year in numbered)),
        events=grown.events,
        happened=happened(tree, level, source.world.central.happened[0], source.ids),
        demand=tuple("" for _ in range(tree.count)),
        market=np.concatenate([grown.market[:1], outlook.market[paths.draw[path]]]),
        nev_share=np.concatenate([grown.nev_share[:1], outlook.nev_share[paths.draw[path]]]),
        climate=climate(rows, paths.currencies, source.world.places) if source.plan.economy else None,
    )


@dataclass(frozen=True, slots=True)
class Drawn:
    """Paths with all that their prospect is worked out from; that is done where they are looked at.

    Attributes
    ----------
    at
        Nodes of the grown tree that the fan's are at. Shape (N,).
    answered
        Own prices that rivals answer, by market, as in ``build_demand``; None where they answer the reference prices. Shape (Y, K).
    limit
        Modules that the tree lets be bought, so that a path lets no fewer. Shape (R,).
    """

    grown: Grown
    at: Ints
    costing: Costing
    rulebook: Rulebook
    answered: Mapping[str, Floats] | None = None
    limit: Floats | None = None

    @property
    def paths(self) -> int:
        """Number of paths."""
        return _paths(self.grown.tree)

    def of(self, paths: Sequence[int] | Ints) -> Drawn:
        """Some of the paths, each as likely beside the others as before."""
        grown, (tree, nodes) = self.grown, _some_paths(self.grown.tree, paths)
        rows, climate = node_years(grown).of(nodes), grown.climate
        part = replace(
            grown,
            tree=tree,
            names=tuple(grown.names[n] for n in nodes),
            happened=tuple(grown.happened[n] for n in nodes),
            demand=tuple(grown.demand[n] for n in nodes),
            market=grown.market[nodes],
            nev_share=grown.nev_share[nodes],
            climate=climate and Climate(
                climate.battery[nodes],
                climate.freight[nodes],
                {place: worth[nodes] for place, worth in climate.worth.items()},
            ),
        )  # fmt: skip
        answered = self.answered and {market: price[rows] for market, price in self.answered.items()}
        return replace(self, grown=part, at=self.at[nodes], answered=answered)

    def fan(self) -> Fan:
        """The paths with their prospect."""
        found = evaluate(self.grown, self.costing, self.rulebook, self.grown.events, self.answered)
        prospect = replace(found.prospect, tails=Tails())
        if self.limit is not None:
            most = np.maximum(prospect.resources.limit, self.limit)
            prospect = replace(prospect, resources=replace(prospect.resources, limit=most))
        return Fan(self.grown.tree, prospect, self.at)


def drawn(
    source: Source,
    first: int,
    count: int,
    answered: Mapping[str, Floats] | None = None,
    limit: Floats | None = None,
) -> Drawn:
    """The paths ``first``, ``first`` + 1, ... of a source; those from ``source.plan.paths`` on are fresh ones.

    ``answered``: own prices that rivals answer on the tree; on a path they answer those of the nodes that it is at. ``limit``: modules that
    the tree lets be bought.
    """
    paths = source.told(first, count)
    at = np.concatenate([[0], walked(source, paths)[:, 1:].ravel()])
    rows = node_years(source.grown).of(at)
    prices = None if answered is None else {market: price[rows] for market, price in answered.items()}
    return Drawn(fan_of(source, paths), at, source.world.costing, source.world.rulebook, prices, limit)
