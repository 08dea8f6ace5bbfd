r"""How far real exchange rates move in a year, and how far together, read off output in dollars.

Output in dollars is real output times its price in home money times the rate of exchange. So the yearly change of a country's
output in dollars over home's is the change of the real exchange rate between them plus the difference of real growth. The
spread of the second is small beside the first's, and is taken off:

.. math::
    \sigma_c^2 = \max\bigl(\operatorname{var}_t(\Delta \ln Y_{c,t} - \Delta \ln Y_{0,t}) - \sigma_g^2,\; 0\bigr)  \qquad \text{(S.6)}

Twenty years cannot tell the correlations of twenty currencies one by one; they are drawn towards their mean as far as their
own errors say (Ledoit & Wolf 2004, Journal of Portfolio Management 30):

.. math::
    R = \delta F + (1 - \delta)\, S, \qquad F_{cd} = \bar r \;(c \ne d), \quad F_{cc} = 1, \qquad
    \delta = \min\Bigl(1, \max\bigl(0, \tfrac{\pi - \rho}{\gamma\, T}\bigr)\Bigr)                  \qquad \text{(S.7)}

with S the sample's correlations, pi the sum of the variances of its entries, rho the sum of their covariances with those of the
target F, and gamma the squared distance between S and F.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.terms.arrays import frozen
from roadstead.terms.errors import Fault, RoadsteadError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from roadstead.terms.arrays import Floats
    from roadstead.terms.tables import Row

FEWEST = 8
"""Yearly changes that a spread and its correlations are estimated from at least."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """How currencies move against that of home.

    Attributes
    ----------
    spread
        Standard deviation of a year's shock to the logarithm of the real rate. Shape (C,).
    correlation
        Of these shocks. Shape (C, C).
    """

    currencies: tuple[str, ...]
    spread: Floats
    correlation: Floats

    def __post_init__(self) -> None:
        if self.spread.shape != (len(self.currencies),) or self.correlation.shape != self.spread.shape * 2:
            raise ValueError("one spread a currency, and a correlation for every two")
        frozen(self.spread)
        frozen(self.correlation)

    def root(self) -> Floats:
        """Lower triangular root of the correlations. Shape (C, C)."""
        if not self.currencies:
            return np.zeros((0, 0))
        return np.asarray(np.linalg.cholesky(self.correlation), dtype=np.float64)


def output(incomes: Iterable[Row]) -> dict[str, dict[int, float]]:
    """Output in dollars by place and year, from rows of incomes.csv."""
    found: dict[str, dict[int, float]] = {}
    for row in incomes:
        if row["gdp_per_head"] is not None:
            found.setdefault(row["place"], {})[row["year"]] = row["population"] * row["gdp_per_head"]
    return found


def estimate(
    output: Mapping[str, Mapping[int, float]],
    currencies: Mapping[str, tuple[str, ...]],
    home: tuple[str, ...],
    growth_spread: float,
) -> Exchange:
    """Spreads (S.6) and correlations (S.7) of real exchange rates.

    Parameters
    ----------
    output
        Output in dollars by place and year.
    currencies
        Places that pay in each currency.
    home
        Places that pay in home's.
    growth_spread
        Standard deviation of the difference of two countries' real growth in a year.

    Raises
    ------
    RoadsteadError
        RS-F521 where too few years are known of all of them.
    """
    groups = [home, *currencies.values()]
    years = _years(output, groups)
    if len(years) <= FEWEST:
        message = f"output of all of {', '.join(sorted({place for group in groups for place in group}))}"
        message += f" is known for {len(years)} years in a row"
        raise RoadsteadError(Fault("exchange rates", "RS-F521", message, f"more than {FEWEST}, or spreads of your own"))
    levels = np.asarray([[sum(output[place][year] for place in group) for year in years] for group in groups])
    moved = np.diff(np.log(levels), axis=1)
    against = moved[1:] - moved[0]
    variance = against.var(axis=1, ddof=1)
    return Exchange(
        currencies=tuple(currencies),
        spread=np.sqrt(np.maximum(variance - growth_spread**2, 0.0)),  # (S.6)
        correlation=shrunk_correlation(against),
    )


def _years(output: Mapping[str, Mapping[int, float]], groups: list[tuple[str, ...]]) -> list[int]:
    """The last run of years in which everything is known."""
    known = [set(output.get(place, {})) for group in groups for place in group]
    common = sorted(set.intersection(*known)) if known else []
    run = common[-1:]
    for year in reversed(common[:-1]):
        if year != run[0] - 1:
            break
        run.insert(0, year)
    return run


def shrunk_correlation(changes: Floats) -> Floats:
    """Correlations of rows, drawn towards their mean (S.7). Shape (C, T) -> (C, C)."""
    count, length = changes.shape
    centred = changes - changes.mean(axis=1, keepdims=True)
    deviation = np.sqrt((centred**2).mean(axis=1, keepdims=True))
    unit = centred / np.where(deviation > 0.0, deviation, 1.0)
    sample = unit @ unit.T / length
    np.fill_diagonal(sample, 1.0)
    if count < 2:
        return np.asarray(sample)
    off = ~np.eye(count, dtype=bool)
    mean = float(sample[off].mean())
    target = np.where(off, mean, 1.0)
    distance = float(((sample - target) ** 2).sum())
    if distance == 0.0:
        return target
    variance = ((unit**2) @ (unit**2).T / length) - sample**2
    # Covariance of each correlation with the two variances that the target holds it against.
    cubes = (unit**3) @ unit.T / length - sample
    shared = float(((mean / 2.0) * (cubes + cubes.T))[off].sum())
    intensity = min(
        1.0, max(0.0, (float(variance.sum()) - (float(np.diag(variance).sum()) + shared)) / distance / length)
    )
    return np.asarray(intensity * target + (1.0 - intensity) * sample)  # (S.7)
