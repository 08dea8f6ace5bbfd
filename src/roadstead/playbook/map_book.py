"""Maps of landed duty and flows, one a year, as plain values of the book."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roadstead.playbook.book import Name


@dataclass(frozen=True, slots=True)
class MapMarket:
    """A planned market on the map: what a car from home meets there, and how many are sold in the map's year."""

    place: Name
    iso3: str
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
    """Landed duty and flows in one year of the most likely future."""

    year: int
    markets: tuple[MapMarket, ...]
    flows: tuple[MapFlow, ...]


@dataclass(frozen=True, slots=True)
class Atlas:
    """A map of every year of the horizon.

    Attributes
    ----------
    model
        Model whose duties are shown.
    opens_at
        Year shown first: the one that the reasons and the costs are told of.
    maps
        By year, the same markets in the same order in each.
    """

    model: Name
    opens_at: int
    maps: tuple[Map, ...]
