"""World Bank indicators: the API's JSON and CSV (also the ZIP around it), a DataBank CSV, and what wbgapi returns, saved.

Read are population (SP.POP.TOTL), gross domestic product per head (NY.GDP.PCAP.CD) or in all (NY.GDP.MKTP.CD), both in current
US$, and the official exchange rate, yearly average (PA.NUS.FCRF). The API hands out one indicator a file: give population and
product together.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

from roadstead.terms.errors import Fault, RoadsteadError, raise_if_any
from roadstead.terms.evidence import Confidence
from roadstead.terms.zips import BROKEN
from roadstead.world.imports.taken import Taken, name_of, rests

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from roadstead.world.reference import World

POPULATION, PER_HEAD, PRODUCT, EXCHANGE = "SP.POP.TOTL", "NY.GDP.PCAP.CD", "NY.GDP.MKTP.CD", "PA.NUS.FCRF"
INDICATORS = (POPULATION, PER_HEAD, PRODUCT, EXCHANGE)
SHAPES = "the API's JSON or CSV, a DataBank CSV, or a frame of wbgapi saved with its economy and series"
EURO_AREA, UNION = "EMU", "EU27"
MISSING = {"", "..", "nan", "na"}
_YEAR = re.compile(r"(?:YR)?(\d{4})(?: \[YR\d{4}\])?")
_UPDATED = re.compile(r"(\d{4}-\d{2}-\d{2})|(\d{2})/(\d{2})/(\d{4})")


@dataclass(frozen=True, slots=True)
class _Point:
    """One figure as printed, with its place in the file."""

    indicator: str
    economy: str
    year: str
    value: str
    where: str


@dataclass(slots=True)
class _Read:
    """What a file holds: points, and the day on which the World Bank last changed it, where told."""

    points: list[_Point]
    updated: str = ""


def read(paths: Sequence[Path], world: World) -> Taken:
    """Population and income of every country by year, and exchange rates of countries whose currency is known.

    Raises
    ------
    RoadsteadError
        RS-W321 for a file of another shape, RS-W324 for a page of several, RS-W325 for population without product or the other
        way, RS-W323 for a figure told twice, RS-W316 where no indicator is one of those read; and what is wrong with a number.
    """
    files = [_file(path) for path in paths]
    points = [point for file in files for point in file.points]
    updated = max((file.updated for file in files), default="")
    wanted = [point for point in points if point.indicator in INDICATORS]
    left_out: Counter[str] = Counter()
    if len(points) > len(wanted):
        left_out["other indicators"] += len(points) - len(wanted)
    if not wanted:
        raise RoadsteadError(
            Fault(name_of(paths), "RS-W316", "no indicator is read", f"one of {', '.join(INDICATORS)}")
        )
    figures = _figures(wanted, world, left_out)
    held = {indicator for indicator, _, _ in figures}
    if held & {POPULATION, PER_HEAD, PRODUCT} and not (POPULATION in held and held & {PER_HEAD, PRODUCT}):
        message = f"{', '.join(sorted(held - {EXCHANGE}))} alone"
        expected = f"population ({POPULATION}) and product ({PER_HEAD} or {PRODUCT}) together, in one import"
        raise RoadsteadError(Fault(name_of(paths), "RS-W325", message, expected))
    rows = {
        "incomes": tuple(_incomes(figures, updated, left_out)),
        "economies": tuple(_rates(figures, world, updated, left_out)),
    }
    columns = f"value of {', '.join(indicator for indicator in INDICATORS if indicator in held)}"
    return Taken({name: found for name, found in rows.items() if found}, updated, columns, left_out)


def _file(path: Path) -> _Read:
    try:
        if path.suffix.lower() == ".zip":
            with ZipFile(path) as archive:
                name = next(name for name in archive.namelist() if name.startswith("API_"))
                text = archive.read(name).decode("utf-8-sig")
        else:
            text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise RoadsteadError(Fault(path.name, "RS-T101", "this file is missing", SHAPES)) from error
    except (*BROKEN, StopIteration) as error:
        raise RoadsteadError(Fault(path.name, "RS-T112", "not readable", SHAPES)) from error
    return _json(path.name, text) if path.suffix.lower() == ".json" else _csv(path.name, text)


def _json(name: str, text: str) -> _Read:
    """The API's answer, [about, records], or the records that wbgapi fetches."""
    try:
        content = json.loads(text)
    except ValueError as error:
        raise RoadsteadError(Fault(name, "RS-T112", f"not readable as JSON: {error}", SHAPES)) from error
    about: Mapping[str, Any] = {}
    records = content
    if isinstance(content, list) and len(content) == 2 and isinstance(content[0], dict) and "page" in content[0]:
        about, records = content
        if about.get("pages", 1) not in {0, 1, "0", "1"}:
            message = f"page {about['page']} of {about.get('pages')}"
            raise RoadsteadError(Fault(name, "RS-W324", message, "ask with per_page=20000, so that one page holds all"))
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise RoadsteadError(Fault(name, "RS-W321", "no answer of the World Bank's API", SHAPES))
    points = [_record(record, f"{name}:record {number}") for number, record in enumerate(records, 1)]
    if None in points:
        at = points.index(None) + 1
        raise RoadsteadError(Fault(f"{name}:record {at}", "RS-W321", "no figure of the World Bank", SHAPES))
    return _Read([point for point in points if point is not None], str(about.get("lastupdated", "")))


