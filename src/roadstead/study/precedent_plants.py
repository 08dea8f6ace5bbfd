"""Plants of the past as a yardstick: how late they came, how many were given up, and what a maker's own then come to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import log1p
from statistics import median
from typing import TYPE_CHECKING

from roadstead.futures.catalogue import catalogue
from roadstead.futures.catalogue.base_rates import base_rate
from roadstead.futures.catalogue.counting import Ground
from roadstead.outlook.localisation import chance_begun
from roadstead.terms.ids import HOME
from roadstead.trade import rulebook
from roadstead.trade.law import AS_OF
from roadstead.world.overseas import Basis, overseas_shares
from roadstead.world.plants import ABROAD, CHINESE, DAYS_A_MONTH, DAYS_A_YEAR, STRANDED, VOLVO, Plant, Standing, plants

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from roadstead.futures.catalogue.base_rates import BaseRate
    from roadstead.terms.tables import Row
    from roadstead.world.overseas import OverseasShare
    from roadstead.world.reference import World

SOLD_ABROAD, SHIPPED = "SALES_OUTSIDE_CHINA", "SHIPPED_FROM_CHINA"
"""Metrics of a maker: all it sells abroad, or what leaves China alone."""
REFUSED = "plant_refused"
"""Class of base_classes.csv that counts plants given up."""
COUNTED = ("2024H1", "Chinese groups without Volvo")
"""What Chinese groups made abroad, held against the plants that ran at the end of that half year; twice it is a year's."""
HALF_YEAR_ENDS = date(2024, 6, 30)


@dataclass(frozen=True, slots=True)
class Rates:
    """What plants of the past came to.

    Attributes
    ----------
    due
        Chinese plants whose start first stated can be held against what came.
    late
        Months each of them came, or is to come, after it; 0 where in time. [months]
    given_up
        Plants given up, and the years plants waited, as the catalogue of events counts them.
    leads
        Years from announcement to first car of the Chinese plants that run. [years]
    closed
        Japanese, Korean and German plants abroad that closed or were sold, of all on record.
    stranded
        Korean plants in China that stopped.
    """

    due: tuple[Plant, ...]
    late: tuple[float, ...]
    given_up: BaseRate
    leads: tuple[float, ...]
    closed: tuple[Plant, ...]
    transplants: int
    stranded: tuple[Plant, ...]

    @property
    def count_late(self) -> int:
        """Plants due that came late."""
        return sum(months > 0.0 for months in self.late)

    @property
    def share_late(self) -> float:
        """Share of the plants due that came late. [fraction]"""
        return self.count_late / len(self.late)

    @property
    def worst(self) -> tuple[float, Plant]:
        """Months the latest of them came late, and which it was."""
        return max(zip(self.late, self.due, strict=True), key=lambda pair: pair[0])

    @property
    def median_late(self) -> float:
        """[months]"""
        return median(self.late)

    @property
    def mean_late(self) -> float:
        """[months]"""
        return sum(self.late) / len(self.late)

    @property
    def rates(self) -> tuple[float, float, float]:
        """Plants given up a year of waiting: low end of the interval of 80 %, as counted, high end. [1/year]"""
        low, counted, high = (-log1p(-q) for q in (self.given_up.low, self.given_up.chance, self.given_up.high))
        return low, counted, high


@dataclass(frozen=True, slots=True)
class Maker:
    """A Chinese maker's plants abroad, beside what it sells there.

    Attributes
    ----------
    plants
        By how far they have come.
    capacity
        Of the plants that run, as far as stated. [cars/year]
    untold
        Plants that run, or are waited for, whose capacity is not stated.
    later
        Capacity running by the end of the year asked, plants given up at the rate of the past and late as others were: at the
        high end of that rate, as counted, at the low end. [cars/year]
    sold
        Row of what it sold outside China, or shipped from there, in the latest year known; None where no document was located.
    own
        Its share made abroad as it states it; None where it does not.
    share
        Lowest and highest share of its sales abroad that it makes there, as of ``year``: stated, or from capacity; None where
        its sales are not known. [fraction]
    """

    maker: str
    plants: Mapping[Standing, tuple[Plant, ...]]
    capacity: float
    untold: int
    later: tuple[float, float, float]
    sold: Row | None
    own: OverseasShare | None
    year: int | None
    share: tuple[float, float] | None


def plant_rates(world: World) -> Rates:
    """Lateness, plants given up, and plants closed, counted from the tables."""
    chinese, transplants = plants(world, CHINESE), plants(world, ABROAD)
    due = tuple(plant for plant in chinese if plant.is_due)
    found = catalogue.load(world.gazetteer, world.sources)
    ground = Ground(rulebook.load(AS_OF), world, found.episodes, HOME, AS_OF)
    return Rates(
        due=due,
        late=tuple(plant.late for plant in due),
        given_up=base_rate(ground, found.classes[REFUSED]),
        leads=tuple(
            (plant.begins - plant.announced).days / DAYS_A_YEAR
            for plant in chinese
            if plant.standing is Standing.RUNS and plant.announced and plant.begins and plant.begins > plant.announced
        ),
        closed=tuple(plant for plant in transplants if plant.standing is Standing.ENDED),
        transplants=len(transplants),
        stranded=plants(world, STRANDED),
    )


