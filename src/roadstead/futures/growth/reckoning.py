"""A first reckoning of what is at stake: today's supplies with and without each event, by the law and the costs a plan is made on.

Every offer is valued at what its reference sales earn, and at no loss: once as if all cars came from home, once as if every line
of the case stood and each car came the way that earns most. A line that may not be built any more, or is taken, earns nothing; where home
limits what is shipped, cars from home earn as far as the limit goes; and cars beside which rivals build sell as many fewer as the
rivals' new prices take from them. An event is worth the larger of the two differences, signed, when it alone comes;
a mean over the middles of those later stages in which it may be in force. What plans make of it is left to the plan: a reckoning decides what a tree keeps
apart, and enters no plan's money.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from roadstead.futures.capacity.sites import is_refused, taken
from roadstead.futures.costs.circumstances import Play
from roadstead.futures.costs.costing import Circumstances
from roadstead.futures.costs.export_limits import export_limit, shipped
from roadstead.futures.evaluate import list_arcs, margins
from roadstead.futures.events import Happening
from roadstead.futures.grow import halves
from roadstead.futures.growth.stakes import Stakes
from roadstead.futures.paths.hazards import chance
from roadstead.futures.prospect import NodeYears
from roadstead.futures.selling.nests import NESTS
from roadstead.futures.selling.selling import beside_rivals, reference
from roadstead.terms.years import NEVER
from roadstead.world.reference import DOLLAR

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from roadstead.futures.costs.costing import Costing
    from roadstead.futures.evaluate import ArcKey
    from roadstead.futures.events import Event
    from roadstead.futures.grow import Grown
    from roadstead.futures.paths.hazards import Hazard
    from roadstead.futures.selling.selling import Reference
    from roadstead.outlook.forecast import Outlook
    from roadstead.terms.arrays import Floats
    from roadstead.trade.rulebook import Rulebook

BUMP = 0.1
"""By how much costs are raised to see what they are worth, as a fraction; what is told is ten times that."""


@dataclass(frozen=True, slots=True)
class Playable:
    """An event of the catalogue with what a plan makes of each of its levels."""

    hazard: Hazard
    levels: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class World:
    """What is reckoned on.

    Attributes
    ----------
    central
        The central future: what holds from the first day on, and nothing else.
    places
        Places that pay in each currency.
    """

    costing: Costing
    rulebook: Rulebook
    outlook: Outlook
    central: Grown
    places: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _State:
    """One thing that may differ from today, looked at in a year: an event's level, or a cost or currency that rises."""

    what: tuple[str, int, int]
    year: int
    now: Circumstances


BASE = ("base", 0, 0)
BUILD = "rivals_build"
EVERYWHERE = frozenset({BASE[0], "battery", "freight"})
"""What may change what any car costs."""


def reckon(world: World, playable: Sequence[Playable]) -> Stakes:
    """Money a year in every event and level, in demand, batteries, freight and currencies."""
    first, last = world.central.tree.first_year, world.central.tree.last_year
    rate = 1.0 + world.costing.conventions.discount_base
    weight = np.asarray([rate ** -(year - first + 0.5) for year in range(first, last + 1)])
    states = list(_states(world, playable))
    value = _values(world, states)
    base = {state.year: value[i] for i, state in enumerate(states) if state.what == BASE}
    looked = np.asarray([weight[year - first] for year in base])
    whole = np.stack(list(base.values()))
    found: dict[tuple[str, int, int], list[tuple[float, Floats]]] = {}
    for i, state in enumerate(states):
        moved = (value[i] - base[state.year]).sum(axis=1)
        found.setdefault(state.what, []).append((float(weight[state.year - first]), moved))
    worth = {what: _larger(rows) for what, rows in found.items()}
    market = np.average(whole.max(axis=1), axis=0, weights=looked)
    demand = float(market.sum())
    index = _index(world.outlook, market)
    pace = {
        half: float((index[rows].mean(axis=0) @ weight) / weight.sum() - 1.0)
        for half, rows in halves(world.outlook).items()
    }
    freight = abs(worth["freight", 0, 0]) / BUMP  # ships are paid in dollars, so the dollar's rate moves it too
    rates = [abs(worth["rate", c, 0]) / BUMP for c in range(len(world.places))]
    return Stakes(
        events=tuple(
            tuple(
                worth.get(("event", e, degree), 0.0) + demand * pace.get(event.demand, 0.0)
                for degree, event in enumerate(one.levels)
            )
            for e, one in enumerate(playable)
        ),
        demand=demand,
        index=index,
        battery=abs(worth["battery", 0, 0]) / BUMP,
        rates=np.asarray([rate + freight * (name == DOLLAR) for name, rate in zip(world.places, rates, strict=True)]),
        freight=freight,
        year_weight=weight,
    )


