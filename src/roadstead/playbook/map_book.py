"""The map of landed duty and flows, as plain values of the book."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roadstead.playbook.book import Name


@dataclass(frozen=True, slots=True)
class MapMarket:
    """A planned market on the map: what a car from home meets there, and how many are sold in ``year``."""

    place: Name
    iso3: str
    m49: str
    longitude: float
    latitude: float
    duty: float
    cars: float
    mode: str


@dataclass(frozen=True, slots=True)
class MapFlow:
    """Cars from one country to another in the map's year; longitudes and latitudes of both ends. [cars/year]"""

    origin: Name
    destination: Name
    start: tuple[float, float]
    end: tuple[float, float]
    cars: float
    mode: str


@dataclass(frozen=True, slots=True)
class Map:
    """Map of landed duty and flows in one year of the most likely future."""

    year: int
    model: Name
    markets: tuple[MapMarket, ...]
    flows: tuple[MapFlow, ...]
