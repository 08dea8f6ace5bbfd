"""Japan, Korea and Germany as precedents: how their makers went over to building abroad, and what that says of China's by 2035.

China is placed by the share of its foreign sales that is made abroad, not by years since a peak of exports: its exports have not
peaked yet, and only Japan's peak came before its makers built abroad. docs/precedents.md tells the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean, median
from typing import TYPE_CHECKING

from roadstead.outlook.localisation import fit
from roadstead.study.precedent_plants import SOLD_ABROAD, known_on, makers, plant_rates, utilisation
from roadstead.terms.errors import Fault, RoadsteadError
from roadstead.terms.ids import HOME
from roadstead.terms.showing import Shown
from roadstead.world.overseas import ABROAD, AT_HOME, EXPORTS, Basis, export_peak, overseas_shares
from roadstead.world.plants import VOLVO, waits_after_limit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from roadstead.outlook.localisation import Fitted
    from roadstead.study.precedent_plants import Maker, Rates
    from roadstead.terms.tables import Row
    from roadstead.world.overseas import OverseasShare
    from roadstead.world.reference import World

HOMES = ("JPN", "KOR", "DEU")
MARKS = (2030, 2035)
"""Years that China is carried on to."""
LEVELS = ("Chinese groups without Volvo", "Chinese groups incl. Geely-Volvo")
"""How Chinese groups are counted; the first is what the text says first."""
VIEWED = 2030
"""Year of the published views of what is sold abroad."""
ALIKE = "CHINA_PRODUCTION"
Span = tuple[float, float, float]
"""Low, middle, high."""


@dataclass(frozen=True, slots=True)
class Home:
    """A home country and its path.

    Attributes
    ----------
    points
        Shares of foreign sales that the curve is fitted to: those of no rough row.
    rough
        Shares of foreign sales that rest on a rough row; shown, not fitted.
    of_production
        Shares of global production.
    peak
        Row of the most vehicles it exported in a year, of those that cite a document.
    at_peak
        Share of foreign sales in that year, as known, else by the curve. [fraction]
    half
        Year in which half of foreign sales are made abroad, by the curve; infinite where it never is.
    series
        Rows of exports, of cars made abroad and of cars made at home, by year.
    """

    home: str
    points: tuple[OverseasShare, ...]
    rough: tuple[OverseasShare, ...]
    of_production: tuple[OverseasShare, ...]
    fitted: Fitted
    peak: Row
    at_peak: float
    half: float
    series: Mapping[int, Mapping[str, tuple[Row, ...]]]

    @property
    def first(self) -> OverseasShare:
        """The earliest share that the curve is fitted to."""
        return min(self.points, key=lambda one: one.year)

    @property
    def last(self) -> OverseasShare:
        """The latest share that the curve is fitted to."""
        return max(self.points, key=lambda one: one.year)


@dataclass(frozen=True, slots=True)
class Ahead:
    """Where a level leads by a year.

    Attributes
    ----------
    by_home
        Share at each home's pace: lowest with a year of its record left out, by all of it, highest. [fraction]
    share
        Lowest of all, the middle home's, highest of all. [fraction]
    """

    year: int
    by_home: Mapping[str, Span]
    share: Span


@dataclass(frozen=True, slots=True)
class Placed:
    """China on the curves, by one way to count its groups.

    Attributes
    ----------
    level
        Its share of foreign sales, with the rows it rests on.
    like
        Year in which each home's curve stood there.
    cars
        Cars made abroad by each mark: lowest share of the lowest sales, the middle share of the middle ones, highest of the
        highest. [cars/year]
    """

    level: OverseasShare
    like: Mapping[str, float]
    ahead: tuple[Ahead, ...]
    cars: tuple[Span, ...]

    def ahead_of(self, year: int, homes: Iterable[Home]) -> Span:
        """Lowest, middle and highest share in any year from its own on. [fraction]"""
        return carried(self.level.share, year - self.level.year, homes)[1]


@dataclass(frozen=True, slots=True)
class MakerPlaced:
    """A maker on the curves.

    Attributes
    ----------
    like
        First and last year in which Japan's curve stood at its share; None where its share is not known, infinite where Japan
        never came there.
    ahead
        Lowest and highest share of foreign sales by each mark at the homes' paces; None where its share is not known. [fraction]
    """

    maker: Maker
    like: tuple[float, float] | None
    ahead: tuple[tuple[float, float], ...] | None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A home carried on from its first year by the curves of the others alone.

    Attributes
    ----------
    told
        Later years: share known, and what the others' curves say. [fraction]
    """

    home: str
    year: int
    level: float
    told: tuple[tuple[int, float, Span], ...]

    @property
    def inside(self) -> int:
        """Years known that lie within what was said."""
        return sum(span[0] <= known <= span[2] for _, known, span in self.told)

    @property
    def error(self) -> float:
        """Mean distance of the middle from the share known. [fraction]"""
        return fmean(abs(known - span[1]) for _, known, span in self.told)