def _record(record: Mapping[str, Any], where: str) -> _Point | None:
    value = "" if record.get("value") is None else str(record["value"])
    if "countryiso3code" in record:
        code = str(record["countryiso3code"] or _id(record.get("country")))
        return _Point(_id(record.get("indicator")), code, str(record.get("date", "")), value, where)
    if {"series", "economy", "time"} <= record.keys():
        time = str(record["time"]).removeprefix("YR")
        return _Point(str(record["series"]), str(record["economy"]), time, value, where)
    return None


def _id(cell: Any) -> str:
    return str(cell.get("id", "")) if isinstance(cell, dict) else ""


def _csv(name: str, text: str) -> _Read:
    """A wide table, one row per country and indicator and one column per year, below whatever stands above its header."""
    found = _Read([])
    columns: dict[str, int] = {}
    years: dict[int, str] = {}
    for number, cells in enumerate(csv.reader(io.StringIO(text, newline="")), 1):
        line = " ".join(cells)
        if not columns:
            columns = _columns(cells)
            years = {at: match[1] for at, cell in enumerate(cells) if (match := _YEAR.fullmatch(cell.strip()))}
        elif len(cells) > max(columns.values()) and cells[columns["indicator"]].strip():
            for at, year in years.items():
                value = cells[at].strip() if at < len(cells) else ""
                where = f"{name}:{number}:{at + 1} ({year})"
                found.points.append(
                    _Point(cells[columns["indicator"]].strip(), cells[columns["economy"]].strip(), year, value, where)
                )
        if "updated" in line.casefold() and (day := _UPDATED.search(line)):
            found.updated = day[1] or f"{day[4]}-{day[2]}-{day[3]}"
    if not columns or not years:
        message = "no header with the country's code, the indicator's and years"
        raise RoadsteadError(Fault(f"{name}:1:1", "RS-W321", message, SHAPES))
    return found


def _columns(cells: Sequence[str]) -> dict[str, int]:
    """Place of the code of country and indicator in a header; nothing where it is none."""
    names = [cell.strip().casefold() for cell in cells]
    for economy, indicator in (
        ("country code", "indicator code"),
        ("country code", "series code"),
        ("economy", "series"),
    ):
        if economy in names and indicator in names:
            return {"economy": names.index(economy), "indicator": names.index(indicator)}
    return {}


def _figures(points: Sequence[_Point], world: World, left_out: Counter[str]) -> dict[tuple[str, str, int], float]:
    """Figures by indicator, place and year; every fault at its place."""
    faults: list[Fault] = []
    figures: dict[tuple[str, str, int], float] = {}
    places = world.gazetteer.places
    for point in points:
        if point.value.casefold() in MISSING:
            left_out["no figure for the country and year"] += 1
            continue
        place = UNION if point.economy == EURO_AREA and point.indicator == EXCHANGE else point.economy
        known = places.get(place)
        if known is None or (known.kind != "territory" and place != UNION):
            left_out["groups of countries"] += 1
            continue
        try:
            key, value = (point.indicator, place, int(point.year)), float(point.value)
        except ValueError:
            message, expected = f"{point.value!r} in {point.year!r} is not a number of a year", "digits and a point"
            faults.append(Fault(point.where, "RS-T107", message, expected))
            continue
        if key in figures:
            message = f"{place} {point.year} {point.indicator} stands twice"
            faults.append(Fault(point.where, "RS-W323", message, "each figure once"))
        if not 0 < value < float("inf"):
            faults.append(Fault(point.where, "RS-T110", f"{value:g} is too small or too large", "above 0"))
        figures[key] = value
    raise_if_any(faults)
    return figures


def _incomes(
    figures: Mapping[tuple[str, str, int], float], updated: str, left_out: Counter[str]
) -> Iterator[dict[str, Any]]:
    at = sorted({(place, year) for indicator, place, year in figures if indicator != EXCHANGE})
    for place, year in at:
        people = figures.get((POPULATION, place, year))
        if people is None:
            left_out["product without population"] += 1
            continue
        per_head, product = figures.get((PER_HEAD, place, year)), figures.get((PRODUCT, place, year))
        if per_head is None and product is None:
            # Such a row would take the place of one that has both.
            left_out["population without product"] += 1
            continue
        derived = per_head is None and product is not None
        yield {
            "place": place,
            "year": year,
            "population": people,
            "gdp_per_head": product / people if derived and product is not None else per_head,
            **rests(
                updated or str(year),
                Confidence.MEDIUM if derived else Confidence.HIGH,
                f"{PRODUCT} over {POPULATION}" if derived else f"{POPULATION}, {PER_HEAD}",
            ),
        }


def _rates(
    figures: Mapping[tuple[str, str, int], float], world: World, updated: str, left_out: Counter[str]
) -> Iterator[dict[str, Any]]:
    units = {row["place"]: row["unit"] for row in world.tables["economies"] if row["indicator"] == "exchange_rate"}
    for (indicator, place, year), value in sorted(figures.items()):
        if indicator != EXCHANGE:
            continue
        if place not in units:
            left_out["exchange rate of a country whose currency economies.csv does not name"] += 1
            continue
        yield {
            "place": place,
            "indicator": "exchange_rate",
            "period": str(year),
            "value": value,
            "unit": units[place],
            **rests(updated or str(year), Confidence.HIGH, f"{EXCHANGE}, official rate, mean of the year"),
        }
