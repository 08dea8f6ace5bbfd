r"""From a market's size, reference prices and elasticities to the terms of the nested logit.

Two elasticities are asked for: that of the firm's own models, each at the others' fixed prices, averaged by sales w, and
that of all cars when every price moves by one amount. With (D.3) and the mean reference price :math:`\bar p` of those models
they are

.. math::
    |\varepsilon_\text{own}| = \alpha \bar p\, \bigl(B - \theta (1 - q_0)\bigr), \quad
    |\varepsilon_\text{market}| = \alpha \bar p\, q_0, \qquad
    B = \sum_k w_k \frac{p_k}{\bar p}\, \frac{1 - \rho\, q_{k|g}}{1 - \rho}, \quad
    \theta = \sum_k w_k \frac{p_k}{\bar p} \frac{n_k}{N}

with n the sales of each model and N all cars; together, r being the market's elasticity over the models' own,

.. math::
    q_0 = \frac{r\, (B - \theta)}{1 - r\, \theta}, \qquad
    \alpha = \frac{|\varepsilon_\text{market}|}{q_0\, \bar p}, \qquad
    M = \frac{N}{1 - q_0}                                                                    \qquad (D.8)

The outside good is sized by the market's elasticity and never assumed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.demand.choice import within
from roadstead.terms.errors import Fault, RoadsteadError

if TYPE_CHECKING:
    from roadstead.terms.arrays import Flags, Floats, Ints


@dataclass(frozen=True, slots=True)
class Elasticities:
    """What a market's demand is calibrated to; numbers, or one for every row.

    Attributes
    ----------
    own
        Of the firm's models, each at the others' fixed prices; their mean, weighted by sales. [1]
    market
        Of all cars, when every price moves by one amount per car; nearer zero than the models' own. [1]
    rho
        Nest correlation.
    """

    own: Floats
    market: Floats
    rho: float


@dataclass(frozen=True, slots=True)
class Scale:
    """The terms that a market's elasticities fix. Shapes (...,).

    Attributes
    ----------
    alpha
        Price coefficient, positive. [1/money]
    potential
        All who might buy. [cars/year]
    outside
        Share of the outside good at reference prices.
    """

    alpha: Floats
    potential: Floats
    outside: Floats


def calibrate(sales: Floats, price: Floats, nest: Ints, own: Flags, wanted: Elasticities) -> Scale:
    """Fix a market's price coefficient and its potential (D.8), for many rows at once.

    Parameters
    ----------
    sales, price
        Of every product of the market, rivals included, at reference prices. Shape (..., J). [cars/year], [money/car]
    nest
        Numbered from 0 without gaps. Shape (J,).
    own
        Products whose elasticity is asked for. Shape (J,).

    Raises
    ------
    RoadsteadError
        RS-D501 where a sale or price is not positive, or the firm's models are all there is; RS-D502 where the market
        answers a price more than a model does.
    """
    cars, held = sales.sum(-1), sales[..., own].sum(-1)
    if not (np.all(sales > 0) and np.all(price > 0) and np.isfinite(cars).all() and np.all((held > 0) & (held < cars))):
        message = f"reference sales {held.max():,.0f} of {cars.min():,.0f} cars, the least product {sales.min():,.0f}"
        expected = "positive sales and prices of every product, the firm's together less than the market"
        raise RoadsteadError(Fault("demand", "RS-D501", message, expected))
    weight, paid = sales[..., own] / held[..., None], price[..., own]
    mean = (weight * paid).sum(-1)
    stay = (1.0 - wanted.rho * within(sales, nest)[..., own]) / (1.0 - wanted.rho)
    among = (weight * paid * stay).sum(-1) / mean
    theta = (weight * paid * sales[..., own] / cars[..., None]).sum(-1) / mean
    ratio = np.abs(np.asarray(wanted.market) / np.asarray(wanted.own))
    outside = ratio * (among - theta) / (1.0 - ratio * theta)
    if not (np.all(np.asarray(wanted.market) != 0.0) and np.all(ratio < 1.0) and np.all(outside < 1.0)):
        message = (
            f"market elasticity {float(np.min(wanted.market)):g} beside {float(np.max(wanted.own)):g} of a model, "
            f"nest correlation {wanted.rho:g}"
        )
        expected = (
            "a market elasticity that is not zero and well nearer zero than a model's own, or a weaker correlation"
        )
        raise RoadsteadError(Fault("demand", "RS-D502", message, expected))
    alpha = np.abs(wanted.market) / (outside * mean)
    return Scale(np.asarray(alpha), np.asarray(cars / (1.0 - outside)), np.asarray(outside))