@dataclass(frozen=True, slots=True)
class Precedents(Shown):
    """All that the precedents say.

    Attributes
    ----------
    china
        Without Volvo, then with it.
    sales
        What is sold abroad in 2030 by published views: lowest, middle, highest row.
    waits
        Years from the first limit in America to the first car of each Japanese maker's plant there.
    utilisation
        What Chinese plants abroad made of what they could. [fraction]
    known_on
        Last day that the status of a Chinese plant is of.
    world
        Facts that they were found in.
    """

    homes: tuple[Home, ...]
    china: tuple[Placed, ...]
    sales: tuple[Row, Row, Row]
    checks: tuple[LeftOut, ...]
    rates: Rates
    makers: tuple[MakerPlaced, ...]
    waits: Mapping[str, int]
    utilisation: float
    known_on: date
    world: World

    @property
    def missed(self) -> float:
        """Mean distance of the middle from the share known, over every year of every home left out. [fraction]"""
        return fmean(abs(known - span[1]) for check in self.checks for _, known, span in check.told)

    @property
    def capacity(self) -> tuple[float, float]:
        """Of all makers but Volvo, as it runs, and by the year of the published views. [cars/year]"""
        own = [one.maker for one in self.makers if one.maker.maker != VOLVO]
        return sum(one.capacity for one in own), sum(one.later[1] for one in own)

    @property
    def made(self) -> float:
        """Cars of the later capacity, used as plants of all makers were. [cars/year]"""
        return self.utilisation * self.capacity[1]

    @property
    def median_wait(self) -> float:
        """[years]"""
        return median(self.waits.values())


def precedents(world: World) -> Precedents:
    """Fit the homes' paths, place China and its makers on them, and say what follows."""
    shares = overseas_shares(world.tables["overseas_production"])
    homes = tuple(_home(world, home, shares) for home in HOMES)
    sales = _sales_viewed(world)
    rates = plant_rates(world)
    japan = homes[0]
    return Precedents(
        homes=homes,
        china=tuple(_placed(firms, shares, homes, sales) for firms in LEVELS),
        sales=sales,
        checks=tuple(_left_out(home, [other for other in homes if other is not home]) for home in homes),
        rates=rates,
        makers=tuple(_maker(one, homes, japan) for one in makers(world, rates, VIEWED)),
        waits=waits_after_limit(world.tables["precedents"], "JPN", "USA"),
        utilisation=utilisation(world),
        known_on=known_on(world),
        world=world,
    )


def of_names(found: Precedents, world: World, names: Sequence[str]) -> tuple[tuple[Home, ...], tuple[MakerPlaced, ...]]:
    """The homes and makers named, by code or name.

    Raises
    ------
    RoadsteadError
        RS-W306 where a name is that of no home and of no maker.
    """
    places = {home.home: world.gazetteer.places[home.home] for home in found.homes}
    homes = {
        word.casefold(): home
        for home in found.homes
        for word in (home.home, places[home.home].name, places[home.home].name_zh)
    }
    ours = {one.maker.maker.casefold(): one for one in found.makers}
    asked = [name.strip().casefold() for name in names]
    strange = [name for name, key in zip(names, asked, strict=True) if key not in homes and key not in ours]
    if strange:
        expected = f"one of {', '.join((*HOMES, *(one.maker.maker for one in found.makers)))}"
        message = "there is no home and no maker `{}`"
        raise RoadsteadError([Fault("precedents", "RS-W306", message.format(name), expected) for name in strange])
    return (
        tuple({homes[key].home: homes[key] for key in asked if key in homes}.values()),
        tuple(ours[key] for key in dict.fromkeys(asked) if key in ours),
    )


