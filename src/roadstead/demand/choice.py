r"""Nested logit demand: what share of buyers takes each product at given prices.

A product j of nest g has the mean utility :math:`\delta_j = a_j - \alpha p_j`; the outside good has none. With the nest
correlation :math:`\rho` (0: plain logit; near 1: buyers hardly leave a nest)

.. math::
    D_g = \sum_{j \in g} e^{\delta_j / (1 - \rho)}, \quad
    q_{j|g} = \frac{e^{\delta_j / (1 - \rho)}}{D_g}, \quad
    q_j = q_{j|g}\, \frac{D_g^{1 - \rho}}{1 + \sum_h D_h^{1 - \rho}}                              \qquad (D.1)

and, inverted, the utilities that give shares q, with q_0 what is left for the outside good,

.. math::
    \delta_j = \ln q_j - \ln q_0 - \rho \ln q_{j|g}                                             \qquad (D.2)

(McFadden 1978; Berry 1994, RAND Journal 25(2), eq. 28 for D.2.) What a price moves:

.. math::
    \frac{\partial q_k}{\partial p_j} = \alpha q_k \Bigl(q_j
        + [k \sim j] \frac{\rho}{1 - \rho} q_{j|g} - [k = j] \frac{1}{1 - \rho}\Bigr)           \qquad (D.3)

with [k ~ j] one where both stand in one nest. What the market is worth to its buyers, per buyer and in money
(Small & Rosen 1981), is the logsum

.. math::
    S = \frac{1}{\alpha} \ln\Bigl(1 + \sum_g D_g^{1 - \rho}\Bigr)                               \qquad (D.4)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from roadstead.terms.arrays import Floats, Ints


def shares(utility: Floats, nest: Ints, rho: float) -> Floats:
    """Shares at given mean utilities (D.1).

    Parameters
    ----------
    utility
        Shape (..., J).
    nest
        Nest of each product, numbered from 0 without gaps. Shape (J,).
    """
    inside, log_sum = _within(utility, nest, rho)
    bought = (1.0 - rho) * log_sum
    top = np.maximum(bought.max(-1, keepdims=True), 0.0)
    weight = np.exp(bought - top)
    of_nest = weight / (np.exp(-top) + weight.sum(-1, keepdims=True))
    return np.asarray(inside * of_nest[..., nest])


def utilities(share: Floats, nest: Ints, rho: float) -> Floats:
    """Mean utilities that give the shares (D.2); the inverse of :func:`shares`. Shapes (..., J)."""
    nobody = 1.0 - share.sum(-1, keepdims=True)
    return np.asarray(np.log(share) - np.log(nobody) - rho * np.log(within(share, nest)))


def within(share: Floats, nest: Ints) -> Floats:
    """Share of each product in its nest. Shapes (..., J)."""
    return np.asarray(share / totals(share, nest)[..., nest])


def totals(amount: Floats, nest: Ints) -> Floats:
    """Sums by nest. Shapes (..., J) -> (..., G)."""
    return np.asarray(amount @ (nest[:, None] == np.arange(int(nest.max()) + 1)).astype(float))


def price_slopes(share: Floats, nest: Ints, alpha: float, rho: float) -> Floats:
    """How share k moves with price j (D.3). Shape (..., J) -> (..., k, j). [1/money]"""
    same = (nest[:, None] == nest[None, :]).astype(float)
    pull = share[..., None, :] + same * (rho / (1.0 - rho) * within(share, nest))[..., None, :]
    return np.asarray(alpha * share[..., :, None] * (pull - np.eye(len(nest)) / (1.0 - rho)))


def own_elasticities(share: Floats, price: Floats, nest: Ints, alpha: float, rho: float) -> Floats:
    """Elasticity of each share to its own price, from (D.3). Shapes (..., J)."""
    stay = 1.0 / (1.0 - rho) - rho / (1.0 - rho) * within(share, nest) - share
    return np.asarray(-alpha * price * stay)


def diversion_ratios(share: Floats, nest: Ints, rho: float) -> Floats:
    """Of the buyers product j loses as its price rises, the share that turns to product k, from (D.3).

    Shape (..., J) -> (..., k, j) with the outside good as the last k and nothing on the diagonal; columns sum to one.
    """
    slopes = price_slopes(share, nest, 1.0, rho)
    lost = -np.diagonal(slopes, axis1=-2, axis2=-1)
    to_products = np.where(np.eye(len(nest), dtype=bool), 0.0, slopes / lost[..., None, :])
    to_nobody = 1.0 - to_products.sum(-2, keepdims=True)
    return np.concatenate([to_products, to_nobody], axis=-2)


def buyers_surplus(utility: Floats, nest: Ints, alpha: float, rho: float) -> Floats:
    """What a buyer gains from the market (D.4); only changes of it mean anything. Shape (..., J) -> (...). [money]"""
    bought = (1.0 - rho) * _within(utility, nest, rho)[1]
    top = np.maximum(bought.max(-1), 0.0)
    return np.asarray((top + np.log(np.exp(-top) + np.exp(bought - top[..., None]).sum(-1))) / alpha)


def _within(utility: Floats, nest: Ints, rho: float) -> tuple[Floats, Floats]:
    """Shares in their nests, and the logarithm of each nest's sum D. Shapes (..., J), (..., G)."""
    scaled = utility / (1.0 - rho)
    count = int(nest.max()) + 1
    top = np.stack([scaled[..., nest == g].max(-1) for g in range(count)], axis=-1)
    weight = np.exp(scaled - top[..., nest])
    total = totals(weight, nest)
    return weight / total[..., nest], top + np.log(total)
