r"""How often such things happened before: a count, the time it is counted in, and how little it may tell.

.. math::
    \hat q = 1 - e^{-k/E}                                                                \qquad (B.1)
    q_\alpha = 1 - \exp\bigl(-\gamma_\alpha(k + \tfrac12) / E\bigr)                       \qquad (B.2)
    q_\alpha = \beta_\alpha(k + \tfrac12,\ n - k + \tfrac12)                              \qquad (B.3)

with k events in E years at risk, or on n occasions, gamma and beta the quantiles of these distributions: Jeffreys' prior
for a rate and for a share (Jeffreys 1946; Brown, Cai and DasGupta 2001), of which the 10 and the 90 % quantile are told.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from roadstead.futures.catalogue.past import COUNTED
from roadstead.terms.errors import Fault, RoadsteadError

if TYPE_CHECKING:
    from roadstead.futures.catalogue.counting import BaseClass, Counted, Ground, Tally

LOW, HIGH = 0.10, 0.90
"""Quantiles between which the interval lies: 80 %."""
OCCASION = "occasions"
HALF = 0.5
"""Events that Jeffreys' prior adds to those counted."""


@dataclass(frozen=True, slots=True)
class BaseRate:
    """How often events of a class happened.

    Attributes
    ----------
    exposure
        Years at risk, or occasions, in units of ``per``.
    chance
        Chance in a year, or on an occasion, as counted. [fraction]
    low, high
        Interval of 80 % around it. [fraction]
    at_risk
        Exposure by place.
    counted
        The events, each with the rows it is read from.
    """

    base: str
    title: str
    title_zh: str
    count: int
    exposure: float
    per: str
    chance: float
    low: float
    high: float
    at_risk: dict[str, float]
    counted: tuple[Counted, ...]
    note: str


def base_rate(ground: Ground, base: BaseClass) -> BaseRate:
    """Count a class of events.

    Raises
    ------
    RoadsteadError
        RS-F543 where nothing was at risk, so that nothing can be said.
    """
    tally = COUNTED[base.counts](ground, base)
    if tally.exposure <= 0.0:
        message = f"`{base.base}` counts nothing: no place or time at risk is in the tables"
        raise RoadsteadError(Fault(f"base class {base.base}", "RS-F543", message, "other places, or an earlier year"))
    chance, low, high = interval(tally)
    return BaseRate(
        base=base.base,
        title=base.title,
        title_zh=base.title_zh,
        count=len(tally.counted),
        exposure=tally.exposure,
        per=tally.per,
        chance=chance,
        low=low,
        high=high,
        at_risk=tally.at_risk,
        counted=tuple(sorted(tally.counted, key=lambda one: (one.day, one.place))),
        note=base.note,
    )


def interval(tally: Tally) -> tuple[float, float, float]:
    """Chance in a year or on an occasion, with the interval of 80 % around it. [fraction]"""
    count, exposure = len(tally.counted), tally.exposure
    if tally.per == OCCASION:
        return count / exposure, *share_interval(count, exposure)
    return one_or_more(count / exposure), *rate_interval(count, exposure)


def one_or_more(expected: float) -> float:
    """Chance of one event or more where so many are expected. [fraction]"""
    return -math.expm1(-expected)  # (B.1)


def rate_interval(count: int, exposure: float) -> tuple[float, float]:
    """Interval of the chance in a year, of events in years at risk. [fraction]"""
    rates = special.gammaincinv(count + HALF, np.asarray([LOW, HIGH])) / exposure
    low, high = -np.expm1(-rates)  # (B.2)
    return float(low), float(high)


def share_interval(count: int, occasions: float) -> tuple[float, float]:
    """Interval of the chance on an occasion. [fraction]"""
    low, high = special.betaincinv(count + HALF, occasions - count + HALF, np.asarray([LOW, HIGH]))  # (B.3)
    return float(low), float(high)
