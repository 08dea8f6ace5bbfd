"""Trails of decisions: what each commits and when, how likely its node is, how likely it is to be taken later, and how likely a turn is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from roadstead.futures.capacity.channels import resource_name
from roadstead.futures.capacity.tying import tool_name, tooled
from roadstead.playbook.book import Amount, Sentence
from roadstead.playbook.decisions import CONVERT, TOOL, decisions, sentence
from roadstead.playbook.networks import WIDEN, enlarged, widening
from roadstead.playbook.reading import path_name
from roadstead.study.trail.ground import AT
from roadstead.study.trail.steps import Keyed, Step, dated, money, step, summed
from roadstead.study.trail.worth import invested

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from roadstead.playbook.book import Later, Term
    from roadstead.playbook.decisions import Decision
    from roadstead.study.trail.ground import Asked, Ground

NODES = "+"
"""Stands between nodes in a key."""


def listed(g: Ground) -> Iterator[Keyed]:
    """Probabilities of turns and of what can wait; what each decision commits; probabilities of nodes."""
    for trigger in g.book.triggers:
        if trigger.key:
            what = Sentence("trail.turn", {"event": trigger.event})
            yield Keyed(f"turn/{trigger.key}", what, Amount(trigger.probability, "share"))
    for entry in g.book.later:
        if entry.key:
            yield Keyed(f"later/{entry.key}", _later(entry), Amount(entry.probability, "share"))
    for row in filter(lambda one: one.key, g.book.events):
        yield Keyed(f"stated/{row.key}", Sentence("trail.stated", {"event": row.event}), Amount(row.stated, "share"))
    for node in g.book.tree:
        yield Keyed(f"reached/{AT[1:]}{node.node}", _reached(g, node.node), Amount(node.probability, "share"))
    for one in filter(lambda one: one.key, g.book.decisions):
        yield Keyed(f"decided/{one.key}", Sentence("trail.decided", {"what": (one.what,)}), money(one.capital))
        sized = one.what.terms.get("capacity")
        if isinstance(sized, Amount) and sized.key:
            yield Keyed(sized.key, Sentence("trail.capacity", {"what": (one.what,)}), replace(sized, key=""))


def decided(g: Ground, key: str, rest: Sequence[str]) -> Step:
    """Money that a decision commits, before tax relief, of the year it is paid."""
    found, said = _found(g, key, rest)
    how = Sentence("trail.how.decided", {"year": dated(int(g.reading.tree.start[found.node]))})
    if "year" in said.terms:
        how = Sentence("trail.how.decided_for", {**how.terms, "first": said.terms["year"]})
    roots = () if found.kind == WIDEN else invested(g, found.subject)
    whole = step(Sentence("trail.decided", {"what": (said,)}), found.capital, "money", key=key, how=how, rests_on=roots)
    return summed(whole, [part for part in _costs(g, found) if part.amount.value])


def _found(g: Ground, key: str, rest: Sequence[str]) -> tuple[Decision, Sentence]:
    """The decision that a key names, and how it is told."""
    known = {(d.kind, d.subject, f"{AT[1:]}{d.node}"): d for d in (*decisions(g.reading), *enlarged(g.reading))}
    g.among(key, "/".join(rest), ["/".join(one) for one in known], "decision of the plan")
    kind, subject, node = rest
    found = known[kind, subject, node]
    return found, widening(g.reading, found) if found.kind == WIDEN else sentence(g.reading, found)


def capacity(g: Ground, key: str, rest: Sequence[str]) -> Step:
    """Cars a year that what is decided has room for: its steps, each of a size; of networks, market by market."""
    found, said = _found(g, key, rest)
    what = Sentence("trail.capacity", {"what": (said,)})
    if found.kind == WIDEN:
        parts = [_room_of_network(g, market, found.node) for market in found.subject.split("|")]
        return summed(step(what, found.modules, "cars", key=key, how=Sentence("trail.how.best", {})), parts)
    lines = g.ledger.costing.carmaker.lines
    g.among(key, found.subject, lines, "line, which alone has steps of capacity")
    size = lines[found.subject].module_size
    how = Sentence("trail.how.capacity", {"count": Amount(found.modules, "ratio"), "size": Amount(size, "cars")})
    columns = ("module_size", "modules_now", "modules_limit")
    roots = g.roots.own("lines", lambda row: row["line"] == found.subject, *columns)
    return step(what, found.modules * size, "cars", key=key, how=how, rests_on=roots)


def _room_of_network(g: Ground, market: str, node: int) -> Step:
    """Cars a year that a node adds to what the dealers of one market can take."""
    module = g.ledger.costing.carmaker.channels[market].module
    assert module is not None
    bought = float(g.reading.plan.decisions.build[node, g.prospect.labels.resource.index(resource_name(market))])
    what = Sentence("trail.of_network", {"market": g.reading.place(market)})
    return step(what, bought * module.size, "cars", rests_on=g.roots.figures(market, "channel_module_size"))


def _costs(g: Ground, found: Decision) -> list[Step]:
    """What a decision costs by what it buys."""
    carmaker = g.ledger.costing.carmaker
    if found.kind == "enter":
        cost = carmaker.channels[found.subject].entry_cost
        return [step(Sentence("trail.decided.enter", {}), cost, "money")]
    if found.kind == WIDEN:
        return [_network(g, market, found.node) for market in found.subject.split("|")]
    if found.kind == TOOL:
        line, tool = next(pair for pair in tooled(carmaker) if tool_name(*pair) == found.subject)
        roots = g.roots.own("tooling", lambda row: (row["line"], row["model"]) == (line.line_id, tool.model_id), "cost")
        return [step(Sentence("trail.decided.tool", {}), tool.cost * line.own_share, "money", rests_on=roots)]
    return _of_line(g, found)


def _of_line(g: Ground, found: Decision) -> list[Step]:
    """What a line costs to open, enlarge or close; to give up steps costs nothing."""
    line = g.ledger.costing.carmaker.lines[found.subject]
    each = line.module_cost * line.own_capital
    share = Amount(line.own_capital, "share")
    terms: dict[str, Term] = {"count": Amount(found.modules, "ratio"), "each": money(each), "share": share}
    steps = step(Sentence("trail.decided.steps", terms), found.modules * each, "money")
    cost = line.open_cost * line.own_capital
    site = step(Sentence("trail.decided.site", {"share": share}), cost, "money")
    closed = step(Sentence("trail.decided.close", {}), line.exit_cost * line.own_share, "money")
    return {"open": [site, steps], CONVERT: [site, steps], "expand": [steps], "close": [closed]}.get(found.kind, [])


def _network(g: Ground, market: str, node: int) -> Step:
    """What a node spends on the dealers of one market."""
    module = g.ledger.costing.carmaker.channels[market].module
    assert module is not None
    labels = g.prospect.labels.resource
    bought = float(g.reading.plan.decisions.build[node, labels.index(resource_name(market))])
    terms: dict[str, Term] = {"market": g.reading.place(market), "cars": Amount(bought * module.size, "cars")}
    what = Sentence("trail.decided.network", terms)
    return step(what, bought * module.cost, "money", rests_on=invested(g, market))


def reached(g: Ground, key: str, rest: Sequence[str]) -> Step:
    """How likely a node is: its own chance where its predecessor is reached, times how likely that is."""
    names = [f"{AT[1:]}{n}" for n in range(g.reading.tree.count)]
    g.among(key, rest[0], names, "node of the tree")
    n = names.index(rest[0])
    before = int(g.reading.tree.parent[n])
    roots = g.roots.events_named(g.ledger.grown.begun(n))
    whole = step(_reached(g, n), float(g.chance[n]), "share", key=key, rests_on=roots)
    if before < 0:
        return replace(whole, how=Sentence("trail.how.reached_root", {}), rests_on=())
    beside = [m for m in range(1, g.reading.tree.count) if int(g.reading.tree.parent[m]) == before and m != n]
    parts = [
        step(Sentence("trail.reached.before", {}), float(g.chance[before]), "share", key=f"reached/{names[before]}")
    ]
    for m in beside:
        what = Sentence("trail.reached.beside", {"node": g.reading.names.node(m)})
        parts.append(step(what, -float(g.chance[m]), "share", key=f"reached/{names[m]}"))
    terms = {"chance": Amount(float(g.chance[n] / g.chance[before]), "share")}
    how = Sentence("trail.how.reached_node", terms)
    return summed(replace(whole, how=how), parts)


def later(g: Ground, key: str, rest: Sequence[str]) -> Step:
    """How likely a decision is to be taken in a year: the nodes at which it is."""
    known = {entry.key: entry for entry in g.book.later if entry.key}
    g.among(key, "/".join(rest), known, "decision that can wait")
    entry, (kind, subject, year, modules) = known["/".join(rest)], rest
    at = [
        d.node
        for d in decisions(g.reading)
        if d.node > 0 and (d.kind, d.subject, f"{d.modules:g}") == (kind, subject, modules)
        if str(g.reading.tree.start[d.node]) == year
    ]
    how = Sentence("trail.how.taken", {})
    value = sum(float(g.chance[n]) for n in at)
    return summed(step(_later(entry), value, "share", key=key, how=how), _nodes(g, at))


def turn(g: Ground, key: str, rest: Sequence[str]) -> Step:
    """How likely it is that things turn out one way: the nodes that begin with it."""
    known = {trigger.key: trigger for trigger in g.book.triggers if trigger.key}
    g.among(key, rest[0], known, "turn to watch for")
    at = [int(name.removeprefix(AT[1:])) for name in rest[0].split(NODES)]
    what = Sentence("trail.turn", {"event": known[rest[0]].event})
    value = float(np.sum(g.chance[at]))
    roots = g.roots.events_named(dict.fromkeys(name for n in at for name in g.ledger.grown.begun(n)))
    how = Sentence("trail.how.turn", {})
    return summed(step(what, value, "share", key=key, how=how, rests_on=roots), _nodes(g, at))


def stated(g: Ground, key: str, rest: Sequence[str]) -> Step:
    """How likely an event is by its author."""
    events = g.kept.ready.grown.events
    g.among(key, rest[0], events, "event of the case")
    event = events[rest[0]]
    what = Sentence("trail.stated", {"event": g.reading.names.event(rest[0])})
    return step(what, event.probability, "share", key=key, rests_on=(g.roots.event(event),))


def _nodes(g: Ground, at: Sequence[int]) -> list[Step]:
    return [
        step(
            Sentence(
                "trail.sign.node", {"node": path_name(g.reading, n), "chance": Amount(float(g.chance[n]), "share")}
            ),
            float(g.chance[n]),
            "share",
            key=f"reached/{AT[1:]}{n}",
        )
        for n in at
    ]


def _reached(g: Ground, n: int) -> Sentence:
    return Sentence("trail.reached", {"node": g.reading.names.node(n), "year": dated(int(g.reading.tree.start[n]))})


def _later(entry: Later) -> Sentence:
    return Sentence("trail.later", {"what": (entry.what,), "year": dated(entry.year)})


ANSWERS: Mapping[tuple[str, int], Asked] = {
    ("decided", 3): decided,
    ("capacity", 3): capacity,
    ("reached", 1): reached,
    ("later", 4): later,
    ("turn", 1): turn,
    ("stated", 1): stated,
}
"""What may be asked here, by the first word of a key and how many follow."""
