"""Small invented worlds of paths for tests, with what is at stake in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from hazardous import invented_hazards

from roadstead.futures.growth.node_names import EventWords
from roadstead.futures.growth.stakes import Stakes
from roadstead.futures.paths.economy import usual_economy
from roadstead.futures.paths.exchange import Exchange
from roadstead.futures.paths.simulate import Possible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.futures.paths.hazards import Hazard


def possible_world(rng: np.random.Generator, years: int = 6, hazards: Sequence[Hazard] = ()) -> Possible:
    """A world of a few events and currencies."""
    currencies = int(rng.integers(3))
    together = np.full((currencies, currencies), 0.3) + 0.7 * np.eye(currencies)
    exchange = Exchange(tuple(f"c{i}" for i in range(currencies)), rng.uniform(0.05, 0.2, currencies), together)
    events = tuple(hazards) or invented_hazards(rng, int(rng.integers(1, 6)))
    return Possible(events, usual_economy(exchange), np.arange(2026, 2026 + years), 20)


def stakes_in(possible: Possible, rng: np.random.Generator, *, factors: float = 1.0) -> Stakes:
    """Money in every event, and so many times as much as usual in demand and factors."""
    span = len(possible.years)
    return Stakes(
        events=tuple(tuple(np.sort(rng.uniform(1.0, 50.0, len(h.levels))).tolist()) for h in possible.hazards),
        demand=20.0 * factors,
        index=np.exp(np.cumsum(rng.normal(0.0, 0.1, (possible.draws, span)), axis=1)),
        battery=5.0 * factors,
        rates=np.full(len(possible.economy.exchange.currencies), 5.0 * factors),
        freight=3.0 * factors,
        year_weight=0.95 ** np.arange(span),
    )


def plain_words(hazards: Sequence[Hazard]) -> list[EventWords]:
    """What events are called, from their ids."""
    return [
        EventWords(
            comes=f"{h.event_id} comes",
            comes_zh=f"{h.event_id} 发生",
            stays_away=f"no {h.event_id}",
            stays_away_zh=f"无 {h.event_id}",
            levels=tuple(level.level_id for level in h.levels),
            levels_zh=tuple(f"等级{i}" for i in range(len(h.levels))),
        )
        for h in hazards
    ]
