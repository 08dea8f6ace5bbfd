"""From simulated paths to a grown tree: events of the catalogue as nodes have them in force, draws and costs of their own.

Paths are drawn of every event, for each bears on others' chances. The tree keeps apart, and plays, those that a plan can work
out and that move the case's money. Factors are told as multiples of their mean over all paths, so that the case's own figures stay what is
expected: a tree adds doubt to them, no trend.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from roadstead.futures.catalogue.playing import play
from roadstead.futures.events import Happening
from roadstead.futures.grow import Climate, Grown, Nearness, pace
from roadstead.futures.growth.node_names import EventWords
from roadstead.futures.growth.reckoning import Playable, reckon
from roadstead.futures.growth.reduce import Shape, reduce
from roadstead.futures.growth.stakes import in_money
from roadstead.futures.paths.economy import Factors
from roadstead.futures.paths.simulate import Possible, simulate
from roadstead.futures.tree import history
from roadstead.terms.arrays import frozen
from roadstead.terms.years import NEVER
from roadstead.world.reference import DOLLAR

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from roadstead.futures.catalogue.catalogue import Catalogue, CatalogueEvent
    from roadstead.futures.events import Event, PathPlan
    from roadstead.futures.growth.reckoning import World
    from roadstead.futures.growth.reduce import Reduced
    from roadstead.futures.growth.stakes import Stakes
    from roadstead.futures.paths.economy import Economy
    from roadstead.futures.paths.simulate import Paths
    from roadstead.futures.tree import ScenarioTree
    from roadstead.outlook.forecast import Outlook
    from roadstead.terms.arrays import Floats, Ints, Shorts

IDLE = 0.001
"""An event is left out of a tree where it moves less than this part of a year's margin, unless it is certain in some year."""
WAYS = (-1.0, 0.0, 1.0)
"""Which way the events of a path pull its demand: slow, not at all, fast."""


@dataclass(frozen=True, slots=True)
class Source:
    """What a tree was grown from, so that fresh paths are drawn of the same and told in the same.

    Attributes
    ----------
    possible
        Of what paths are drawn: every event of the catalogue.
    means
        Means of factors over the tree's paths. Shapes (T,), (T, C).
    shares
        Share of the tree's paths with each class of demand: slow, open, fast.
    kept
        The events that the tree keeps apart.
    ids
        By event kept: what it is called when it is played at each level.
    stakes
        Money in the events kept, in demand and in factors.
    middle
        The paths about which the nodes of the tree were parted, in money. Shape (N, T, things).
    """

    plan: PathPlan
    world: World
    catalogue: Catalogue
    possible: Possible
    means: Factors
    shares: tuple[float, ...]
    kept: tuple[CatalogueEvent, ...]
    ids: tuple[tuple[str, ...], ...]
    stakes: Stakes
    middle: Floats
    found: Reduced
    grown: Grown

    def told(self, first: int, count: int) -> Paths:
        """Paths of any number, as the case sees them: demand brought, events kept, factors as multiples of the tree's paths' means."""
        fresh = simulate(self.possible, self.plan.seed, first, count)
        draw = brought(fresh, self.catalogue, self.world.outlook, self.shares)
        return _of_the_case(replace(fresh, draw=draw), self.kept, self.means)


