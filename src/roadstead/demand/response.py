r"""Concave revenue as price segments: what the planner sees of demand.

Beside the reference price, a model's term and the group's term of (D.3) are

.. math::
    f_k(q) = \frac{q}{\alpha}\bigl(a_k - \alpha p^0_k - \ln q\bigr), \qquad
    G(Q) = \frac{Q}{\alpha} \ln\frac{1 - Q}{1 + A}                                            \qquad (D.5)

Each is replaced by chords between break points, which lie below a concave curve: the planner never earns more than
the curve does. The money a maker keeps of one unit of retail price is n = (1 - dealer margin) / (1 + taxes on price).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.demand.choice import group_term, own_term

if TYPE_CHECKING:
    from roadstead.demand.calibrate import Calibrated
    from roadstead.terms.arrays import Floats

CELL_POINTS = np.asarray([0.0, 0.15, 0.35, 0.6, 0.85, 1.1, 1.4, 1.8])
"""Break points of a model's curve, as multiples of its reference sales."""
GROUP_POINTS = np.asarray([0.0, 0.4, 0.75, 1.05, 1.35, 1.8])
"""Break points of the group's curve, as multiples of its reference sales."""


@dataclass(frozen=True, slots=True)
class Response:
    """Price segments of one market in one node-year.

    Attributes
    ----------
    width, price
        Cars per year and money per car, beside the reference price. Shape (K, S).
    group_width, group_price
        The same for the group. Shape (T,).
    """

    width: Floats
    price: Floats
    group_width: Floats
    group_price: Floats


def respond(
    market: Calibrated,
    reference_sales: Floats,
    reference_price: Floats,
    rivals_change: float,
    kept: float,
) -> Response:
    """Segments of a calibrated market.

    Parameters
    ----------
    rivals_change
        Rivals' attraction over its reference value: below one where walls make rivals dearer too.
    kept
        n of (D.5).
    """
    alpha = np.asarray(market.alpha)
    share = reference_sales / market.potential
    points = share[:, None] * CELL_POINTS
    appeal = market.appeal - market.alpha * reference_price
    curve = own_term(appeal[:, None], points, alpha)
    width = np.diff(points, axis=1)
    price = np.diff(curve, axis=1) / width
    total = min(float(share.sum()) * GROUP_POINTS[-1], 0.9) / GROUP_POINTS[-1] * GROUP_POINTS
    group_curve = group_term(total, alpha, np.asarray(market.rivals * rivals_change))
    group_width = np.diff(total)
    group_price = np.diff(group_curve) / group_width
    return Response(
        width=width * market.potential,
        price=price * kept,
        group_width=group_width * market.potential,
        group_price=group_price * kept,
    )
