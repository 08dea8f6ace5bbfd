"""The catalogue read out: every event with its chance now and by two marks, beside how often such things happened before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.futures.catalogue.base_rates import base_rate
from roadstead.futures.catalogue.catalogue import chance_by, find
from roadstead.futures.paths.hazards import chance
from roadstead.futures.paths.policy_paths import policy_levels, tilted
from roadstead.terms.showing import Shown

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from roadstead.futures.catalogue.base_rates import BaseRate
    from roadstead.futures.catalogue.catalogue import Catalogue, CatalogueEvent
    from roadstead.futures.catalogue.counting import Ground
    from roadstead.terms.arrays import Floats
    from roadstead.terms.evidence import Source

PATHS, SEED = 20_000, 1
"""Joint paths that chances by a year are counted on: they are sure to a third of a point."""
MARKS = (2030, 2036)
"""Years by which chances are told."""


@dataclass(frozen=True, slots=True)
class EventChance:
    """One event as it is told.

    Attributes
    ----------
    first
        First year in which it may come.
    chance
        Chance in that year, with its low and high end by the experts' range. [fraction]
    by
        Chance to have come by each mark, with what other events do to it. [fraction]
    alone
        The same if no other event bore on it. [fraction]
    base
        How often such things happened before; None where no class is named.
    own_count, own_exposure
        The part of the base rate that is of the event's own markets.
    """

    event: CatalogueEvent
    first: int
    chance: tuple[float, float, float]
    by: tuple[float, ...]
    alone: tuple[float, ...]
    base: BaseRate | None
    own_count: int
    own_exposure: float


@dataclass(frozen=True, slots=True)
class EventChances(Shown):
    """All events.

    Attributes
    ----------
    until
        Last day of the past that is counted.
    start
        Year in which nothing of the catalogue is in force yet.
    marks
        Years by which chances are told.
    sources
        Documents by id, for the rows that base rates count.
    paths
        Joint paths that chances by a mark are counted on.
    """

    until: date
    start: int
    marks: tuple[int, ...]
    events: tuple[EventChance, ...]
    sources: Mapping[str, Source]
    paths: int = PATHS


def event_chances(catalogue: Catalogue, ground: Ground, only: str = "") -> EventChances:
    """Read the catalogue out, or the one event whose id is named.

    Raises
    ------
    RoadsteadError
        RS-F543 where a class that an event is held against counts nothing, RS-F541 for an id that is none.
    """
    wanted = {only: find(catalogue, only)} if only else catalogue.events
    rates = {
        name: base_rate(ground, catalogue.classes[name])
        for name in dict.fromkeys(event.base for event in wanted.values() if event.base)
    }
    start = ground.until.year + 1
    marks = tuple(mark for mark in MARKS if mark >= start) or (start,)
    reached = _reached(catalogue, start, marks)
    events = tuple(
        _event_chance(event, start, marks, reached[i], rates.get(event.base))
        for i, event in enumerate(catalogue.events.values())
        if event.event_id in wanted
    )
    return EventChances(ground.until, start, marks, events, ground.world.sources)


def _reached(catalogue: Catalogue, start: int, marks: tuple[int, ...]) -> Floats:
    """Share of joint paths on which every event has been in force by each mark. Shape (E, marks)."""
    years = np.arange(start, marks[-1] + 1)
    levels = policy_levels(catalogue.hazards, years, SEED, 0, PATHS)
    seen = np.maximum.accumulate(levels >= 0, axis=1)
    return np.stack([seen[:, mark - start].mean(axis=0) for mark in marks], axis=1)


def _event_chance(
    event: CatalogueEvent, start: int, marks: tuple[int, ...], reached: Floats, base: BaseRate | None
) -> EventChance:
    hazard = event.hazard
    first = max(start, next(year for year, value in hazard.yearly if value > 0.0))
    now = chance(hazard, first)
    low, high = tilted(now, np.asarray([hazard.low, hazard.high])).tolist()
    own = {place for place in event.markets if base and place in base.at_risk}
    return EventChance(
        event=event,
        first=first,
        chance=(now, low, high),
        by=tuple(float(value) for value in reached),
        alone=tuple(chance_by(hazard, start, mark) for mark in marks),
        base=base,
        own_count=sum(one.place in own for one in base.counted) if base else 0,
        own_exposure=sum(base.at_risk[place] for place in own) if base else 0.0,
    )
