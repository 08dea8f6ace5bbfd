"""Monthly registrations by fuel, as Robbie Andrew gathers them: yyyymm, country, fuel, value.

NEV are battery and plug-in cars. Where a market's file tells no plug-in hybrids apart (they stand among hybrids or other
cars), NEV are battery cars alone and a note says so. Fuel cells are other cars, as in the histories by year. A name such
as ``Spain including used`` is another count of Spain, which stands in the file itself: it is left out, and noted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from roadstead.terms.arrays import frozen
from roadstead.terms.errors import Fault, raise_if_any
from roadstead.world.readers.fuels import BATTERY, FUELS, PLUG_IN, are_complete, are_lumped
from roadstead.world.readers.markets import codes
from roadstead.world.readers.series import AGGREGATES, note_doubles, panel
from roadstead.world.readers.sheet import LINE, Wanted, no_negatives, numbers, read_sheet, whole_numbers

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from roadstead.terms.arrays import Flags, Floats, Ints
    from roadstead.world.panel import Panel
    from roadstead.world.places import Gazetteer
    from roadstead.world.readers.sheet import Sheet

COLUMNS = (Wanted("yyyymm", ("month", "period")), Wanted("country"), Wanted("fuel"), Wanted("value"))
PARTS = frozenset({"california", "california cncda", "efta", "eu + efta + uk"})
"""Series of the file that are no country of the world and no aggregate with a code."""


@dataclass(frozen=True, slots=True, eq=False)
class Registrations:
    """One market's months, without gaps between the first and the last; what is not known in full is NaN.

    Attributes
    ----------
    code, region, is_aggregate
        As in a series by year.
    months
        Written 202503. Shape (M,).
    nev, total
        NEV and all new cars registered. Shapes (M,). [cars/month]
    notes
        What was mended or left out as it was read, in words.
    """

    code: str
    region: str
    is_aggregate: bool
    months: Ints
    nev: Floats
    total: Floats
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for array in (self.months, self.nev, self.total):
            frozen(array)

    def known(self, month: int) -> Registrations:
        """What was known at the end of a month, written 202503."""
        kept = self.months <= month
        columns = (self.months[kept], self.nev[kept], self.total[kept])
        return Registrations(self.code, self.region, self.is_aggregate, *columns, self.notes)


@dataclass(frozen=True, slots=True)
class YearToDate:
    """A year that is not over: what its known months say, beside the same months of the year before.

    Attributes
    ----------
    year
        The last year of the market's months.
    months
        Months known, 1 to 12; from January on without a gap, unless the source left some out.
    share
        NEV share of cars registered over those months. [fraction]
    share_before
        The same over the same months of the year before; NaN where they are not all known. [fraction]
    nev, total
        NEV and all cars registered over those months. [cars]
    """

    code: str
    year: int
    months: tuple[int, ...]
    share: float
    share_before: float
    nev: float
    total: float


def monthly(path: Path, gazetteer: Gazetteer) -> Mapping[str, Registrations]:
    """Registrations by code.

    Raises
    ------
    RoadsteadError
        Every fault of the file, each with its place.
    """
    faults: list[Fault] = []
    sheet = read_sheet(path, COLUMNS, faults)
    if sheet.cells.is_empty():
        faults.append(Fault(f"{sheet.file}:2:1", "RS-W316", "no row follows the header", "yyyymm,country,fuel,value"))
    other_counts = _other_counts(sheet, gazetteer)
    named = codes(sheet, "country", gazetteer, PARTS | {name.casefold() for name in other_counts}, faults)
    frame = _rows(sheet, named, faults)
    raise_if_any(faults)
    beside: dict[str, list[str]] = {}
    for name, code in other_counts.items():
        beside.setdefault(code, []).append(name)
    parts = frame.partition_by("code", as_dict=True, maintain_order=True)
    found = {str(key[0]): _market(str(key[0]), part, beside.get(str(key[0]), [])) for key, part in parts.items()}
    return dict(sorted(found.items()))


def _other_counts(sheet: Sheet, gazetteer: Gazetteer) -> Mapping[str, str]:
    """Names that begin with a place's name and go on, with its code, where the place itself has a series."""
    names = sheet.cells["country"].unique().to_list()
    present = {place.place_id for name in names if (place := gazetteer.find(name))}
    found: dict[str, str] = {}
    for name in names:
        words = name.split()
        starts = (gazetteer.find(" ".join(words[:size])) for size in range(1, len(words)))
        place = next((place for place in starts if place and place.place_id in present), None)
        if place and not gazetteer.find(name) and name.casefold() not in PARTS:
            found[name] = place.place_id
    return dict(sorted(found.items()))


def _rows(sheet: Sheet, named: Mapping[str, str], faults: list[Fault]) -> pl.DataFrame:
    """Rows of markets with a code: line, code, country, month as a count of months, fuel, is_nev, value."""
    fuel = pl.col("fuel").str.to_lowercase().str.replace_all(r"[\W_]+", "")
    unknown = sheet.cells.filter(~fuel.is_in(FUELS)).group_by("fuel", maintain_order=True)
    for word, line in unknown.agg(pl.col(LINE).first()).iter_rows():
        expected = (
            "BatteryElectric, PluginHybrid, Petrol, Diesel, Hybrid and the like: whether it is a NEV must be known"
        )
        faults.append(Fault(sheet.where(line, "fuel"), "RS-T106", f"{word!r} is not known here as a fuel", expected))
    value = numbers(sheet, "value", faults)
    no_negatives(sheet, "value", value, faults)
    frame = sheet.cells.with_columns(
        whole_numbers(sheet, "yyyymm", faults, what="month"),
        value,
        code=pl.col("country").replace_strict(named, return_dtype=pl.String) if named else pl.lit(""),
        kind=fuel,
    ).filter(pl.col("yyyymm").is_not_null() & (pl.col("code") != ""))
    # The same figure printed twice is one figure; two figures for one thing are a fault.
    frame = frame.group_by(["code", "yyyymm", "kind", "value"], maintain_order=True).agg(
        pl.col(LINE, "country").first(), printed=pl.len()
    )
    note_doubles(sheet, frame, ("code", "yyyymm", "kind"), ("country", "yyyymm"), faults)
    return frame.with_columns(
        count=pl.col("yyyymm") // 100 * 12 + pl.col("yyyymm") % 100 - 1, is_plug_in=pl.col("kind").is_in(PLUG_IN)
    )


