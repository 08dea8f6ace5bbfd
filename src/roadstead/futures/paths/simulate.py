"""Joint paths of the world: policy, demand, and what batteries, currencies and freight cost.

Path i is the same whichever paths are drawn with it, by however many workers: its numbers belong to its index (``streams``).
Paths from another index on are fresh ones, for looking at a plan out of sample. Nothing here depends on what came of another
path, and every sum is added in one order, so that the bits are the same, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from roadstead.futures.paths import economy as economy_room
from roadstead.futures.paths import hazards as hazards_room
from roadstead.futures.paths.economy import Factors, draw_factors
from roadstead.futures.paths.policy_paths import policy_levels
from roadstead.futures.paths.streams import uniform
from roadstead.terms.arrays import frozen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.futures.paths.economy import Economy
    from roadstead.futures.paths.hazards import Hazard
    from roadstead.terms.arrays import Floats, Ints, Shorts

BLOCK = 4096
"""Paths drawn at a time: what they need beside what is kept fits a processor's cache."""
DEMAND = "demand draw"
"""Name under which the index of the demand draw is drawn."""


@dataclass(frozen=True, slots=True)
class Possible:
    """What paths are drawn from.

    Attributes
    ----------
    years
        Calendar years, one after another. Shape (T,).
    draws
        Number of joint demand draws, of which each path follows one.
    ranged
        True to draw, for every path anew, where in the experts' range the odds of each event lie.
    """

    hazards: tuple[Hazard, ...]
    economy: Economy
    years: Ints
    draws: int
    ranged: bool = False

    def __post_init__(self) -> None:
        if not self.years.size or np.any(np.diff(self.years) != 1):
            raise ValueError("years follow one another")
        if self.draws < 1:
            raise ValueError("a path follows a demand draw")
        hazards_room.check(self.hazards)
        economy_room.check(self.economy)
        frozen(self.years)

    @property
    def events(self) -> tuple[str, ...]:
        """Events in the order of the paths' last axis."""
        return tuple(hazard.event_id for hazard in self.hazards)


@dataclass(frozen=True, slots=True)
class Paths:
    """Joint paths.

    Attributes
    ----------
    first
        Index of the first of them.
    level
        Level in force of every event in every year, -1 for none. Shape (paths, T, E).
    draw
        Demand draw that each path follows. Shape (paths,).
    """

    first: int
    years: Ints
    events: tuple[str, ...]
    currencies: tuple[str, ...]
    level: Shorts
    draw: Ints
    factors: Factors

    def __post_init__(self) -> None:
        frozen(self.level)
        frozen(self.draw)

    @property
    def count(self) -> int:
        """Number of paths."""
        return len(self.draw)


def simulate(possible: Possible, seed: int, first: int, count: int) -> Paths:
    """The paths ``first``, ``first`` + 1, ..., ``count`` of them."""
    if first < 0 or count < 1:
        raise ValueError("paths are counted from 0 on, and at least one is drawn")
    blocks = [(at, min(BLOCK, first + count - at)) for at in range(first, first + count, BLOCK)]
    return joined([_block(possible, seed, at, some) for at, some in blocks])


def joined(parts: Sequence[Paths]) -> Paths:
    """Paths that follow one another, as one."""
    if any(later.first != earlier.first + earlier.count for earlier, later in pairwise(parts)):
        raise ValueError("each part begins where the one before ends")
    if len(parts) == 1:
        return parts[0]
    return Paths(
        first=parts[0].first,
        years=parts[0].years,
        events=parts[0].events,
        currencies=parts[0].currencies,
        level=np.concatenate([part.level for part in parts]),
        draw=np.concatenate([part.draw for part in parts]),
        factors=Factors(
            battery=np.concatenate([part.factors.battery for part in parts]),
            rates=np.concatenate([part.factors.rates for part in parts]),
            freight=np.concatenate([part.factors.freight for part in parts]),
        ),
    )


def in_force(paths: Paths) -> Floats:
    """Share of the paths on which each event is in force, by year. Shape (T, E)."""
    return np.asarray((paths.level >= 0).mean(axis=0))


def _block(possible: Possible, seed: int, first: int, count: int) -> Paths:
    part = uniform(DEMAND, seed, first, count, 1)[0]
    return Paths(
        first=first,
        years=possible.years,
        events=possible.events,
        currencies=possible.economy.exchange.currencies,
        level=policy_levels(possible.hazards, possible.years, seed, first, count, ranged=possible.ranged),
        draw=(part * possible.draws).astype(np.int64),
        factors=draw_factors(possible.economy, len(possible.years), seed, first, count),
    )
