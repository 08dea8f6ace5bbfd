r"""Parameters of demand: value, range, where they come from, and draws from the range.

A parameter that is uncertain is drawn over its range [l, h] by the quantile of one uniform number z, either triangular with
the value m as its mode, or even on each side of the value, which then is the median,

.. math::
    x(z) = \begin{cases}
        l + (h - l)\sqrt{z c} & z < c = \frac{m - l}{h - l} \\
        h - (h - l)\sqrt{(1 - z)(1 - c)} & \text{else}
    \end{cases}
    \qquad
    x(z) = \begin{cases} l + 2z\,(m - l) & z < \tfrac12 \\ m + (2z - 1)(h - m) & \text{else} \end{cases}      \qquad (U.1)

by inversion (Devroye 1986, Non-Uniform Random Variate Generation, section II.2): no draw lies outside the range, and none
is moved back into it. The numbers z come from a counter-based generator (Philox; Salmon et al. 2011, Supercomputing) keyed
by the seed and the parameter's name: a parameter's draws do not depend on which others are drawn, nor the first of them on
how many are drawn.

An estimate e with standard error s takes the place of a packaged value; its range is

.. math::
    [e - 1.96\,s,\; e + 1.96\,s]                                                                             \qquad (U.2)

the interval that holds the true value in 95 of 100 samples where the estimate is normal (Greene 2018, Econometric Analysis,
chapter 4). Estimate and packaged range are not averaged: who has measured his own market knows it better.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np

from roadstead.terms.packaged import packaged_table, remembered
from roadstead.terms.tables import Column, Kind, Schema, read_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roadstead.terms.arrays import Floats
    from roadstead.terms.evidence import Evidence

Distribution = Literal["triangular", "uniform"]

PARAMETERS = Schema(
    "parameters",
    "Parameters of demand with their range.",
    (
        Column("parameter", Kind.TEXT, "name"),
        Column("value", Kind.NUMBER, "value used unless a case states its own"),
        Column("low", Kind.NUMBER, "lower end of the range found"),
        Column("high", Kind.NUMBER, "upper end of the range found"),
        Column("unit", Kind.TEXT, "unit"),
        Column("least", Kind.NUMBER, "least value that is possible at all; empty for no bound", required=False),
        Column("most", Kind.NUMBER, "largest value that is possible at all; empty for no bound", required=False),
        Column(
            "distribution",
            Kind.TEXT,
            "how draws lie in the range: triangular with the value as mode, or uniform on each side of it as median",
            choices=("triangular", "uniform"),
        ),
        Column("uncertain", Kind.FLAG, "yes where it may be drawn from its range"),
    ),
    key=("parameter",),
)
WIDTH_OF_RANGE = 1.96
"""Standard errors on each side of an estimate (U.2)."""


class Ranged(Protocol):
    """What can be drawn: a packaged parameter, or a term of demand as it holds in a case."""

    @property
    def value(self) -> float:
        """Mode or median."""

    @property
    def low(self) -> float:
        """Lower end of the range."""

    @property
    def high(self) -> float:
        """Upper end of the range."""

    @property
    def distribution(self) -> str:
        """``triangular`` or ``uniform``."""

    @property
    def uncertain(self) -> bool:
        """True where it may be drawn."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter with its range.

    Attributes
    ----------
    low, high
        Ends of the range that was found; for an elasticity, ``low`` is the one farthest from zero.
    least, most
        Bounds of what is possible at all.
    distribution
        How draws lie in the range (U.1): ``value`` is the mode of ``triangular``, the median of ``uniform``.
    uncertain
        True where it may be drawn.
    """

    name: str
    value: float
    low: float
    high: float
    evidence: Evidence
    unit: str
    least: float
    most: float
    distribution: Distribution
    uncertain: bool

    def is_possible(self, value: float) -> bool:
        """True for a number that the parameter can be at all."""
        return bool(np.isfinite(value) and self.least <= value <= self.most)

    def end(self, which: Literal["low", "high"]) -> float:
        """One end of the range."""
        return self.low if which == "low" else self.high

    def as_estimated(self, estimate: float, standard_error: float, evidence: Evidence) -> Parameter:
        """The parameter as someone estimated it, with the range of (U.2)."""
        half = WIDTH_OF_RANGE * standard_error
        return replace(self, value=estimate, low=estimate - half, high=estimate + half, evidence=evidence)

    def as_stated(self, value: float, evidence: Evidence) -> Parameter:
        """The parameter at a value stated without a range: the packaged range, widened where it does not hold the value."""
        return replace(self, value=value, low=min(self.low, value), high=max(self.high, value), evidence=evidence)


@remembered
def parameters() -> Mapping[str, Parameter]:
    """The packaged parameters by name."""
    return {
        row["parameter"]: Parameter(
            name=row["parameter"],
            value=row["value"],
            low=row["low"],
            high=row["high"],
            evidence=row.evidence,
            unit=row["unit"],
            least=-np.inf if row["least"] is None else row["least"],
            most=np.inf if row["most"] is None else row["most"],
            distribution=row["distribution"],
            uncertain=row["uncertain"],
        )
        for row in read_table(packaged_table("demand", PARAMETERS.name), PARAMETERS)
    }


def draw(parameters: Mapping[str, Ranged], count: int, seed: int) -> dict[str, Floats]:
    """Draws of every parameter (U.1), by the name it has in ``parameters``; one that is not uncertain stays at its value.

    Returns arrays of shape (count,), in each parameter's own unit.
    """
    found = {}
    for name, parameter in parameters.items():
        if parameter.uncertain and parameter.low < parameter.high:
            found[name] = quantile(parameter, _uniform(name, count, seed))
        else:
            found[name] = np.full(count, parameter.value)
    return found


def quantile(parameter: Ranged, part: Floats) -> Floats:
    """Where parts of the probability, each in [0, 1), lie in a parameter's range (U.1)."""
    low, mode, high = parameter.low, parameter.value, parameter.high
    if parameter.distribution == "uniform":
        below = _between(low, mode, 2.0 * part)
        above = _between(mode, high, 2.0 * part - 1.0)
        return np.where(part < 0.5, below, above)
    at = (mode - low) / (high - low)
    return np.where(
        part < at,
        _between(low, high, np.sqrt(part * at)),
        _between(low, high, 1.0 - np.sqrt((1.0 - part) * (1.0 - at))),
    )


def _between(low: float, high: float, way: Floats) -> Floats:
    """Points on the way from low to high, each measured from the end it is nearer to, so that rounding passes neither."""
    width = high - low
    return np.where(way < 0.5, low + way * width, high - (1.0 - way) * width)


def _uniform(name: str, count: int, seed: int) -> Floats:
    """Numbers in [0, 1) that belong to a name and a seed."""
    of_name = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")
    key = np.asarray([seed % 2**64, of_name], dtype=np.uint64)
    return np.random.Generator(np.random.Philox(key=key)).random(count)
