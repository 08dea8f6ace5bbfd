"""What is known of each market: one figure a column, each with its year and the documents behind it, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from roadstead.study.market_borders import border_cells
from roadstead.study.market_cell import Cell, told
from roadstead.terms.ids import HOME
from roadstead.world.reference import preferred_sales

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from roadstead.outlook.summary import Summary
    from roadstead.terms.tables import Row
    from roadstead.world.reference import World, YearFigure

ALL_CHINESE = "ALL_CHINESE"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the ranking.

    Attributes
    ----------
    less_is_better
        True where a small figure is a good one.
    by_order
        True where points go by orders of magnitude.
    """

    key: str
    unit: str
    less_is_better: bool = False
    by_order: bool = False


COLUMNS = (
    Column("size", "cars/year", by_order=True),
    Column("growth", "1/year"),
    Column("nev_share", "1"),
    Column("openness", "1"),
    Column("landed_gap", "1", less_is_better=True),
    Column("country_risk", "1", less_is_better=True),
    Column("chinese_share", "1"),
)


def market_cells(
    world: World, terms: Mapping[str, float], on: date, powertrain: str, outlook: Summary
) -> Mapping[str, Mapping[str, Cell]]:
    """The columns of every country whose sales are known but the home market, by country and column."""
    sizes = _sizes(world)
    borders = border_cells(world, terms, on, powertrain, tuple(sizes))
    ahead = _growth(world, outlook, int(terms["outlook.year"]))
    brands = _chinese_shares(world, sizes)
    return {
        place: {
            "size": told(size.value, str(size.year), (size.evidence,)),
            "growth": ahead.get(place, Cell(missing="no outlook: the NEV share of its past is not known")),
            "nev_share": _nev_share(world, place),
            "openness": borders[place].openness,
            "landed_gap": borders[place].landed_gap,
            "country_risk": _risk(world, place),
            "chinese_share": brands.get(place, Cell(missing="no share of Chinese brands is known")),
        }
        for place, size in sizes.items()
    }


def _sizes(world: World) -> dict[str, YearFigure]:
    """Latest sales of every country: of its history beside the NEV share where there is one, else by its preferred count."""
    found = {place: figures[-1] for place, (_, figures) in preferred_sales(world.tables["sales"]).items()}
    found |= {place: history.sales[-1] for place, history in world.markets.items()}
    places = world.gazetteer.places
    return {place: found[place] for place in sorted(found) if places[place].kind == "territory" and place != HOME}


def _growth(world: World, outlook: Summary, until: int) -> dict[str, Cell]:
    """Yearly growth from the latest year known to the outlook's median."""
    found = {}
    for market in outlook.markets:
        last = world.markets[market.market].sales[-1]
        (year,) = [year for year in market.ahead if year.year == until]
        growth = (year.sales.p50 / last.value) ** (1.0 / (until - last.year)) - 1.0
        found[market.market] = told(growth, f"{last.year}-{until}", (last.evidence,), "roadstead outlook, median")
    return found


def _nev_share(world: World, place: str) -> Cell:
    if place not in world.markets:
        return Cell(missing="no NEV share is known")
    share = world.markets[place].nev_share[-1]
    return told(share.value, str(share.year), (share.evidence,))


def _risk(world: World, place: str) -> Cell:
    found = world.economies.get((place, "country_risk_premium"))
    if found is None:
        return Cell(missing="no country risk premium is in the package")
    return told(found.value, str(found.year), (found.evidence,))


def _chinese_shares(world: World, sizes: Mapping[str, YearFigure]) -> dict[str, Cell]:
    """Latest share of all Chinese brands together: as printed, else of a whole year's sales known."""
    found: dict[str, tuple[tuple[int, bool], Cell]] = {}
    for row in world.tables["brand_registrations"]:
        if row["brand"] != ALL_CHINESE or row["powertrain"] != "ALL" or row["place"] not in sizes:
            continue
        cell = _brand_share(world, row)
        # Of one year the whole before a part of it.
        rank = (int(row["year"]), row["period"] == str(row["year"]))
        if cell is not None and (row["place"] not in found or rank >= found[row["place"]][0]):
            found[row["place"]] = (rank, cell)
    return {place: cell for place, (_, cell) in found.items()}


def _brand_share(world: World, row: Row) -> Cell | None:
    if row["share"] is not None:
        return told(row["share"], row["period"], (row.evidence,))
    history = world.markets.get(row["place"])
    whole = [figure for figure in history.sales if str(figure.year) == row["period"]] if history else []
    if row["cars"] is None or not whole:
        return None
    return told(row["cars"] / whole[0].value, row["period"], (row.evidence, whole[0].evidence))


def shipped(world: World, places: Sequence[str]) -> Mapping[str, Cell]:
    """Vehicles that left home for each place in the latest and longest period a document tells, by customs: no sales."""
    found: dict[str, tuple[tuple[int, int], Cell]] = {}
    for row in world.tables["exports"]:
        counted = row["origin"] == HOME and row["unit"] == "vehicles" and row["powertrain"] == "ALL"
        if (
            counted
            and row["destination"] in places
            and row.evidence.is_sourced
            and row["definition"].startswith("CUSTOMS")
        ):
            rank = (int(row["year"]), _months(row["period"]))
            if row["destination"] not in found or rank > found[row["destination"]][0]:
                found[row["destination"]] = (rank, told(row["value"], row["period"], (row.evidence,)))
    return {place: cell for place, (_, cell) in found.items()}


def _months(period: str) -> int:
    """Months of a period written 2025, 2025-01..09 or 2024-11."""
    first, _, last = period[5:].partition("..")
    return 12 if not first else int(last) - int(first) + 1 if last else 1
