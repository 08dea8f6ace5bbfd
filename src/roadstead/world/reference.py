"""The reference world: facts shipped inside the package, and a user's own facts beside them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from roadstead.terms.packaged import packaged_folder, remembered
from roadstead.terms.tables import Row, Schema, merged, read_table
from roadstead.world import schemas
from roadstead.world.lanes import SeaLanes
from roadstead.world.places import Gazetteer, gazetteer
from roadstead.world.sources import sources

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from roadstead.terms.evidence import Evidence, Source

BUILT_ON = date(2026, 11, 27)
"""Day the packaged tables were last built."""
DOLLAR = "USD"
WORLD = "WLD"
HISTORIES = ("sales", "nev", "incomes", "year_to_date")
"""Tables of yearly figures that forecasts start from. The split of NEV, which begins in 2023, has a rule of its own."""
LARGE_MARKET = 1_000_000.0
"""Cars a year from which a market is called large. [cars/year]"""


@dataclass(frozen=True, slots=True)
class YearFigure:
    """One figure of one year with its evidence."""

    year: int
    value: float
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class IncomeFigure:
    """Population and gross domestic product per head of one year, in dollars of that year; None where not known."""

    year: int
    population: float
    gdp_per_head: float | None
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class MarketHistory:
    """What is known of a market's size and electrification.

    Attributes
    ----------
    nev_share
        NEV share of new-car sales by year. [fraction]
    sales
        All new cars by year on the basis named by ``definition``. [cars]
    bev_of_nev
        Latest share of BEV in NEV sales; the world's where the market's own is not known. [fraction]
    incomes
        Population and income of the country by year; empty where none are known. [people], [US$/person/year]
    splits_as_the_world
        True where ``bev_of_nev`` is the world's.
    """

    place: str
    definition: str
    sales: tuple[YearFigure, ...]
    nev_share: tuple[YearFigure, ...]
    bev_of_nev: YearFigure
    incomes: tuple[IncomeFigure, ...] = ()
    splits_as_the_world: bool = False

    @property
    def is_large(self) -> bool:
        """True where the latest year known has ``LARGE_MARKET`` cars or more."""
        return self.sales[-1].value >= LARGE_MARKET


@dataclass(frozen=True, slots=True)
class World:
    """All facts, by table and looked up.

    Attributes
    ----------
    markets
        History of every market whose sales and NEV share are both known.
    economies
        Latest figure by place and indicator.
    """

    tables: Mapping[str, tuple[Row, ...]]
    gazetteer: Gazetteer
    sources: Mapping[str, Source]
    lanes: SeaLanes
    markets: Mapping[str, MarketHistory]
    economies: Mapping[tuple[str, str], YearFigure]

    def dollars(self, year: int | None = None) -> Mapping[str, float]:
        """US dollars per unit of each currency: average of ``year`` where known, else of the latest period."""
        rates = {DOLLAR: 1.0}
        exact: dict[str, float] = {}
        for currency, row in exchange_rates(self.tables["economies"]):
            rates[currency] = 1.0 / row["value"]
            if row["period"] == str(year):
                exact[currency] = 1.0 / row["value"]
        return rates | exact


def data_folder() -> Path:
    """Where the packaged tables lie."""
    return packaged_folder("world")


@remembered
def _packaged(schema: Schema) -> tuple[Row, ...]:
    return read_table(data_folder() / f"{schema.name}.csv", schema)


def exchange_rates(economies: Iterable[Row]) -> Iterator[tuple[str, Row]]:
    """Rows that hold an exchange rate, each with its currency."""
    for row in economies:
        if row["indicator"] == "exchange_rate" and row["value"]:
            yield row["unit"].split()[0], row


def packaged_currencies() -> frozenset[str]:
    """Currencies whose exchange rate the package holds."""
    return frozenset({DOLLAR, *(currency for currency, _ in exchange_rates(_packaged(schemas.ECONOMIES)))})


def load(own_facts: Path | None = None, known_on: date | None = None) -> World:
    """The reference world, with a user's own rows added or put in place by key.

    With ``known_on``, histories end with the last year that was over by that day, and the split of NEV is the latest of them, or the first
    there is; every other table is as packaged. Figures stand as they are told today: what was corrected since is not as it was told then.
    """
    if own_facts is None:
        return _packaged_world(known_on)
    tables = {s.name: _packaged(s) for s in schemas.ALL}
    for schema in schemas.ALL:
        path = own_facts / f"{schema.name}.csv"
        if path.exists():
            tables[schema.name] = merged(schema, tables[schema.name], read_table(path, schema, must_rest_on=True))
    return _world(tables, known_on)


@remembered
def _packaged_world(known_on: date | None) -> World:
    return _world({s.name: _packaged(s) for s in schemas.ALL}, known_on)


def _world(tables: dict[str, tuple[Row, ...]], known_on: date | None) -> World:
    if known_on is not None:
        tables |= {name: _known(tables[name], known_on) for name in HISTORIES}
        tables["nev_split"] = _first_known(tables["nev_split"], known_on)
    distances: dict[tuple[str, str, str], float] = {}
    for row in tables["sea_distances"]:
        key = (row["origin"], row["destination"], row["route"])
        distances[key] = min(row["distance"], distances.get(key, float("inf")))
    return World(
        tables=tables,
        gazetteer=gazetteer(tables["places"]),
        sources=sources(tables["sources"]),
        lanes=SeaLanes(distances),
        markets=_market_histories(tables),
        economies=_economy_figures(tables["economies"]),
    )


def _known(rows: tuple[Row, ...], day: date) -> tuple[Row, ...]:
    """Rows of years that were over by a day, and of the months of a year under way."""
    first_ahead = (day + timedelta(days=1)).year
    return tuple(
        row for row in rows if row["year"] < first_ahead or ("months" in row.values and row["year"] == day.year)
    )


def _first_known(rows: tuple[Row, ...], day: date) -> tuple[Row, ...]:
    """Rows of years that were over by a day; of a place without one, those of its first year on record."""
    known = _known(rows, day)
    told = {row["place"] for row in known}
    first: dict[str, int] = {}
    for row in rows:
        first[row["place"]] = min(row["year"], first.get(row["place"], row["year"]))
    return (*known, *(row for row in rows if row["place"] not in told and row["year"] == first[row["place"]]))


def _market_histories(tables: Mapping[str, tuple[Row, ...]]) -> Mapping[str, MarketHistory]:
    shares: dict[str, list[YearFigure]] = {}
    totals: dict[str, list[YearFigure]] = {}
    for row in tables["nev"]:
        shares.setdefault(row["place"], []).append(_figure(row, "nev_share"))
        if row["total_sales"]:
            totals.setdefault(row["place"], []).append(_figure(row, "total_sales"))
    by_scope = preferred_sales(tables["sales"])
    bev: dict[str, YearFigure] = {}
    for row in tables["nev_split"]:
        known = bev.get(row["place"])
        if known is None or row["year"] > known.year:
            bev[row["place"]] = _figure(row, "bev_share")
    incomes = _incomes(tables["incomes"])
    found = {}
    for place, series in shares.items():
        # A user's rows stand after the packaged ones, so a year he fills in between comes last: put it in its place.
        series.sort(key=_year)
        own = sorted(totals.get(place, []), key=_year)
        scope, other = by_scope.get(place, ("", []))
        # The NEV table's own totals are on the share's basis; another count only where they end too early.
        use_own = len(own) >= 3 and (not other or own[-1].year >= other[-1].year - 1)
        use_own = use_own or not other
        chosen = own if use_own else other
        if chosen:
            definition = "cars, as the NEV share counts them" if use_own else scope
            found[place] = MarketHistory(
                place,
                definition,
                tuple(chosen),
                tuple(series),
                bev.get(place, bev[WORLD]),
                incomes.get(place, ()),
                place not in bev,
            )
    return found


def _incomes(rows: tuple[Row, ...]) -> Mapping[str, tuple[IncomeFigure, ...]]:
    found: dict[str, list[IncomeFigure]] = {}
    for row in rows:
        figure = IncomeFigure(int(row["year"]), float(row["population"]), row["gdp_per_head"], row.evidence)
        found.setdefault(row["place"], []).append(figure)
    return {place: tuple(sorted(figures, key=lambda f: f.year)) for place, figures in found.items()}


SCOPES = ("PASSENGER", "PC_LCV", "LIGHT", "ALL_DOMESTIC", "ALL", "ALL_RETAIL")
"""Counts of new vehicles from the one nearest to cars to the widest."""


def preferred_sales(rows: tuple[Row, ...]) -> Mapping[str, tuple[str, list[YearFigure]]]:
    """Sales of each place by the narrowest count that reaches 2024 or later, else the longest, with the count's name."""
    series: dict[tuple[str, str], dict[int, YearFigure]] = {}
    for row in rows:
        if row["preferred"] and row["scope"] in SCOPES:
            series.setdefault((row["place"], row["scope"]), {})[row["year"]] = _figure(row, "value")
    best: dict[str, tuple[tuple[bool, int, int], str, list[YearFigure]]] = {}
    for (place, scope), figures in series.items():
        ordered = [figures[year] for year in sorted(figures)]
        rank = (ordered[-1].year >= 2024, len(ordered), -SCOPES.index(scope))
        if place not in best or rank > best[place][0]:
            best[place] = (rank, scope, ordered)
    return {place: (scope, ordered) for place, (_, scope, ordered) in best.items()}


def _year(figure: YearFigure) -> int:
    return figure.year


def _figure(row: Row, name: str) -> YearFigure:
    return YearFigure(int(row["year"]), float(row[name]), row.evidence)


def _economy_figures(rows: tuple[Row, ...]) -> Mapping[tuple[str, str], YearFigure]:
    found: dict[tuple[str, str], YearFigure] = {}
    for row in rows:
        key = (row["place"], row["indicator"])
        year = int(str(row["period"])[:4])
        if key not in found or year >= found[key].year:
            found[key] = YearFigure(year, float(row["value"]), row.evidence)
    return found
