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
    """What a market's demand is calibrated to.

    Attributes
    ----------
    own
        Of the firm's models, each at the others' fixed prices; their mean, weighted by sales. [1]
    market
        Of all cars, when every price moves by one amount per car; nearer zero than the models' own. [1]
    rho
        Nest correlation.
    """

    own: float
    market: float
    rho: float


@dataclass(frozen=True, slots=True)
class Scale:
    """The terms that a market's elasticities fix.

    Attributes
    ----------
    alpha
        Price coefficient, positive. [1/money]
    potential
        All who might buy. [cars/year]
    outside
        Share of the outside good at reference prices.
    """

    alpha: float
    potential: float
    outside: float


def calibrate(sales: Floats, price: Floats, nest: Ints, own: Flags, wanted: Elasticities) -> Scale:
    """Fix a market's price coefficient and its potential (D.8).

    Parameters
    ----------
    sales, price
        Of every product of the market, rivals included, at reference prices. Shape (J,). [cars/year], [money/car]
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
    cars = float(sales.sum())
    held = float(sales[own].sum())
    if not (np.all(sales > 0) and np.all(price > 0) and np.isfinite(cars) and 0.0 < held < cars):
        message = f"reference sales {held:,.0f} of {cars:,.0f} cars"
        expected = "positive sales and prices, together less than the market"
        raise RoadsteadError(Fault("demand", "RS-D501", message, expected))
    weight, paid = sales[own] / held, price[own]
    mean = float(weight @ paid)
    stay = (1.0 - wanted.rho * within(sales, nest)[own]) / (1.0 - wanted.rho)
    among = float(weight @ (paid / mean * stay))
    theta = float(weight @ (paid / mean * sales[own] / cars))
    ratio = abs(wanted.market / wanted.own)
    outside = ratio * (among - theta) / (1.0 - ratio * theta)
    if not (abs(wanted.market) > 0.0 and ratio < 1.0 and outside < 1.0):
        message = f"market elasticity {wanted.market:g} beside {wanted.own:g} of a model"
        expected = "a market elasticity that is not zero, and well nearer zero than a model's own"
        raise RoadsteadError(Fault("demand", "RS-D502", message, expected))
    alpha = abs(wanted.market) / (outside * mean)
    return Scale(alpha, cars / (1.0 - outside), outside)
