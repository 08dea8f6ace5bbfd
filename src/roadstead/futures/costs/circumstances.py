"""What holds in every node-year of a grown tree: rules as events have changed them, route, content, prices, costs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from roadstead.futures.costs.costing import Circumstances
from roadstead.futures.costs.moments import Moments
from roadstead.terms.errors import RoadsteadError
from roadstead.trade.amendment import amend, part_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from roadstead.futures.events import Event, Happening, Shift
    from roadstead.futures.grow import Climate, Grown
    from roadstead.futures.prospect import NodeYears
    from roadstead.trade.amendment import Amendment
    from roadstead.trade.rulebook import Rulebook

NOTHING_LEFT = "RS-L205"
"""An amendment finds nothing to change: another event has changed it already, or it has run out by itself."""


def representative_year(years: NodeYears, node_year: int) -> int:
    """The calendar year a node-year is costed in: its middle."""
    return int(years.year[node_year] + (years.span[node_year] - 1) // 2)


def moments_of(years: NodeYears, circumstances: Sequence[Circumstances]) -> Moments:
    """Node-years as moments: the year that each is costed in, under its circumstances. Length Y."""
    return Moments((representative_year(years, y) for y in range(years.count)), circumstances)


def node_circumstances(
    grown: Grown, years: NodeYears, rulebook: Rulebook, events: Mapping[str, Event], route: str
) -> tuple[Circumstances, ...]:
    """Circumstances of every node-year: today's, changed by all that has come on the way there and is still in force.

    What is in force in its middle year holds in a node-year; events change law in the order in which they came. Length Y.
    """
    play = Play(Circumstances(rulebook, route, {}), events, grown.tree.first_year)
    found = []
    for y, node in enumerate(years.node.tolist()):
        year = representative_year(years, y)
        now = play.held(tuple(one for one in grown.happened[node] if one.holds(year)))
        at = year - grown.tree.first_year
        found.append(now if grown.climate is None else _under(grown.climate, now, node, at))
    return tuple(found)


def _under(climate: Climate, now: Circumstances, node: int, at: int) -> Circumstances:
    return replace(
        now,
        battery=float(climate.battery[node, at]),
        freight=float(climate.freight[node, at]),
        worth={place: float(worth[node, at]) for place, worth in climate.worth.items()},
    )


class Play:
    """Plays events on today's circumstances.

    What the same events have done to an importer's rules, in the same order, is one object wherever they have: costs that rest
    on it are worked out once. ``first_year``: the first that any event comes in.
    """

    def __init__(self, today: Circumstances, events: Mapping[str, Event], first_year: int) -> None:
        self._events, self._first = events, first_year
        self._known: dict[tuple[tuple[str, int], ...], Circumstances] = {(): today}
        self._parts: dict[tuple[object, ...], Any] = {}

    def held(self, happenings: tuple[Happening, ...]) -> Circumstances:
        """Circumstances where these are in force, in their order."""
        return self._played(tuple((one.event, one.since) for one in happenings))

    def _played(self, came: tuple[tuple[str, int], ...]) -> Circumstances:
        if came not in self._known:
            event_id, since = came[-1]
            before, event = self._played(came[:-1]), self._events[event_id]
            least = {(one.importer, nest): one.share for one in event.least_prices for nest in one.nests}
            self._known[came] = Circumstances(
                rulebook=self._amended(before.rulebook, came, since),
                route=event.route or before.route,
                content={**before.content, **{rule.place: rule.least for rule in event.content}},
                terms={**before.terms, **event.terms},
                least_prices={**before.least_prices, **least},
                shifts=_shifted(before.shifts, event.shifts),
            )
        return self._known[came]

    def _amended(self, rulebook: Rulebook, came: tuple[tuple[str, int], ...], since: int) -> Rulebook:
        changes = self._changes(came[-1][0])
        for i, change in enumerate(changes):
            part = part_of(change)
            day = date(since if part[0] == "measures" else self._first, 1, 1)
            try:
                changed = amend(rulebook, [(change, day)])
            except RoadsteadError as error:
                if any(fault.code != NOTHING_LEFT for fault in error.faults):
                    raise
                continue
            midway = any(part_of(each) == part for each in changes[i + 1 :])
            rulebook = self._with_one(changed, part, self._key(part, came, change if midway else None))
        return rulebook

    def _key(
        self, part: tuple[str, ...], came: tuple[tuple[str, int], ...], midway: Amendment | None
    ) -> tuple[object, ...]:
        """What the part rests on: events that have touched it, with the years in which they came where those matter.

        A charge on duty holds from its day, and rows of duty end on one. A rule other than a duty, or a tax, that an event in force has
        brought or ended is the same in a year whenever it came, and whichever came first, unless one of them lifts others.
        """
        touching = tuple(one for one in came if any(part_of(each) == part for each in self._changes(one[0])))
        at = (came[-1], midway) if midway else ()
        if part[0] == "measures":
            return part, touching, at
        events = [event for event, _ in touching]
        ordered = any(each.action == "lift" for event in events for each in self._changes(event))
        return part, tuple(events if ordered else sorted(events)), at

    def _with_one(self, rulebook: Rulebook, part: tuple[str, ...], key: tuple[object, ...]) -> Rulebook:
        """The rulebook with the part that was changed as the one object it is wherever the same has happened."""
        match part:
            case ("measures", importer):
                one = self._parts.setdefault(key, rulebook.measures[importer])
                return replace(rulebook, measures={**rulebook.measures, importer: one})
            case ("taxes",):
                return replace(rulebook, taxes=self._parts.setdefault(key, rulebook.taxes))
            case _:
                return replace(rulebook, non_tariff=self._parts.setdefault(key, rulebook.non_tariff))

    def _changes(self, event_id: str) -> tuple[Amendment, ...]:
        return self._events[event_id].amendments


def _shifted(before: tuple[Shift, ...], new: tuple[Shift, ...]) -> tuple[Shift, ...]:
    """What is moved, in the order it came; of the same thing only what came last."""
    named = {(one.kind, one.place, one.makers, one.nests) for one in new}
    return (*(one for one in before if (one.kind, one.place, one.makers, one.nests) not in named), *new)
