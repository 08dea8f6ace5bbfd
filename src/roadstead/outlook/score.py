r"""What a forecast is worth, once the year is known.

A forecast is a distribution, told by its quantiles; the continuous ranked probability score asks of all of it, in the unit
of what is foreseen:

.. math::
    \mathrm{CRPS}(F, y) = \int (F(x) - [y \le x])^2 \, dx = 2 \int_0^1 ([y < q_u] - u) (q_u - y) \, du

with :math:`q_u` the u-quantile of F. The right side is twice the mean pinball loss over all levels, and a mean over nineteen
of them stands for it here. The score is proper: nobody gains by telling another distribution than the one believed
(Gneiting & Raftery 2007, Journal of the American Statistical Association 102:359-378, sections 4.2 and 6.1).

Whatever the unit, the score is in it: shares are fractions inside, and :meth:`Scores.in_points` tells share points.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from roadstead.terms.arrays import frozen

if TYPE_CHECKING:
    from roadstead.terms.arrays import Flags, Floats

LEVELS: Floats = np.arange(5, 100, 5) / 100.0
"""Levels of the quantiles every forecast tells: 0.05, 0.10, ... 0.95. Shape (19,)."""
frozen(LEVELS)
MEDIAN = 9
"""Where the median stands among the levels."""
P05, P10, P90, P95 = 0, 1, 17, 18
"""Where the ends of spans of 90 and 80 % stand among them."""


@dataclass(frozen=True, slots=True)
class Scores:
    """What a set of forecasts is worth; NaN where none could be scored.

    Attributes
    ----------
    count
        Forecasts scored: those whose actual is known.
    crps
        Mean continuous ranked probability score. [unit of the forecast; shares: fraction]
    mae
        Mean absolute error of the median. [unit of the forecast; shares: fraction]
    mape, mdape
        Mean and median of the absolute error of the median over the actual, where that is positive. [fraction]
    cover80, cover90
        Share of actuals from q10 to q90, and from q05 to q95. [fraction]
    """

    count: int
    crps: float
    mae: float
    mape: float
    mdape: float
    cover80: float
    cover90: float

    def in_points(self) -> Scores:
        """The same with ``crps`` and ``mae`` in share points: for forecasts of a share only."""
        return replace(self, crps=100.0 * self.crps, mae=100.0 * self.mae)


def pinball(quantiles: Floats, actual: Floats, levels: Floats = LEVELS) -> Floats:
    """Pinball loss of every quantile: u for each unit too low, 1 - u for each too high.

    Shapes (..., L) and (...,) -> (..., L).
    """
    short = np.asarray(actual)[..., None] - quantiles
    return np.asarray(np.where(short >= 0.0, levels * short, (levels - 1.0) * short))


def crps(quantiles: Floats, actual: Floats, levels: Floats = LEVELS) -> Floats:
    """Twice the mean pinball loss over the levels. Shapes (..., L) and (...,) -> (...,).

    Nineteen levels with equal weights leave out the tails, where the loss is least: a normal that is right scores 5 % more
    than the integral says. Compare scores with scores over the same levels only.
    """
    return np.asarray(2.0 * pinball(quantiles, actual, levels).mean(axis=-1))


def absolute_error(quantiles: Floats, actual: Floats) -> Floats:
    """Distance of the median from the actual. Shapes (..., 19) and (...,) -> (...,)."""
    return np.asarray(np.abs(quantiles[..., MEDIAN] - actual))


def absolute_percentage_error(quantiles: Floats, actual: Floats) -> Floats:
    """The same over the actual; NaN where the actual is nothing. Shapes (..., 19) and (...,) -> (...,). [fraction]"""
    known = np.where(np.asarray(actual) > 0.0, actual, np.nan)
    return np.asarray(absolute_error(quantiles, actual) / known)


def inside(quantiles: Floats, actual: Floats, width: float) -> Flags:
    """Whether the actual lies in the central band of a width, bounds included. Shapes (..., 19) and (...,) -> (...,).

    The width is that of two of the levels: 0.1, 0.2, ... 0.9; 0.8 is from q10 to q90.
    """
    below = MEDIAN - round(width * 10)
    if not 0 <= below < MEDIAN or not np.isclose(width * 10, round(width * 10)):
        raise ValueError(f"no two of the levels are {width} apart around the median")
    low, high = quantiles[..., below], quantiles[..., 2 * MEDIAN - below]
    return np.asarray((low <= actual) & (actual <= high))


def reliability(quantiles: Floats, actual: Floats, rows: Flags | None = None) -> Floats:
    """Share of actuals at or below each of the quantiles: near ``LEVELS`` where forecasts are calibrated. Shape (19,).

    Shapes as in :func:`score`.
    """
    told, known = _scored(quantiles, actual, rows)
    if not known.size:
        return np.full(LEVELS.size, np.nan)
    return np.asarray((known[:, None] <= told).mean(axis=0))


def score(quantiles: Floats, actual: Floats, rows: Flags | None = None) -> Scores:
    """Score forecasts against what came, over the rows asked for.

    Parameters
    ----------
    quantiles
        Quantiles at ``LEVELS``, not falling. Shape (..., 19).
    actual
        What came, in the same unit; NaN where it is not known: such a row is not scored. Shape (...,).
    rows
        Rows to score; all where it is None. Shape (...,).

    Raises
    ------
    ValueError
        Where shapes differ, or a forecast to be scored holds NaN or quantiles that fall.
    """
    told, known = _scored(quantiles, actual, rows)
    if not known.size:
        nan = float("nan")
        return Scores(0, nan, nan, nan, nan, nan, nan)
    relative = absolute_percentage_error(told, known)
    relative = relative[~np.isnan(relative)]
    return Scores(
        count=int(known.size),
        crps=float(crps(told, known).mean()),
        mae=float(absolute_error(told, known).mean()),
        mape=float(relative.mean()) if relative.size else float("nan"),
        mdape=float(np.median(relative)) if relative.size else float("nan"),
        cover80=float(inside(told, known, 0.8).mean()),
        cover90=float(inside(told, known, 0.9).mean()),
    )


def _scored(quantiles: Floats, actual: Floats, rows: Flags | None) -> tuple[Floats, Floats]:
    """Forecasts and actuals of the rows to score. Shapes (n, 19) and (n,)."""
    if quantiles.shape != (*actual.shape, LEVELS.size):
        raise ValueError(f"quantiles have shape {quantiles.shape}, expected {(*actual.shape, LEVELS.size)}")
    if rows is not None and rows.shape != actual.shape:
        raise ValueError(f"rows have shape {rows.shape}, expected {actual.shape}")
    kept = ~np.isnan(actual) if rows is None else rows & ~np.isnan(actual)
    told, known = quantiles[kept], actual[kept]
    # Nothing bad may drop out of a mean unseen: a forecaster would score by what it could not do.
    if not np.isfinite(told).all():
        raise ValueError("a forecast to be scored holds a quantile that is not finite")
    if (np.diff(told, axis=-1) < 0.0).any():
        raise ValueError("a forecast to be scored has quantiles that fall")
    return told, known
