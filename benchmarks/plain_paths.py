"""One path of the world after another, year by year and event by event in plain Python: what the fast way is held against.

Written from the equations (S.1) to (S.5) and the order of a year, without the package's own arithmetic; only the random numbers,
normal quantiles, exponentials and logarithms come from the same libraries, one number at a time.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri

if TYPE_CHECKING:
    from roadstead.futures.paths.hazards import Hazard, Influence
    from roadstead.futures.paths.simulate import Possible


@dataclass(frozen=True)
class PlainPath:
    """One path: levels by year and event, the demand draw, and factors by year."""

    level: list[list[int]]
    draw: int
    battery: list[float]
    rates: list[list[float]]
    freight: list[float]


def plain_path(possible: Possible, seed: int, index: int) -> PlainPath:
    """The path of an index."""
    years = len(possible.years)
    return PlainPath(
        level=levels(possible, seed, index),
        draw=int(numbers("demand draw", seed, index, 1)[0] * possible.draws),
        battery=battery(possible, seed, index, years),
        rates=rates(possible, seed, index, years),
        freight=freight(possible, seed, index, years),
    )


def numbers(name: str, seed: int, index: int, length: int) -> list[float]:
    """Uniform numbers of a name on a path."""
    steps = math.ceil(length / 4)
    key = [seed, int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")]
    bits = np.random.Philox(key=np.asarray(key, dtype=np.uint64), counter=index * steps)
    return [float(value) for value in np.random.Generator(bits).random(length)]


def normals(name: str, seed: int, index: int, length: int) -> list[float]:
    """Their normal quantiles."""
    return [float(ndtri(max(value, 2.0**-54))) for value in numbers(name, seed, index, length)]


def sorted_by_need(hazards: tuple[Hazard, ...]) -> list[Hazard]:
    """What is needed before what needs it, else as listed."""
    done: list[Hazard] = []

    def add(hazard: Hazard) -> None:
        if hazard not in done:
            if hazard.needs:
                add(next(other for other in hazards if other.event_id == hazard.needs))
            done.append(hazard)

    for hazard in hazards:
        add(hazard)
    return done


def bears(influence: Influence, age: dict[str, int]) -> bool:
    """True while the cause has been in force for no longer than its influence holds."""
    since = age[influence.cause]
    return since > 0 and (influence.years == 0 or since <= influence.years)


def stated(hazard: Hazard, year: int) -> float:
    """Chance as stated for a year."""
    value = 0.0
    for first, chance in hazard.yearly:
        if first <= year:
            value = chance
    return value


def raised(hazard: Hazard, year: int, age: dict[str, int], tilt: float | None) -> float:
    """Chance with what bears on it."""
    chance = stated(hazard, year)
    if tilt is None and not hazard.influences:
        return chance
    odds = 1.0 if tilt is None else tilt
    for influence in hazard.influences:
        if bears(influence, age):
            odds *= influence.factor
    if chance >= 1.0:
        return 1.0 if odds > 0.0 else 0.0
    return chance * odds / ((1.0 - chance) + chance * odds)


def level_of(hazard: Hazard, part: float) -> int:
    """The level that a number between 0 and 1 names."""
    reached, level = 0.0, 0
    for one in hazard.levels[:-1]:
        reached += one.probability
        level += part >= reached
    return level


def range_of(possible: Possible, seed: int, index: int) -> dict[str, float | None]:
    """Where the odds of each event lie in the experts' range."""
    if not possible.ranged:
        return {hazard.event_id: None for hazard in possible.hazards}
    found: dict[str, float | None] = {}
    for hazard in possible.hazards:
        part = 2.0 * numbers(f"range of event {hazard.event_id}", seed, index, 1)[0]
        found[hazard.event_id] = float(
            np.power(hazard.low, 1.0 - part) if part < 1.0 else np.power(hazard.high, part - 1.0)
        )
    return found


def levels(possible: Possible, seed: int, index: int) -> list[list[int]]:
    """Levels in force by year and event."""
    years = possible.years.tolist()
    drawn = {h.event_id: numbers(f"event {h.event_id}", seed, index, len(years)) for h in possible.hazards}
    tilt = range_of(possible, seed, index)
    order = sorted_by_need(possible.hazards)
    force: dict[str, int] = {}
    age = dict.fromkeys(drawn, 0)
    found = []
    for t, year in enumerate(years):
        before = dict(force)
        for hazard in order:
            if hazard.event_id in before and drawn[hazard.event_id][t] < 1.0 / hazard.lasts:
                del force[hazard.event_id]
        for hazard in order:
            chance = raised(hazard, year, age, tilt[hazard.event_id])
            free = hazard.event_id not in before and (not hazard.needs or hazard.needs in force)
            if free and drawn[hazard.event_id][t] < chance:
                force[hazard.event_id] = level_of(hazard, drawn[hazard.event_id][t] / chance)
                for other in hazard.ends:
                    force.pop(other, None)
        for hazard in order:
            if hazard.needs and hazard.needs not in force:
                force.pop(hazard.event_id, None)
        age = {name: since + 1 if name in force else 0 for name, since in age.items()}
        found.append([force.get(name, -1) for name in drawn])
    return found


def battery(possible: Possible, seed: int, index: int, years: int) -> list[float]:
    """Cost of batteries by year (S.3)."""
    terms = possible.economy.battery
    rate = terms.learning + terms.learning_spread * normals("battery/learning", seed, index, 1)[0]
    decline = (terms.output_growth / math.log(2.0)) * float(np.log1p(-min(max(rate, 0.0), 0.9)))
    total, found = 0.0, []
    for shock in normals("battery", seed, index, years):
        total = (shock * terms.spread + decline) + total
        found.append(float(np.exp(total)))
    return found


def rates(possible: Possible, seed: int, index: int, years: int) -> list[list[float]]:
    """Real exchange rates by year and currency (S.4)."""
    exchange = possible.economy.exchange
    root = exchange.root()
    kept = 2.0 ** (-1.0 / possible.economy.rate_half_life)
    own = [normals(f"rate of {name}", seed, index, years) for name in exchange.currencies]
    state = [0.0] * len(own)
    found = []
    for t in range(years):
        for c, spread in enumerate(exchange.spread):
            shock = float(root[c, 0]) * own[0][t]
            for j in range(1, c + 1):
                shock += float(root[c, j]) * own[j][t]
            state[c] = shock * float(spread) + kept * state[c]
        found.append([float(np.exp(value)) for value in state])
    return found


def freight(possible: Possible, seed: int, index: int, years: int) -> list[float]:
    """Freight by year (S.5)."""
    terms = possible.economy.freight
    kept = 2.0 ** (-1.0 / terms.half_life)
    scale = terms.spread * math.sqrt(1.0 - kept * kept)
    total, found = 0.0, []
    for shock in normals("charter", seed, index, years):
        total = shock * scale + kept * total
        found.append(1.0 + terms.share * (float(np.exp(total)) - 1.0))
    return found
