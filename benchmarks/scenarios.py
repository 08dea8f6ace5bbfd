"""A planning problem cut into scenarios, as other methods for trees of futures want it, and their answers put together again.

A scenario is what lies on and below one node of a stage, with all that lies above it. At the last stage it is one path from the
root to a leaf; at an earlier one it is a whole branch, a bundle of paths. What is decided above the cut is shared with other
scenarios and has to be the same in all of them. Nothing here needs Pyomo or mpi-sppy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from roadstead.footprint.plan import Decisions
from roadstead.futures.tree import ancestry, history, node_probability

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from roadstead.futures.prospect import Prospect
    from roadstead.futures.tree import ScenarioTree
    from roadstead.terms.arrays import Floats

ROOT = "ROOT"
AGREES = 1e-4
"""By how much a decision may differ between scenarios that share it: more than a solver's rounding, far less than a module."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One part of a tree.

    Attributes
    ----------
    name
        Place in the tree: ``ROOT_1_0`` is the first child of the second child of the root.
    probability
        Of the node it is cut off at.
    shared
        Nodes above the cut, the root first, each with its place.
    nodes
        All its nodes, shared ones included, parents first.
    chance
        Probability of each of them where the scenario comes about. Length of ``nodes``.
    """

    name: str
    probability: float
    shared: tuple[tuple[str, int], ...]
    nodes: tuple[int, ...]
    chance: Floats


def places(tree: ScenarioTree) -> tuple[str, ...]:
    """Name of every node's place: its parent's, and which child it is."""
    found, children = [ROOT], np.zeros(tree.count, dtype=np.int64)
    for parent in tree.parent[1:].tolist():
        found.append(f"{found[parent]}_{children[parent]}")
        children[parent] += 1
    return tuple(found)


def cut(tree: ScenarioTree, stage: int) -> tuple[Scenario, ...]:
    """The scenarios of a stage, as one meets them walking the tree branch by branch."""
    place, probability, above = places(tree), node_probability(tree), ancestry(tree)
    heads = [n for n in range(tree.count) if len(history(tree, n)) == stage + 1]
    found = []
    for head in sorted(heads, key=lambda n: [int(step) for step in place[n].split("_")[1:]]):
        upper = history(tree, head)[:-1]
        lower = np.flatnonzero(above[:, head] > 0).tolist()
        chance = np.concatenate([np.ones(len(upper)), probability[lower] / probability[head]])
        shared = tuple((place[n], n) for n in upper)
        found.append(Scenario(place[head], float(probability[head]), shared, (*upper, *lower), chance))
    return tuple(found)


def joined(prospect: Prospect, answers: Iterable[tuple[Scenario, Decisions]]) -> Decisions:
    """Decisions of all scenarios as those of the tree; every answer's arrays are of the whole tree's shape.

    Raises
    ------
    ValueError
        Where two scenarios that share a node decide on it differently: that would be foresight, not a plan.
    """
    nodes = len(prospect.node_discount)
    options, resources = np.full(prospect.options.cost.shape, np.nan), np.full(prospect.resources.cost.shape, np.nan)
    for scenario, told in answers:
        for n in scenario.nodes:
            for whole, mine in ((options, told.commit), (resources, told.build)):
                known = ~np.isnan(whole[n])
                if np.any(np.abs(whole[n] - mine[n])[known] > AGREES):
                    raise ValueError(f"scenario {scenario.name} decides otherwise at node {n} than one before it")
                whole[n] = mine[n]
    if np.isnan(options).any() or np.isnan(resources).any():
        raise ValueError(f"the scenarios leave some of the {nodes} nodes undecided")
    build = np.where(prospect.resources.whole, np.round(resources), resources)
    return Decisions(np.round(options), np.zeros(options.shape), build, np.zeros(resources.shape))


def write_answers(path: Path, value: float, answers: Iterable[tuple[Scenario, Decisions]]) -> None:
    """Keep what scenarios decide, and what that is said to be worth; whoever looks meanwhile finds the file before it."""
    found: dict[str, Any] = {"value": np.asarray(value)}
    for scenario, told in answers:
        found |= {f"{scenario.name} commit": told.commit, f"{scenario.name} build": told.build}
    half = path.with_suffix(".part.npz")
    np.savez(half, **found)
    half.replace(path)


def read_answers(path: Path, scenarios: Sequence[Scenario]) -> tuple[float, list[tuple[Scenario, Decisions]]]:
    """What was kept."""
    with np.load(path) as found:
        pairs = [(one, found[f"{one.name} commit"], found[f"{one.name} build"]) for one in scenarios]
        told = [(one, Decisions(commit, 0.0 * commit, build, 0.0 * build)) for one, commit, build in pairs]
        return float(found["value"]), told
