r"""Logit demand: what share of buyers takes each model at given prices, and what a firm earns from given shares.

.. math::
    q_k = \frac{e^{a_k - \alpha p_k}}{1 + A + \sum_j e^{a_j - \alpha p_j}}     \qquad (D.1)

with q a share of all who might buy, A the rivals' attraction, and the outside good's attraction one. Inverted, the
prices that give shares q are

.. math::
    p_k = \frac{1}{\alpha}\Bigl(a_k - \ln q_k + \ln\frac{1 - Q}{1 + A}\Bigr), \quad Q = \sum_k q_k   \qquad (D.2)

so that revenue splits exactly into concave terms of each model and one of the total:

.. math::
    R(q) = \sum_k q_k \frac{a_k - \ln q_k}{\alpha} + \frac{Q}{\alpha} \ln\frac{1 - Q}{1 + A}        \qquad (D.3)

(McFadden 1974 for D.1; Li & Huh 2011, M&SOM 13(4), for concavity in shares.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from roadstead.terms.arrays import Floats


def shares(appeal: Floats, price: Floats, alpha: Floats, rivals: Floats) -> Floats:
    """Shares at given prices (D.1). ``appeal``, ``price``: (..., K); ``alpha``, ``rivals``: (...,). Returns (..., K)."""
    attraction = np.exp(appeal - alpha[..., None] * price)
    return np.asarray(attraction / (1.0 + rivals + attraction.sum(-1))[..., None])


def prices(appeal: Floats, share: Floats, alpha: Floats, rivals: Floats) -> Floats:
    """Prices that give the shares (D.2); the inverse of :func:`shares`."""
    rest = np.log((1.0 - share.sum(-1)) / (1.0 + rivals))
    return np.asarray((appeal - np.log(share) + rest[..., None]) / alpha[..., None])


def own_term(appeal: Floats, share: Floats, alpha: Floats) -> Floats:
    """A model's own term of revenue (D.3); zero at zero."""
    safe = np.maximum(share, 1e-300)
    return np.asarray(np.where(share > 0, share * (appeal - np.log(safe)) / alpha, 0.0))


def group_term(total: Floats, alpha: Floats, rivals: Floats) -> Floats:
    """The term of revenue in the firm's total share (D.3); what its models take from each other and from rivals."""
    return np.asarray(total * np.log((1.0 - total) / (1.0 + rivals)) / alpha)
