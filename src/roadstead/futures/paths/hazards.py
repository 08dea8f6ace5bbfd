"""When events may come: their chance year by year, what they need, what they end, what makes them likelier, how long they last.

A hazard says nothing of what its event does to the rules; that is the event's own matter. Chances are conditional: the
chance in a year is that of an event which is not in force, given everything that is in force then.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from roadstead.terms.errors import Fault, raise_if_any
from roadstead.terms.spelling import meant

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

ROUNDING = 1e-6
"""By how much probabilities of levels may miss one."""
ASKED, FEW = 3, 10
"""How many events a message names that are like one that is none, and how many are few enough for all."""


@dataclass(frozen=True, slots=True)
class Influence:
    """What another event does to this one's chance.

    Attributes
    ----------
    cause
        The other event.
    factor
        What the yearly odds are multiplied by: 0 rules the event out, 1 would change nothing.
    years
        For how many years from the cause's first in force, as the year before shows it; 0 for as long as it lasts.
    kind
        Why: retaliation, imitation, bargain, exhaustion, common cause.
    """

    cause: str
    factor: float
    years: int
    kind: str


@dataclass(frozen=True, slots=True)
class Level:
    """One degree of severity: its probability given that the event comes, and the amount it means (a rate, a share...)."""

    level_id: str
    probability: float
    amount: float


@dataclass(frozen=True, slots=True)
class Hazard:
    """When an event may come.

    Attributes
    ----------
    yearly
        First year and chance in each year from then on while not in force, in order; nothing before the first.
    needs
        Event that must be in force in the same year, for this one to come and to stay; empty for none.
    ends
        Events in force that this one ends as it comes.
    lasts
        Mean years in force, infinite for good; how many is geometric, so that age tells nothing of what is left.
    levels
        Degrees of severity, one of which is drawn as the event comes; at least one.
    low, high
        What the experts' range does to the yearly chance, as multipliers of its odds: low <= 1 <= high.
    """

    event_id: str
    yearly: tuple[tuple[int, float], ...]
    needs: str
    ends: tuple[str, ...]
    influences: tuple[Influence, ...]
    lasts: float
    levels: tuple[Level, ...]
    low: float
    high: float


def chance(hazard: Hazard, year: int) -> float:
    """Chance in a year while not in force and nothing bears on it. [fraction]"""
    stated = [value for first, value in hazard.yearly if first <= year]
    return stated[-1] if stated else 0.0


def in_order(hazards: Sequence[Hazard]) -> tuple[int, ...]:
    """Places of the events in the order a year looks at them: what is needed before what needs it, else as listed."""
    place = {hazard.event_id: i for i, hazard in enumerate(hazards)}
    order: list[int] = []
    for start in range(len(hazards)):
        chain = [start]
        while (need := hazards[chain[-1]].needs) and place[need] not in order:
            chain.append(place[need])
        order.extend(i for i in reversed(chain) if i not in order)
    return tuple(order)


def check(hazards: Sequence[Hazard]) -> None:
    """Refuse hazards that cannot be or say nothing.

    Raises
    ------
    RoadsteadError
        With every fault at once: RS-F511 chances; RS-F512 levels; RS-F513 events named that are none, or twice; RS-F514
        needs that go round in a circle or contradict ends; RS-F515 factors and ranges; RS-F516 an event that never
        comes or an influence that changes nothing; RS-F517 durations.
    """
    found = [fault for hazard in hazards for fault in (*_own_faults(hazard), *_influence_faults(hazard))]
    found += _names(hazards)
    if not any(fault.code == "RS-F513" for fault in found):
        found += _circles(hazards)
        found += _idle(hazards)
    raise_if_any(found)


def _is_chance(value: float) -> bool:
    return 0.0 <= value <= 1.0


def _own_faults(hazard: Hazard) -> Iterator[Fault]:
    """What is wrong with one event alone."""
    where = f"event {hazard.event_id}"
    for year, value in hazard.yearly:
        if not _is_chance(value):
            yield Fault(where, "RS-F511", f"a chance of {value:g} in {year}", "a chance in a year between 0 and 1")
    if any(later <= earlier for (earlier, _), (later, _) in pairwise(hazard.yearly)):
        years = ", ".join(str(year) for year, _ in hazard.yearly)
        yield Fault(where, "RS-F511", f"chances from the years {years}", "every year once, in order")
    yield from _level_faults(where, hazard.levels)
    if not (math.isfinite(hazard.high) and 0.0 <= hazard.low <= 1.0 <= hazard.high):
        message = f"an experts' range from {hazard.low:g} to {hazard.high:g} times the odds"
        yield Fault(where, "RS-F515", message, "multipliers of the odds on each side of 1: low <= 1 <= high")
    if not hazard.lasts >= 1.0:
        yield Fault(where, "RS-F517", f"it lasts {hazard.lasts:g} years", "1 year or more on average, or inf for good")


def _level_faults(where: str, levels: tuple[Level, ...]) -> Iterator[Fault]:
    if not levels:
        yield Fault(where, "RS-F512", "it has no level", "at least one; a single level has probability 1")
        return
    for level in levels:
        if not _is_chance(level.probability):
            message = f"level {level.level_id} has probability {level.probability:g}"
            yield Fault(where, "RS-F512", message, "a probability between 0 and 1")
        if not math.isfinite(level.amount):
            yield Fault(where, "RS-F512", f"level {level.level_id} means {level.amount:g}", "a number")
    total = sum(level.probability for level in levels)
    if not abs(total - 1.0) <= ROUNDING:
        message = f"the probabilities of its levels sum to {total:g}"
        yield Fault(where, "RS-F512", message, "1, given that the event comes")
    if len({level.level_id for level in levels}) < len(levels):
        yield Fault(where, "RS-F512", "two of its levels have one name", "every level once")


def _influence_faults(hazard: Hazard) -> Iterator[Fault]:
    for influence in hazard.influences:
        where = f"event {hazard.event_id}, influence of {influence.cause}"
        if not 0.0 <= influence.factor < math.inf:
            message = f"the odds are multiplied by {influence.factor:g}"
            yield Fault(where, "RS-F515", message, "a factor of 0 or more: above 1 likelier, below 1 less likely")
        if influence.years < 0:
            message = f"it holds for {influence.years} years"
            yield Fault(where, "RS-F517", message, "years in force, or 0 for as long as the cause lasts")
        if influence.factor == 1.0:
            yield Fault(where, "RS-F516", "odds times 1 are what they were", "another factor, or no such influence")
        if influence.cause == hazard.event_id:
            message = "an event in force does not come, so it has no bearing on itself"
            yield Fault(where, "RS-F516", message, "another event as the cause; how long this one stays is `lasts`")


def _names(hazards: Sequence[Hazard]) -> Iterator[Fault]:
    """Events named that are not there, and names given twice."""
    known = {hazard.event_id for hazard in hazards}
    ids = [hazard.event_id for hazard in hazards]
    for name in sorted({name for name in ids if ids.count(name) > 1}):
        yield Fault(f"event {name}", "RS-F513", "two events have this name", "every event once")
    for hazard in hazards:
        named = [("needs", hazard.needs)] if hazard.needs else []
        named += [("ends", name) for name in hazard.ends]
        named += [("is influenced by", influence.cause) for influence in hazard.influences]
        for word, name in named:
            if name not in known:
                message = f"it {word} `{name}`, which is no event"
                yield Fault(f"event {hazard.event_id}", "RS-F513", message, nearest(name, known))


def nearest(name: str, known: Collection[str]) -> str:
    """Names most like one that is none, or all where they are few."""
    every = sorted(known)
    return meant(name, every, "" if len(every) <= FEW else "an event that `roadstead futures` lists", ASKED)


def _circles(hazards: Sequence[Hazard]) -> Iterator[Fault]:
    """Needs that go round, events that end what they stand on or themselves, and needs that rule out what needs them."""
    needs = {hazard.event_id: hazard.needs for hazard in hazards}
    told: set[str] = set()
    for hazard in hazards:
        chain = [hazard.event_id]
        while (need := needs[chain[-1]]) and need not in chain:
            chain.append(need)
        if need and need == hazard.event_id and need not in told:
            told.update(chain)
            message = f"each needs the next: {' > '.join([*chain, need])}"
            yield Fault(f"event {need}", "RS-F514", message, "at least one of them that can come without the others")
        clash = (set(chain) | ({need} if need else set())) & set(hazard.ends)
        for name in sorted(clash):
            message = "it ends itself" if name == hazard.event_id else f"it ends `{name}`, which it needs"
            yield Fault(f"event {hazard.event_id}", "RS-F514", message, "events to end that it does not stand on")
        for influence in hazard.influences:
            if influence.cause in chain[1:] and influence.factor == 0.0:
                message = f"it needs `{influence.cause}`, which rules it out"
                yield Fault(f"event {hazard.event_id}", "RS-F514", message, "a factor above 0, or no such need")


def _idle(hazards: Sequence[Hazard]) -> Iterator[Fault]:
    """Events that can never come."""
    for hazard in hazards:
        if all(value == 0.0 for _, value in hazard.yearly):
            message = "its chance is nothing in every year, so it changes nothing"
            expected = "a chance above 0 in some year, or no such event"
            yield Fault(f"event {hazard.event_id}", "RS-F516", message, expected)
