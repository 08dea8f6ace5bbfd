"""The IEA's Global EV Data Explorer as downloaded: one row per region, category, parameter, mode, powertrain and year.

Editions 2022 to 2026, CSV or workbook; they differ in capitals, in the name of the region's column and in columns beside.
The IEA rounds to two significant figures, writes what is below 0.01 % as 0, and revises its history in every edition.
Fuel cells are kept out, as the share of electric cars keeps them out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from roadstead.terms.errors import Fault, raise_if_any
from roadstead.world.readers.markets import codes
from roadstead.world.readers.series import AGGREGATES, note_doubles, panel
from roadstead.world.readers.shares import as_fraction, note_out_of_bounds
from roadstead.world.readers.sheet import LINE, Wanted, no_negatives, numbers, read_sheet, whole_numbers

if TYPE_CHECKING:
    from pathlib import Path

    from roadstead.world.panel import Panel
    from roadstead.world.places import Gazetteer
    from roadstead.world.readers.sheet import Sheet

COLUMNS = (
    Wanted("region", ("region_country", "region/country", "country")),
    Wanted("category"),
    Wanted("parameter"),
    Wanted("mode", required=False),
    Wanted("powertrain"),
    Wanted("year"),
    Wanted("unit"),
    Wanted("value"),
    Wanted("edition", required=False),
)
UNCODED = frozenset(
    {
        "africa",
        "asia pacific",
        "central and south america",
        "eurasia",
        "middle east",
        "middle east and caspian",
        "north america",
        "other europe",
        "south and central america",
    }
)
"""Groups of the IEA that a panel has no code for."""
SALES, SHARE = "ev sales", "ev sales share"
PLUG_INS = ("bev", "phev", "erev")
UNITS = {SALES: ("vehicles",), SHARE: ("percent", "%")}
HISTORICAL = "HISTORICAL"
KEY = ("region", "category", "parameter", "powertrain", "year")
SIZE_NOTE = "size of the market worked out as NEV sales over their share, which the IEA rounds"
COARSE = 0.05
"""Of a file that rounds to whole percent, shares below say too little of the size of the market: 1 % may be 0.5 or 1.5."""
COARSE_NOTE = "shares stand in whole percent: the size of the market is worked out from 5 % on"
ROW_NOTE = "the IEA's own rest of the world, which is not the world less China, Europe, India and the USA"
NO_MODE_NOTE = "the file names no mode: every row read as cars"


@dataclass(frozen=True, slots=True)
class Projection:
    """What one edition foresaw under one scenario for one region and year.

    Attributes
    ----------
    edition
        Year of the outlook.
    scenario
        STEPS (stated policies), APS (announced pledges) or whatever follows ``Projection-`` in the file.
    code
        ISO 3166-1 alpha-3 or the code of an aggregate; empty for a group without one. The rest of the world here need
        not be that of the history: the regions beside it are fewer.
    region
        As the file prints it.
    share
        NEV share of new cars; NaN where not told. [fraction]
    nev
        NEV sold; NaN where not told. [cars/year]
    """

    edition: int
    scenario: str
    code: str
    region: str
    year: int
    share: float
    nev: float


def history(path: Path, gazetteer: Gazetteer, *, edition: int | None = None) -> Panel:
    """What the file tells of years past, by code; groups without a code are left out.

    Where a file holds several editions side by side (a column ``edition``), the one asked for, else the latest.

    Raises
    ------
    RoadsteadError
        Every fault of the file, each with its place.
    """
    frame, has_mode = _read(path, gazetteer, edition)
    past = frame.filter((pl.col("scenario") == HISTORICAL) & (pl.col("code") != ""))
    editions = past["edition"].unique().sort().to_list()
    if not editions:
        raise_if_any([_nothing(path, "category Historical")])
    past = past.filter(pl.col("edition") == editions[-1]).sort("code", "year")
    percent = past["share"].drop_nulls() * 100
    is_coarse = bool(((percent - percent.round()).abs() < 1e-9).all())
    told = pl.col("share") >= (COARSE if is_coarse else 0.0)
    size = pl.when(told & (pl.col("share") > 0) & (pl.col("nev") > 0)).then(pl.col("nev") / pl.col("share"))
    past = past.with_columns(total=size, is_aggregate=pl.col("code").is_in(AGGREGATES))
    notes = [f"IEA Global EV Data Explorer, edition {editions[-1]}", SIZE_NOTE]
    notes += [NO_MODE_NOTE] if not has_mode else []
    notes += [COARSE_NOTE] if is_coarse else []
    by_code = dict.fromkeys(past["code"].unique(), notes)
    return panel(past, by_code | {"ROW": [*notes, ROW_NOTE]})


def projections(path: Path, gazetteer: Gazetteer, *, edition: int | None = None) -> tuple[Projection, ...]:
    """What the file foresees, of every edition in it or of the one asked for.

    ``edition`` names the edition of a file that does not say it: else it is read from the file's name, or is the year
    after the last of the history.

    Raises
    ------
    RoadsteadError
        Every fault of the file, each with its place.
    """
    frame, _ = _read(path, gazetteer, edition)
    rows = frame.filter(pl.col("scenario") != HISTORICAL).sort("edition", "scenario", "region", "year")
    columns = ("edition", "scenario", "code", "region", "year", "share", "nev")
    known = rows.with_columns(pl.col("share", "nev").fill_null(float("nan"))).select(columns)
    return tuple(Projection(*row) for row in known.iter_rows())


def _read(path: Path, gazetteer: Gazetteer, edition: int | None) -> tuple[pl.DataFrame, bool]:
    """Rows by edition, scenario, code, region and year with share [fraction] and nev; and whether the file has modes."""
    faults: list[Fault] = []
    sheet = read_sheet(path, COLUMNS, faults)
    sheet = _cars(sheet)
    if sheet.cells.is_empty():
        faults.append(_nothing(path, "mode Cars, parameter `EV sales` or `EV sales share`"))
    rows = _rows(sheet, gazetteer, faults)
    raise_if_any(faults)
    rows = _with_editions(path, rows, edition)
    if edition is not None:
        rows = rows.filter(pl.col("edition") == edition)
        if rows.is_empty():
            raise_if_any([_nothing(path, f"edition {edition}")])
    share = pl.col("parameter") == SHARE
    by_year = rows.group_by("edition", "scenario", "code", "region", "year", maintain_order=True).agg(
        share=pl.col("value").filter(share).first(),
        nev=pl.when(pl.col("value").filter(~share).count() > 0).then(pl.col("value").filter(~share).sum()),
    )
    return by_year.with_columns(as_fraction(by_year["share"])), "mode" in sheet.places


def _cars(sheet: Sheet) -> Sheet:
    """Rows of cars' NEV sales and share, past or foreseen, with words in one form."""
    words = ("category", "parameter", "mode", "powertrain", "unit")
    plain = [pl.col(name).str.to_lowercase().str.replace_all(r"[\s_]+", " ") for name in words]
    lower = type(sheet)(sheet.file, sheet.cells.with_columns(plain), sheet.places)
    sales = (pl.col("parameter") == SALES) & pl.col("powertrain").is_in(PLUG_INS)
    share = (pl.col("parameter") == SHARE) & (pl.col("powertrain") == "ev")
    told = (pl.col("category") == HISTORICAL.lower()) | pl.col("category").str.starts_with("projection")
    return lower.kept((sales | share) & told & pl.col("mode").is_in(("cars", "")))


