r"""Growth of the NEV share, learnt from all markets together: a pooled local projection for each horizon (Jordà 2005).

.. math::
    g(s_{t+h}) - g(s_t) = \beta_{h0} + \beta_{h1} g(s_t) + \beta_{h2} \Delta_1 + \beta_{h3} \Delta_2 + e   \qquad (O.1)

with g the logit or the gompit; :math:`\Delta_1` last year's step, :math:`\Delta_2` the mean of the last two. Older rows weigh
less, large errors are damped (Huber).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.outlook.curves import MEMORY, fit_curves
from roadstead.outlook.links import FLOOR, LINKS, Link, link

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from roadstead.terms.arrays import Flags, Floats, Ints

REACH = 5
"""Longest horizon that is regressed directly; longer ones repeat the longest from where a draw stands."""
FORGET = 0.93
"""Weight of a training row falls by this factor for each year of age."""
RIDGE = 1.0
HUBER = 1.5
ROUNDS = 12
EDGE = 2.5
"""Features are held within so many standard deviations of those the fit saw."""
FEWEST = 8
"""Rows below which nothing is learnt: no growth is expected."""


@dataclass(frozen=True, slots=True)
class Adoption:
    """History of one market: consecutive years and NEV shares as fractions.

    Attributes
    ----------
    region
        Markets of one region err together.
    is_aggregate
        True for a region or the world, from which nothing is learnt for others.
    """

    place: str
    region: str
    years: Ints
    shares: Floats
    is_aggregate: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Every year of every history, as a forecast made at its end would see it. n rows.

    Attributes
    ----------
    market
        Number of the history. Shape (n,).
    year, share
        Shapes (n,). [fraction]
    length
        Consecutive years known. Shape (n,).
    features
        By link, what (O.1) looks at. Shapes (n, 3).
    curve
        The market's own curve (O.3). Shape (n, 2).
    later
        Share 1 to REACH years on; NaN where it is not known. Shape (n, REACH). [fraction]
    teaches
        False for aggregates. Shape (n,).
    """

    market: Ints
    year: Ints
    share: Floats
    length: Ints
    features: dict[Link, Floats]
    curve: Floats
    later: Floats
    teaches: Flags


@dataclass(frozen=True, slots=True)
class Projection:
    """One fitted horizon of (O.1).

    Attributes
    ----------
    beta
        Coefficients of 1, level and two momenta. Shape (4,).
    least, most
        Range of the features the fit saw; forecasts outside it are held at its edge. Shapes (3,).
    rows
        How many rows taught it.
    """

    beta: Floats
    least: Floats
    most: Floats
    rows: int

    def step(self, features: Floats) -> Floats:
        """Expected growth. Shape (..., 3) -> (...,)."""
        return np.asarray(self.beta[0] + np.clip(features, self.least, self.most) @ self.beta[1:])


def features(g: Floats) -> Floats:
    """Level and two momenta at the last column of paths in a link's scale. Shape (..., T) -> (..., 3)."""
    last = g[..., -1]
    one = last - g[..., -2] if g.shape[-1] > 1 else np.zeros_like(last)
    two = (last - g[..., -3]) / 2.0 if g.shape[-1] > 2 else one
    return np.stack([last, one, two], axis=-1)


def moments(histories: Sequence[Adoption]) -> Moments:
    """Every year of every history with what came of it."""
    rows: list[tuple[int, int]] = [(m, i) for m, history in enumerate(histories) for i in range(len(history.years))]
    market = np.asarray([m for m, _ in rows], dtype=np.int64)
    at = np.asarray([i for _, i in rows], dtype=np.int64)
    year = np.concatenate([np.zeros(0, dtype=np.int64), *(history.years for history in histories)])
    share = np.concatenate([np.zeros(0), *(history.shares for history in histories)])
    later = np.full((len(rows), REACH), np.nan)
    for row, (m, i) in enumerate(rows):
        known = histories[m].shares[i + 1 : i + 1 + REACH]
        later[row, : len(known)] = known
    pasts = [histories[m].shares[max(0, i + 1 - MEMORY) : i + 1] for m, i in rows]
    found = {kind: np.asarray([features(link(past[-3:], kind)) for past in pasts]).reshape(-1, 3) for kind in LINKS}
    teaches = np.asarray([not histories[m].is_aggregate for m, _ in rows], dtype=bool)
    return Moments(market, year, share, at + 1, found, _curves(pasts), later, teaches)


def _curves(pasts: Sequence[Floats]) -> Floats:
    """Own curves, those of one length fitted together. Shape (n, 2)."""
    found = np.zeros((len(pasts), 2))
    lengths = np.asarray([len(past) for past in pasts], dtype=np.int64)
    for length in np.unique(lengths).tolist():
        which = np.flatnonzero(lengths == length)
        found[which] = fit_curves(np.stack([pasts[i] for i in which.tolist()]))
    return found


def learns(seen: Moments, origin: int, horizon: int) -> Flags:
    """Rows that teach growth over a horizon to a forecast made at the end of a year. Shape (n,)."""
    known = (seen.year + horizon <= origin) & np.isfinite(seen.later[:, horizon - 1])
    return np.asarray(known & seen.teaches & (seen.length >= 2) & (seen.share > FLOOR))


def fit(
    seen: Moments, origin: int, horizons: Iterable[int] = range(1, REACH + 1)
) -> dict[tuple[Link, int], Projection]:
    """Fit (O.1) on everything known at the end of year ``origin``, by link and horizon."""
    found: dict[tuple[Link, int], Projection] = {}
    for horizon in horizons:
        rows = learns(seen, origin, horizon)
        weights = FORGET ** (origin - seen.year[rows] - horizon).astype(np.float64)
        for kind in LINKS:
            given = seen.features[kind][rows]
            steps = link(seen.later[rows, horizon - 1], kind) - given[:, 0]
            found[kind, horizon] = _regress(given, steps, weights)
    return found


def _regress(rows: Floats, steps: Floats, weights: Floats) -> Projection:
    """Weighted ridge regression, reweighted after Huber."""
    if len(steps) < FEWEST:
        nothing = np.zeros(3)
        return Projection(np.zeros(4), nothing - np.inf, nothing + np.inf, len(steps))
    centre, spread = rows.mean(0), rows.std(0) + 1e-9
    least, most = centre - EDGE * spread, centre + EDGE * spread
    design = np.column_stack([np.ones(len(rows)), np.clip(rows, least, most)])
    penalty = np.diag([0.0, RIDGE, RIDGE, RIDGE])
    beta: Floats = np.zeros(4)
    robust: Floats = np.ones(len(steps))
    for _ in range(ROUNDS):
        w = weights * robust
        normal = design.T @ (w[:, None] * design) + penalty
        beta = np.asarray(np.linalg.solve(normal, design.T @ (w * steps)), dtype=np.float64)
        error = steps - design @ beta
        scale = 1.4826 * np.median(np.abs(error - np.median(error))) + 1e-9
        robust = np.minimum(1.0, HUBER * scale / np.maximum(np.abs(error), 1e-12))
    return Projection(beta, least, most, len(steps))
