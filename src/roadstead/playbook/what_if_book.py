"""What-ifs as plain values: points of a sweep, assumptions that move a plan, and runs side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from roadstead.terms.showing import Shown

if TYPE_CHECKING:
    from roadstead.playbook.book import Name


@dataclass(frozen=True, slots=True)
class Commitment:
    """Something a plan commits to: open, convert, tool, enter or expand; first year, probability, and whether as the plan begins."""

    kind: str
    what: Name
    year: int
    probability: float
    now: bool


@dataclass(frozen=True, slots=True)
class SweepPlace:
    """What a plan does in one customs territory: cars sold and made there a year, duty it collects on the plan's cars, buyers' price.

    Attributes
    ----------
    asked
        True where the sweep goes over law of this territory.
    price
        With all taxes; none where no car is sold. [money/car]
    """

    place: Name
    place_id: str
    asked: bool
    sold: float
    made: float
    duty: float
    price: float | None


@dataclass(frozen=True, slots=True)
class SweepPoint:
    """A case planned at one point of a sweep.

    Attributes
    ----------
    values
        Value of every axis as written; empty for the case as it stands.
    npv, sales, local_output, duty, price
        None where no plan keeps what is asked, which ``fault`` then says. [money], [cars/year], [cars/year], [money/year], [money/car]
    gap
        Share of NPV that a better plan could be better by. [fraction]
    places
        By customs territory: those the sweep asks about first, then by cars made, then by cars sold.
    compared
        True where the plan is held against that of the case as it stands.
    added, dropped
        Commitments that the latter does not have, or has in another year or with another likelihood; those of it that are missing.
    """

    case: Name
    values: tuple[str, ...]
    npv: float | None
    gap: float
    sales: float | None
    local_output: float | None
    duty: float | None
    price: float | None
    built: tuple[Commitment, ...]
    fault: str
    places: tuple[SweepPlace, ...] = ()
    compared: bool = False
    added: tuple[Commitment, ...] = ()
    dropped: tuple[Commitment, ...] = ()


@dataclass(frozen=True, slots=True)
class Mover:
    """An assumption at its low and its high end: what NPV differs by from the case as it stands, and how many commitments do.

    Attributes
    ----------
    low, high
        Values as written; empty where that end was not planned.
    noise
        Difference of NPV that says nothing: what the plans compared may each be improved by. [money]
    """

    case: Name
    assumption: str
    low: str
    high: str
    npv_low: float | None
    npv_high: float | None
    changed_low: int
    changed_high: int
    noise: float

    @property
    def span(self) -> float:
        """The larger of the two differences of NPV. [money]"""
        return max(abs(self.npv_low or 0.0), abs(self.npv_high or 0.0))


@dataclass(frozen=True, slots=True)
class SweepBook:
    """A sweep, told. ``movers`` are there where it went over assumptions, the largest first."""

    axes: tuple[str, ...]
    fixed: tuple[str, ...]
    points: tuple[SweepPoint, ...]
    movers: tuple[Mover, ...]
    currency: str
    price_year: int


@dataclass(frozen=True, slots=True)
class RunWorth:
    """A run in short: what it is called, what was worked into it, what it is worth. [money]"""

    run: str
    case: Name
    patches: tuple[str, ...]
    npv: float
    standing: float | None
    gap: float

    @property
    def value_added(self) -> float | None:
        """NPV over that of the standing footprint; none where that has none. [money]"""
        return None if self.standing is None else self.npv - self.standing


@dataclass(frozen=True, slots=True)
class Taken:
    """When one run decides something: first year and probability; the year is none where it never does."""

    year: int | None
    probability: float
    amount: float


@dataclass(frozen=True, slots=True)
class DecisionBeside:
    """One decision over all runs, in their order."""

    kind: str
    what: Name
    taken: tuple[Taken, ...]

    @property
    def differs(self) -> bool:
        """True where not every run decides alike."""
        return len({(one.year, round(one.probability, 2), round(one.amount)) for one in self.taken}) > 1


@dataclass(frozen=True, slots=True)
class MarketBeside:
    """Cars sold in a market by mode in every run, expected over futures and on average over the years planned. [cars/year]

    ``at``: where it stands on the map; none where it has no place there.
    """

    market: Name
    place: str
    at: tuple[float, float] | None
    cars: tuple[tuple[float, float, float, float], ...]

    @property
    def totals(self) -> tuple[float, ...]:
        """Cars in every run."""
        return tuple(sum(one) for one in self.cars)

    def more(self, run: int) -> float:
        """Cars that a run sells more than the first."""
        return self.totals[run] - self.totals[0]


@dataclass(frozen=True, slots=True)
class FlowBeside:
    """Cars from one country to another in every run. [cars/year]"""

    origin: Name
    destination: Name
    start: tuple[float, float]
    end: tuple[float, float]
    cars: tuple[float, ...]

    def more(self, run: int) -> float:
        """Cars that go this way in a run more than in the first."""
        return self.cars[run] - self.cars[0]


@dataclass(frozen=True, slots=True)
class SideBySide(Shown):
    """Runs side by side; differences are from the first of them."""

    runs: tuple[RunWorth, ...]
    decisions: tuple[DecisionBeside, ...]
    markets: tuple[MarketBeside, ...]
    flows: tuple[FlowBeside, ...]
    currency: str
    price_year: int
    years: tuple[int, int]

    def npv_more(self, run: int) -> float:
        """NPV of a run over that of the first. [money]"""
        return self.runs[run].npv - self.runs[0].npv
