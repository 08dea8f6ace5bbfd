"""The world's markets ranked and tiered for an exporter at home, with weights that anyone may change."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.outlook.beside import known_beside
from roadstead.outlook.summary import summarise
from roadstead.study.market_columns import COLUMNS, market_cells, shipped
from roadstead.study.ranking import points, rank, tiers
from roadstead.terms.errors import Fault, RoadsteadError, raise_if_any
from roadstead.terms.showing import Shown
from roadstead.trade.columns import POWERTRAINS
from roadstead.trade.inquiry import read_day

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from roadstead.study.market_cell import Cell
    from roadstead.terms.evidence import Source
    from roadstead.world.reference import World

DRAWS = 1000
"""Joint draws behind the growth of markets; the seed is fixed, so that a ranking asked twice is the same."""
ENOUGH = 0.5
"""A market is ranked where more than this share of the weights lies on figures that are known."""
KEYS = tuple(column.key for column in COLUMNS)


@dataclass(frozen=True, slots=True)
class Transit:
    """Why shipments to a place are not its market.

    Attributes
    ----------
    shipped
        Vehicles that left home for it in the latest period known, and ``over_size`` that over all cars sold there in a year.
    """

    serves: str
    serves_zh: str
    shipped: Cell | None
    over_size: float | None
    source: str


@dataclass(frozen=True, slots=True)
class Market:
    """One market in the ranking.

    Attributes
    ----------
    cells
        Figure of every column, by its key.
    score
        From 0 to 1; ``low`` and ``high`` with its missing figures at their worst and best.
    rank
        1 for the best; ``best`` and ``worst`` as far as missing figures leave it open.
    missing
        Keys of columns that weigh something and are not known.
    transit
        Set for a port of transit.
    """

    market: str
    name: str
    name_zh: str
    region: str
    cells: Mapping[str, Cell]
    score: float
    low: float
    high: float
    rank: int
    best: int
    worst: int
    tier: int
    missing: tuple[str, ...]
    transit: Transit | None


@dataclass(frozen=True, slots=True)
class Markets(Shown):
    """The ranking, best first.

    Attributes
    ----------
    weights
        Weight of every column, by its key.
    powertrain
        Of the car that the landed-cost gap is of.
    until
        Year that the growth of markets is told to.
    left_out
        Countries of which too little is known to rank them, each with its missing columns.
    sources
        Documents that cells name, by id.
    """

    on: date
    powertrain: str
    until: int
    weights: Mapping[str, float]
    markets: tuple[Market, ...]
    left_out: Mapping[str, tuple[str, ...]]
    sources: Mapping[str, Source]


def read_weights(written: Sequence[str]) -> dict[str, float]:
    """Weights written ``size=2``, by column.

    Raises
    ------
    RoadsteadError
        RS-S751 with every one that is none, or names a column twice.
    """
    faults, found = [], {}
    expected = f"one of {', '.join(KEYS)} and a number, for instance size=2"
    for text in written:
        key, _, number = (part.strip() for part in text.partition("="))
        try:
            weight = float(number)
        except ValueError:
            weight = math.nan
        if key not in KEYS:
            faults.append(Fault("--weight", "RS-S751", f"{text!r} weighs no column", expected))
        elif not math.isfinite(weight):
            faults.append(Fault("--weight", "RS-S751", f"{text!r} is no number", expected))
        elif key in found:
            faults.append(Fault("--weight", "RS-S751", f"`{key}` is weighed twice", "each column once"))
        else:
            found[key] = weight
    raise_if_any(faults)
    return found


def rank_markets(
    world: World, on: date, *, weights: Mapping[str, float] | None = None, powertrain: str = "BEV"
) -> Markets:
    """Rank every country whose sales are known, the home market apart.

    Parameters
    ----------
    on
        Day whose law counts.
    weights
        In place of those of market_terms.csv, by column.
    powertrain
        Of the car that the landed-cost gap is of.

    Raises
    ------
    RoadsteadError
        RS-S751 where no column weighs anything or a weight is none; RS-L208 for no powertrain.
    """
    terms = {row["term"]: float(row["value"]) for row in world.tables["market_terms"]}
    weighed = {key: terms[f"weight.{key}"] for key in KEYS} | _checked(weights or {}, powertrain)
    if not any(weighed.values()):
        raise RoadsteadError(Fault("--weight", "RS-S751", "no column weighs anything", "one weight other than 0"))
    until = int(terms["outlook.year"])
    ahead = summarise(world, tuple(world.markets), (until,), draws=DRAWS, beside=known_beside(world))
    every = market_cells(world, terms, on, powertrain.upper(), ahead)
    cells = {place: told for place, told in every.items() if _known_share(told, weighed) > ENOUGH}
    places = tuple(cells)
    table = np.column_stack(
        [
            points([cells[p][c.key].value for p in places], less_is_better=c.less_is_better, by_order=c.by_order)
            for c in COLUMNS
        ]
    )
    ranked = rank(table, np.asarray([weighed[key] for key in KEYS]))
    sizes = np.asarray([cells[place]["size"].value for place in places], dtype=np.float64)
    tier = tiers(ranked.score, sizes, terms["tier.first"], terms["tier.second"])
    transit = _transits(world, cells)
    markets = [
        Market(
            market=place,
            name=world.gazetteer.places[place].name,
            name_zh=world.gazetteer.places[place].name_zh,
            region=world.gazetteer.places[place].region,
            cells=cells[place],
            score=float(ranked.score[i]),
            low=float(ranked.low[i]),
            high=float(ranked.high[i]),
            rank=int(ranked.rank[i]),
            best=int(ranked.best[i]),
            worst=int(ranked.worst[i]),
            tier=int(tier[i]),
            missing=_missing(cells[place], weighed),
            transit=transit.get(place),
        )
        for i, place in enumerate(places)
    ]
    markets.sort(key=lambda market: (market.rank, market.market))
    left_out = {place: _missing(told, weighed) for place, told in every.items() if place not in cells}
    return Markets(on, powertrain.upper(), until, weighed, tuple(markets), left_out, world.sources)


def _known_share(cells: Mapping[str, Cell], weights: Mapping[str, float]) -> float:
    """Share of the weights that lies on known figures."""
    largest = max(map(abs, weights.values()))
    shares = {key: abs(weight) / largest for key, weight in weights.items()}
    return sum(share for key, share in shares.items() if cells[key].value is not None) / sum(shares.values())


def _missing(cells: Mapping[str, Cell], weights: Mapping[str, float]) -> tuple[str, ...]:
    return tuple(key for key in KEYS if weights[key] and cells[key].value is None)


def _checked(weights: Mapping[str, float], powertrain: str) -> dict[str, float]:
    """Weights given, by column, once nothing is wrong with them or the powertrain."""
    expected = f"one of {', '.join(KEYS)}"
    faults = [
        Fault("--weight", "RS-S751", f"{key!r} weighs no column", f"{expected} and a number, for instance size=2")
        for key in weights
        if key not in KEYS
    ]
    faults += [
        Fault("--weight", "RS-S751", f"{key}={weight} is no number", "a finite number; 0 leaves the column out")
        for key, weight in weights.items()
        if not math.isfinite(weight)
    ]
    if powertrain.upper() not in POWERTRAINS:
        expected = f"one of {', '.join(POWERTRAINS)}"
        faults.append(Fault("--powertrain", "RS-L208", f"{powertrain!r} is no powertrain", expected))
    raise_if_any(faults)
    return dict(weights)


def _transits(world: World, cells: Mapping[str, Mapping[str, Cell]]) -> dict[str, Transit]:
    """Ports of transit among the markets, with what was shipped to them over what was sold there."""
    rows = [row for row in world.tables["transit_ports"] if row["place"] in cells]
    sent = shipped(world, [row["place"] for row in rows])
    found = {}
    for row in rows:
        cell, size = sent.get(row["place"]), cells[row["place"]]["size"].value
        over = cell.value / size if cell is not None and cell.value is not None and size else None
        found[row["place"]] = Transit(row["serves"], row["serves_zh"], cell, over, row["source"])
    return found


def of_names(found: Markets, world: World, names: Sequence[str]) -> tuple[Market, ...]:
    """Ranked markets by code or name, in the order of their ranks; all where none is named.

    Raises
    ------
    RoadsteadError
        RS-W301 for a name that is no place, RS-S752 for a place that is not ranked.
    """
    faults, wanted = [], set()
    ranked = {market.market for market in found.markets}
    for name in names:
        place = world.gazetteer.find(name)
        if place is None:
            faults.append(world.gazetteer.fault(name, "markets"))
        elif place.place_id in found.left_out:
            told = ", ".join(found.left_out[place.place_id])
            faults.append(Fault("markets", "RS-S752", f"too little is known of {place.name}: no {told}", KNOWN_MARKETS))
        elif place.place_id not in ranked:
            message = f"{place.name} is the home market, a bloc, or a place whose sales are not known"
            faults.append(Fault("markets", "RS-S752", message, KNOWN_MARKETS))
        else:
            wanted.add(place.place_id)
    raise_if_any(faults)
    return tuple(market for market in found.markets if not names or market.market in wanted)


KNOWN_MARKETS = "a country that `roadstead markets` lists"


def read_day_or(text: str, today: date) -> date:
    """A day as typed, today where nothing is; RS-L213 for what is no day."""
    faults: list[Fault] = []
    day = read_day(text, "--on", faults) if text else today
    raise_if_any(faults)
    assert day is not None
    return day