def grow_from_paths(plan: PathPlan, world: World, catalogue: Catalogue, economy: Economy) -> Source:
    """Draw joint paths and grow the tree that is near them in the case's money.

    Raises
    ------
    RoadsteadError
        RS-F531 and RS-F532 as ``reduce``.
    """
    events = [event for event in catalogue.events.values() if event.played]
    events = [event for event in events if not plan.events or event.event_id in plan.events]
    playable = [Playable(event.hazard, played_levels(event)) for event in events]
    stakes = reckon(world, playable)
    moving = [
        i
        for i, levels in enumerate(stakes.events)
        if np.abs(levels).max() >= IDLE * stakes.demand or any(p >= 1.0 for _, p in events[i].hazard.yearly)
    ]
    possible = Possible(catalogue.hazards, economy, world.outlook.years, len(world.outlook.market))
    kept = [events[i] for i in moving]
    drawn = simulate(possible, plan.seed, 0, plan.paths)
    shares, means = class_shares(drawn, catalogue), _means(drawn.factors)
    paths = _of_the_case(replace(drawn, draw=brought(drawn, catalogue, world.outlook, shares)), kept, means)
    stakes = replace(stakes, events=tuple(stakes.events[i] for i in moving))
    if not plan.economy:
        stakes = replace(stakes, battery=0.0, freight=0.0, rates=0.0 * stakes.rates)
    found = reduce(paths, stakes, Shape(plan.starts, plan.nodes), [words(event) for event in kept])
    middle = in_money(paths, stakes, found.middle, 0, len(paths.years))
    begun = world.central.happened[0]
    ids = tuple(tuple(event.event_id for event in playable[i].levels) for i in moving)
    played = _with_chances({event.event_id: event for i in moving for event in playable[i].levels}, paths, kept)
    market, nev_share = _demand(found, paths, world.outlook)
    idle = tuple(event.event_id for i, event in enumerate(events) if i not in set(moving))
    grown = Grown(
        tree=found.tree,
        names=tuple(zip(found.tree.name, found.names_zh, strict=True)),
        events={**world.central.events, **played},
        happened=happened(found.tree, found.level, begun, ids),
        demand=tuple("" for _ in found.names_zh),
        market=market,
        nev_share=nev_share,
        climate=climate(found, paths.currencies, world.places) if plan.economy else None,
        nearness=Nearness(paths.count, found.distance, found.undivided, idle),
    )
    return Source(plan, world, catalogue, possible, means, shares, tuple(kept), ids, stakes, middle, found, grown)


def words(event: CatalogueEvent) -> EventWords:
    """What an event is called in the name of a node."""
    levels = event.degrees
    return EventWords(
        event.comes or event.title,
        event.comes_zh or event.title_zh,
        event.stays_away or f"not: {event.title}",
        event.stays_away_zh or f"未发生：{event.title_zh}",
        tuple(level.title for level in levels),
        tuple(level.title_zh for level in levels),
    )


def brought(paths: Paths, catalogue: Catalogue, outlook: Outlook, shares: Sequence[float]) -> Ints:
    """Demand draw of every path, where events bring a class of draws. Shape (paths,).

    A path belongs to the class whose events are in force on it for longer. Paths of the slow class follow the slowest draws, those of the fast
    class the fastest, as many draws in each as its share of all paths: so all draws stay equally likely over all of them. Within
    a class a path keeps its place.
    """
    own = _pull(paths, catalogue)
    count, begin = len(outlook.market), 0.0
    rank = np.zeros(paths.count, dtype=np.int64)
    for way, share in zip(WAYS, shares, strict=True):
        members = own == way
        rank[members] = ((begin + (paths.draw[members] + 0.5) / count * share) * count).astype(np.int64)
        begin += share
    return np.asarray(np.argsort(pace(outlook), kind="stable")[np.minimum(rank, count - 1)])


def class_shares(paths: Paths, catalogue: Catalogue) -> tuple[float, ...]:
    """Share of paths with each class of demand: slow, open, fast."""
    own = _pull(paths, catalogue)
    return tuple(float((own == way).mean()) for way in WAYS)


def _pull(paths: Paths, catalogue: Catalogue) -> Floats:
    """1 where events that bring fast draws are in force for longer than those that bring slow ones, -1 the other way. Shape (paths,)."""
    score = np.zeros(paths.count)
    for e, event in enumerate(catalogue.events.values()):
        if event.demand:
            score += (1.0 if event.demand == "fast" else -1.0) * (paths.level[:, :, e] >= 0).sum(axis=1)
    return np.sign(score)


def played_levels(event: CatalogueEvent) -> tuple[Event, ...]:
    """The event as it is played at each of its levels, each under an id of its own where there are several."""
    found = [play(event, degree.level.level_id) for degree in event.degrees]
    if len(found) == 1:
        return tuple(found)
    names = (f"{event.event_id}:{degree.level.level_id}" for degree in event.degrees)
    return tuple(replace(one, event_id=name) for one, name in zip(found, names, strict=True))


