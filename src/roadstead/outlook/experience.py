r"""What forecasts of the past taught: the centre of a forecast, and how far from it the truth came to lie.

.. math::
    c_h &= \textstyle\sum_j w_j(s_t)\, \operatorname{logit} \hat s^{\,j}_{t+h}                   && \text{(O.4) centre} \\
    e_h &= g(s_{t+h}) - g(\operatorname{logit}^{-1} c_h)                                       && \text{(O.5) error}

The members j are growth on the logit and on the gompit scale (O.1), the market's own curve (O.3) and no change. Below
three cars in a thousand the gompit growth stands alone; above two in a hundred all weigh the same; between, the weights go
over. Errors are those of forecasts made at the end of each past year from what was known then, beside the errors of the
rows the fit saw. Those of markets near in level count most. Their median is kept where markets take off, since growth
there surprised upwards again and again, and taken out where they are mature, and of aggregates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from roadstead.outlook.curves import ahead
from roadstead.outlook.growth import FEWEST, REACH, fit, learns
from roadstead.outlook.links import CEILING, FLOOR, between, link, unlink
from roadstead.outlook.policy import learn_effects
from roadstead.terms.arrays import frozen

if TYPE_CHECKING:
    from roadstead.outlook.growth import Moments, Projection
    from roadstead.outlook.links import Link
    from roadstead.outlook.policy import Effects, Step
    from roadstead.terms.arrays import Floats, Ints

TAKE_OFF = (0.003, 0.02)
"""Share at which the mixture of members begins to take the place of growth alone, and at which it has."""
MATURE = (0.005, 0.1)
"""Share at which the median error begins to be taken out, and at which most of it is."""
UNBIASED = 0.85
"""Part of the median error taken out of a mature market."""
NEAR = 1.6
"""Width of the window of levels that errors come from, on the logit scale: one standard deviation of its kernel."""
FADE = 0.97
"""Weight of an error falls by this factor for each year of age."""
IN_SAMPLE, WIDEN = 0.5, 1.15
"""Weight of the errors of rows the fit saw, and what they are widened by."""
LEVELS = np.linspace(float(link(np.asarray(FLOOR), "logit")), float(link(np.asarray(CEILING), "logit")), 45)
"""Grid of levels that errors are tabulated on. [logit]"""
ENOUGH = 20
"""Rows of one year's growth that must have taught a forecast of the past for its errors to count."""
CHANCES = np.arange(1, 200) / 200.0
"""Grid of probabilities that errors are tabulated on."""

Projections = dict[tuple["Link", int], "Projection"]


@dataclass(frozen=True, slots=True, eq=False)
class Errors:
    """Errors of one horizon on the gompit scale by level and probability, as they are and about their median.

    Attributes
    ----------
    table, median
        Shapes (levels, chances) and (levels,).
    """

    table: Floats
    median: Floats

    def at(self, share: Floats, chance: Floats, taken_out: Floats) -> Floats:
        """Error at a level of share and a probability, less a part of the median. Shapes (n,)."""
        level = np.interp(link(share, "logit"), LEVELS, np.arange(len(LEVELS)))
        place = np.interp(chance, CHANCES, np.arange(len(CHANCES)))
        low, left = np.floor(level).astype(np.int64), np.floor(place).astype(np.int64)
        high, right = np.minimum(low + 1, len(LEVELS) - 1), np.minimum(left + 1, len(CHANCES) - 1)
        up, over = level - low, place - left
        below = self.table[low, left] * (1.0 - over) + self.table[low, right] * over
        above = self.table[high, left] * (1.0 - over) + self.table[high, right] * over
        median = self.median[low] * (1.0 - up) + self.median[high] * up
        return np.asarray(below * (1.0 - up) + above * up - taken_out * median)


@dataclass(frozen=True, slots=True, eq=False)
class Experience:
    """What is known at the end of a year about how shares grow.

    Attributes
    ----------
    errors
        By horizon, from 1 to REACH; None where too few forecasts of the past can be judged.
    effects
        What dated steps of policy do; None where none are looked at.
    """

    origin: int
    projections: Projections
    errors: tuple[Errors | None, ...]
    effects: Effects | None = None


def weights(share: Floats) -> Floats:
    """Weights of the four members (O.4) by level. Shape (n,) -> (n, 4)."""
    way = between(share, *TAKE_OFF)[:, None]
    return np.asarray((1.0 - way) * np.array([0.0, 1.0, 0.0, 0.0]) + way * 0.25)


def members(projections: Projections, features: dict[Link, Floats], curve: Floats, horizon: int) -> Floats:
    """The four members on the logit scale. Shape (n, 4)."""
    logit = features["logit"][:, 0] + projections["logit", horizon].step(features["logit"])
    gompit = features["gompit"][:, 0] + projections["gompit", horizon].step(features["gompit"])
    grown, own = link(unlink(gompit, "gompit"), "logit"), link(ahead(curve, horizon), "logit")
    return np.stack([logit, grown, own, features["logit"][:, 0]], axis=1)


