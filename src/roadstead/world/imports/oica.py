"""OICA's workbooks of sales and production: a title, a header with REGIONS/COUNTRIES and years, regions mixed with countries.

A workbook counts all vehicles, passenger cars or commercial vehicles, as its title says: REGISTRATIONS OR SALES OF NEW VEHICLES -
PASSENGER CARS. Three traps: what a country calls a passenger car differs (in the USA, Canada and Mexico pick-ups and most SUVs
are counted as commercial vehicles); China's sales are its makers' wholesale and contain exports; and columns such as Q1-Q3 2024
are part of a year.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from roadstead.terms.errors import Fault, RoadsteadError, raise_if_any
from roadstead.terms.evidence import Confidence
from roadstead.terms.tables import csv_lines
from roadstead.terms.workbooks import unread
from roadstead.world.imports.taken import Taken, name_of, rests
from roadstead.world.readers.sheet import WORKBOOKS, no_number, workbook_tables
from roadstead.world.reference import preferred_sales

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from roadstead.terms.tables import Row
    from roadstead.world.places import Gazetteer

Table = list[tuple[int, list[str]]]
HEADER = "a header with REGIONS/COUNTRIES and a column for each year, below a title"
SALES, PRODUCTION = "sales", "overseas_production"
VEHICLES = {
    "PASSENGER": re.compile(r"PASSENGER CARS|\bPC\b"),
    "COMMERCIAL": re.compile(r"(?<!LIGHT )(?<!HEAVY )COMMERCIAL VEHICLES|\bCV\b"),
    "ALL": re.compile(r"ALL TYPES|ALL VEHICLES|\bTOTAL\b|MOTOR VEHICLE PRODUCTION BY COUNTRY|BY COUNTRY REGION"),
}
METRICS = {
    "ALL": "DOMESTIC_PRODUCTION",
    "PASSENGER": "DOMESTIC_PRODUCTION_PASSENGER",
    "COMMERCIAL": "DOMESTIC_PRODUCTION_COMMERCIAL",
}
REGIONS = re.compile(
    r"EUROPE.*|.*EUROPE|EU\b.*|EFTA|OTHER .*|AMERICA|NAFTA|USMCA|NORTH AMERICA|(CENTRAL & )?SOUTH AMERICA|ASIA.*|ASEAN"
    r"|(.*EAST )?AFRICA|ALL COUNTRIES.*|TOTAL.*|WORLD.*|.*MIDDLE EAST|NEW MEMBERS.*|DOUBLE COUNTS.*|OCEANIA"
)
"""Lines that sum up others."""
SPELLINGS = {
    "BOSNIA": "BIH",
    "BOSNIA-HERZEGOVINA": "BIH",
    "BURKINA": "BFA",
    "CONGO KINSHASA": "COD",
    "HONG-KONG": "HKG",
    "HONG KONG": "HKG",
    "MOLDAVIA": "MDA",
    "MYANMAR": "MMR",
    "REUNION": "REU",
    "SAINT-LUCIA": "LCA",
    "SALVADOR": "SLV",
    "TAHITI": "PYF",
    "TRINIDAD": "TTO",
    "VIET-NAM": "VNM",
}
"""Names of OICA's own."""
MISSING = {"", "n.a.", "n.a", "na", "n/a", "-", "nc", "nan"}
_YEAR = re.compile(r"(?:Q1 ?- ?Q4 ?)?((?:19|20)\d{2})(?:\.0)?")
_PART = re.compile(r"(?:Q\d|H\d|YTD|JAN).*(?:19|20)\d{2}", re.IGNORECASE)
_FOOTNOTE = re.compile(r"\s*(\(\d+\)|\*+|\d)$")
EXPORTS_INSIDE = "CHN"
LIGHT_TRUCKS_OUTSIDE = {"USA", "CAN", "MEX"}


@dataclass(frozen=True, slots=True)
class _Counted:
    """What a workbook counts."""

    table: str
    vehicles: str


