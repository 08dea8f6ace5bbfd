"""What a planner can see of a path as the years go by: events in force, duties, shares and sizes of markets, batteries, currencies, freight."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import floor, log10
from typing import TYPE_CHECKING

import numpy as np

from roadstead.futures.costs.circumstances import node_circumstances
from roadstead.futures.costs.lane_costs import Way, lane_costs
from roadstead.futures.costs.moments import Moments
from roadstead.futures.evaluate import OPEN
from roadstead.futures.growth.fan import fan_of
from roadstead.futures.prospect import NodeYears
from roadstead.playbook.marks import duty_share
from roadstead.terms.arrays import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from roadstead.futures.costs.costing import Costing
    from roadstead.futures.grow import Grown
    from roadstead.futures.growth.from_paths import Source
    from roadstead.futures.paths.simulate import Paths
    from roadstead.playbook.signs_book import Kind
    from roadstead.terms.arrays import Floats, Ints

TOGETHER = 500
"""Nodes whose rules are worked out together: what events made of them is kept for so long."""
TENTH = 0.1
"""What a round number of shares and of multiples is a multiple of. [fraction]"""


@dataclass(frozen=True, slots=True)
class Sight:
    """One thing that can be seen.

    Attributes
    ----------
    kind
        event: it is in force; duty: duties on a car from home as a share of its value at the gate, by the law of the path alone; share: NEV share
        of a market's new cars; size: those cars; battery, freight, rate: what batteries, freight and a currency cost over what
        the case expects.
    of
        The event; the market, and the model apart by a blank; the currency; nothing.
    """

    kind: Kind
    of: str
    year: int


@dataclass(frozen=True, slots=True)
class Seen:
    """What can be seen of P paths.

    Attributes
    ----------
    value
        Shape (P, F); 1 where an event is in force.
    step
        What a round number of each is a multiple of. Shape (F,).
    """

    sights: tuple[Sight, ...]
    value: Floats
    step: Floats

    def __post_init__(self) -> None:
        for array in (self.value, self.step):
            frozen(array)


def seen(source: Source, first: int, count: int) -> Seen:
    """What can be seen of the paths ``first``, ``first`` + 1, ... as each later stage begins, while there is something to decide.

    What is the same on all paths, or on every path the same as what stands before it, tells nothing and is left out.
    """
    paths = source.told(first, count)
    years = source.plan.starts[1:]
    return _that_tells(count, (*_policy(source, paths, years), *_world(source, paths, years)))


def known_in_time(source: Source, paths: Paths, seen: Seen) -> Seen:
    """What is known as each later stage begins: law of its first year, and what was counted of the year before.

    ``seen``: what can be seen of the same paths in that first year.
    """
    law = ((sight, seen.value[:, i]) for i, sight in enumerate(seen.sights) if sight.kind in {"event", "duty"})
    counted = _world(source, paths, [year - 1 for year in source.plan.starts[1:]])
    return _that_tells(paths.count, (*law, *counted))


def _that_tells(count: int, every: Iterable[tuple[Sight, Floats]]) -> Seen:
    """Without what is the same on all paths, or on every path the same as what stands before it."""
    sights: list[Sight] = []
    columns: list[Floats] = []
    known: set[bytes] = set()
    for sight, value in every:
        if np.ptp(value) > 0.0 and value.tobytes() not in known:
            known.add(value.tobytes())
            sights.append(sight)
            columns.append(value)
    value = np.stack(columns, axis=1) if columns else np.zeros((count, 0))
    steps = [
        10.0 ** floor(log10(own.mean())) if sight.kind == "size" else TENTH
        for sight, own in zip(sights, columns, strict=True)
    ]
    return Seen(tuple(sights), value, np.asarray(steps))


def _policy(source: Source, paths: Paths, years: Sequence[int]) -> Iterator[tuple[Sight, Floats]]:
    begin = int(paths.years[0])
    for year in years:
        for e, event in enumerate(paths.events):
            yield Sight("event", event, year), (paths.level[:, year - begin, e] >= 0).astype(float)
    by_law = replace(fan_of(source, paths), climate=None)
    lanes = [(offer.market, offer.model_id) for offer in source.world.costing.carmaker.offers]
    for year in years:
        duty = duties(source, by_law, nodes_in(by_law, year, paths.count), year, lanes)
        for i, (market, model) in enumerate(lanes):
            yield Sight("duty", f"{market} {model}", year), duty[:, i].copy()


def _world(source: Source, paths: Paths, years: Sequence[int]) -> Iterator[tuple[Sight, Floats]]:
    outlook, begin = source.world.outlook, int(paths.years[0])
    for year in years:
        for m, market in enumerate(outlook.places):
            yield Sight("share", market, year), outlook.nev_share[paths.draw, m, year - int(outlook.years[0])]
            yield Sight("size", market, year), outlook.market[paths.draw, m, year - int(outlook.years[0])]
        if source.plan.economy:
            yield Sight("battery", "", year), paths.factors.battery[:, year - begin]
            yield Sight("freight", "", year), paths.factors.freight[:, year - begin]
            for c, currency in enumerate(paths.currencies):
                yield Sight("rate", currency, year), paths.factors.rates[:, year - begin, c]


def nodes_in(fan: Grown, year: int, count: int) -> Ints:
    """The node of every path of a fan, so many, in a later year. Shape (P,)."""
    start, depth = fan.tree.start, (fan.tree.count - 1) // count
    stage = int(np.flatnonzero(start[1 : depth + 1] <= year)[-1])
    return 1 + stage + depth * np.arange(count)


def duties(source: Source, fan: Grown, nodes: Ints, year: int, lanes: Sequence[tuple[str, str]]) -> Floats:
    """Duties on cars from home as a share of their value at the gate, at some nodes in a year. Shape (n, lanes). [fraction]

    ``lanes``: markets and models.
    """
    found = [np.zeros((0, len(lanes)))]
    for at in range(0, len(nodes), TOGETHER):
        some = nodes[at : at + TOGETHER]
        when = NodeYears(some, np.full(len(some), year), np.ones(len(some), dtype=np.int64))
        route = source.world.costing.conventions.route
        now = node_circumstances(fan, when, source.world.rulebook, fan.events, route)
        moments = Moments(when.year.tolist(), now)
        found.append(np.stack([_duty(source.world.costing, moments, lane) for lane in lanes], axis=1))
    return np.concatenate(found)


def _duty(costing: Costing, moments: Moments, lane: tuple[str, str]) -> Floats:
    """Duties on one lane under every one of some circumstances; those that its cost does not tell apart are looked at once."""
    market, model_id = lane
    model = costing.carmaker.models[model_id]
    law = moments.law(costing.territory(market)), moments.rules
    first, which = moments.apart(*law, moments.routes, moments.costs(market))
    unlike = moments.some(first)
    (cost,) = lane_costs(costing, unlike, [Way(None, model, market, OPEN, np.arange(len(unlike)))])
    return np.asarray([duty_share(model, cost.bars(i)) for i in range(len(unlike))])[which]
