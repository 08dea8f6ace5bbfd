"""The outlook in a few numbers a market and year: what is known, and the span of what may come."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.outlook.beside import NOTHING
from roadstead.outlook.forecast import forecast, quantiles
from roadstead.terms.errors import Fault, RoadsteadError, raise_if_any
from roadstead.terms.showing import Shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.outlook.beside import Beside
    from roadstead.terms.arrays import Floats
    from roadstead.terms.evidence import Evidence
    from roadstead.world.reference import MarketHistory, World

LEVELS = (0.05, 0.10, 0.50, 0.90, 0.95)
FIRST_YEAR, LAST_YEAR = 2026, 2060
"""Years an outlook may cover: after the packaged history, and before it says nothing any more."""
FEWEST_DRAWS, MOST_DRAWS = 100, 20_000
DEFAULT_DRAWS = 2000


@dataclass(frozen=True, slots=True)
class Spread:
    """Quantiles over the draws, and their mean."""

    p05: float
    p10: float
    p50: float
    p90: float
    p95: float
    mean: float


@dataclass(frozen=True, slots=True)
class KnownYear:
    """A year of history; ``nev_share`` is None where only sales are known. [cars], [fraction]"""

    year: int
    sales: float | None
    nev_share: float | None
    sales_evidence: Evidence | None
    nev_evidence: Evidence | None


@dataclass(frozen=True, slots=True)
class YearAhead:
    """A year to come: new cars sold, NEV share of them, and NEV sold. [cars/year], [fraction], [cars/year]"""

    year: int
    sales: Spread
    nev_share: Spread
    nev_sales: Spread


@dataclass(frozen=True, slots=True)
class MarketOutlook:
    """One market.

    Attributes
    ----------
    counts
        What its sales count.
    bev_of_nev
        BEV share of NEV, held at its last known value. [fraction]
    note
        What is thin about its history; empty where nothing is.
    """

    market: str
    name: str
    counts: str
    history: tuple[KnownYear, ...]
    ahead: tuple[YearAhead, ...]
    bev_of_nev: float
    note: str


@dataclass(frozen=True, slots=True)
class Summary(Shown):
    """Outlooks of several markets from one set of joint draws."""

    draws: int
    seed: int
    markets: tuple[MarketOutlook, ...]


def read_years(text: str) -> tuple[int, ...]:
    """Years written ``2026-2040`` or ``2030``.

    Raises
    ------
    RoadsteadError
        RS-O403 where the text names no years an outlook can cover.
    """
    found = re.fullmatch(r"\s*(\d{4})\s*(?:[-:–]\s*(\d{4})\s*)?", text)
    expected = f"a year or years from {FIRST_YEAR} to {LAST_YEAR}, for instance 2026-2040"
    if found is None:
        raise RoadsteadError(Fault("--years", "RS-O403", f"{text!r} names no years", expected))
    first = int(found.group(1))
    last = int(found.group(2) or first)
    if not FIRST_YEAR <= first <= last <= LAST_YEAR:
        raise RoadsteadError(Fault("--years", "RS-O403", f"{first} to {last} cannot be foreseen", expected))
    return tuple(range(first, last + 1))


def check_sampling(draws: int, seed: int, faults: list[Fault]) -> None:
    """Note RS-O404 for a count of draws or a seed out of bounds."""
    if not FEWEST_DRAWS <= draws <= MOST_DRAWS:
        expected = f"a number from {FEWEST_DRAWS} to {MOST_DRAWS}"
        faults.append(Fault("--draws", "RS-O404", f"{draws} draws", expected))
    if seed < 0:
        faults.append(Fault("--seed", "RS-O404", f"seed {seed}", "a whole number, not negative"))


def summarise(
    world: World,
    markets: Sequence[str] = (),
    years: Sequence[int] = (),
    *,
    draws: int = DEFAULT_DRAWS,
    seed: int = 0,
    beside: Beside = NOTHING,
) -> Summary:
    """Sum up the outlook of ``markets`` (names or codes; none named: every country with a history).

    All packaged markets are drawn together whichever are asked for, so a market's numbers do not hang on its company.
    ``beside`` is what is known beside the histories: months of the year under way, a published projection.

    Raises
    ------
    RoadsteadError
        RS-W301 for a name that is no place, RS-O401 for one without history, RS-O404 for a count of draws out of bounds.
    """
    faults: list[Fault] = []
    wanted = markets_named(world, markets, faults)
    check_sampling(draws, seed, faults)
    raise_if_any(faults)
    horizon = tuple(years) or read_years("2026-2040")
    everywhere = tuple(sorted(world.markets))
    drawn = forecast(
        world.markets,
        world.gazetteer,
        everywhere,
        horizon,
        draws=draws,
        seed=seed,
        beside=beside,
    )
    place = {market: i for i, market in enumerate(everywhere)}
    found = []
    for market in wanted:
        i = place[market]
        found.append(
            MarketOutlook(
                market=market,
                name=world.gazetteer.places[market].name,
                counts=world.markets[market].definition,
                history=_known(world.markets[market]),
                ahead=_ahead(horizon, drawn.market[:, i], drawn.nev_share[:, i]),
                bev_of_nev=float(drawn.bev_of_nev[i]),
                note=drawn.notes.get(market, ""),
            )
        )
    return Summary(draws, seed, tuple(found))


def markets_named(world: World, markets: Sequence[str], faults: list[Fault]) -> tuple[str, ...]:
    """Markets by names or codes, every country with a history where none is named; names that are none are noted."""
    if not markets:
        places = world.gazetteer.places
        return tuple(sorted(m for m in world.markets if places[m].kind == "territory"))
    found = []
    for text in markets:
        place = world.gazetteer.find(text)
        if place is None:
            faults.append(world.gazetteer.fault(text, "market"))
        elif place.place_id not in world.markets:
            message = f"no history of sales and NEV share of {place.name} is known"
            faults.append(Fault(text, "RS-O401", message, "a market of `roadstead world --markets`"))
        else:
            found.append(place.place_id)
    return tuple(dict.fromkeys(found))


def _known(history: MarketHistory) -> tuple[KnownYear, ...]:
    sales = {figure.year: figure for figure in history.sales}
    shares = {figure.year: figure for figure in history.nev_share}
    return tuple(
        KnownYear(
            year=year,
            sales=sales[year].value if year in sales else None,
            nev_share=shares[year].value if year in shares else None,
            sales_evidence=sales[year].evidence if year in sales else None,
            nev_evidence=shares[year].evidence if year in shares else None,
        )
        for year in sorted(sales.keys() | shares.keys())
    )


def _ahead(years: Sequence[int], market: Floats, share: Floats) -> tuple[YearAhead, ...]:
    """One entry a year; both arrays have shape (draws, years)."""
    spreads = [_spreads(market), _spreads(share), _spreads(market * share)]
    return tuple(YearAhead(year, *(spread[i] for spread in spreads)) for i, year in enumerate(years))


def _spreads(draws: Floats) -> list[Spread]:
    levels = quantiles(draws, LEVELS)
    means = np.asarray(draws.mean(axis=0))
    rows = np.vstack([levels, means]).T
    return [Spread(*row) for row in rows.tolist()]