def _home(world: World, home: str, shares: Iterable[OverseasShare]) -> Home:
    own = [one for one in shares if one.home == home]
    abroad = [one for one in own if one.basis is Basis.FOREIGN_SALES]
    points = tuple(one for one in abroad if not one.is_rough)
    fitted = fit([one.year for one in points], [one.share for one in points])
    if fitted is None:
        raise RoadsteadError(
            Fault("overseas_production", "RS-W307", f"{home}: too few years are known for a curve", "four or more")
        )
    peak = export_peak((row for row in world.tables["overseas_production"] if row.evidence.is_sourced), home)
    return Home(
        home=home,
        points=points,
        rough=tuple(one for one in abroad if one.is_rough),
        of_production=tuple(one for one in own if one.basis is Basis.GLOBAL_PRODUCTION),
        fitted=fitted,
        peak=peak,
        at_peak=next((one.share for one in points if one.year == peak["year"]), fitted.curve.at(peak["year"])),
        half=fitted.curve.year_of(0.5),
        series=_series(world, home),
    )


def _series(world: World, home: str) -> Mapping[int, Mapping[str, tuple[Row, ...]]]:
    found: dict[int, dict[str, tuple[Row, ...]]] = {}
    rows = (row for row in world.tables["overseas_production"] if row["home"] == home and row["unit"] == "vehicles")
    for row in sorted(rows, key=lambda row: row["year"]):
        if row["metric"] in {EXPORTS, ABROAD, AT_HOME, ALIKE}:
            year = found.setdefault(int(row["year"]), {})
            year[row["metric"]] = (*year.get(row["metric"], ()), row)
    return found


def carried(share: float, years: float, homes: Iterable[Home]) -> tuple[Mapping[str, Span], Span]:
    """A share some years on at each home's pace, and the lowest, the middle home's and the highest of all. [fraction]"""
    by_home = {home.home: home.fitted.ahead(share, years) for home in homes}
    spans = by_home.values()
    return by_home, (min(s[0] for s in spans), median(s[1] for s in spans), max(s[2] for s in spans))


def _placed(firms: str, shares: Iterable[OverseasShare], homes: Sequence[Home], sales: Sequence[Row]) -> Placed:
    own = [one for one in shares if (one.home, one.firms, one.basis) == (HOME, firms, Basis.FOREIGN_SALES)]
    level = max(own, key=lambda one: one.period)
    ahead = tuple(Ahead(mark, *carried(level.share, mark - level.year, homes)) for mark in MARKS)
    sold = tuple(row["value"] for row in sales)
    return Placed(
        level=level,
        like={home.home: home.fitted.curve.year_of(level.share) for home in homes},
        ahead=ahead,
        cars=tuple(_of_each(one.share, sold) for one in ahead),
    )


def _of_each(shares: Span, sold: Sequence[float]) -> Span:
    low, middle, high = (share * cars for share, cars in zip(shares, sold, strict=True))
    return low, middle, high


def _sales_viewed(world: World) -> tuple[Row, Row, Row]:
    """Published views of what Chinese brands sell abroad, from the lowest to the highest; the middle one is the median."""
    rows = sorted(
        (
            row
            for row in world.tables["overseas_production"]
            if (row["home"], row["metric"], row["year"]) == (HOME, SOLD_ABROAD, VIEWED)
        ),
        key=lambda row: row["value"],
    )
    return rows[0], rows[len(rows) // 2], rows[-1]


def _left_out(home: Home, others: Sequence[Home]) -> LeftOut:
    first = home.first
    told = tuple(
        (one.year, one.share, carried(first.share, one.year - first.year, others)[1])
        for one in home.points
        if one.year > first.year
    )
    return LeftOut(home.home, first.year, first.share, told)


def _maker(maker: Maker, homes: Sequence[Home], japan: Home) -> MakerPlaced:
    if maker.share is None or maker.year is None:
        return MakerPlaced(maker, None, None)
    low, high = maker.share
    ahead = []
    for mark in MARKS:
        least = carried(low, mark - maker.year, homes)[1][0] if low > 0.0 else 0.0
        ahead.append((least, carried(high, mark - maker.year, homes)[1][2] if high > 0.0 else 0.0))
    curve = japan.fitted.curve
    like = (curve.year_of(low), curve.year_of(high)) if low > 0.0 else None
    return MakerPlaced(maker, like, tuple(ahead))
