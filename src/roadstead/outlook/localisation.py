r"""How fast the makers of a country go over to building abroad: a logistic curve of what they build abroad of all they sell there.

.. math::
    s(t) &= \frac{K}{1 + e^{-r\,(t - m)}}                                       && \text{(O.11) share in a year, by a curve} \\
    s(t_0 + \tau) &= \frac{K}{1 + \frac{K - s_0}{s_0}\, e^{-r\,\tau}}           && \text{(O.12) a level carried on at its pace} \\
    p(T) &= \frac{1}{n} \sum_i \bigl[t_i \le T\bigr]\, e^{-\lambda\,\max(0,\ t_i - t_0)}  && \text{(O.13) chance that a plant has begun}

with the ceiling K, the pace r and the year m of half the ceiling, fitted by least squares on shares of foreign sales (W.4), every
year weighing the same. The curve was first used for growth towards a limit by Verhulst (1838). A level at the ceiling or above it
stays where it is: the curve says nothing of a way back.

A plant not begun is given up at the rate :math:`\lambda` a year from the day known :math:`t_0` on, and begins at one of n times
:math:`t_i`, each as likely: the start last stated, later by what others came late.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from math import exp, inf, log
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import least_squares

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.terms.arrays import Floats

FEWEST = 4
"""Years a curve needs: one more than it has parameters."""
PACES, CEILINGS = (0.05, 0.2, 0.45), (1.02, 1.2, 1.6)
"""Where the search begins: paces, and ceilings over the largest share known."""
SLOWEST, FASTEST = 1e-3, 2.0
SPAN = 100.0
"""Years that half the ceiling may lie before the first or after the last year known."""


@dataclass(frozen=True, slots=True)
class Curve:
    """A logistic curve.

    Attributes
    ----------
    ceiling
        Share it leads to. [fraction]
    pace
        Growth of the odds of the share to the ceiling. [1/year]
    middle
        Year in which it stands at half the ceiling.
    """

    ceiling: float
    pace: float
    middle: float

    def at(self, year: float) -> float:
        """Share in a year. [fraction]"""
        return self.ceiling / (1.0 + exp(-self.pace * (year - self.middle)))  # (O.11)

    def year_of(self, share: float) -> float:
        """Year in which it reaches a share; infinite where it never does."""
        if share >= self.ceiling:
            return inf
        return self.middle - log(self.ceiling / share - 1.0) / self.pace

    def ahead(self, share: float, years: float) -> float:
        """Share some years after another stood at ``share``, at the pace of this curve. [fraction]"""
        if share >= self.ceiling:
            return share
        return self.ceiling / (1.0 + (self.ceiling - share) / share * exp(-self.pace * years))  # (O.12)


@dataclass(frozen=True, slots=True)
class Fitted:
    """A curve through the years known, and the curves through all of them but one.

    Attributes
    ----------
    error
        Root mean square of what the curve misses, every year weighing the same. [fraction]
    without
        Curves fitted with one year left out, by that year.
    """

    curve: Curve
    error: float
    without: dict[int, Curve]

    @property
    def curves(self) -> tuple[Curve, ...]:
        """The curve and those with a year left out."""
        return (self.curve, *self.without.values())

    def ahead(self, share: float, years: float) -> tuple[float, float, float]:
        """Lowest share of all the curves, that of the curve itself, and the highest. [fraction]"""
        found = [curve.ahead(share, years) for curve in self.curves]
        return min(found), found[0], max(found)


def fit(years: Sequence[int], shares: Sequence[float]) -> Fitted | None:
    """The curve nearest to shares known, several of one year weighing as much as one; None with fewer than four years."""
    if len(set(years)) < FEWEST:
        return None
    x, s = np.asarray(years, dtype=float), np.asarray(shares, dtype=float)
    curve = _nearest(x, s)
    missed = np.asarray([curve.at(year) for year in x]) - s
    without = {}
    if len(set(years)) > FEWEST:
        without = {year: _nearest(x[x != year], s[x != year]) for year in sorted(set(years))}
    return Fitted(curve, float(np.sqrt(np.average(missed**2, weights=_weights(x)))), without)


def _weights(years: Floats) -> Floats:
    """One over how many shares a year has."""
    return np.asarray([1.0 / (years == year).sum() for year in years])


def _nearest(years: Floats, shares: Floats) -> Curve:
    root = np.sqrt(_weights(years))
    most, middle = float(shares.max()), float(np.median(years))

    def missed(p: Floats) -> Floats:
        return np.asarray(root * (p[0] / (1.0 + np.exp(-p[1] * (years - p[2]))) - shares))

    low, high = (0.0, SLOWEST, years.min() - SPAN), (1.0, FASTEST, years.max() + SPAN)
    found = [
        least_squares(missed, (min(most * over, 0.999), pace, middle), bounds=(low, high), x_scale=(0.1, 0.1, 10.0))
        for over, pace in product(CEILINGS, PACES)
    ]
    ceiling, pace, half = min(found, key=lambda one: float(one.cost)).x
    return Curve(float(ceiling), float(pace), float(half))


def chance_begun(starts: Sequence[float], rate: float, known: float, by: float) -> float:
    """Chance that a plant not begun on the day known has begun by another. [fraction]

    Parameters
    ----------
    starts
        Times it may begin at, each as likely. [years]
    rate
        Plants given up a year of waiting. [1/year]
    known, by
        Day that its status is known of, and day asked. [years]
    """
    kept = [exp(-rate * max(0.0, start - known)) if start <= by else 0.0 for start in starts]  # (O.13)
    return sum(kept) / len(kept)
