r"""How a newcomer's share grows: a path by years on the market, with a range, from the entries that went before.

.. math::
    \operatorname{logit} s_{it} = a_i + g(t) + e_{it}                                          \qquad (N.1)

with :math:`s_{it}` the share that analogue i had of its market in its t-th year there, :math:`a_i` its own level and g the
course common to all, one of

.. math::
    g(t) = \ln\min(t/\tau, 1), \qquad g(t) = \ln(1 - e^{-t/\tau}), \qquad g(t) = -\ln(1 + e^{-(t - m)/w})  \qquad (N.2)

a straight line, a saturating exponential, or the logistic of imitation (Mansfield 1961, Econometrica 29(4)). The course is
fitted within analogues (Wooldridge 2010, section 10.5), each weighing one, whatever the number :math:`n_i` of its years:

.. math::
    \min_g \sum_i \frac{1}{n_i} \sum_t \bigl(y_{it} - g(t) - \tfrac{1}{n_i}\textstyle\sum_u (y_{iu} - g(u))\bigr)^2,
    \qquad y = \operatorname{logit} s                                                          \qquad (N.3)

Which of the three it is, the markets themselves decide (cross-validation: Stone 1974, JRSS B 36(2)). Each market's
analogues are set aside in turn, the course is fitted on the others, and asked for the earlier shares of an analogue from
its last one:

.. math::
    E = \Bigl(\frac{1}{|I|} \sum_{i \in I} \frac{1}{n_i - 1} \sum_{t < t_i}
        (\ln \hat s_{it} - \ln s_{it})^2\Bigr)^{1/2}                                           \qquad (N.4)

A path leads to a share :math:`S_T` in year T, the author's, and stays there:

.. math::
    \operatorname{logit} S(t, u) = \operatorname{logit} S_T + g(\min(t, T)) - g(T) + \sigma\, \Phi^{-1}(u)  \qquad (N.5)

u is the strength of the entry, the quantile of the path. Its spread is that of the analogues about their mean course,

.. math::
    \sigma^2 = \frac{1}{|I|} \sum_i \frac{1}{n_i} \sum_t (y_{it} - g(t) - \bar a)^2            \qquad (N.6)

the years' and the markets' together: an entry does not know beforehand which market it will be. Those who failed and left
no count are not among the analogues; the range leans to the good side.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit, logit, ndtri

from roadstead.terms.arrays import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from roadstead.demand.analogues import Analogue
    from roadstead.terms.arrays import Floats
    from roadstead.terms.evidence import Evidence

ENOUGH = 5
"""Analogues with at least two years, below which their course is not taken for one."""
LOW, MIDDLE, HIGH = 0.1, 0.5, 0.9
"""Strengths that a stated path gives shares for."""
EDGE = 1e-3
"""Strengths nearer to nothing or to certainty than this are taken as this."""


def _line(t: Floats, years: Floats) -> Floats:
    return np.asarray(np.log(np.minimum(t / years, 1.0)))


def _saturating(t: Floats, years: Floats) -> Floats:
    return np.asarray(np.log(-np.expm1(-t / years)))


def _logistic(t: Floats, middle: Floats, width: Floats) -> Floats:
    return np.asarray(-np.logaddexp(0.0, -(t - middle) / width))


COURSES: Mapping[str, tuple[Callable[..., Floats], tuple[tuple[float, float], ...]]] = {
    "line": (_line, ((1.0, 20.0),)),
    "saturating": (_saturating, ((0.2, 40.0),)),
    "logistic": (_logistic, ((0.0, 12.0), (0.15, 5.0))),
}
"""The courses of (N.2) with the bounds their years are looked for in. [years]"""


@dataclass(frozen=True, slots=True)
class Course:
    """What the analogues have in common.

    Attributes
    ----------
    family, years
        Which of (N.2), and its years: tau, or m and w.
    level
        Mean of the analogues' levels, logit. [1]
    spread
        Standard deviation about the mean course (N.6), logit. [1]
    errors
        Leave-one-market-out error (N.4) of every family, in logarithms of the share. [1]
    analogues
        Names of those it was fitted on, and what they rest on.
    """

    family: str
    years: tuple[float, ...]
    level: float
    spread: float
    errors: Mapping[str, float]
    analogues: tuple[str, ...]
    evidence: tuple[Evidence, ...]

    def at(self, years: float) -> float:
        """g(t) of (N.2)."""
        return float(COURSES[self.family][0](np.asarray(years), *self.years))


@dataclass(frozen=True, slots=True)
class EntryPath:
    """Share of a market by years on it.

    Attributes
    ----------
    basis
        ``analogues``, ``stated`` or ``assumption``.
    years
        Years on the market, the year of the first sale being the first. Shape (J,), rising.
    middle
        Logit of the middle share in them. Shape (J,). [1]
    below, above
        How far the logit falls or rises for a unit of the normal variable. Shapes (J,). [1]
    analogues, evidence
        Names of the entries behind it; what it rests on.
    """

    basis: str
    years: Floats
    middle: Floats
    below: Floats
    above: Floats
    analogues: tuple[str, ...]
    evidence: tuple[Evidence, ...]

    def __post_init__(self) -> None:
        for array in (self.years, self.middle, self.below, self.above):
            frozen(array)

    def share(self, years: float, strength: float = MIDDLE) -> float:
        """Share in a year on the market (N.5); none before the first sale, in a straight line to the first year known.

        ``strength`` is the quantile: .1 a weak entry, .5 the middle, .9 a strong one.
        """
        if years <= 0.0:
            return 0.0
        normal = float(ndtri(min(max(strength, EDGE), 1.0 - EDGE)))
        turned = self.middle + normal * (self.above if normal > 0 else self.below)
        known = float(expit(np.interp(years, self.years, turned)))
        return known * min(years / float(self.years[0]), 1.0)


def fit_course(analogues: Sequence[Analogue]) -> Course | None:
    """The course of the analogues; None where fewer than ``ENOUGH`` of them have two years (N.3, N.4, N.6)."""
    if sum(one.years.size > 1 for one in analogues) < ENOUGH:
        return None
    errors = {family: leave_one_market_out(analogues, family) for family in COURSES}
    family = min(errors, key=lambda name: errors[name])
    years = _fitted(analogues, family)
    course = COURSES[family][0]
    rest = [logit(one.share) - course(one.years, *years) for one in analogues]
    level = float(np.mean([r.mean() for r in rest]))
    spread = float(np.sqrt(np.mean([np.mean((r - level) ** 2) for r in rest])))
    evidence = tuple(dict.fromkeys(proof for one in analogues for proof in one.evidence))
    return Course(family, years, level, spread, errors, tuple(one.name for one in analogues), evidence)


def leave_one_market_out(analogues: Sequence[Analogue], family: str) -> float:
    """Error of a family on markets it has not seen (N.4). In logarithms of the share."""
    course = COURSES[family][0]
    squares = []
    for place in dict.fromkeys(one.place for one in analogues):
        years = _fitted([one for one in analogues if one.place != place], family)
        for one in analogues:
            if one.place != place or one.years.size < 2:
                continue
            g = course(one.years, *years)
            told = expit(logit(one.share[-1]) + g[:-1] - g[-1])
            squares.append(float(np.mean((np.log(told) - np.log(one.share[:-1])) ** 2)))
    return float(np.sqrt(np.mean(squares)))


def _fitted(analogues: Sequence[Analogue], family: str) -> tuple[float, ...]:
    """Years of a course by (N.3): the best of a grid, then of finer and finer ones about it."""
    course, bounds = COURSES[family]
    several = [one for one in analogues if one.years.size > 1]
    t, y = np.concatenate([one.years for one in several]), np.concatenate([logit(one.share) for one in several])
    whose = np.repeat(np.arange(len(several)), [one.years.size for one in several])
    member = (whose == np.arange(len(several))[:, None]).astype(float)
    mean = member / member.sum(1, keepdims=True)  # (I, rows)
    low, high = np.asarray(bounds).T
    best = (low + high) / 2.0
    reach = (high - low) / 2.0
    for _ in range(6):
        axes = [
            np.linspace(max(b - r, a), min(b + r, c), 25) for a, c, b, r in zip(low, high, best, reach, strict=True)
        ]
        grid = np.stack([axis.ravel() for axis in np.meshgrid(*axes, indexing="ij")])
        off = y - course(t, *grid[:, :, None])  # (points, rows)
        left = off - (off @ mean.T) @ member
        loss = (left**2) @ mean.sum(0)
        best = grid[:, int(np.argmin(loss))]
        reach = reach / 6.0
    return tuple(float(value) for value in best)


def analogue_path(course: Course, mature_share: float, years_to_mature: float) -> EntryPath:
    """The path that analogues took, to a share given (N.5)."""
    years = _years_to(years_to_mature)
    rise = np.asarray([course.at(year) for year in years]) - course.at(float(years[-1]))
    spread = np.full(years.shape, course.spread)
    middle = logit(mature_share) + rise
    return EntryPath("analogues", years, middle, spread, spread, course.analogues, course.evidence)


def assumed_path(mature_share: float, years_to_mature: float, spread: float, evidence: Evidence) -> EntryPath:
    """A straight line to a share given, with a spread that is an assumption: where analogues are too few."""
    years = _years_to(years_to_mature)
    middle = logit(mature_share * years / years[-1])
    both = np.full(years.shape, spread)
    return EntryPath("assumption", years, middle, both, both, (), (evidence,))


def _years_to(mature: float) -> Floats:
    """Whole years on the market, the last where the path is done, after one year at the earliest."""
    years = np.arange(1.0, max(int(np.ceil(mature)), 1) + 1.0)
    years[-1] = max(mature, 1.0)
    return years


def stated_path(years: Floats, shares: Floats, evidence: tuple[Evidence, ...]) -> EntryPath:
    """A path the author states: low, middle and high share by year. Shapes (J,), (J, 3)."""
    low, middle, high = logit(shares).T
    reach = float(ndtri(HIGH))
    return EntryPath("stated", years, middle, (middle - low) / reach, (high - middle) / reach, (), evidence)
