r"""A market's own curve of adoption: a Gompertz curve with its ceiling at one, by least squares on the shares themselves.

.. math::
    s(\tau) = \exp(-\exp(-(a + b\,\tau)))                                             \qquad (O.3)

:math:`\tau` in years from the last one known. Fitted by the method of Levenberg and Marquardt (Marquardt 1963), all curves
of one length at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from roadstead.outlook.links import CEILING, FLOOR, link, unlink

if TYPE_CHECKING:
    from roadstead.terms.arrays import Floats

MEMORY = 10
"""Years a curve looks back."""
STEPS = 12


def fit_curves(shares: Floats) -> Floats:
    """Level a and slope b of the curve through each row of shares, the last column its last year. Shape (n, T) -> (n, 2).

    Two years give the line through both on the gompit scale, one year no slope.
    """
    s = np.clip(shares[:, -MEMORY:], FLOOR, CEILING)
    length = s.shape[1]
    g = link(s, "gompit")
    if length == 1:
        return np.stack([g[:, -1], np.zeros(len(s))], axis=1)
    if length == 2:
        return np.stack([g[:, -1], g[:, -1] - g[:, -2]], axis=1)
    tau = np.arange(length) - (length - 1.0)
    off = tau - tau.mean()
    slope = (g @ off) / (off @ off)
    level = g.mean(axis=1) - slope * tau.mean()
    return _refine(s, tau, np.stack([level, slope], axis=1))


def _refine(s: Floats, tau: Floats, start: Floats) -> Floats:
    """Least squares from a start; a step that does not help is damped, so no curve ends worse than it began."""
    curve, damping = start.copy(), np.full(len(s), 1e-3)
    error = s - _shares(curve, tau)
    loss = (error**2).sum(axis=1)
    for _ in range(STEPS):
        rest = np.exp(-np.clip(curve[:, :1] + curve[:, 1:] * tau, -6.0, 60.0))
        by_level = np.exp(-rest) * rest
        by_slope = by_level * tau
        aa, ab, bb = (
            (x * y).sum(axis=1) for x, y in ((by_level, by_level), (by_level, by_slope), (by_slope, by_slope))
        )
        ga, gb = (by_level * error).sum(axis=1), (by_slope * error).sum(axis=1)
        da, db = aa * (1.0 + damping) + 1e-15, bb * (1.0 + damping) + 1e-15
        determinant = da * db - ab**2
        step = np.stack([(db * ga - ab * gb) / determinant, (da * gb - ab * ga) / determinant], axis=1)
        tried = curve + step
        tried_error = s - _shares(tried, tau)
        tried_loss = (tried_error**2).sum(axis=1)
        better = tried_loss < loss
        curve[better], error[better], loss[better] = tried[better], tried_error[better], tried_loss[better]
        damping = np.where(better, np.maximum(damping / 5.0, 1e-9), np.minimum(damping * 5.0, 1e9))
    return curve


def _shares(curve: Floats, tau: Floats) -> Floats:
    return unlink(curve[:, :1] + curve[:, 1:] * tau, "gompit")  # (O.3)


def ahead(curve: Floats, horizon: int) -> Floats:
    """Share that each curve reaches some years after its last. Shape (n, 2) -> (n,). [fraction]"""
    return unlink(curve[:, 0] + curve[:, 1] * horizon, "gompit")