def _larger(rows: Sequence[tuple[float, Floats]]) -> float:
    """The mean difference that is larger of the two ways to value."""
    mean = np.average([moved for _, moved in rows], axis=0, weights=[weight for weight, _ in rows])
    return float(mean[np.abs(mean).argmax()])


def _index(outlook: Outlook, market: Floats) -> Floats:
    """NEV sales of every draw over the mean of all, markets weighed by the money in them. Shape (draws, T)."""
    units = outlook.market * outlook.nev_share
    share = market / market.sum() if market.sum() > 0.0 else np.full(len(market), 1.0 / len(market))
    return np.asarray(np.einsum("dpt,p->dt", units / units.mean(axis=0), share))


def _states(world: World, playable: Sequence[Playable]) -> Iterator[_State]:
    """Today and everything that may differ from it, in the middle of every stage but the first, in which no paths are parted."""
    tree, begun = world.central.tree, world.central.happened[0]
    events = {event.event_id: event for one in playable for event in one.levels}
    known = {**world.central.events, **events}
    play = Play(Circumstances(world.rulebook, world.costing.conventions.route, {}), known, tree.first_year)
    today = play.held(begun)
    stages = list(zip(tree.start.tolist(), tree.years.tolist(), strict=True))
    for start, years in stages[1:] or stages:
        year = start + (years - 1) // 2
        yield _State(BASE, year, today)
        yield _State(("battery", 0, 0), year, replace(today, battery=1.0 + BUMP))
        yield _State(("freight", 0, 0), year, replace(today, freight=1.0 + BUMP))
        for c, places in enumerate(world.places.values()):
            yield _State(("rate", c, 0), year, replace(today, worth=dict.fromkeys(places, 1.0 + BUMP)))
        for e, one in enumerate(playable):
            since = next((y for y in range(year, tree.first_year - 1, -1) if chance(one.hazard, y) > 0.0), None)
            for degree, event in enumerate(one.levels) if since is not None else ():
                came = Happening(event.event_id, 0, since or 0, NEVER)
                yield _State(("event", e, degree), year, play.held((*begun, came)))


def _values(world: World, states: Sequence[_State]) -> Floats:
    """Money by state, way to value and market, in the outlook's order. Shape (states, 2, P). [money/year]"""
    costing, offers = world.costing, world.costing.carmaker.offers
    arcs = list_arcs(costing, world.rulebook, offers, tuple(costing.carmaker.lines.values()))
    sold = reference(costing, world.central, _years(states), [state.now for state in states], offers)
    earns = _earns(world, states, arcs, sold.kept * sold.retail) * _left_by_limits(world, states, arcs, sold)
    cars = sold.sales * _left_by_rivals(world, states, sold)
    found = np.zeros((len(states), 2, len(world.outlook.places)))
    from_home = np.asarray([key.line is None for key in arcs])
    for way, counted in enumerate((from_home, np.ones(len(arcs), dtype=bool))):
        best = np.zeros((len(states), len(offers)))
        for a in np.flatnonzero(counted).tolist():
            best[:, arcs[a].offer] = np.maximum(best[:, arcs[a].offer], earns[:, a])
        for c, offer in enumerate(offers):
            found[:, way, world.outlook.places.index(offer.market)] += best[:, c] * cars[:, c]
    return found


