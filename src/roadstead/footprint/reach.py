"""What of some decisions can be carried out where they were not made: on another path, or in futures that refuse a part of them.

A line that may not be committed to is not, and what rests on it is left undone: what converts it, what it is tooled with, steps of its
own. No step is bought of a line that cannot be used in the node it would be ordered at. What is closed or retired where that would save
nothing (a line that is gone) is left as it is.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from roadstead.footprint.plan import Decisions

if TYPE_CHECKING:
    from roadstead.footprint.columns import Columns
    from roadstead.futures.prospect import Prospect
    from roadstead.futures.tree import ScenarioTree
    from roadstead.terms.arrays import Flags


def within_reach(tree: ScenarioTree, p: Prospect, columns: Columns, decisions: Decisions) -> Decisions:
    """The decisions as far as the prospect offers them; themselves where it offers all."""
    d, may = decisions, p.options.allowed & (p.options.opens > tree.last_year)[None, :]
    if np.any((d.commit > 0.5) & ~may):
        d = _as_allowed(tree, p, d, may)
    idle = _unusable(tree, p) & (d.build > 0)
    if idle.any():
        d = replace(d, build=np.where(idle, 0.0, d.build))
    useless = (d.close > 0) & (columns.v < 0), (d.retire > 0) & (columns.w < 0)
    if any(part.any() for part in useless):
        d = replace(d, close=np.where(useless[0], 0.0, d.close), retire=np.where(useless[1], 0.0, d.retire))
    return d


def _as_allowed(tree: ScenarioTree, p: Prospect, d: Decisions, may: Flags) -> Decisions:
    """Without what is committed to where it may not be, and all that rests on it."""
    options, gate = p.options, p.resources.option
    stands = options.opens <= tree.last_year
    held = np.zeros(may.shape, dtype=bool)
    for n in range(tree.count):
        before = held[tree.parent[n]] if n else np.zeros(may.shape[1], dtype=bool)
        new = (d.commit[n] > 0.5) & may[n]
        while True:
            there = np.append(before | stands | new, True)  # -1, for none, is the last
            rests = new & there[options.needs] & there[options.grows_from]
            if (rests == new).all():
                break
            new = rests
        held[n] = before | new
    ready = np.concatenate([held | stands, np.ones((tree.count, 1), dtype=bool)], axis=1)
    begun = np.concatenate([np.zeros((1, may.shape[1]), dtype=bool), held])[tree.parent + 1]
    return Decisions(
        commit=np.where(held & ~begun, d.commit, 0.0),
        close=np.where(held | stands, d.close, 0.0),
        build=np.where(ready[:, gate], d.build, 0.0),
        retire=np.where(ready[:, gate], d.retire, 0.0),
    )


def _unusable(tree: ScenarioTree, p: Prospect) -> Flags:
    """Where no step of a resource can be used in any year of a node. Shape (N, R)."""
    found = np.ones((tree.count, p.resources.usable.shape[1]), dtype=bool)
    np.logical_and.at(found, p.node_years.node, p.resources.usable <= 0.0)
    return found