def _market(code: str, rows: pl.DataFrame, beside: list[str]) -> Registrations:
    """One market's months from its rows, fuel by fuel."""
    kinds = sorted(rows["kind"].unique())
    first = int(str(rows["count"].min()))
    size = int(str(rows["count"].max())) - first + 1
    grid = np.full((size, len(kinds)), np.nan)
    column = rows["kind"].replace_strict({kind: i for i, kind in enumerate(kinds)}, return_dtype=pl.Int64)
    grid[rows["count"].to_numpy() - first, column.to_numpy()] = rows["value"].fill_null(float("nan")).to_numpy()
    is_nev = np.array([kind in BATTERY | PLUG_IN for kind in kinds])
    lumped = are_lumped(grid, kinds)
    known = are_complete(grid) & (np.nansum(grid, axis=1) > 0.0) & ~lumped
    nev = np.where(known, np.nansum(grid[:, is_nev], axis=1), np.nan)
    total = np.where(known, np.nansum(grid, axis=1), np.nan)
    count = first + np.arange(size, dtype=np.int64)
    months = count // 12 * 100 + count % 12 + 1
    return Registrations(
        code=code,
        region=str(rows["country"][-1]),
        is_aggregate=code in AGGREGATES,
        months=months,
        nev=nev,
        total=total,
        notes=_notes(rows, (months[~known & ~lumped], months[lumped]), beside),
    )


def _notes(rows: pl.DataFrame, unknown: tuple[Ints, Ints], beside: list[str]) -> tuple[str, ...]:
    """What was left out and why; ``unknown`` are the months without all their figures, and those with fuels lumped."""
    notes = []
    if not rows["is_plug_in"].any():
        notes.append("no plug-in hybrids told apart: NEV are battery cars alone")
    twice = rows.filter(pl.col("printed") > 1).height
    if twice:
        notes.append(f"{twice} figure(s) printed twice: counted once")
    reasons = (
        "left unknown for want of a fuel's figure or of any car",
        "left unknown because electric cars stand there among other cars, or hybrids among electric ones",
    )
    for months, reason in zip(unknown, reasons, strict=True):
        if months.size:
            notes.append(f"{months.size} month(s) from {months[0]} to {months[-1]}: {reason}")
    if beside:
        notes.append(f"other counts of the market left out: {', '.join(beside)}")
    return tuple(notes)


def yearly(markets: Mapping[str, Registrations]) -> Panel:
    """Years of which all twelve months are known, by code; a market without such a year is left out."""
    years, notes = [], {}
    for code, market in markets.items():
        known, nev, total = _by_year(market)
        full = known.sum(axis=1) == 12
        partly = (known.sum(axis=1) > 0) & ~full
        first = int(market.months[0]) // 100
        told = [f"{first + i} ({known[i].sum()} months)" for i in np.flatnonzero(partly)]
        notes[code] = [*market.notes, *([f"years known in part left out: {', '.join(told)}"] if told else [])]
        years.append(
            pl.DataFrame(
                {
                    "year": first + np.flatnonzero(full),
                    "nev": nev[full].sum(axis=1),
                    "total": total[full].sum(axis=1),
                }
            ).with_columns(code=pl.lit(code), region=pl.lit(market.region), is_aggregate=pl.lit(market.is_aggregate))
        )
    if not years:
        return {}
    return panel(pl.concat(years).with_columns(share=pl.col("nev") / pl.col("total")), notes)


def _by_year(market: Registrations) -> tuple[Flags, Floats, Floats]:
    """Whether months are known, NEV and all cars. Shapes (years, 12)."""
    before = int(market.months[0]) % 100 - 1
    after = 12 - int(market.months[-1]) % 100
    nev, total = (
        np.concatenate([np.full(before, np.nan), values, np.full(after, np.nan)]).reshape(-1, 12)
        for values in (market.nev, market.total)
    )
    return np.isfinite(total), nev, total


def year_to_date(markets: Mapping[str, Registrations]) -> Mapping[str, YearToDate]:
    """The last year of each market whose last year is not complete, by code; a market without one is left out."""
    found = {}
    for code, market in markets.items():
        if not market.months.size:
            continue
        known, nev, total = _by_year(market)
        months = np.flatnonzero(known[-1])
        if not 0 < months.size < 12:
            continue
        before = nev[-2, months].sum() / total[-2, months].sum() if known.shape[0] > 1 else np.nan
        found[code] = YearToDate(
            code=code,
            year=int(market.months[-1]) // 100,
            months=tuple(int(month) + 1 for month in months),
            share=float(nev[-1, months].sum() / total[-1, months].sum()),
            share_before=float(before),
            nev=float(nev[-1, months].sum()),
            total=float(total[-1, months].sum()),
        )
    return found
