"""What a plan implies about demand, as plain values of the book, beside published bands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roadstead.playbook.book import Name, Sentence


@dataclass(frozen=True, slots=True)
class MarketDemand:
    """One market; numbers as in ``futures.sanity.Implied``, weighted by cars over futures and years.

    Attributes
    ----------
    outside
        Checks that lie outside their band.
    key
        The market: what its keys are of.
    """

    market: Name
    cars: float
    own_elasticity: float
    market_elasticity: float
    pass_through: float
    import_elasticity: float
    diverted_share: float
    cost_gap: float
    curve_error: float
    moved: float
    outside: tuple[str, ...]
    key: str = ""


@dataclass(frozen=True, slots=True)
class DemandBand:
    """A band a check is held against, and what it rests on."""

    check: str
    low: float
    high: float
    source: str
    note: str


@dataclass(frozen=True, slots=True)
class ImpliedDemand:
    """Demand at the plan's prices and volumes.

    Attributes
    ----------
    rounds
        Times the case was planned, each time against rivals who had answered the plan before.
    moved
        Share of the plan's cars that change hands as rivals answer it. [fraction]
    curve_error
        Money by price segments over exact money, less one, in the market where it is largest. [fraction]
    said
        The same in sentences: what all markets together imply, then what lies outside a band.
    """

    rounds: int
    moved: float
    curve_error: float
    markets: tuple[MarketDemand, ...]
    bands: tuple[DemandBand, ...]
    said: tuple[Sentence, ...]
