"""Hazards for tests: one as plain as can be, and invented lists that always pass the checks."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from roadstead.futures.paths.hazards import Hazard, Influence, Level

if TYPE_CHECKING:
    import numpy as np

PLAIN = Level("plain", 1.0, 0.1)


def hazard(event_id: str, chance: float = 0.1, first: int = 2026, **changes) -> Hazard:
    """An event with one chance from a year on, for good, at one level; anything else as told."""
    plain = Hazard(
        event_id=event_id,
        yearly=((first, chance),),
        needs="",
        ends=(),
        influences=(),
        lasts=math.inf,
        levels=(PLAIN,),
        low=1.0,
        high=1.0,
    )
    return replace(plain, **changes)


def invented_hazards(rng: np.random.Generator, count: int, first: int = 2026) -> tuple[Hazard, ...]:
    """A list of events with everything that events can have, of which none changes nothing."""
    ids = [f"event-{i}" for i in range(count)]
    found = []
    for i, event_id in enumerate(ids):
        others = [other for other in ids if other != event_id]
        needs = ids[rng.integers(i)] if i and rng.random() < 0.2 else ""
        free = ids[i + 1 :] if needs else others
        ends = (free[rng.integers(len(free))],) if free and rng.random() < 0.2 else ()
        causes = rng.choice(others, size=min(len(others), int(rng.integers(4))), replace=False) if others else []
        influences = tuple(
            Influence(
                str(cause), float(rng.choice([0.5, 3.0, 0.0][: 3 if ids.index(cause) > i else 2])), held, "imitation"
            )
            for cause, held in zip(causes, rng.integers(4, size=4).tolist(), strict=False)
        )
        steps = ((first, float(rng.uniform(0.02, 0.3))), (first + 4, float(rng.uniform(0.0, 0.6))))
        shares = rng.dirichlet([1.0] * int(rng.integers(1, 4)))
        levels = tuple(Level(f"level-{j}", float(share), 0.1 * (j + 1)) for j, share in enumerate(shares))
        lasts = float(rng.choice([1.0, 2.5, 6.0, math.inf]))
        low, high = float(rng.uniform(0.3, 1.0)), float(rng.uniform(1.0, 3.0))
        found.append(Hazard(event_id, steps, needs, ends, influences, lasts, levels, low, high))
    return tuple(found)