def read(paths: Sequence[Path], gazetteer: Gazetteer, sales: Sequence[Row], *, prefer: bool = False) -> Taken:
    """Sales by place, year and scope, or vehicles made in each country.

    Sales are the ones to use of a place where ``sales`` has none; ``prefer`` takes them where it counts the same vehicles, too.
    Never those of China, which contain exports, nor passenger cars where pick-ups and SUVs are none.

    Parameters
    ----------
    sales
        Rows of the table that are known otherwise: what earlier imports brought decides nothing.

    Raises
    ------
    RoadsteadError
        RS-W321 where there is no header of years, RS-W326 where the title does not tell what is counted, RS-W301 for a name that
        is no country, RS-W323 for a country told twice; and what is wrong with a number.
    """
    faults: list[Fault] = []
    left_out: Counter[str] = Counter()
    notes: list[str] = []
    rows: dict[str, list[dict[str, Any]]] = {}
    scopes = {place: scope for place, (scope, _) in preferred_sales(tuple(sales)).items()}
    for path in paths:
        for table in _tables(path, faults):
            counted = _counted(path, table, faults)
            if counted is not None:
                figures = _figures(path, table, gazetteer, faults, left_out)
                rows.setdefault(counted.table, []).extend(_rows(figures, counted, scopes, prefer=prefer))
    raise_if_any(faults)
    if not any(rows.values()):
        raise RoadsteadError(Fault(name_of(paths), "RS-W316", "no figure of a country", HEADER))
    beside = sum(not row["preferred"] for row in rows.get(SALES, ()))
    if beside:
        notes.append(
            f"{beside} figures of sales stand beside the packaged counts, not in their place: see docs/data.md"
        )
    last = max(row["year"] for table in rows.values() for row in table)
    found = {name: tuple(table) for name, table in rows.items()}
    return Taken(found, f"to {last}", "the column of each year, vehicles", left_out, tuple(notes))


def _tables(path: Path, faults: list[Fault]) -> list[Table]:
    """Sheets, or the one table of a CSV that a sheet was saved as."""
    if path.suffix.lower() in WORKBOOKS:
        return _sheets(path, faults)
    lines = csv_lines(path, HEADER, HEADER, faults)
    return [[(number, cells) for number, cells in lines if any(cell.strip() for cell in cells)]] if lines else []


def _sheets(path: Path, faults: list[Fault]) -> list[Table]:
    """Filled rows of every sheet; a name or figure that the spreadsheet has not worked out is a fault, a rate of growth is not."""
    tables: list[Table] = []
    for rows, sheet in workbook_tables(path, HEADER, faults):
        at = _header(rows)
        if at is not None:
            known = {0, *_years(rows[at][1])}
            faults += unread(sheet, lambda _, column, known=known: column - 1 in known)  # type: ignore[misc]
        tables.append(rows)
    return tables


def _years(cells: Sequence[str]) -> dict[int, int]:
    """Year by column of a header."""
    return {at: int(match[1]) for at, cell in enumerate(cells) if at and (match := _YEAR.fullmatch(cell.strip()))}


def _header(table: Table) -> int | None:
    """Place of the header: the first row with names of regions or countries and a year."""
    for at, (_, cells) in enumerate(table):
        first = cells[0].strip().casefold()
        if _years(cells) and (not first or first == "units" or "countr" in first):
            return at
    return None


def _counted(path: Path, table: Table, faults: list[Fault]) -> _Counted | None:
    """What a sheet counts, by its title, else by the file's name."""
    at = _header(table)
    if at is None:
        faults.append(Fault(f"{path.name}:1:1", "RS-W321", "no header of years", HEADER))
        return None
    title = " ".join(cell.strip() for _, cells in table[:at] for cell in cells if cell.strip())
    for text in (title.upper(), re.sub(r"[-_]+", " ", path.stem).upper()):
        kinds = [name for name, pattern in VEHICLES.items() if pattern.search(text)]
        sale = bool(re.search(r"SALES|REGISTRATIONS", text))
        if kinds and sale != ("PRODUCTION" in text or text.startswith("BY COUNTRY")) and "IN USE" not in text:
            return _Counted(SALES if sale else PRODUCTION, kinds[0])
    message = f"neither the title {title[:80]!r} nor the file's name tells what is counted"
    expected = "sales or production, of ALL TYPES, PASSENGER CARS or COMMERCIAL VEHICLES; of no part of the latter"
    faults.append(Fault(f"{path.name}:1:1", "RS-W326", message, expected))
    return None