def _of_the_case(paths: Paths, kept: Sequence[CatalogueEvent], means: Factors) -> Paths:
    """The paths with the events kept, and with factors as multiples of means."""
    at = [paths.events.index(event.event_id) for event in kept]
    factors = paths.factors
    return replace(
        paths,
        events=tuple(event.event_id for event in kept),
        level=np.ascontiguousarray(paths.level[:, :, at]),
        factors=Factors(
            battery=factors.battery / means.battery,
            rates=factors.rates / means.rates,
            freight=factors.freight / means.freight,
        ),
    )


def _means(factors: Factors) -> Factors:
    return Factors(factors.battery.mean(axis=0), factors.rates.mean(axis=0), factors.freight.mean(axis=0))


def happened(
    tree: ScenarioTree, level: Shorts, begun: tuple[Happening, ...], ids: Sequence[Sequence[str]]
) -> tuple[tuple[Happening, ...], ...]:
    """What has come by the end of every node, and when it ended, from the levels that nodes show year by year. Level: (N, T, E)."""
    told: list[tuple[Happening, ...]] = []
    for node in range(tree.count):
        parent = int(tree.parent[node])
        so_far = list(told[parent] if parent >= 0 else begun)
        begin = int(tree.start[node]) - tree.first_year
        before = level[parent, begin - 1] if parent >= 0 else np.full(len(ids), -1)
        for t in range(begin, begin + int(tree.years[node])):
            now, year = level[node, t], tree.first_year + t
            for e in np.flatnonzero(now != before).tolist():
                over = [i for i, one in enumerate(so_far) if one.until == NEVER and one.event in ids[e]]
                for i in over:
                    so_far[i] = replace(so_far[i], until=year - 1)
                if now[e] >= 0:
                    so_far.append(Happening(ids[e][int(now[e])], node, year, NEVER))
            before = now
        told.append(tuple(so_far))
    return tuple(told)


def _with_chances(events: Mapping[str, Event], paths: Paths, kept: Sequence[CatalogueEvent]) -> dict[str, Event]:
    """The events with the share of paths on which each comes at its level."""
    found = list(events.values())
    at = [(e, degree) for e, one in enumerate(kept) for degree in range(len(one.degrees))]
    came = [(paths.level[:, :, e] == degree).any(axis=1).mean() for e, degree in at]
    return {event.event_id: replace(event, probability=float(share)) for event, share in zip(found, came, strict=True)}


def _demand(found: Reduced, paths: Paths, outlook: Outlook) -> tuple[Floats, Floats]:
    """Means over the draws that the paths of a node follow."""
    follow = np.stack(_follow(found, paths, len(outlook.market)))
    follow /= follow.sum(axis=1, keepdims=True)
    market = np.tensordot(follow, outlook.market, axes=1)
    nev = np.tensordot(follow, outlook.market * outlook.nev_share, axes=1) / market
    frozen(market)
    frozen(nev)
    return market, nev


def _follow(found: Reduced, paths: Paths, draws: int) -> list[Floats]:
    """How many paths of every node follow each draw. Length N, shape (draws,) each."""
    count = [np.zeros(draws) for _ in range(found.tree.count)]
    for leaf in np.unique(found.leaf).tolist():
        own = np.bincount(paths.draw[found.leaf == leaf], minlength=draws)
        for node in history(found.tree, leaf):
            count[node] += own
    return count


def climate(found: Reduced | Factors, currencies: tuple[str, ...], places: Mapping[str, tuple[str, ...]]) -> Climate:
    """Factors of nodes; in years that are not a node's own they say nothing."""
    rates = dict(zip(currencies, np.moveaxis(_or_one(found.rates), 2, 0), strict=True))
    freight = _or_one(found.freight)
    return Climate(
        battery=_or_one(found.battery),
        freight=freight * rates[DOLLAR] if DOLLAR in rates else freight,
        worth={place: rates[currency].copy() for currency, where in places.items() for place in where},
    )


def _or_one(values: Floats) -> Floats:
    return np.where(np.isnan(values), 1.0, values)
