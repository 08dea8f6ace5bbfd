"""Which planner a problem is given to, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from roadstead.footprint.columns import live_arcs
from roadstead.footprint.operations import has_one_entry

if TYPE_CHECKING:
    from roadstead.footprint.columns import Columns
    from roadstead.futures.prospect import Prospect

    Method = Literal["extensive", "decomposition"]

MOST_FLOWS = 200_000
"""Flows up to which one program holds everything. A tree of 15 nodes and eight sites has about 20,000, one of 85 nodes and
sixteen sites 1.3 million, whose program a solver does not even relax in minutes."""

MANY_FLOWS = 10_000
"""Flows from which one program is stated in levels, without presolve, and begun from a plan of the decomposition. Measured on trees of
15 nodes, with about 20,000; not between."""


def grows_large(prospect: Prospect, columns: Columns) -> bool:
    """True where one program has many flows, and nothing is closed or retired: of what can be, the decomposition proposes little."""
    if max(columns.v.max(initial=-1), columns.w.max(initial=-1)) >= 0 or not has_one_entry(prospect):
        return False
    return int(live_arcs(prospect).sum()) >= MANY_FLOWS


def chosen(prospect: Prospect, asked: Method | None, cluster: str | None = None) -> tuple[Method, str]:
    """The method and the reason for it, with what becomes of a cluster that is given."""
    method, reason = _chosen(prospect, asked)
    if cluster is None:
        return method, reason
    return method, f"{reason}; " + ("on a cluster" if method == "decomposition" else "the cluster has no part in it")


def _chosen(prospect: Prospect, asked: Method | None) -> tuple[Method, str]:
    """What is asked for is not argued with, unless it cannot."""
    if asked is not None:
        return asked, "asked for"
    flows = int(live_arcs(prospect).sum())
    if flows <= MOST_FLOWS:
        return "extensive", f"{flows:,} flows are at most {MOST_FLOWS:,}: one program holds them all"
    if not has_one_entry(prospect):
        return "extensive", f"{flows:,} flows are many, but arcs of one cell wait for different entries"
    return (
        "decomposition",
        f"{flows:,} flows are more than {MOST_FLOWS:,}: node-years are planned one by one under a master",
    )