def _figures(
    path: Path, table: Table, gazetteer: Gazetteer, faults: list[Fault], left_out: Counter[str]
) -> dict[tuple[str, int], float]:
    """Vehicles by place and year; every fault at its place."""
    at = _header(table)
    assert at is not None
    heads = table[at][1]
    years = _years(heads)
    parts = [cell for cell in heads[1:] if cell not in {heads[y] for y in years} and _PART.search(cell)]
    if parts:
        left_out[f"columns that are part of a year: {', '.join(dict.fromkeys(parts))}"] += len(parts)
    figures: dict[tuple[str, int], float] = {}
    first: dict[str, int] = {}
    for number, cells in table[at + 1 :]:
        printed = {year: cells[column].strip() if column < len(cells) else "" for column, year in years.items()}
        told = {year: cell for year, cell in printed.items() if cell.casefold() not in MISSING}
        name = _FOOTNOTE.sub("", " ".join(cells[0].split()))
        if not told or not name:
            left_out["lines without figures: headings and footnotes"] += 1
            continue
        if REGIONS.fullmatch(name.upper()):
            left_out["regions and totals"] += 1
            continue
        place = SPELLINGS.get(name.upper()) or _place(name, gazetteer)
        if place is None:
            faults.append(gazetteer.fault(name, f"{path.name}:{number}:1"))
            continue
        if place in first:
            message = f"{name} stands twice, first in line {first[place]}"
            faults.append(Fault(f"{path.name}:{number}:1", "RS-W323", message, "each country once"))
        first.setdefault(place, number)
        for column, year in years.items():
            if year in told:
                where = f"{path.name}:{number}:{column + 1} ({year})"
                figures[place, year] = _number(told[year], where, faults)
    return figures


def _place(name: str, gazetteer: Gazetteer) -> str | None:
    place = gazetteer.find(name)
    return place.place_id if place is not None and place.kind == "territory" else None


def _number(cell: str, where: str, faults: list[Fault]) -> float:
    try:
        value = float(cell)
    except ValueError:
        faults.append(no_number(where, cell))
        return 0.0
    if not 0 <= value < float("inf"):
        faults.append(Fault(where, "RS-T110", f"{cell} is too small or too large", "vehicles, at least 0"))
    return value


def _rows(
    figures: Mapping[tuple[str, int], float], counted: _Counted, scopes: Mapping[str, str], *, prefer: bool
) -> Iterator[dict[str, Any]]:
    for (place, year), vehicles in figures.items():
        if counted.table == PRODUCTION:
            yield {
                "home": place,
                "firms": f"all plants in the country, {counted.vehicles.lower()} vehicles",
                "year": year,
                "period": str(year),
                "metric": METRICS[counted.vehicles],
                "value": vehicles,
                "unit": "vehicles",
                **rests(str(year), Confidence.HIGH, f"column {year}"),
            }
            continue
        doubt = _doubt(place, counted.vehicles)
        known = scopes.get(place)
        use = not doubt and (known is None or (prefer and known == counted.vehicles))
        yield {
            "place": place,
            "year": year,
            "scope": counted.vehicles,
            "measure": "OICA REGISTRATIONS OR SALES",
            "value": vehicles,
            "preferred": use,
            **rests(str(year), Confidence.HIGH, f"column {year}", doubt),
        }


def _doubt(place: str, vehicles: str) -> str:
    """Why a count is never the one to use."""
    if place == EXPORTS_INSIDE:
        return "makers' wholesale: contains exports"
    if place in LIGHT_TRUCKS_OUTSIDE and vehicles == "PASSENGER":
        return "without pick-ups and most SUVs, which are counted as commercial vehicles here"
    return ""
