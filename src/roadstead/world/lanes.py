r"""Sea lanes: how far, how long, and what a car pays to ride.

.. math::
    f = \frac{(c_t + b)\, \bigl(\tfrac{d}{24 v} + h\bigr)\, \kappa}{N \phi} \cdot \frac{m}{m_0} + g     \qquad (W.1)

with charter rate :math:`c_t` of the year [US$/day], fuel b [US$/day], distance d [nautical miles], speed v [knots], port
days h, :math:`\kappa` the share of a round trip the laden leg pays for, capacity N [cars of volume m0] filled to
:math:`\phi`, volume of the car m [m3], and terminal handling g [US$/car]. Charter rates are a dated series; the other
terms are the case's, each with its source or reasoning.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.terms.errors import Fault, RoadsteadError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from roadstead.terms.arrays import Floats


@dataclass(frozen=True, slots=True)
class ShippingTerms:
    """What the freight equation (W.1) needs beside the distance.

    Attributes
    ----------
    charter
        Charter rate of a car carrier by year; the last one holds on. [US$/day]
    fuel
        Fuel at sea. [US$/day]
    speed
        Service speed. [knots]
    port_days
        Days in port per voyage.
    round_trip
        Days of charter and fuel paid per day laden.
    capacity
        Cars of the reference volume a ship carries.
    fill
        Share of the capacity that is filled.
    reference_volume
        Volume of the car the capacity counts. [m3]
    handling
        Both terminals. [US$/car]
    """

    charter: Mapping[int, float]
    fuel: float
    speed: float
    port_days: float
    round_trip: float
    capacity: float
    fill: float
    reference_volume: float
    handling: float


@dataclass(frozen=True, slots=True)
class SeaLanes:
    """Shortest distance between two places by sea. [nautical miles]"""

    distances: Mapping[tuple[str, str, str], float]

    def distance(self, origin: str, destination: str, route: str) -> float | None:
        """Distance in either direction, or None where the table has no such lane."""
        found = self.distances.get((origin, destination, route))
        return found if found is not None else self.distances.get((destination, origin, route))


def charter_rate(terms: ShippingTerms, year: int) -> float:
    """Charter rate of a year: linear between dated rates, level outside them. [US$/day]"""
    years = sorted(terms.charter)
    return float(np.interp(year, years, [terms.charter[y] for y in years]))


def days_at_sea(terms: ShippingTerms, distance: float) -> float:
    """Days under way and in port."""
    return distance / (24.0 * terms.speed) + terms.port_days


def freight_per_car(terms: ShippingTerms, distance: float, volume: float, years: Floats) -> Floats:
    """Freight of one car (W.1) in each year. Shape of ``years``. [US$/car]"""
    if distance < 0 or volume <= 0:
        fault = Fault("freight", "RS-W302", f"distance {distance:g} and volume {volume:g}", "positive numbers")
        raise RoadsteadError(fault)
    charter = np.asarray([charter_rate(terms, int(year)) for year in years])
    voyage = (charter + terms.fuel) * days_at_sea(terms, distance) * terms.round_trip
    per_car = voyage / (terms.capacity * terms.fill) * (volume / terms.reference_volume)
    return np.asarray(per_car + terms.handling)  # (W.1)
