"""The answer to who loses and who gains by a duty: figures, each with its band over the parameters' ranges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from roadstead.terms.showing import Shown

if TYPE_CHECKING:
    from datetime import date

    from roadstead.demand.parameters import Parameter


@dataclass(frozen=True, slots=True)
class Band:
    """A figure at the parameters' values, and the least and the most of it over their ranges."""

    centre: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Lane:
    """One exporter in the market that raised its duty.

    Attributes
    ----------
    duty
        Before the change. [fraction]
    before, change
        Cars, and what is added to them. [cars/year]
    price
        What buyers pay for its cars, over before. [1]
    is_home, is_hit, is_known
        Whether it is the market's own makers; whether its duty rose; whether its cars were counted, not estimated.
    """

    exporter: str
    duty: float
    before: float
    change: Band
    price: Band
    is_home: bool
    is_hit: bool
    is_known: bool


@dataclass(frozen=True, slots=True)
class Market:
    """Another market.

    Attributes
    ----------
    from_origin, sold
        Change of cars from the origin hit, and of all cars sold. [cars/year]
    index
        Price index, over before. [1]
    """

    place: str
    from_origin: Band
    sold: Band
    index: Band


@dataclass(frozen=True, slots=True)
class Maker:
    """All that is made in one place.

    Attributes
    ----------
    before, change
        Cars made, and what is added. [cars/year]
    surplus
        Change of producer surplus. [US$/year]
    """

    place: str
    before: float
    change: Band
    surplus: Band


@dataclass(frozen=True, slots=True)
class Diversion(Shown):
    """The answer.

    Attributes
    ----------
    year
        Year of the flows; None for own ones.
    value
        Customs value of a car. [US$]
    duty_before, duty_after
        On the origin's cars, weighted by them. [fraction]
    lost, home, others, unbought
        Cars the origin loses in the market, and where they go: to its own makers, to other exporters, to nobody. [cars/year]
    elsewhere, kept, unmade
        The same cars from the origin's side: sold in other markets, sold at home, no longer made. [cars/year]
    diverted
        Share of the cars lost that other exporters take; None where none are lost. [fraction]
    import_elasticity
        Change of the origin's cars in the market over that of one plus the duty, both in logarithms; None without change.
    index
        Price index of the market, over before. [1]
    revenue_before, revenue
        Duties the market collects. [US$/year]
    consumers, producers, net
        Change of surplus of the market's buyers, of its makers, and of both with the revenue. [US$/year]
    parameters
        Those the band ranges over.
    """

    importer: str
    origin: str
    powertrain: str
    on: date
    points: float
    year: int | None
    value: float
    duty_before: float
    duty_after: float
    lost: Band
    home: Band
    others: Band
    unbought: Band
    elsewhere: Band
    kept: Band
    unmade: Band
    diverted: Band | None
    import_elasticity: Band | None
    index: Band
    revenue_before: float
    revenue: Band
    consumers: Band
    producers: Band
    net: Band
    lanes: tuple[Lane, ...]
    markets: tuple[Market, ...]
    makers: tuple[Maker, ...]
    parameters: tuple[Parameter, ...]
    remarks: tuple[str, ...]
