r"""Paths of policy: which events are in force in each year, and at which level.

An event that is not in force comes in year t with probability

.. math::
    p_e(t) = \frac{o}{1 + o}, \qquad
    o = \frac{h_e(t)}{1 - h_e(t)}\, m_e \prod_{i \in I_e(t)} f_i                                  \qquad \text{(S.1)}

where h is the stated chance of the year, m the multiplier that stands for the experts' range (1 unless asked for), and I the
influences whose cause has been in force, at the end of the year before, for no longer than they hold. This is the logistic
hazard of event-history analysis in discrete time (Allison 1982, Sociological Methodology 13). An event in force runs out with

.. math::
    \Pr(\text{runs out in } t) = 1 / \ell_e                                                       \qquad \text{(S.2)}

each year after the one it came in, which makes its stay geometric with mean l. Within a year the order is: what is in force
may run out; then events come, what is needed before what needs it, else as listed, each ending what it ends as it comes; last,
what has lost the event it needs falls with it. Nothing that was in force the year before comes again in the same year.

Experts' range: m has median 1; below it lies between low and 1, above it between 1 and high, even on the logarithm.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from roadstead.futures.paths.hazards import chance, in_order
from roadstead.futures.paths.streams import uniform

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.futures.paths.hazards import Hazard
    from roadstead.terms.arrays import Flags, Floats, Ints, Shorts

Ages: TypeAlias = npt.NDArray[np.int16]
"""Years in force without a break; 0 while not in force."""
NONE = -1
"""Level of an event that is not in force."""
COMES, LIES = "event ", "range of event "
"""Before an event's name: what its coming, and its place in the experts' range, is drawn under."""


@dataclass(frozen=True, slots=True)
class _Coming:
    """An event with places instead of names.

    Attributes
    ----------
    chance
        Stated chance by year. Shape (T,).
    influences
        Place of the cause, factor, longest age.
    reached
        Probability that the level is one of the first k, for k below the number of levels.
    """

    place: int
    chance: tuple[float, ...]
    need: int
    ends: tuple[int, ...]
    influences: tuple[tuple[int, float, int], ...]
    runs_out: float
    reached: tuple[float, ...]


def policy_levels(
    hazards: Sequence[Hazard], years: Ints, seed: int, first: int, count: int, *, ranged: bool = False
) -> Shorts:
    """Level in force of every event in every year, -1 for none, for paths ``first``, ``first`` + 1, .... Shape (count, T, E).

    Parameters
    ----------
    hazards
        As checked by ``hazards.check``. Nothing is in force before the first year.
    ranged
        True to draw, for every path anew, where in the experts' range the odds of each event lie.
    """
    coming = _resolved(hazards, years)
    drawn = [uniform(COMES + hazard.event_id, seed, first, count, len(years)) for hazard in hazards]
    tilt = [_tilt(hazard, seed, first, count) if ranged else None for hazard in hazards]
    levels = np.full((len(years), len(hazards), count), NONE, dtype=np.int8)
    before = np.full((len(hazards), count), NONE, dtype=np.int8)
    age = np.zeros((len(hazards), count), dtype=np.int16)
    for t in range(len(years)):
        now = levels[t]
        for event in coming:
            _stay(event, before, drawn[event.place][t], now)
        for event in coming:
            odds = _multiplier(event, age, tilt[event.place])
            _come(event, event.chance[t], odds, drawn[event.place][t], before, now)
        for event in coming:
            if event.need >= 0:
                now[event.place][now[event.need] < 0] = NONE
        age += 1
        age *= now >= 0
        before = now
    return np.ascontiguousarray(levels.transpose(2, 0, 1))


def _resolved(hazards: Sequence[Hazard], years: Ints) -> list[_Coming]:
    """Events in the order a year looks at them."""
    place = {hazard.event_id: i for i, hazard in enumerate(hazards)}
    found = []
    for i in in_order(hazards):
        hazard = hazards[i]
        reached = np.cumsum([level.probability for level in hazard.levels])[:-1]
        found.append(
            _Coming(
                place=i,
                chance=tuple(chance(hazard, year) for year in years.tolist()),
                need=place[hazard.needs] if hazard.needs else -1,
                ends=tuple(place[name] for name in hazard.ends),
                influences=tuple(
                    (place[one.cause], one.factor, one.years or np.iinfo(np.int16).max) for one in hazard.influences
                ),
                runs_out=1.0 / hazard.lasts,
                reached=tuple(reached.tolist()),
            )
        )
    return found


def _tilt(hazard: Hazard, seed: int, first: int, count: int) -> Floats:
    """Multiplier of the odds of every path, from the experts' range. Shape (count,)."""
    part = 2.0 * uniform(LIES + hazard.event_id, seed, first, count, 1)[0]
    below, above = np.power(hazard.low, np.maximum(1.0 - part, 0.0)), np.power(hazard.high, np.maximum(part - 1.0, 0.0))
    return np.asarray(below * above)


def _stay(event: _Coming, before: Shorts, drawn: Floats, now: Shorts) -> None:
    """Carry over what does not run out (S.2)."""
    kept = before[event.place]
    now[event.place] = np.where(drawn < event.runs_out, NONE, kept) if event.runs_out > 0.0 else kept


def _multiplier(event: _Coming, age: Ages, tilt: Floats | None) -> Floats | None:
    """What the odds are multiplied by on every path; None where nothing bears on them. Shape (count,)."""
    if not event.influences:
        return tilt
    found: Floats = np.ones(age.shape[1]) if tilt is None else tilt.copy()
    for cause, factor, longest in event.influences:
        since = age[cause]
        np.multiply(found, factor, out=found, where=(since > 0) & (since <= longest))
    return found


def tilted(stated: float, odds: Floats) -> Floats:
    """A chance whose odds are multiplied (S.1); one that is certain stays so unless it is ruled out. Shape (count,)."""
    if stated >= 1.0:
        return (odds > 0.0).astype(np.float64)
    raised = stated * odds
    return np.asarray(raised / ((1.0 - stated) + raised))


def _come(event: _Coming, stated: float, odds: Floats | None, drawn: Floats, before: Shorts, now: Shorts) -> None:
    """Let an event come where it does, at the level its number names, and end what it ends."""
    if stated <= 0.0:
        return
    chances = None if odds is None else tilted(stated, odds)
    comes: Flags = (drawn < (stated if chances is None else chances)) & (before[event.place] < 0)
    if event.need >= 0:
        comes &= now[event.need] >= 0
    at = np.flatnonzero(comes)
    if not at.size:
        return
    part = drawn[at] / (stated if chances is None else chances[at])
    level = np.zeros(at.size, dtype=np.int8)
    for reached in event.reached:
        level += part >= reached
    now[event.place, at] = level
    for other in event.ends:
        now[other, at] = NONE
