"""Parts of a problem as problems of their own: some of its futures, with what they know, or the mean of them all."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from roadstead.futures.axes import DIMENSIONS, arrays
from roadstead.futures.tree import ScenarioTree, history, node_probability
from roadstead.terms.arrays import as_rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from roadstead.futures.axes import Array
    from roadstead.futures.prospect import Prospect
    from roadstead.terms.arrays import Floats, Ints

LIKELIER = 0.5
"""What is allowed in more than this share of futures is allowed in their mean."""
PRICED = {"demand.price": "demand.width", "demand.group_price": "demand.group_width"}
"""Prices whose mean weighs each future by the cars it is paid for."""


def nodes_to(tree: ScenarioTree, ends: Sequence[int]) -> Ints:
    """Nodes on the paths to some leaves, in order."""
    return np.asarray(sorted({n for leaf in ends for n in history(tree, leaf)}))


def with_futures(tree: ScenarioTree, prospect: Prospect, ends: Sequence[int]) -> tuple[ScenarioTree, Prospect]:
    """The problem of who knows today that one of some leaves will be reached, and nothing more.

    Branch probabilities are conditional on that; leaves without probability are left out unless there is no other.
    """
    likely = node_probability(tree)
    ends = [leaf for leaf in ends if likely[leaf] > 0.0] or list(ends)
    nodes = nodes_to(tree, ends)
    place = np.full(tree.count, -1)
    place[nodes] = np.arange(len(nodes))
    mass = np.zeros(tree.count)
    for leaf in ends:
        mass[list(history(tree, leaf))] += likely[leaf] or 1.0 / len(ends)
    parent = np.where(tree.parent[nodes] >= 0, place[tree.parent[nodes]], -1)
    above = np.where(parent >= 0, mass[tree.parent[nodes]], mass[nodes])
    part = ScenarioTree(
        parent=parent,
        start=tree.start[nodes],
        years=tree.years[nodes],
        branch_probability=np.minimum(mass[nodes] / above, 1.0),
        name=tuple(tree.name[n] for n in nodes),
        state=tuple(tree.state[n] for n in nodes),
    )
    return part, of_nodes(prospect, nodes)


def of_nodes(prospect: Prospect, nodes: Sequence[int] | Ints) -> Prospect:
    """The prospect of other nodes, each of which is as one of its own: some left out, some told more than once."""
    mine = [np.flatnonzero(prospect.node_years.node == n) for n in nodes]
    rows = {"n": np.asarray(nodes), "y": np.concatenate(mine)}
    found: dict[str, Array] = {
        name: array[rows[DIMENSIONS[name][0]]]
        for name, array in arrays(prospect).items()
        if DIMENSIONS[name][0] in rows
    }
    found["node_years.node"] = np.repeat(np.arange(len(mine)), [len(years) for years in mine])
    return rebuilt(prospect, found)


def of_years(prospect: Prospect, years: Ints) -> Prospect:
    """The prospect of some node-years alone, of the same nodes."""
    mine = as_rows(years)
    return rebuilt(prospect, {n: array[mine] for n, array in arrays(prospect).items() if DIMENSIONS[n][0] == "y"})


def mean_path(tree: ScenarioTree, prospect: Prospect) -> tuple[ScenarioTree, Prospect] | None:
    """The one path whose every year offers the mean of what the futures offer; None where they do not change together.

    What is forbidden or allowed goes by the likelier half.
    """
    starts = np.unique(tree.start)
    stage = np.searchsorted(starts, tree.start)
    first = np.asarray([np.flatnonzero(stage == s)[0] for s in range(len(starts))])
    years, likely = prospect.node_years, node_probability(tree)
    rows = [np.flatnonzero(years.node == n) for n in range(tree.count)]
    for n in range(tree.count):
        like = rows[first[stage[n]]]
        if len(rows[n]) != len(like) or np.any(years.year[rows[n]] != years.year[like]):
            return None
    taken = np.concatenate([rows[n] for n in first])
    by_node = [np.flatnonzero((stage == s) & (likely > 0.0)) for s in range(len(starts))]
    by_year = [np.asarray([rows[n][i] for n in by_node[stage[m]]]) for m in first for i in range(len(rows[m]))]
    groups = {"n": by_node, "y": by_year}
    weights = {"n": likely, "y": likely[years.node]}
    found: dict[str, Array] = {}
    for name, array in arrays(prospect).items():
        axis = DIMENSIONS[name][0]
        if axis in groups and not name.startswith("node_years."):
            found[name] = _means(array, groups[axis], weights[axis])
    for price, width in PRICED.items():
        found[price] = _prices(prospect, price, width, by_year, weights["y"])
    found["node_years.node"] = stage[years.node[taken]]
    found["node_years.year"], found["node_years.span"] = years.year[taken], years.span[taken]
    path = ScenarioTree(
        parent=np.arange(len(starts)) - 1,
        start=starts,
        years=tree.years[first],
        branch_probability=np.ones(len(starts)),
        name=tuple(f"mean {year}" for year in starts),
        state=tuple(f"mean {year}" for year in starts),
    )
    return path, rebuilt(prospect, found)


def _means(array: Array, groups: Sequence[Ints], weight: Floats) -> Array:
    """Mean of the rows of every group; of flags, which way the likelier half goes."""
    mean = np.stack([np.average(array[g].astype(np.float64), axis=0, weights=weight[g]) for g in groups])
    return np.asarray(mean > LIKELIER if array.dtype == np.bool_ else mean)


def _prices(prospect: Prospect, price: str, width: str, groups: Sequence[Ints], weight: Floats) -> Array:
    """Mean price of every segment over the cars it is paid for, held to fall as the prices of each future do."""
    given = arrays(prospect)
    paid, cars = given[price], given[width]
    means = []
    for g in groups:
        counts = weight[g][:, None, None] * cars[g]
        total = counts.sum(0)
        plain = np.average(paid[g], axis=0, weights=weight[g])
        mean = np.where(total > 0.0, (counts * paid[g]).sum(0) / np.where(total > 0.0, total, 1.0), plain)
        least = np.minimum.accumulate(np.where(total > 0.0, mean, np.inf), axis=-1)
        means.append(np.where(np.isfinite(least), np.minimum(mean, least), mean))
    return np.stack(means)


def rebuilt(prospect: Prospect, found: Mapping[str, Array]) -> Prospect:
    """The prospect with some of its arrays, by their names in ``DIMENSIONS``, in place of its own."""
    parts: dict[str, dict[str, Array]] = {}
    for name, array in found.items():
        part, _, entry = name.rpartition(".")
        parts.setdefault(part, {})[entry] = array
    changed: dict[str, Any] = {**parts.pop("", {})}
    changed |= {part: replace(getattr(prospect, part), **new) for part, new in parts.items()}
    return replace(prospect, **changed)
