r"""From a market's size, reference prices and elasticities to the terms of the logit.

.. math::
    \alpha = \frac{|\varepsilon_\text{own}|}{\bar p (1 - \bar s)}, \qquad
    s_0 = \frac{|\varepsilon_\text{market}|}{\alpha \bar p}, \qquad
    M = \frac{N}{1 - s_0}                                                                    \qquad (D.4)

with N the cars sold at reference prices, :math:`\bar p` the firm's mean reference price, :math:`\bar s` the mean share of
one of its models, and s_0 the share of the outside good, sized by the market's elasticity and never assumed. At
reference prices the calibrated market sells exactly N cars and the firm's models exactly their reference sales.
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
    reference_sales, reference_price
        The firm's models at reference prices; sales must be positive. Shape (K,). [cars/year], [money/car]

    Raises
    ------
    RoadsteadError
        RS-D501 where the firm's reference sales exceed the market, or a sale or price is not positive.
    """
    if np.any(reference_sales <= 0) or np.any(reference_price <= 0) or reference_sales.sum() >= cars:
        message = f"reference sales {reference_sales.sum():,.0f} of {cars:,.0f} cars"
        expected = "positive sales and prices, together less than the market"
        raise RoadsteadError(Fault("demand", "RS-D501", message, expected))
    outside = 0.2
    mean_price = float(np.average(reference_price, weights=reference_sales))
    alpha = abs(own_elasticity) / mean_price
    for _ in range(30):  # s_0 and alpha settle together; the map contracts at once
        share = reference_sales / (cars / (1.0 - outside))
        alpha = abs(own_elasticity) / (mean_price * (1.0 - float(share.mean())))
        outside = abs(market_elasticity) / (alpha * mean_price)
    potential = cars / (1.0 - outside)
    share = reference_sales / potential
    appeal = np.log(share / outside) + alpha * reference_price
    rivals = (cars - float(reference_sales.sum())) / potential / outside
    return Calibrated(alpha, potential, outside, appeal, rivals)
