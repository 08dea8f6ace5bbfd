r"""From a market's size, reference prices and elasticities to the terms of the logit.

.. math::
    s_0 = \frac{r (1 - \theta)}{1 - r \theta}, \qquad
    \alpha = \frac{|\varepsilon_\text{market}|}{s_0\, \bar p}, \qquad
    M = \frac{N}{1 - s_0}                                                                    \qquad (D.4)

with r the market's elasticity over the models' own, N the cars sold at reference prices, :math:`\bar p` the firm's mean
reference price, weighted by sales, :math:`\theta = \sum_k w_k \frac{p_k}{\bar p} \frac{n_k}{N}` what its models hold of
the market, w_k being their shares in its sales n_k, and s_0 the share of the outside good, sized by the market's
elasticity and never assumed. It solves :math:`|\varepsilon_\text{own}| = \sum_k w_k \alpha p_k (1 - s_k)` and
:math:`|\varepsilon_\text{market}| = \alpha \bar p s_0` together. At reference prices the calibrated market sells exactly N
cars and the firm's models exactly their reference sales.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.terms.errors import Fault, RoadsteadError

if TYPE_CHECKING:
    from roadstead.terms.arrays import Floats


@dataclass(frozen=True, slots=True)
class Calibrated:
    """A market whose demand is fixed.

    Attributes
    ----------
    alpha
        Price coefficient, positive. [1/money]
    potential
        All who might buy. [cars/year]
    outside
        Share of the outside good at reference prices.
    appeal
        Appeal of the firm's models. Shape (K,).
    rivals
        Attraction of all rivals at reference prices.
    """

    alpha: float
    potential: float
    outside: float
    appeal: Floats
    rivals: float


def calibrate(
    cars: float,
    reference_sales: Floats,
    reference_price: Floats,
    own_elasticity: float,
    market_elasticity: float,
) -> Calibrated:
    """Fix a market's demand (D.4).

    Parameters
    ----------
    cars
        All new cars sold at reference prices. [cars/year]
    own_elasticity
        Of the firm's models, each at the others' fixed prices; their mean, weighted by sales. [1]
    market_elasticity
        Of all cars, when every price moves by one amount per car; nearer zero than the models' own. [1]
    reference_sales, reference_price
        The firm's models at reference prices; sales must be positive. Shape (K,). [cars/year], [money/car]

    Raises
    ------
    RoadsteadError
        RS-D501 where the firm's reference sales exceed the market, or a sale or price is not positive; RS-D502 where
        the market answers a price more than a model does.
    """
    if not (np.all(reference_sales > 0) and np.all(reference_price > 0) and reference_sales.sum() < cars):
        message = f"reference sales {reference_sales.sum():,.0f} of {cars:,.0f} cars"
        expected = "positive sales and prices, together less than the market"
        raise RoadsteadError(Fault("demand", "RS-D501", message, expected))
    if not 0.0 < abs(market_elasticity) < abs(own_elasticity):
        message = f"market elasticity {market_elasticity:g} beside {own_elasticity:g} of a model"
        expected = "a market elasticity that is not zero, and nearer zero than a model's own"
        raise RoadsteadError(Fault("demand", "RS-D502", message, expected))
    mean_price = float(np.average(reference_price, weights=reference_sales))
    held = float(np.average(reference_price / mean_price * reference_sales / cars, weights=reference_sales))
    ratio = abs(market_elasticity / own_elasticity)
    outside = ratio * (1.0 - held) / (1.0 - ratio * held)  # (D.4)
    alpha = abs(market_elasticity) / (outside * mean_price)
    potential = cars / (1.0 - outside)
    share = reference_sales / potential
    appeal = np.log(share / outside) + alpha * reference_price
    rivals = (cars - float(reference_sales.sum())) / potential / outside
    return Calibrated(alpha, potential, outside, appeal, rivals)