def _rows(sheet: Sheet, gazetteer: Gazetteer, faults: list[Fault]) -> pl.DataFrame:
    """Rows with their numbers: line, edition (null where not told), scenario, code, region, parameter, year, value."""
    for parameter, units in UNITS.items():
        odd = sheet.cells.filter((pl.col("parameter") == parameter) & ~pl.col("unit").is_in(units))
        for line, unit in odd.select(LINE, "unit").iter_rows():
            message = f"{unit!r} is not known here as the unit of {parameter}"
            faults.append(Fault(sheet.where(line, "unit"), "RS-T106", message, f"one of {', '.join(units)}"))
    value = numbers(sheet, "value", faults)
    is_share = sheet.cells["parameter"] == SHARE
    note_out_of_bounds(sheet, "value", _only(value, is_share), faults)
    no_negatives(sheet, "value", _only(value, ~is_share), faults)
    named = codes(sheet, "region", gazetteer, UNCODED, faults)
    frame = sheet.cells.with_columns(
        whole_numbers(sheet, "year", faults),
        value,
        edition=pl.col("edition").cast(pl.Float64, strict=False).cast(pl.Int64, strict=False),
        code=pl.col("region").replace_strict(named, return_dtype=pl.String) if named else pl.lit(""),
        scenario=pl.col("category").str.replace(r"^projection[\s–-]*", "").str.to_uppercase(),
    ).filter(pl.col("year").is_not_null())
    note_doubles(sheet, frame, ("edition", *KEY), ("region", "year"), faults)
    return frame


def _only(value: pl.Series, rows: pl.Series) -> pl.Series:
    return pl.select(pl.when(rows).then(value)).to_series()


def _with_editions(path: Path, rows: pl.DataFrame, edition: int | None) -> pl.DataFrame:
    """Every row's edition: as its row says, as asked for, as the file is called, or the year after its history."""
    told = edition
    if told is None:
        named = re.findall(r"(?<!\d)20\d\d(?!\d)", path.stem)
        last = rows.filter(pl.col("scenario") == HISTORICAL)["year"].max()
        told = int(named[-1]) if named else int(str(last)) + 1 if last is not None else None
    return rows.with_columns(pl.col("edition").fill_null(pl.lit(told if told is not None else 0, dtype=pl.Int64)))


def _nothing(path: Path, looked_for: str) -> Fault:
    return Fault(path.name, "RS-W316", f"no row of {looked_for}", "the Global EV Data Explorer's download, whole")
