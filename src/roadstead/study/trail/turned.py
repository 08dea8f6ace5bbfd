"""Trails of what a turn moves: what the plan is worth from then on and what it sells, where things turn out so and where they do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from roadstead.playbook.book import Amount, Sentence
from roadstead.playbook.reading import cars, continuation, path_name
from roadstead.playbook.triggers import siblings, years_of
from roadstead.study.trail.ground import AT
from roadstead.study.trail.steps import Keyed, Step, dated, step, summed
from roadstead.study.trail.taken import NODES
from roadstead.study.trail.worth import at_node

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from roadstead.playbook.book import Name, Term
    from roadstead.study.trail.ground import Asked, Ground

N = AT[1:]


def listed(g: Ground) -> Iterator[Keyed]:
    """What triggers say that a turn moves; what the nodes on either side are worth; by market, what it sells more."""
    after: set[int] = set()
    for trigger in g.book.triggers:
        for said in (term for one in trigger.then for term in one.terms.values()):
            if not isinstance(said, Amount):
                continue
            kind, *rest = said.key.split("/")
            if kind not in {"turned", "sold"}:
                continue
            found = ANSWERS[kind, 1](g, said.key, rest)
            yield Keyed(said.key, found.what, found.amount)
            if kind == "turned":
                after |= {n for side in _sides(g, said.key, rest[0])[:2] for n in side}
            else:
                inside = (sold_in(g, part.key, part.key.split("/")[1:]) for part in found.parts)
                yield from (Keyed(one.key, one.what, one.amount) for one in inside)
    for n in sorted(after):
        found = worth_after(g, f"after/{N}{n}", [f"{N}{n}"])
        yield Keyed(found.key, found.what, found.amount)


def turned(g: Ground, key: str, rest: Sequence[str]) -> Step:
    """What the plan is worth more from then on: the nodes that begin with it, less those that might have come in their place."""
    at, beside, event = _sides(g, key, rest[0])
    value, parts = continuation(g.reading.tree, g.reading.certificate.by_node), []
    for nodes, sign in ((at, 1.0), (beside, -1.0)):
        total = float(g.chance[nodes].sum())
        for n in nodes:
            terms: dict[str, Term] = {
                "node": path_name(g.reading, n),
                "value": Amount(float(value[n]), "money"),
                "chance": Amount(float(g.chance[n]) / total, "share"),
            }
            what = Sentence("trail.by_node", terms) if sign > 0 else Sentence("trail.turned.beside", terms)
            parts.append(step(what, sign * value[n] * g.chance[n] / total, "money", key=f"after/{N}{n}"))
    whole = sum(part.amount.value for part in parts)
    how = Sentence("trail.how.turned", {})
    return summed(step(Sentence("trail.turned", {"event": event}), whole, "money", key=key, how=how), parts)


def worth_after(g: Ground, key: str, rest: Sequence[str]) -> Step:
    """What the plan is worth from a node on, where the node is reached: its own part, and what may follow by its probability."""
    tree = g.reading.tree
    names = [f"{N}{n}" for n in range(tree.count)]
    g.among(key, rest[0], names, "node of the tree")
    n, by_node = names.index(rest[0]), g.reading.certificate.by_node
    value = continuation(tree, by_node)
    parts = [step(at_node(g, n), by_node[n] / g.chance[n], "money", key=f"npv/{N}{n}")]
    for m in (m for m in range(1, tree.count) if int(tree.parent[m]) == n):
        chance = float(g.chance[m] / g.chance[n])
        terms: dict[str, Term] = {
            "node": g.reading.names.node(m),
            "value": Amount(float(value[m]), "money"),
            "chance": Amount(chance, "share"),
        }
        parts.append(step(Sentence("trail.by_node", terms), chance * value[m], "money", key=f"after/{N}{m}"))
    what = Sentence("trail.after", {"node": g.reading.names.node(n), "year": dated(int(tree.start[n]))})
    return summed(step(what, value[n], "money", key=key, how=Sentence("trail.how.after", {})), parts)


def sold(g: Ground, key: str, rest: Sequence[str]) -> Step:
    """By how much more the plan sells a year, over what it sells where it turns out otherwise: market by market."""
    at, beside, event = _sides(g, key, rest[0])
    first, second = (_a_year(g, nodes) for nodes in (at, beside))
    total, parts = float(second.sum()), []
    g.among(key, rest[0], [rest[0]] if total else [], "turn beside which anything is sold")
    for m, market in enumerate(g.ledger.selling.markets):
        if first[m] != second[m]:
            here: dict[str, Term] = {"here": _cars(first[m]), "there": _cars(second[m])}
            what = Sentence("trail.sold.market", here | {"market": g.reading.place(market)})
            parts.append(step(what, (first[m] - second[m]) / total, "share", key=f"{key}/{market}"))
    how = Sentence("trail.how.sold", {"here": _cars(float(first.sum())), "there": _cars(total)})
    value = float(first.sum()) / total - 1.0
    return summed(step(Sentence("trail.sold", {"event": event}), value, "share", key=key, how=how), parts)


def sold_in(g: Ground, key: str, rest: Sequence[str]) -> Step:
    """The same in one market, in cars: the years of the nodes on either side."""
    at, beside, event = _sides(g, key, rest[0])
    m, years = g.market(key, rest[1]), g.ledger.node_years
    flow, parts = cars(g.reading)[:, m].sum(-1), []
    for nodes, sign in ((at, 1.0), (beside, -1.0)):
        weight = years_of(g.reading, nodes)
        for y in np.flatnonzero(weight * flow > 0).tolist():
            first = int(years.year[y])
            terms: dict[str, Term] = {
                "node": path_name(g.reading, g.node_of(y)),
                "first": dated(first),
                "last": dated(first + int(years.span[y]) - 1),
                "value": _cars(flow[y]),
                "share": Amount(float(weight[y]), "share"),
            }
            what = Sentence("trail.sold.years", terms) if sign > 0 else Sentence("trail.sold.beside", terms)
            parts.append(step(what, sign * weight[y] * flow[y], "cars", key=f"cars/{rest[1]}/{first}{g.at(y)}"))
    what = Sentence("trail.sold.in", {"event": event, "market": g.reading.place(rest[1])})
    value = sum(part.amount.value for part in parts)
    return summed(step(what, value, "cars", key=key, how=Sentence("trail.how.sold_in", {})), parts)


def _a_year(g: Ground, nodes: Sequence[int]) -> np.ndarray:
    """Mean cars a year by market over the years of some nodes. Shape (M,)."""
    return np.asarray(years_of(g.reading, nodes) @ cars(g.reading).sum(-1))


def _sides(g: Ground, key: str, text: str) -> tuple[list[int], list[int], Name]:
    """Nodes that begin with a turn, those that might have come in their place, and what turns out."""
    known = {trigger.key: trigger for trigger in g.book.triggers if trigger.key}
    g.among(key, text, known, "turn to watch for")
    at = [int(name.removeprefix(N)) for name in text.split(NODES)]
    return at, siblings(g.reading, at), known[text].event


def _cars(value: float) -> Amount:
    return Amount(float(value), "cars")


ANSWERS: Mapping[tuple[str, int], Asked] = {
    ("turned", 1): turned,
    ("after", 1): worth_after,
    ("sold", 1): sold,
    ("sold", 2): sold_in,
}
"""What may be asked here, by the first word of a key and how many follow."""