def utilisation(world: World) -> float:
    """What Chinese plants abroad made of what they could: twice a half year's cars over the capacity stated then. [fraction]"""
    (share,) = (
        one
        for one in overseas_shares(world.tables["overseas_production"])
        if (one.home, one.period, one.firms, one.basis) == (HOME, *COUNTED, Basis.FOREIGN_SALES)
    )
    ran = [
        plant.capacity
        for plant in plants(world, CHINESE)
        if plant.maker != VOLVO and plant.capacity and plant.begins and plant.begins <= HALF_YEAR_ENDS
        if plant.standing in {Standing.RUNS, Standing.ENDED}
    ]
    return 2.0 * share.overseas / sum(ran)


def known_on(world: World) -> date:
    """The last day that the status of a Chinese plant is of."""
    return max(plant.known for plant in plants(world, CHINESE) if plant.known)


def makers(world: World, rates: Rates, by: int) -> tuple[Maker, ...]:
    """Every Chinese maker with plants on record, the one with most capacity running first; ``by`` is the year asked."""
    used, known = utilisation(world), known_on(world)
    theirs: dict[str, list[Plant]] = {}
    for plant in plants(world, CHINESE):
        theirs.setdefault(plant.maker, []).append(plant)
    found = [_maker(world, maker, own, (rates, used, known, by)) for maker, own in theirs.items()]
    return tuple(sorted(found, key=lambda one: (-one.capacity, -one.later[1], one.maker)))


def _maker(world: World, maker: str, own: Sequence[Plant], given: tuple[Rates, float, date, int]) -> Maker:
    rates, used, known, by = given
    of = {standing: tuple(plant for plant in own if plant.standing is standing) for standing in Standing}
    running = sum(plant.capacity or 0.0 for plant in of[Standing.RUNS])
    later = [running + _later(of[Standing.WAITS], rates, rate, (known, by)) for rate in reversed(rates.rates)]
    sold, told = _sold(world, maker), _stated(world, maker)
    year = told.year if told else sold["year"] if sold else None
    return Maker(
        maker=maker,
        plants=of,
        capacity=running,
        untold=sum(plant.capacity is None for plant in (*of[Standing.RUNS], *of[Standing.WAITS])),
        later=(later[0], later[1], later[2]),
        sold=sold,
        own=told,
        year=year,
        share=(told.share, told.share) if told else _by_capacity(running, used, sold),
    )


def _by_capacity(capacity: float, used: float, sold: Row | None) -> tuple[float, float] | None:
    """Share of foreign sales made abroad: with plants used as those of all makers are, and with full ones."""
    if sold is None:
        return None
    made, beside = (used * capacity, capacity), float(sold["value"])
    if sold["metric"] == SHIPPED:
        return made[0] / (made[0] + beside), made[1] / (made[1] + beside)
    return min(made[0] / beside, 1.0), min(made[1] / beside, 1.0)


def _later(waiting: Sequence[Plant], rates: Rates, rate: float, when: tuple[date, int]) -> float:
    """Capacity of plants waited for that runs by the end of a year, each by its chance. [cars/year]"""
    known, by = _years(when[0]), when[1] + 1.0
    total = 0.0
    for plant in waiting:
        starts = _starts(plant, rates, known)
        if plant.capacity and starts:
            total += plant.capacity * chance_begun(starts, rate, known, by)
    return total


def _starts(plant: Plant, rates: Rates, known: float) -> list[float]:
    """Times at which a plant not begun may begin; none where neither a start nor an announcement is told. [years]

    The start first stated, or the only one, as late as others were; where it was put off already, the later of the two. Without a
    start, as long after its announcement as others took. None before the day known.
    """
    if plant.begins is not None:
        first = plant.planned or plant.begins
        late = [_years(first) + months * DAYS_A_MONTH / DAYS_A_YEAR for months in rates.late]
        return [max(start, _years(plant.begins), known) for start in late]
    if plant.announced is None:
        return []
    return [max(_years(plant.announced) + lead, known) for lead in rates.leads]


def _years(day: date) -> float:
    return day.year + (day.timetuple().tm_yday - 1) / DAYS_A_YEAR


def _sold(world: World, maker: str) -> Row | None:
    """Latest sales outside China, or shipments from there, that a document tells."""
    rows = [
        row
        for row in world.tables["overseas_production"]
        if (row["home"], row["firms"]) == (HOME, maker) and row["metric"] in {SOLD_ABROAD, SHIPPED} and row["value"]
        if row.evidence.is_sourced
    ]
    return max(rows, key=lambda row: row["year"], default=None)


def _stated(world: World, maker: str) -> OverseasShare | None:
    """Latest share of foreign sales made abroad that the maker states."""
    shares = [
        one
        for one in overseas_shares(world.tables["overseas_production"])
        if (one.home, one.firms, one.basis) == (HOME, maker, Basis.FOREIGN_SALES) and one.is_sourced
    ]
    return max(shares, key=lambda one: one.year, default=None)
