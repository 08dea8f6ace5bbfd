"""What would change our mind: for every set of events that fires together, what the plan does where it does and does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from roadstead.futures.tree import node_probability
from roadstead.playbook.book import Amount, Later, Sentence, Trigger
from roadstead.playbook.decisions import HALF, decisions, likeliest, sentence
from roadstead.playbook.reading import MODES, cars, continuation, joined, path_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from roadstead.futures.events import Event
    from roadstead.playbook.book import Name
    from roadstead.playbook.decisions import Decision
    from roadstead.playbook.reading import Reading
    from roadstead.terms.arrays import Floats

MOST = 4
"""Sentences shown on either side of a trigger."""
PATHS = "shares of simulated paths"
"""What the chance of a node rests on that no event tells apart."""
NOTABLE = 0.03
"""Difference in cars sold, as a share, that is worth a sentence."""


def triggers(reading: Reading, events: Mapping[str, Event]) -> tuple[Trigger, ...]:
    """One trigger for every set of events that fires together, or node of a grown tree, the one that moves most money first.

    Events of one edge of the tree come together or not at all, so what they change is told of the set: to credit one of
    them alone would be guessing.
    """
    tree = reading.tree
    every = decisions(reading)
    value = continuation(tree, reading.certificate.by_node)
    probability = node_probability(tree)
    found: list[tuple[float, Trigger]] = []
    for name, at, rests_on in _turns(reading, events):
        beside = siblings(reading, at)
        if not beside:
            continue
        then, otherwise = _differ(reading, every, at, beside)
        difference = _mean(value, reading, at) - _mean(value, reading, beside)
        key = "+".join(f"n{n}" for n in at)
        worth = Sentence("trigger.npv", {"npv": Amount(difference, "money", f"turned/{key}")})
        likely = float(probability[at].sum())
        trigger = Trigger(
            event=name,
            probability=likely,
            watch_in=min(int(tree.start[n]) for n in at),
            then=(*then[:MOST], *_volume(reading, at, beside, key), worth),
            otherwise=tuple(otherwise[:MOST]) or (Sentence("trigger.nothing", {}),),
            rests_on=rests_on,
            key=key,
        )
        found.append((abs(difference) * likely, trigger))
    return tuple(trigger for _, trigger in sorted(found, key=lambda pair: -pair[0]))


def _turns(reading: Reading, events: Mapping[str, Event]) -> list[tuple[Name, list[int], str]]:
    """What may turn out, the nodes that begin with it, and what its chance rests on."""
    tree, grown = reading.tree, reading.evaluation.ledger.grown
    if grown.nearness is not None:
        return [(path_name(reading, n), [n], _rests_on(events, grown.begun(n))) for n in range(1, tree.count)]
    sets: dict[tuple[str, ...], list[int]] = {}
    for n in range(1, tree.count):
        if together := grown.begun(n):
            sets.setdefault(together, []).append(n)
    return [
        (joined(list(map(reading.names.event, name)), " + "), at, _rests_on(events, name)) for name, at in sets.items()
    ]


def _rests_on(events: Mapping[str, Event], names: Sequence[str]) -> str:
    return "; ".join(dict.fromkeys(events[name].rests_on for name in names)) or PATHS


def siblings(reading: Reading, at: Sequence[int]) -> list[int]:
    """Nodes that begin where one of ``at`` could have begun and did not."""
    tree = reading.tree
    parents = {int(tree.parent[n]) for n in at}
    return [n for n in range(1, tree.count) if int(tree.parent[n]) in parents and n not in at]


def _mean(value: Floats, reading: Reading, nodes: Sequence[int]) -> float:
    probability = node_probability(reading.tree)[list(nodes)]
    return float(np.average(value[list(nodes)], weights=probability))


def _share(reading: Reading, every: Sequence[Decision], nodes: Sequence[int]) -> dict[tuple[str, str], float]:
    """How likely each decision is at some nodes, given that one of them is reached."""
    probability = node_probability(reading.tree)
    total = float(probability[list(nodes)].sum())
    share: dict[tuple[str, str], float] = {}
    for decision in every:
        if decision.node in nodes:
            share[decision.key] = share.get(decision.key, 0.0) + float(probability[decision.node]) / total
    return share


def _differ(
    reading: Reading, every: Sequence[Decision], at: Sequence[int], beside: Sequence[int]
) -> tuple[list[Sentence], list[Sentence]]:
    """Decisions taken mostly on one side and mostly not on the other."""
    here, there = _share(reading, every, at), _share(reading, every, beside)

    def only(
        first: dict[tuple[str, str], float], second: dict[tuple[str, str], float], nodes: Sequence[int]
    ) -> list[Sentence]:
        keys = [key for key, share in first.items() if share > HALF >= second.get(key, 0.0)]
        chosen = [likeliest(reading.tree, [d for d in every if d.node in nodes and d.key == key]) for key in keys]
        return [sentence(reading, decision) for decision in sorted(chosen, key=lambda d: -d.capital)]

    return only(here, there, at), only(there, here, beside)


def _volume(reading: Reading, at: Sequence[int], beside: Sequence[int], key: str) -> list[Sentence]:
    """The market whose main mode changes, or else the change in cars sold, in the first years after the event."""
    first, second = (np.einsum("y,ymd->md", years_of(reading, nodes), cars(reading)) for nodes in (at, beside))
    markets = reading.evaluation.ledger.selling.markets
    mode = first.argmax(1), second.argmax(1)
    sold = first.sum(1)
    moved = [m for m in range(len(markets)) if mode[0][m] != mode[1][m] and min(first[m].sum(), second[m].sum()) > 0]
    if moved:
        m = max(moved, key=lambda i: sold[i])
        return [Sentence("trigger.ship_instead", {"market": reading.place(markets[m]), "mode": MODES[mode[0][m]]})]
    change = float(first.sum() / second.sum() - 1.0) if second.sum() else 0.0
    return (
        [Sentence("trigger.volume", {"share": Amount(change, "share", f"sold/{key}")})] if abs(change) > NOTABLE else []
    )


def years_of(reading: Reading, nodes: Sequence[int]) -> Floats:
    """What share of all years of some nodes each node-year is, by probability. Shape (Y,)."""
    years = reading.evaluation.prospect.node_years
    weight = node_probability(reading.tree)[years.node] * years.span * np.isin(years.node, list(nodes))
    return np.asarray(weight / weight.sum())


def later(reading: Reading) -> tuple[Later, ...]:
    """Decisions after the first, with the probability that they are taken in that year."""
    probability = node_probability(reading.tree)
    grouped: dict[tuple[int, str, str, float], list[Decision]] = {}
    for decision in decisions(reading):
        if decision.node > 0:
            year = int(reading.tree.start[decision.node])
            grouped.setdefault((year, *decision.key, decision.modules), []).append(decision)
    found = [
        Later(
            what=sentence(reading, max(same, key=lambda d: float(probability[d.node]))),
            year=year,
            probability=float(sum(probability[d.node] for d in same)),
            key=f"{kind}/{subject}/{year}/{modules:g}",
        )
        for (year, kind, subject, modules), same in grouped.items()
    ]
    return tuple(sorted(found, key=lambda entry: (entry.year, -entry.probability)))