def centre(
    projections: Projections, features: dict[Link, Floats], curve: Floats, share: Floats, horizon: int
) -> Floats:
    """Centre of the forecast (O.4), as a share. Shape (n,). [fraction]"""
    told = (members(projections, features, curve, horizon) * weights(share)).sum(axis=1)
    return unlink(told, "logit")


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """Histories with the forecasts that would have been made at the end of each of their years.

    Attributes
    ----------
    foretold
        Centre of the forecast made then. Shape (n, REACH). [fraction]
    places
        Market of each history; needed only beside steps.
    steps
        Dated steps of policy to learn from and to move forecasts by.
    """

    seen: Moments
    foretold: Floats
    places: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()


def look_back(seen: Moments, places: tuple[str, ...] = (), steps: tuple[Step, ...] = ()) -> Past:
    """Forecast every past year again from what was known at its end.

    With ``steps`` of policy, whatever is learnt from this past moves its forecasts by them; ``places`` are the markets of the
    histories, in their order.
    """
    return Past(seen, _foretold(_Seen(seen)), places, steps)


@dataclass(frozen=True, slots=True)
class _Seen:
    """Moments that are known by what they hold."""

    moments: Moments = field(compare=False)
    contents: tuple[bytes, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        told = [getattr(self.moments, one.name) for one in fields(self.moments)]
        arrays = [array for one in told for array in (one.values() if isinstance(one, Mapping) else (one,))]
        object.__setattr__(self, "contents", tuple(array.tobytes() for array in arrays))


@lru_cache(maxsize=4)
def _foretold(known: _Seen) -> Floats:
    """Centres of the forecasts made at the end of every past year; the same for every case and what-if of one world."""
    seen = known.moments
    foretold = np.full((len(seen.year), REACH), np.nan)
    for year in np.unique(seen.year).tolist():
        then = np.flatnonzero((seen.year == year) & (seen.length >= 2))
        if then.size:
            foretold[then] = _foretell(fit(seen, year), seen, then)
    frozen(foretold)
    return foretold


def _foretell(projections: Projections, seen: Moments, rows: Ints) -> Floats:
    """Forecasts of some rows; none before growth over a single year had rows enough to learn from. Shape (n, REACH)."""
    if projections["logit", 1].rows < ENOUGH:
        return np.full((len(rows), REACH), np.nan)
    given = {kind: seen.features[kind][rows] for kind in seen.features}
    told = [centre(projections, given, seen.curve[rows], seen.share[rows], h) for h in range(1, REACH + 1)]
    return np.stack(told, axis=1)


def learn(past: Past, origin: int, *, known_by: date | None = None) -> Experience:
    """Everything that was known at the end of a year; of policy, the steps known by some day, by default that year's last."""
    projections = fit(past.seen, origin)
    errors = tuple(_errors(past, projections, origin, horizon) for horizon in range(1, REACH + 1))
    effects = None
    if past.steps:
        day = known_by or date(origin, 12, 31)
        effects = learn_effects(past.seen, past.foretold[:, 0], past.places, past.steps, origin, day)
    return Experience(origin, projections, errors, effects)


def _errors(past: Past, projections: Projections, origin: int, horizon: int) -> Errors | None:
    """Errors (O.5) of forecasts that could be judged at the end of a year, and of the rows its fit saw."""
    seen, column = past.seen, horizon - 1
    judged = (seen.year + horizon <= origin) & seen.teaches & np.isfinite(seen.later[:, column])
    judged &= np.isfinite(past.foretold[:, column])
    fitted = np.flatnonzero(learns(seen, origin, horizon))
    if judged.sum() + len(fitted) < FEWEST:
        return None
    given = {kind: seen.features[kind][fitted] for kind in seen.features}
    inside = centre(projections, given, seen.curve[fitted], seen.share[fitted], horizon)
    error = np.concatenate(
        [
            link(seen.later[judged, column], "gompit") - link(past.foretold[judged, column], "gompit"),
            WIDEN * (link(seen.later[fitted, column], "gompit") - link(inside, "gompit")),
        ]
    )
    level = link(np.concatenate([seen.share[judged], seen.share[fitted]]), "logit")
    age = origin - horizon - np.concatenate([seen.year[judged], seen.year[fitted]])
    weight = FADE ** age.astype(np.float64)
    weight[int(judged.sum()) :] *= IN_SAMPLE
    return _tabulate(error, level, weight)


def _tabulate(error: Floats, level: Floats, weight: Floats) -> Errors:
    """Weighted quantiles of the errors about each level of the grid."""
    order = np.argsort(error, kind="stable")
    error, level, weight = error[order], level[order], weight[order]
    near = weight * np.exp(-0.5 * ((level - LEVELS[:, None]) / NEAR) ** 2)
    reached = np.cumsum(near, axis=1) - 0.5 * near
    reached /= near.sum(axis=1, keepdims=True)
    table = np.stack([np.interp(CHANCES, row, error) for row in reached])
    return Errors(table, table[:, len(CHANCES) // 2])


def taken_out(share: Floats, *, is_aggregate: bool) -> Floats:
    """Part of the median error that is taken out, by level. Shape (n,)."""
    return np.ones_like(share) if is_aggregate else UNBIASED * between(share, *MATURE)
