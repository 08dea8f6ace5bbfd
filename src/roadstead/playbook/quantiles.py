r"""Quantiles over the futures of a tree.

.. math::
    Q_t(q) = \min\Bigl\{ v : \sum_{\ell\,:\,v_{\ell t} \le v} p_\ell \ge q \Bigr\}  \quad (P.2)\ \text{no value in between}

p is the probability of the path that ends in leaf l. In a calendar year every path runs through one node-year and a
node-year's probability is that of the paths through it, so node-years weighted by it have the same quantiles. Source:
Hyndman & Fan (1996), "Sample quantiles in statistical packages", The American Statistician 50(4), definition 1: the
inverse of the distribution function, here a weighted one. P10 is Q(0.1), P50 Q(0.5), P90 Q(0.9).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from roadstead.terms.arrays import Floats

LOW, MIDDLE, HIGH = 0.1, 0.5, 0.9
ROUNDING = 1e-9
"""What a sum of probabilities may miss a level by: 0.1 + 0.2 is a little more than 0.3 to a computer."""


def quantile(value: Floats, weight: Floats, level: float) -> Floats:
    """Quantile (P.2) over the first axis, of which ``weight`` holds the probabilities; the other axes stay."""
    alive = weight > 0
    value, weight = value[alive], weight[alive]
    order = np.argsort(value, axis=0, kind="stable")
    reached = np.cumsum(weight[order], axis=0) >= level * weight.sum() - ROUNDING
    return np.asarray(np.take_along_axis(np.take_along_axis(value, order, 0), reached.argmax(0)[None], 0)[0])
