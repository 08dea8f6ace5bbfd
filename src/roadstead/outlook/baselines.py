r"""Forecasts to beat: what the share's own past says, market by market, with no model of adoption.

Both walk on the logit of the share, g, from the last year known (Hyndman & Athanasopoulos 2021, Forecasting: Principles and
Practice, 3rd edition, sections 5.2 and 5.5). With T years known and h years ahead,

.. math::
    g_{T+h} &\sim N(g_T,\; \sigma^2 h) && \text{random walk} \\
    g_{T+h} &\sim N(g_T + h b,\; \sigma^2 h (1 + h / (T - 1))) && \text{with drift } b = (g_T - g_1) / (T - 1)

The second term of the drift's variance is the drift's own uncertainty. A walk without drift is hard to beat in years of
stalls, one with drift in years of take-off; a forecast that beats neither has learnt nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from scipy.special import ndtri

from roadstead.outlook.links import link, unlink
from roadstead.outlook.score import LEVELS
from roadstead.terms.arrays import Floats

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roadstead.world.panel import Series

Baseline: TypeAlias = Callable[[Floats, int], Floats]
"""Share history of consecutive years, oldest first, shape (T,), and horizon H -> quantiles of share at the nineteen
``LEVELS`` for 1 to H years ahead, shape (H, 19). All are fractions; a quantile is inside (0, 1)."""

RECENT = 6
"""Yearly steps a random walk takes its spread from."""
UNSEEN_STEP = 0.8
"""Spread of a yearly step where none was seen: root mean square over markets above 0.03 % was 0.82 up to 2020 (305 steps)."""
EDGE = 20.0
"""Furthest logit a quantile is told at, so that it stays inside (0, 1) as a floating-point number."""


def unbroken(series: Series, origin: int) -> Floats:
    """Shares of the years without a gap up to an origin, oldest first; none where the origin's share is not known."""
    share = series.share[series.years <= origin]
    if not (series.years == origin).any():
        return np.empty(0)
    gaps = np.flatnonzero(np.isnan(share))
    return share[gaps[-1] + 1 :] if gaps.size else share


def random_walk(history: Floats, horizon: int) -> Floats:
    """Random walk on the logit: the last share, spread by the root mean square of the last six yearly steps.

    Two years known give one step, whose size is the spread; one year gives none, and ``UNSEEN_STEP`` stands in. A share
    that never moved has no spread: all quantiles are the last share. A :data:`Baseline`.
    """
    g = logit_history(history)
    steps = np.diff(g)[-RECENT:]
    spread = np.sqrt(np.mean(steps**2)) if steps.size else UNSEEN_STEP
    ahead = np.arange(1, horizon + 1)
    return normal_quantiles(np.full(horizon, g[-1]), spread * np.sqrt(ahead))


def drift(history: Floats, horizon: int) -> Floats:
    """Random walk with drift on the logit, its spread the root mean square of the steps about the drift.

    Two years known give a drift and nothing about it, so the size of their step is the spread as in :func:`random_walk`,
    and one year is a random walk. A :data:`Baseline`.
    """
    g = logit_history(history)
    count = g.size - 1
    if count == 0:
        return random_walk(history, horizon)
    slope = (g[-1] - g[0]) / count
    spread = np.sqrt(np.mean((np.diff(g) - slope) ** 2)) if count > 1 else abs(slope)
    ahead = np.arange(1, horizon + 1)
    return normal_quantiles(g[-1] + slope * ahead, spread * np.sqrt(ahead * (1.0 + ahead / count)))


WALK, DRIFT = "random walk", "drift"
SIMPLE: Mapping[str, Baseline] = MappingProxyType({WALK: random_walk, DRIFT: drift})
"""The forecasts to beat that need nothing installed; :mod:`roadstead.outlook.automatic` has more."""


def logit_history(history: Floats) -> Floats:
    """Logit of a share history, clipped as everywhere in the outlook. Shape (T,).

    Raises
    ------
    ValueError
        Where the history is empty, not one row, or holds NaN: a gap is never bridged here, see :func:`unbroken`.
    """
    if history.ndim != 1 or not history.size or np.isnan(history).any():
        raise ValueError("a baseline reads one row of consecutive shares, none of them NaN")
    return link(history, "logit")


def normal_quantiles(centre: Floats, spread: Floats) -> Floats:
    """Shares at ``LEVELS`` of a normal on the logit scale. Shapes (H,) and (H,) -> (H, 19). [fraction]"""
    return to_share(centre[:, None] + spread[:, None] * ndtri(LEVELS))


def to_share(logits: Floats) -> Floats:
    """Shares of logits, kept inside (0, 1). Any shape."""
    return unlink(np.clip(logits, -EDGE, EDGE), "logit")
