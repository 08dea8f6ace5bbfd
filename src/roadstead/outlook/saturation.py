r"""Where the size of a market tends to in the long run: new cars per head saturate as income grows.

.. math::
    \ln y^*_t = \ln \frac{n_t}{1000} + \ln \gamma - \alpha\, e^{-\kappa I_t} + \lambda u                       \qquad (O.9)

with n people, I their income (gross domestic product per head), :math:`\gamma` new cars a year per 1,000 people at
saturation, u what the market sold above or below the curve of all markets, and :math:`\lambda` the part of u that lasts.
The shape, Gompertz's, is that of Dargay, Gately & Sommer (2007), Vehicle ownership and income growth, worldwide: 1960-2030,
The Energy Journal 28(4):143-170, equation 2. Theirs is of the stock of vehicles; it stands here for the yearly sales,
which a stock of steady age follows. One :math:`\gamma`, :math:`\alpha` and :math:`\kappa` hold for all markets; the
difference of a market from them is shrunk by the share of it that is lasting difference and not passing error.

Dollars of earlier years are brought to one price level, and income and population of later years are ASSUMED: the functions
and constants below say how. Up to five years ahead the anchor is not used, as income told nothing there that the mean of past
sales did not; ``outlook/industry.py`` hands over to it in the years after, as far as there is room to saturation. Six to ten
years ahead of 2014 to 2018 that took the mean error of countries below 25,000 dollars a head from 21 to 17 % of sales and left
richer ones at 16 %; at full weight it took the poorer to 16 % and the richer to 17 %. A stock of cars with scrappage was tried
in its place up to five years ahead, and foresaw sales less well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import least_squares

from roadstead.outlook.industry import Anchor, Sales
from roadstead.terms.arrays import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from roadstead.terms.arrays import Floats, Ints

FEWEST_MARKETS = 12
"""Markets with sales and income below which no curve is fitted."""
FEWEST_YEARS = 5
"""Years of sales from which a market teaches the curve; shorter histories are mostly counted with commercial vehicles."""
PRICE_RISE = 0.022
"""ASSUMPTION: dollars lose this much a year, so that incomes of different years can be compared. The fit hardly hangs on it:
with none, saturation is 33.4 and not 33.6 new cars per 1,000 people. [1/year]"""
PRICE_YEAR = 2023
"""Year whose dollars incomes are told in."""
GROWTH_YEARS, LEAST_GROWTH, MOST_GROWTH, GROWTH_LASTS = 10, 0.01, 0.06, 0.95
"""ASSUMPTION: income per head grows at first as over the last ten years known, but from 1 to 6 % a year, and what is above
1 % loses a twentieth of itself every year. Ten years at market rates of exchange hold swings of the currency that are no growth:
hence the floor, which is a cautious rate of rich countries in the long run. [years], [1/year], [1/year], [1]"""
PEOPLE_YEARS, LEAST_PEOPLE, MOST_PEOPLE, PEOPLE_LAST = 5, -0.01, 0.025, 0.95
"""ASSUMPTION: population grows at first as over the last five years known, within -1 and 2.5 % a year (flight from a war does
not go on), and the rate loses a twentieth of itself every year. [years], [1/year], [1/year], [1]"""
LEAST, MOST = np.log([5.0, 0.1, 0.005]), np.log([100.0, 20.0, 1.0])
"""Bounds of saturation [1/1,000 people/year], depth and curvature [1/(1,000 US$)] in the fit, as logarithms."""
START = np.log([30.0, 3.0, 0.07])


@dataclass(frozen=True, slots=True, eq=False)
class Income:
    """Population and income of one country; years without a gap.

    Attributes
    ----------
    years
        Shape (T,).
    people
        Shape (T,). [people]
    per_head
        Gross domestic product per head, in dollars of :data:`PRICE_YEAR`. Shape (T,). [1,000 US$/person/year]
    known_to
        Last year whose income is known; later ones are assumed.
    """

    place: str
    years: Ints
    people: Floats
    per_head: Floats
    known_to: int

    def __post_init__(self) -> None:
        for array in (self.years, self.people, self.per_head):
            frozen(array)

    def at(self, years: Ints) -> tuple[Floats, Floats]:
        """People and income per head of some years; NaN outside what is told. Shapes (n,), (n,)."""
        index = years - int(self.years[0])
        inside = (index >= 0) & (index < self.years.size)
        kept = np.where(inside, index, 0)
        return np.where(inside, self.people[kept], np.nan), np.where(inside, self.per_head[kept], np.nan)


@dataclass(frozen=True, slots=True)
class Saturation:
    """The curve of all markets.

    Attributes
    ----------
    level
        New cars at saturation. [1/1,000 people/year]
    depth
        How far, as a logarithm, a market without income would be below. [1]
    curvature
        How fast income closes the distance. [1/(1,000 US$)]
    lasting
        Part of a market's own difference from the curve that lasts. [1]
    """

    level: float
    depth: float
    curvature: float
    lasting: float

    def per_thousand(self, income: Floats) -> Floats:
        """New cars a year per 1,000 people. Shape of ``income`` [1,000 US$/person/year] -> the same."""
        return np.asarray(np.exp(_gompertz(np.log([self.level, self.depth, self.curvature]), income)))


def _gompertz(logs: Floats, income: Floats) -> Floats:
    """Logarithm of new cars per 1,000 people; ``logs`` are those of level, depth and curvature."""
    return np.asarray(logs[0] - np.exp(logs[1] - np.exp(logs[2]) * income))


def prospect(place: str, years: Ints, people: Floats, dollars: Floats, last_year: int) -> Income | None:
    """Population and income known, and ASSUMED from there to ``last_year``.

    ``dollars`` are per head and of each year's own prices. What is known is NaN-free but for single years, which are filled
    in between; None with fewer than two years of either. Shapes (T,), (T,), (T,).
    """
    earned, counted = np.isfinite(dollars) & (dollars > 0), np.isfinite(people) & (people > 0)
    if earned.sum() < 2 or counted.sum() < 2:
        return None
    real = np.log(dollars[earned] / 1000.0) + PRICE_RISE * (PRICE_YEAR - years[earned])
    first = int(max(years[earned][0], years[counted][0]))
    told = np.arange(first, max(last_year, first) + 1)
    growth = _growth(years[earned], real, GROWTH_YEARS)
    growth = min(max(growth, LEAST_GROWTH), MOST_GROWTH)
    heads = np.log(people[counted])
    more = min(max(_growth(years[counted], heads, PEOPLE_YEARS), LEAST_PEOPLE), MOST_PEOPLE)
    income = _carried(years[earned], real, told, (LEAST_GROWTH, growth - LEAST_GROWTH, GROWTH_LASTS))
    size = _carried(years[counted], heads, told, (0.0, more, PEOPLE_LAST))
    return Income(place, told, np.exp(size), np.exp(income), int(years[earned][-1]))


def _growth(years: Ints, log: Floats, span: int) -> float:
    """Growth a year over the last ``span`` years known, or all if they are fewer. [1/year]"""
    start = int(np.flatnonzero(years >= years[-1] - span)[0])
    start = min(start, years.size - 2)
    return float((log[-1] - log[start]) / (years[-1] - years[start]))


def _carried(years: Ints, log: Floats, told: Ints, rates: tuple[float, float, float]) -> Floats:
    """Known logarithms, and after them growth at a rate that stays and one that fades."""
    stays, fades, lasts = rates
    ahead = np.maximum(told - years[-1], 0)
    # Sum of lasts + lasts^2 + ... over the years ahead.
    faded = lasts * (1.0 - lasts**ahead) / (1.0 - lasts)
    return np.asarray(np.interp(told, years, log) + stays * ahead + fades * faded)


def fit(histories: Sequence[Sales], incomes: Mapping[str, Income]) -> Saturation | None:
    """Fit the curve (O.9) on all markets with income; every market weighs the same. None with too few of them.

    Least squares of the logarithm of new cars per 1,000 people. The part of a market's own difference that lasts is the
    variance between markets over all variance: errors of neighbouring years are alike, so a market's years count as one.
    """
    teaching = [h for h in histories if h.place in incomes and h.years.size >= FEWEST_YEARS]
    rows = [_per_head(h, incomes[h.place], incomes[h.place].known_to) for h in teaching]
    known = [(log, income) for log, income in rows if log.size]
    if len(known) < FEWEST_MARKETS:
        return None
    log, income = (np.concatenate(parts) for parts in zip(*known, strict=True))
    weight = np.concatenate([np.full(sold.size, sold.size**-0.5) for sold, _ in known])
    found = least_squares(lambda logs: weight * (_gompertz(logs, income) - log), START, bounds=(LEAST, MOST)).x
    off = [sold - _gompertz(found, earned) for sold, earned in known]
    between = float(np.var([o.mean() for o in off]))
    within = float(np.mean([o.var() for o in off]))
    level, depth, curvature = np.exp(found).tolist()
    return Saturation(level, depth, curvature, between / max(between + within, 1e-12))


def _per_head(history: Sales, income: Income, to: int) -> tuple[Floats, Floats]:
    """Logarithm of new cars per 1,000 people, and income, in the years up to one for which both are told."""
    people, per_head = income.at(history.years)
    known = np.isfinite(people) & np.isfinite(per_head) & (history.years <= to)
    return np.log(1000.0 * history.cars[known] / people[known]), per_head[known]


def anchor(history: Sales, income: Income, curve: Saturation, last_year: int) -> Anchor | None:
    """Long-run anchor (O.9) for the years after a history's last.

    A market's own difference from the curve is that of the years whose mean (O.2) returns to. None where income is told in
    none of them, or not from the history's last year on.
    """
    logs = np.log([curve.level, curve.depth, curve.curvature])
    now = int(history.years[-1])
    sold, earned = _per_head(history.recent(), income, now)
    people, ahead = income.at(np.arange(now, max(last_year, now) + 1))
    if not sold.size or not np.isfinite(ahead).all():
        return None
    own = float((sold - _gompertz(logs, earned)).mean())
    log = np.log(people / 1000.0) + _gompertz(logs, ahead) + curve.lasting * own
    return Anchor(log[1:], 1.0 - float(curve.per_thousand(ahead[0])) / curve.level)
