r"""Size of the new-car market: back to its own mean, later over to what income carries, with fat-tailed error.

.. math::
    \ln y_{t+h} = m + \rho^h (\ln y_t - m) + \sigma_h \varepsilon, \quad \varepsilon \sim t_5,
    \quad \sigma_h^2 = \sigma^2 \frac{1 - \rho^{2h}}{1 - \rho^2}                                    \qquad (O.2)

with m the mean of ln y over the last eight years and :math:`\rho` = 0.8: the form that did best over origins 2017-22 among
the simple ones tried. :math:`\sigma_h` is the spread that a yearly shock :math:`\sigma` adds up to where a deviation fades
at the rate :math:`\rho`; :math:`\sigma` = 0.165 was chosen on forecasts made up to the end of 2020, so that the band of 80 %
covers as much of what came.

Income says nothing more for the first five years. After them the centre c of (O.2) goes over towards the anchor (O.9) of
``outlook/saturation.py`` at the same rate, and without a step: :math:`c_h + r (1 - \rho^{h-5}) (\ln y^*_{t+h} - c_h)`, with r
the room that is left to saturation. Where a market is saturated its own mean stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from roadstead.terms.arrays import Floats, Ints

MEMORY = 8
PERSISTENCE = 0.8
SHOCK = 0.165
"""Spread of ln size one year ahead, the one of seventeen forms and sizes tried that covered nearest to 80 % on forecasts made up to 2020."""
TAIL = 5
COMMON = 0.35
"""Share of error variance common to all markets (2008, 2020)."""
SETTLED = 5
"""Years ahead up to which the centre is that of (O.2) alone."""


@dataclass(frozen=True, slots=True)
class Sales:
    """History of one market: years and new cars sold."""

    place: str
    years: Ints
    cars: Floats

    def recent(self) -> Sales:
        """What is known of the last eight calendar years."""
        kept = self.years > self.years[-1] - MEMORY
        return Sales(self.place, self.years[kept], self.cars[kept])


@dataclass(frozen=True, slots=True, eq=False)
class Anchor:
    """Where a market's size tends to in the long run.

    Attributes
    ----------
    log
        Logarithm of the size, from the year after a history's last. Shape (years ahead,). [ln cars/year]
    room
        Share of saturation not reached in the history's last year: what the anchor weighs in the end. [1]
    """

    log: Floats
    room: float


def centre_of(history: Sales, ahead: int) -> Floats:
    """Centre (O.2) of ln size one to ``ahead`` years after a history's last. Shape (ahead,). [ln cars/year]"""
    log = np.log(history.cars)
    mean = np.log(history.recent().cars).mean()
    h = np.arange(1, ahead + 1)
    return np.asarray(mean + PERSISTENCE**h * (log[-1] - mean))


def spread_of(ahead: int) -> Floats:
    """Spread (O.2) of ln size one to ``ahead`` years on. Shape (ahead,). [1]"""
    h = np.arange(1, ahead + 1)
    return np.asarray(SHOCK * np.sqrt((1 - PERSISTENCE ** (2 * h)) / (1 - PERSISTENCE**2)))


def hand_over(centre: Floats, anchor: Anchor) -> Floats:
    """Centre up to five years ahead, and from there gradually towards the anchor. Shape (ahead,) -> the same."""
    later = np.maximum(np.arange(1, centre.size + 1) - SETTLED, 0)
    return np.asarray(centre + anchor.room * (1 - PERSISTENCE**later) * (anchor.log - centre))


def draw_markets(
    histories: Sequence[Sales],
    last_year: int,
    draws: int,
    rng: np.random.Generator,
    anchors: Mapping[str, Anchor] | None = None,
) -> list[Floats]:
    """Joint draws of market size from the year after each history's last to ``last_year``; shape (draws, years ahead).

    ``anchors`` are those of (O.9) by place, for as many years ahead; a market without one returns to its own mean.
    """
    world = rng.standard_normal(draws)
    chi = np.sqrt(TAIL / rng.chisquare(TAIL, draws))
    found = []
    for history in histories:
        ahead = last_year - int(history.years[-1])
        centre = centre_of(history, ahead)
        if anchors and history.place in anchors:
            centre = hand_over(centre, anchors[history.place])
        own = rng.standard_normal(draws)
        shock = (np.sqrt(COMMON) * world + np.sqrt(1 - COMMON) * own) * chi / np.sqrt(TAIL / (TAIL - 2))
        found.append(np.exp(centre[None, :] + spread_of(ahead)[None, :] * np.clip(shock, -4, 4)[:, None]))
    return found
