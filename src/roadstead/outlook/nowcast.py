r"""A year that is not over: what its first months say of the whole of it, beside the forecast made before it began.

.. math::
    n &= \operatorname{logit} s_t + \operatorname{logit} a_k - \operatorname{logit} b_k \\
    x' &= \frac{m / \tau^2 + n / \sigma_k^2}{1 / \tau^2 + 1 / \sigma_k^2}
          + r\,\frac{x - m}{\sqrt{1 + \tau^2 / \sigma_k^2}}, \quad \sigma_k = 0.4\,(1 - k / 12)            \qquad (O.10)

with s the share of the last whole year, a that of the k months known, b that of the same months of the year before; x the
logit of each of our draws, m their median and :math:`\tau` their spread. Two readings of one figure are weighed by their
precision, and the draws are left wider by r = 1.25 than that, since what a year's end brings (a rush before a subsidy
lapses) has fat tails. Later years move as far as the first did.

Levels of two sources are never spliced: only how far the months stand above those of the year before carries over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeGuard

import numpy as np

from roadstead.outlook.links import link, unlink
from roadstead.world.readers.registrations import YearToDate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from roadstead.terms.arrays import Floats
    from roadstead.terms.tables import Row

MONTHS = 12
SPREAD = 0.4
"""Spread of what a single month would say of its year. [logit]"""
TAILS = 1.25
"""What the draws are widened by. Both were chosen on 2019-22: the 80 % band then held 77 %, and 89 % of 2023-25."""
BAND = 1.2816
"""Half of the band that holds 80 % of a normal distribution, in standard deviations."""


def packaged(rows: Iterable[Row]) -> Mapping[str, YearToDate]:
    """Rows of the reference world's ``year_to_date``, by place."""
    return {
        row["place"]: YearToDate(
            code=row["place"],
            year=row["year"],
            months=tuple(range(1, row["months"] + 1)),
            share=row["nev_share"],
            share_before=row["nev_share_before"],
            nev=row["nev_sales"],
            total=row["total_sales"],
        )
        for row in rows
    }


def tells_of(told: YearToDate | None, year: int) -> TypeGuard[YearToDate]:
    """Whether months tell of a year, with the same months of the year before to hold them against."""
    return told is not None and told.year == year and told.share > 0 and told.share_before > 0


def update(draws: Floats, last: float, told: YearToDate) -> Floats:
    """Draws of the year the months belong to, and of the years after it, moved by what the months say (O.10).

    Parameters
    ----------
    draws
        NEV share from that year on. Shape (draws, T). [fraction]
    last
        Share of the year before, as the history has it. [fraction]
    """
    if not draws.size:
        return draws
    before = link(draws, "logit")
    low, middle, high = np.quantile(before[:, 0], (0.1, 0.5, 0.9))
    own = (high - low) / (2 * BAND)
    months = SPREAD * (1.0 - len(told.months) / MONTHS)
    grown = link(np.asarray([last, told.share, told.share_before]), "logit") @ np.array([1.0, 1.0, -1.0])
    ours = months**2 / (months**2 + own**2) if own > 0 else 1.0
    centre = ours * middle + (1.0 - ours) * grown
    moved = centre + TAILS * np.sqrt(ours) * (before[:, 0] - middle) - before[:, 0]
    return unlink(before + moved[:, None], "logit")
