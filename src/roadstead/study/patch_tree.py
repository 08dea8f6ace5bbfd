"""An event made certain in a declared tree: it comes true in every node from a year on."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Any

from roadstead.terms.errors import Fault, RoadsteadError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

CLASSES = ("slow", "fast")


def make_certain(tree: dict[str, Any], event: str, year: int, last: int, budget: Collection[int], where: str) -> None:
    """Change ``stages`` and ``nodes`` of a tree so that an event is certain from a year on.

    A stage that covers the year is parted there. Where the tree has branches on which the event comes true in that very year, those are
    taken, and their probabilities scaled to one; elsewhere every node that begins then fires it, unless its path has seen it before. Nodes
    that fired it later no longer do.

    Raises
    ------
    RoadsteadError
        RS-S735 for a year outside the horizon, or inside a stage that has a budget of its own.
    """
    stages = tree["stages"]
    if not stages[0] <= year <= last:
        message = f"{year} lies outside the years planned"
        raise RoadsteadError(Fault(where, "RS-S735", message, f"a year from {stages[0]} to {last}"))
    if year not in stages:
        _part(tree, year, budget, where)
    depth = _depths(tree["nodes"])
    at = stages.index(year)
    _take(tree, event, at, depth, comes=True)
    above = {node["id"]: node.get("parent", "") for node in tree["nodes"]}
    fires = {node["id"]: list(node.get("fires", ())) for node in tree["nodes"]}
    for node in tree["nodes"]:
        seen = _seen(node["id"], event, above, fires)
        if depth[node["id"]] == at and not seen and event not in fires[node["id"]]:
            node["fires"] = [*fires[node["id"]], event]
        elif depth[node["id"]] > at and event in fires[node["id"]]:
            node["fires"] = [one for one in fires[node["id"]] if one != event]


def make_never(tree: dict[str, Any], event: str, where: str) -> None:
    """Change ``nodes`` of a tree so that an event comes true in none.

    Where branches of one parent part by it, those without it are taken, and their probabilities scaled to one; where all bring it, they
    stay, without it.

    Raises
    ------
    RoadsteadError
        RS-S735 where it comes true in no node as it is.
    """
    if not any(event in node.get("fires", ()) for node in tree["nodes"]):
        message, expected = f"`{event}` comes on no path of this case", "an event that its tree brings"
        raise RoadsteadError(Fault(where, "RS-S735", message, expected))
    for at in range(len(tree["stages"])):
        _take(tree, event, at, _depths(tree["nodes"]), comes=False)
    for node in tree["nodes"]:
        if event in node.get("fires", ()):
            node["fires"] = [one for one in node["fires"] if one != event]


def _seen(node: str, event: str, above: Mapping[str, str], fires: Mapping[str, Sequence[str]]) -> bool:
    """True where an event has come true above a node."""
    while node := above[node]:
        if event in fires[node]:
            return True
    return False


def _depths(nodes: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    depth: dict[str, int] = {}
    for node in nodes:
        depth[node["id"]] = depth[node["parent"]] + 1 if node.get("parent") else 0
    return depth


def _part(tree: dict[str, Any], year: int, budget: Collection[int], where: str) -> None:
    """Part every node of the stage that covers a year: what begins with the year takes the rest of it and all that follows."""
    stages, nodes = tree["stages"], tree["nodes"]
    at = bisect_right(stages, year) - 1
    if stages[at] in budget:
        message = f"no stage begins in {year}, and that of {stages[at]} has a budget, which parting it would double"
        expected = f"a year in which a stage begins: {', '.join(map(str, stages))}"
        raise RoadsteadError(Fault(where, "RS-S735", message, expected))
    depth = _depths(nodes)
    known = {node["id"] for node in nodes}
    after: dict[str, str] = {}
    for node in [node for node in nodes if depth[node["id"]] == at]:
        name = f"{node['id']}_{year}"
        while name in known:
            name += "_"
        after[node["id"]] = name
        known.add(name)
    for node in nodes:
        if node.get("parent") in after:
            node["parent"] = after[node["parent"]]
    found: list[dict[str, Any]] = []
    for node in nodes:
        found.append(node)
        if node["id"] in after:
            rest = {"id": after[node["id"]], "parent": node["id"], "probability": 1.0}
            found.append(rest | {"name": node["name"], "name_zh": node["name_zh"]})
    nodes[:] = found
    stages.insert(at + 1, year)


def _take(tree: dict[str, Any], event: str, at: int, depth: Mapping[str, int], *, comes: bool) -> None:
    """Where some branches of one parent fire the event in that stage and others do not, keep those that do, or those that do not."""
    nodes, dropped = tree["nodes"], set[str]()
    below: dict[str, list[dict[str, Any]]] = {}
    for node in nodes:
        if depth[node["id"]] == at and node.get("parent"):
            below.setdefault(node["parent"], []).append(node)
    for siblings in below.values():
        taken = [node for node in siblings if (event in node.get("fires", ())) == comes]
        if not taken or len(taken) == len(siblings):
            continue
        total = sum(float(node.get("probability", 1.0)) for node in taken)
        for node in taken:
            node["probability"] = float(node.get("probability", 1.0)) / total
        dropped |= {node["id"] for node in siblings if node not in taken}
    for node in nodes:  # a parent stands above its children
        if node.get("parent") in dropped:
            dropped.add(node["id"])
    nodes[:] = [node for node in nodes if node["id"] not in dropped]


def demand_shares(tree: Mapping[str, Any], classes: Mapping[str, str]) -> dict[str, float]:
    """Share of the outlook's draws that are slow and fast, as the tree's own probabilities say; a half each where it has no such paths.

    Parameters
    ----------
    classes
        Demand class of the events that bring one.
    """
    probability: dict[str, float] = {}
    held: dict[str, str] = {}
    parents = {node.get("parent", "") for node in tree["nodes"]}
    found = dict.fromkeys(CLASSES, 0.0)
    for node in tree["nodes"]:
        above = node.get("parent", "")
        probability[node["id"]] = probability.get(above, 1.0) * float(node.get("probability", 1.0) if above else 1.0)
        own = [classes[event] for event in node.get("fires", ()) if classes.get(event)]
        held[node["id"]] = own[-1] if own else held.get(above, "")
        if node["id"] not in parents and held[node["id"]]:
            found[held[node["id"]]] += probability[node["id"]]
    rest = 1.0 - sum(found.values())
    return {name: found[name] or min(0.5, max(rest, 0.0)) or 0.5 for name in CLASSES}
