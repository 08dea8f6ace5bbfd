r"""From many joint paths to a scenario tree of a chosen size.

Stage by stage the paths that have been together so far are parted among nodes by forward selection in money
(``forward_selection``). A node's probability is its share of the paths; its events are those of one of them, or of most
(``representatives``); demand and factors are means. With y the tree's values and n(i) the node of path i at each stage,

.. math::
    D = \frac{1}{N} \sum_{i} \sum_{t} \bigl\lVert x_{it} - y_{n(i) t} \bigr\rVert_1               \qquad \text{(S.9)}

is an upper bound on the nested distance (Pflug & Pichler 2012, SIAM Journal on Optimization 22) between the tree and the paths
understood as the tree understands them: what a path does next depends on what it did through its node. That process is the
adapted empirical measure of the paths over the nodes (Backhoff, Bartl, Beiglböck & Wiesel 2022, Annals of Applied Probability
32), and going from a path to its node couples it with the tree without either looking ahead. A plan's value that moves by no
more than the money of the differences is off by at most D. What a path's past tells beyond its node is in no tree of this size
and not in D; more nodes tell more of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial.distance import cdist

from roadstead.futures.growth.forward_selection import choose
from roadstead.futures.growth.node_names import Seen, names
from roadstead.futures.growth.representatives import Part, settled
from roadstead.futures.growth.stakes import check, in_money, of_events
from roadstead.futures.paths.simulate import in_force
from roadstead.futures.tree import ScenarioTree, node_probability
from roadstead.terms.arrays import frozen
from roadstead.terms.errors import Fault, raise_if_any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from roadstead.futures.growth.node_names import EventWords
    from roadstead.futures.growth.stakes import Stakes
    from roadstead.futures.paths.simulate import Paths
    from roadstead.terms.arrays import Floats, Ints, Shorts

BLOCK = 8192
"""Paths told in money at a time."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Size of a tree.

    Attributes
    ----------
    starts
        First calendar year of each stage; the last ends with the paths.
    nodes
        Nodes of each stage: one root, then never fewer than the stage before. A stage has fewer where no more paths differ.
    """

    starts: tuple[int, ...]
    nodes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Search:
    """How hard to look for the paths that stand for the others.

    Attributes
    ----------
    sample
        Paths looked at, from the first on; all are assigned afterwards.
    candidates
        Paths that may be chosen at a stage.
    slack
        By how much farther than the nearest a path may be whose events a node shows, as a fraction, for the tree to have events as
        often as the paths have.
    """

    sample: int = 8_000
    candidates: int = 400
    slack: float = 0.1


@dataclass(frozen=True, slots=True)
class Reduced:
    """A tree with what holds in its N nodes. Arrays by year have T years; those outside a node's own are -1, or not a number.

    Attributes
    ----------
    names_zh
        Readable names in Chinese; those in English are the tree's.
    chosen
        Path whose events each node shows, -1 where it shows those of most of its paths. Shape (N,).
    middle
        Path about which each node was parted: of a node's paths, those belong to a child that lie nearest to its middle. Shape (N,).
    level
        Level in force of every event, -1 for none. Shape (N, T, E).
    demand, battery, freight
        Means over the paths of a node. Shapes (N, T).
    rates
        As these. Shape (N, T, C).
    leaf
        Leaf that each path ends in. Shape (paths,).
    distance
        (S.9). [money]
    undivided
        (S.9) of a tree that is a single line, for comparison. [money]
    in_force, in_force_paths
        Probability that each event is in force in each year, by the tree and by the paths. Shapes (T, E).
    """

    tree: ScenarioTree
    names_zh: tuple[str, ...]
    chosen: Ints
    middle: Ints
    level: Shorts
    demand: Floats
    battery: Floats
    freight: Floats
    rates: Floats
    leaf: Ints
    distance: float
    undivided: float
    in_force: Floats
    in_force_paths: Floats

    def __post_init__(self) -> None:
        for array in (
            self.chosen,
            self.middle,
            self.level,
            self.demand,
            self.battery,
            self.freight,
            self.rates,
            self.leaf,
        ):
            frozen(array)


def reduce(
    paths: Paths, stakes: Stakes, shape: Shape, words: Sequence[EventWords], search: Search | None = None
) -> Reduced:
    """Grow the tree of a shape that is near the paths.

    Raises
    ------
    RoadsteadError
        RS-F531 where the stakes do not belong to the paths; RS-F532 where no tree has the shape.
    """
    check(stakes, paths)
    raise_if_any(_shape_faults(shape, paths.years))
    if [len(one.levels) for one in words] != [len(levels) for levels in stakes.events]:
        raise ValueError("words for every event and each of its levels")
    look = search or Search()
    stages = _parted(paths, stakes, shape, look)
    line = _parted(paths, stakes, Shape(shape.starts, (1,) * len(shape.starts)), look)
    means = [_means(paths, stakes, stage) for stage in stages]
    return _told(
        paths,
        stages,
        means,
        (
            _distance(paths, stakes, stages, means),
            _distance(paths, stakes, line, [_means(paths, stakes, s) for s in line]),
        ),
        (stakes, words),
    )


def _shape_faults(shape: Shape, years: Ints) -> Iterator[Fault]:
    starts, nodes = shape.starts, shape.nodes
    if len(starts) != len(nodes) or not starts:
        message = f"{len(starts)} first years for {len(nodes)} numbers of nodes"
        yield Fault("tree", "RS-F532", message, "one number of nodes for each stage")
        return
    rising = all(earlier < later for earlier, later in pairwise(starts))
    if starts[0] != years[0] or starts[-1] > years[-1] or not rising:
        message = f"stages begin in {', '.join(map(str, starts))}"
        yield Fault("tree", "RS-F532", message, f"rising years, the first {years[0]}, the last not after {years[-1]}")
    fewer = any(later < earlier for earlier, later in pairwise(nodes))
    if nodes[0] != 1 or fewer:
        message = f"stages of {', '.join(map(str, nodes))} nodes"
        yield Fault("tree", "RS-F532", message, "1 node in the first stage, and in none fewer than in the one before")


def _parted(paths: Paths, stakes: Stakes, shape: Shape, search: Search) -> list[Part]:
    """Stages with the node of every path."""
    begins = [int(start - paths.years[0]) for start in shape.starts]
    ends = [*begins[1:], len(paths.years)]
    group = np.zeros(paths.count, dtype=np.int64)
    found: list[Part] = []
    sample = min(search.sample, paths.count)
    for begin, end, wanted in zip(begins, ends, shape.nodes, strict=True):
        told = in_money(paths, stakes, slice(0, sample), begin, end)
        # Every group holds the path chosen for it, which is one of the sample.
        by_group = choose(told, group[:sample], wanted, search.candidates)
        chosen = np.concatenate(by_group)
        parent = np.repeat(np.arange(len(by_group)), [len(rows) for rows in by_group])
        group = _nearest(paths, stakes, (begin, end), group, (chosen, parent))
        found.append(Part(begin, end, chosen, paths.level[chosen, begin:end], parent, group, chosen))
    return settled(paths, stakes, found, search.slack)


def _nearest(paths: Paths, stakes: Stakes, years: tuple[int, int], group: Ints, nodes: tuple[Ints, Ints]) -> Ints:
    """The nearest node of every path among those of its group."""
    chosen, parent = nodes
    middle = in_money(paths, stakes, chosen, *years).reshape(len(chosen), -1)
    found = np.empty(paths.count, dtype=np.int64)
    for at in range(0, paths.count, BLOCK):
        rows = slice(at, min(at + BLOCK, paths.count))
        told = in_money(paths, stakes, rows, *years).reshape(rows.stop - at, -1)
        for g in np.unique(group[rows]):
            members, own = np.flatnonzero(group[rows] == g), np.flatnonzero(parent == g)
            apart = cdist(told[members], middle[own], "cityblock")
            found[at + members] = own[apart.argmin(axis=1)]
    return found


def _means(paths: Paths, stakes: Stakes, stage: Part) -> Floats:
    """Means of demand, battery, freight and rates over the paths of each node. Shape (n, years, 3 + C)."""
    years = slice(stage.begin, stage.end)
    factors = paths.factors
    what = [stakes.index[paths.draw, years], factors.battery[:, years], factors.freight[:, years]]
    what += [factors.rates[:, years, c] for c in range(factors.rates.shape[2])]
    share = np.bincount(stage.node, minlength=len(stage.chosen)).astype(np.float64)
    order = np.argsort(stage.node, kind="stable")
    begins = np.concatenate([[0], np.cumsum(share)[:-1]]).astype(np.int64)
    sums = [np.add.reduceat(np.ascontiguousarray(values[order]), begins, axis=0) for values in what]
    return np.stack(sums, axis=2) / share[:, None, None]


def _distance(paths: Paths, stakes: Stakes, stages: list[Part], means: list[Floats]) -> float:
    """(S.9)."""
    total = 0.0
    for stage, mean in zip(stages, means, strict=True):
        years = slice(stage.begin, stage.end)
        value = (
            np.concatenate([of_events(stage.level, stakes), mean * stakes.units], axis=2)
            * stakes.year_weight[years, None]
        )
        for at in range(0, paths.count, BLOCK):
            rows = slice(at, min(at + BLOCK, paths.count))
            told = in_money(paths, stakes, rows, stage.begin, stage.end)
            told -= value[stage.node[rows]]
            total += float(np.abs(told, out=told).sum())
    return total / paths.count


def _told(
    paths: Paths,
    stages: list[Part],
    means: list[Floats],
    distances: tuple[float, float],
    naming: tuple[Stakes, Sequence[EventWords]],
) -> Reduced:
    """The result, its nodes numbered stage by stage."""
    offset = np.concatenate([[0], np.cumsum([len(stage.chosen) for stage in stages])])
    count, span = int(offset[-1]), len(paths.years)
    parent = np.concatenate([stage.parent + (offset[s - 1] if s else 0) for s, stage in enumerate(stages)])
    parent[0] = -1
    following = np.concatenate([np.bincount(stage.node, minlength=len(stage.chosen)) for stage in stages])
    level = np.full((count, span, len(paths.events)), -1, dtype=np.int8)
    mean = np.full((count, span, 3 + len(paths.currencies)), np.nan)
    for s, (stage, value) in enumerate(zip(stages, means, strict=True)):
        nodes, years = slice(offset[s], offset[s + 1]), slice(stage.begin, stage.end)
        level[nodes, years] = stage.level
        mean[nodes, years] = value
    of_stage = np.repeat(np.arange(len(stages)), [len(stage.chosen) for stage in stages])
    begin, end = (np.asarray([getattr(stage, what) for stage in stages])[of_stage] for what in ("begin", "end"))
    stakes, words = naming
    seen = Seen(parent, level[np.arange(count), end - 1], _over_years(mean, begin, end), following / paths.count)
    english, chinese = names(seen, stakes, words, paths.currencies)
    tree = ScenarioTree(
        parent=parent,
        start=paths.years[begin],
        years=end - begin,
        branch_probability=np.where(parent >= 0, following / following[parent], 1.0),
        name=english,
        state=tuple(_state(paths.events, row) for row in seen.level),
    )
    return Reduced(
        tree=tree,
        names_zh=chinese,
        chosen=np.concatenate([stage.chosen for stage in stages]),
        middle=np.concatenate([stage.middle for stage in stages]),
        level=level,
        demand=mean[:, :, 0],
        battery=mean[:, :, 1],
        freight=mean[:, :, 2],
        rates=mean[:, :, 3:],
        leaf=stages[-1].node + offset[-2],
        distance=distances[0],
        undivided=distances[1],
        in_force=np.einsum("n,nte->te", node_probability(tree), (level >= 0).astype(np.float64)),
        in_force_paths=in_force(paths),
    )


def _over_years(mean: Floats, begin: Ints, end: Ints) -> Floats:
    """Means over the years of each node. Shape (N, 3 + C)."""
    return np.stack([mean[n, begin[n] : end[n]].mean(axis=0) for n in range(len(mean))])


def _state(events: Sequence[str], level: Shorts) -> str:
    """Events in force with their level, as one id."""
    held = [f"{event}:{at}" for event, at in zip(events, level.tolist(), strict=True) if at >= 0]
    return "+".join(held) or "today"
