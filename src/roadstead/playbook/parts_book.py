"""What leaves home beside built-up cars, and what lines abroad make, as plain values: a chapter of the book.

Money is real, in the book's currency, at ex-works value: what the goods cost at the home gate, before the margin in the
price declared to customs and before any freight. A year's figures are expected over futures; low and high are P10 and P90.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from roadstead.playbook.book import Name, Sentence

Goods = Literal["cars", "kits", "batteries", "parts"]
"""Built-up cars; kits, each counted once, as the parts it is made of; batteries and other parts sent to plants."""


@dataclass(frozen=True, slots=True)
class ExportYear:
    """Exports from home in a calendar year, to all countries.

    Attributes
    ----------
    cars, parts
        Built-up cars; everything sent to be built into cars: kits, batteries and other parts. [money/year]
    cars_low, cars_high, parts_low, parts_high
        P10 and P90 over futures. [money/year]
    kits, batteries, other_parts
        What ``parts`` is made of. [money/year]
    built_up, car_sets
        Cars sent, and cars the parts go into. [cars/year]
    parts_ahead
        Probability that parts are worth at least as much as built-up cars. [fraction]
    """

    year: int
    cars: float
    cars_low: float
    cars_high: float
    parts: float
    parts_low: float
    parts_high: float
    kits: float
    batteries: float
    other_parts: float
    built_up: float
    car_sets: float
    parts_ahead: float


@dataclass(frozen=True, slots=True)
class Shipped:
    """Goods sent from home to a country in a calendar year.

    Attributes
    ----------
    heading
        Heading of the Harmonized System the goods are classified in.
    car_sets
        Cars, or cars the goods go into. [cars/year]
    value, low, high
        Expected, P10 and P90 over futures. [money/year]
    """

    year: int
    country_id: str
    country: Name
    goods: Goods
    heading: str
    car_sets: float
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class CountryExports:
    """Exports to a country as the horizon begins and ends; a country without id stands for all others, or for all. [money/year]"""

    country_id: str
    country: Name
    cars_first: float
    cars_last: float
    parts_first: float
    parts_last: float


@dataclass(frozen=True, slots=True)
class LineOutput:
    """Cars of a model a line makes in a calendar year, over futures; a future without the line counts as none. [cars/year]"""

    line_id: str
    line: Name
    country_id: str
    country: Name
    mode: str
    model_id: str
    model: Name
    year: int
    expected: float
    p10: float
    p50: float
    p90: float


@dataclass(frozen=True, slots=True)
class LineStart:
    """How likely a line's first car is in a year.

    Attributes
    ----------
    year
        Calendar year; of a line that runs already, the year it opened; None for never within the horizon.
    starts
        Probability that the first car is made in it. A line's rows sum to one. [fraction]
    started
        Probability that it is made by then; in the row of never, by the end of the horizon. [fraction]
    """

    line_id: str
    line: Name
    country_id: str
    country: Name
    mode: str
    standing: str
    year: int | None
    starts: float
    started: float


@dataclass(frozen=True, slots=True)
class LineContent:
    """What the cars of a model that a line makes in a calendar year take of a part group, expected over futures.

    Attributes
    ----------
    group
        ``kit`` (all that comes from home for a car assembled from a kit), ``battery`` or ``other``.
    cars
        Cars made. [cars/year]
    home, local
        Parts sent from home, at ex-works value, and bought where the line stands, at what is paid there. [money/year]
    home_per_car, local_per_car
        The same over ``cars``. [money/car]
    """

    line_id: str
    line: Name
    country_id: str
    country: Name
    mode: str
    model_id: str
    model: Name
    year: int
    group: Literal["kit", "battery", "other"]
    heading: str
    cars: float
    home: float
    local: float
    home_per_car: float
    local_per_car: float


@dataclass(frozen=True, slots=True)
class LineBrief:
    """A line in one row: whether and when it begins, and what it makes and takes in the last year of the horizon.

    Attributes
    ----------
    started
        Probability that it makes a car within the horizon. [fraction]
    likely_start
        The year its first car is likeliest in.
    expected, p10, p50, p90
        Cars in the last year, of all models, over futures; a future without the line counts as none. [cars/year]
    home_per_car, local_per_car
        Parts from home and bought nearby over cars, expected, in the last year; None where none is made. [money/car]
    key
        The line: what its keys are of.
    """

    line: Name
    country: Name
    mode: str
    started: float
    likely_start: int
    expected: float
    p10: float
    p50: float
    p90: float
    home_per_car: float | None
    local_per_car: float | None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Forerunner:
    """A country's exports of cars and of parts in a year, as published, where makers built plants abroad before. [billion US$]

    Attributes
    ----------
    key
        Country and year: what ends the keys of its figures.
    """

    who: Name
    year: int
    cars: float | None
    parts: float
    share: float | None
    counted: str
    source: str
    url: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Pull:
    """Parts that kits and plants abroad pull from home, and what a supplier may count on.

    Attributes
    ----------
    said
        How parts exports go beside car exports, in sentences.
    countries
        The largest destinations, all others, and the world.
    lines
        Lines that make cars in some future.
    before
        What became of parts beside cars where makers went abroad before; None where no source says.
    """

    said: tuple[Sentence, ...]
    years: tuple[ExportYear, ...]
    countries: tuple[CountryExports, ...]
    lines: tuple[LineBrief, ...]
    shipped: tuple[Shipped, ...]
    production: tuple[LineOutput, ...]
    starts: tuple[LineStart, ...]
    content: tuple[LineContent, ...]
    forerunners: tuple[Forerunner, ...]
    before: Sentence | None