def _left_by_limits(world: World, states: Sequence[_State], arcs: Sequence[ArcKey], sold: Reference) -> Floats:
    """Part of what a car earns by an arc that is left where lines are refused or taken, or home limits what is shipped. Shape (states, A)."""
    costing, offers, found = world.costing, world.costing.carmaker.offers, np.ones((len(states), len(arcs)))
    for i in (i for i, state in enumerate(states) if state.now.shifts):
        now = states[i].now
        for line in costing.carmaker.lines.values():
            if is_refused(costing, now, line) or taken(costing, now, line) is not None:
                found[i, [a for a, key in enumerate(arcs) if key.line == line.line_id]] = 0.0
        for nest in NESTS:
            most, cells = export_limit(costing, now, nest), [shipped(costing, offer, nest) for offer in offers]
            if most is not None and any(cells):
                share = min(most / float(sold.sales[i, cells].sum()), 1.0)
                found[i, [a for a, key in enumerate(arcs) if key.line is None and cells[key.offer]]] = share
    return found


def _left_by_rivals(world: World, states: Sequence[_State], sold: Reference) -> Floats:
    """Own sales at reference prices over those beside today's rivals, where events let rivals build. Shape (states, C)."""
    found = np.ones(sold.sales.shape)
    building = [any(one.kind == BUILD for one in state.now.shifts) for state in states]
    at = np.flatnonzero(building)
    if at.size and not building[0]:
        rows = np.append([0], at)  # the first is today
        some = [states[i] for i in rows.tolist()]
        parts = {name: getattr(sold, name)[rows] for name in ("sales", "retail", "kept", "size", "nev")}
        offers = world.costing.carmaker.offers
        beside = beside_rivals(world.costing, _years(some), [one.now for one in some], replace(sold, **parts), offers)
        found[at] = beside[1:]
    return found


def _years(states: Sequence[_State]) -> NodeYears:
    zero = np.zeros(len(states), dtype=np.int64)
    return NodeYears(zero, np.asarray([state.year for state in states]), zero + 1)


def _earns(world: World, states: Sequence[_State], arcs: Sequence[ArcKey], net_price: Floats) -> Floats:
    """What a car earns by every arc, nothing where it would lose; arcs that an event cannot touch earn what they do today."""
    found = np.zeros((len(states), len(arcs)))
    groups: dict[tuple[str, int], list[int]] = {}
    for i, state in enumerate(states):
        groups.setdefault(state.what[:2], []).append(i)
    today = {states[i].year: i for i in groups[BASE[:2]]}
    for (kind, _), rows in groups.items():
        group = [states[i] for i in rows]
        reach = None if kind in EVERYWHERE else _reach(world, group, states[today[group[0].year]].now)
        at = [a for a, key in enumerate(arcs) if reach is None or reach & _places(world, key)]
        found[rows] = found[[today[state.year] for state in group]]
        if at:
            margin, allowed = margins(
                world.costing, _years(group), [one.now for one in group], [arcs[a] for a in at], net_price[rows]
            )
            found[np.ix_(rows, at)] = np.where(allowed, np.maximum(margin, 0.0), 0.0)
    return found


def _reach(world: World, group: Sequence[_State], today: Circumstances) -> frozenset[str] | None:
    """Places whose rules an event changes; None where it may change any lane."""
    found: set[str] = set()
    for now in (state.now for state in group):
        book, before = now.rulebook, today.rulebook
        law = book.non_tariff is before.non_tariff and book.taxes is before.taxes
        if now.route != today.route or not law:
            return None
        changed = {place for place in book.measures if book.measures[place] is not before.measures.get(place)}
        changed |= {place for place in now.content if now.content[place] != today.content.get(place)}
        found |= set(now.worth)
        found |= changed | {member for bloc in changed & set(book.blocs) for member, _ in book.blocs[bloc]}
    home = world.costing.carmaker.home.place
    return None if found & {home, world.costing.territory(home)} else frozenset(found)


def _places(world: World, key: ArcKey) -> frozenset[str]:
    """Countries and customs territories that an arc goes through abroad."""
    costing = world.costing
    passed = [costing.carmaker.offers[key.offer].market]
    passed += [costing.carmaker.lines[key.line].place] if key.line else []
    return frozenset([*passed, *(costing.territory(place) for place in passed)])
