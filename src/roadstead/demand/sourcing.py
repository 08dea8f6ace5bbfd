r"""Where brands source their cars, and what that does to their sales.

A brand b serves a market n from the places l where it can be built, more from the cheaper ones:

.. math::
    s_{l|bn} = \frac{c_{bln}^{-\theta}}{\sum_k c_{bkn}^{-\theta}}, \qquad c_{bln} = w_l\, \gamma_{i(b)l}\, \tau_{ln}          \qquad (H.1)

with w the cost of building there, :math:`\gamma` what distance from headquarters i(b) adds and :math:`\tau` what trade
adds, duty included. Over all places its cost is

.. math::
    C_{bn} = \Bigl(\sum_l c_{bln}^{-\theta}\Bigr)^{-1/\theta}                                                  \qquad (H.2)

and its share of the market, with :math:`\delta` what selling far from headquarters costs and :math:`\varphi` its appeal,

.. math::
    S_{bn} = \frac{(C_{bn}\, \delta_{i(b)n} / \varphi_b)^{-\eta}}{\sum_a (C_{an}\, \delta_{i(a)n} / \varphi_a)^{-\eta}}   \qquad (H.3)

(Head & Mayer 2019, American Economic Review 109(9), the model's decisions on sourcing and on sales of a brand in a market.)
In changes, a hat being new over old, only shares are needed and no level (the way of Dekle, Eaton & Kortum 2008, IMF Staff
Papers 55(3)):

.. math::
    \hat C_{bn} = \Bigl(\sum_l s_{l|bn}\, \hat c_{bln}^{-\theta}\Bigr)^{-1/\theta}                              \qquad (H.4)

.. math::
    \hat s_{l|bn} = \bigl(\hat c_{bln} / \hat C_{bn}\bigr)^{-\theta}                                            \qquad (H.5)

.. math::
    \hat S_{bn} = \frac{\hat C_{bn}^{-\eta}}{\sum_a S_{an}\, \hat C_{an}^{-\eta}}                               \qquad (H.6)

The market as a whole stands still in (H.6). A duty moves the cost of a source by

.. math::
    \hat c_{bln} = \frac{1 + d\, t'_{ln}}{1 + d\, t_{ln}}                                                       \qquad (H.7)

where t is the duty on the customs value and d the customs value over the cost before duty (the same paper measures
:math:`\tau` so, with d one).

The last axis of every array is summed over: sources L in (H.1), (H.2), (H.4) and (H.5), brands B in (H.3) and (H.6). All
others are batch and broadcast; elasticities are numbers, or arrays over the batch. A source that is barred costs infinity.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from roadstead.terms.arrays import Floats


def source_shares(cost: Floats, theta: Floats | float) -> Floats:
    """Share of each source in what a brand sells in a market (H.1); zeros where every source is barred.

    ``cost``: (..., L), of any unit; ``theta``: (...). Returns (..., L).
    """
    weight, _ = _weights(cost, theta)
    total = weight.sum(-1, keepdims=True)
    return np.asarray(np.divide(weight, total, out=np.zeros_like(weight), where=total > 0))


def cost_index(cost: Floats, theta: Floats | float) -> Floats:
    """A brand's cost over all its sources (H.2), in the unit of ``cost``; infinite where every source is barred."""
    weight, least = _weights(cost, theta)
    with np.errstate(divide="ignore"):
        return np.asarray(least * weight.sum(-1) ** (-1.0 / np.asarray(theta)))


def brand_shares(cost: Floats, appeal: Floats, eta: Floats | float) -> Floats:
    """Share of each brand in a market (H.3). ``cost``, ``appeal``: (..., B); appeal is what divides cost there."""
    return source_shares(np.asarray(cost) / appeal, eta)


def index_hats(share: Floats, cost_hat: Floats, theta: Floats | float) -> Floats:
    """Change of a brand's cost as its sources' costs change (H.4). ``share``, ``cost_hat``: (..., L). Returns (...)."""
    theta = np.asarray(theta, dtype=float)
    power = np.asarray(cost_hat, dtype=float) ** -theta[..., None]
    with np.errstate(divide="ignore"):
        return np.asarray(np.einsum("...l,...l->...", share, power) ** (-1.0 / theta))


def share_hats(share: Floats, cost_hat: Floats, theta: Floats | float) -> Floats:
    """Change of each source's share (H.5); a source that is barred, or a brand with none left, goes to zero."""
    index = index_hats(share, cost_hat, theta)[..., None]
    relative = np.divide(index, cost_hat, out=np.zeros(np.broadcast_shapes(index.shape, np.shape(cost_hat))),
                         where=np.isfinite(cost_hat))  # fmt: skip
    relative = np.where(np.isfinite(index), relative, 0.0)
    return np.asarray(relative ** np.asarray(theta, dtype=float)[..., None])


def brand_hats(share: Floats, index_hat: Floats, eta: Floats | float) -> Floats:
    """Change of each brand's sales in a market that as a whole stands still (H.6). ``share``, ``index_hat``: (..., B)."""
    eta = np.asarray(eta, dtype=float)
    power = np.asarray(index_hat, dtype=float) ** -eta[..., None]
    return np.asarray(power / np.einsum("...b,...b->...", share, power)[..., None])


def duty_hats(before: Floats, after: Floats, dutiable: Floats | float) -> Floats:
    """Change of a source's cost as its duty changes (H.7). ``before``, ``after``: rates on the customs value."""
    return np.asarray((1.0 + dutiable * np.asarray(after)) / (1.0 + dutiable * np.asarray(before)))


def rivals_cost_hats(
    share: Floats, before: Floats, after: Floats, dutiable: Floats | float, theta: Floats | float
) -> Floats:
    """Change of rivals' costs in a market as duties on their sources change: who has other plants shifts to them.

    Parameters
    ----------
    share
        Share of each source in each rival's sales there, summing to one. Shape (..., B, L).
    before, after
        Duty on the customs value by source; one that is barred is infinite. Shape (..., L).
    dutiable
        Customs value over the cost before duty. [fraction]
    theta
        Of (H.4); towards zero rivals do not shift at all (the log of the change is a mean of the logs), and the larger it
        is, the more they escape.

    Returns
    -------
    New over old cost, by rival. Shape (..., B).
    """
    return index_hats(share, duty_hats(before, after, dutiable)[..., None, :], theta)


def _weights(cost: Floats, theta: Floats | float) -> tuple[Floats, Floats]:
    """Powers of cost relative to the least one of each brand, so that none overflows, and that least cost."""
    cost = np.asarray(cost, dtype=float)
    least = cost.min(-1)
    scale = np.where(np.isfinite(least), least, 1.0)
    return np.asarray((scale[..., None] / cost) ** np.asarray(theta, dtype=float)[..., None]), least
