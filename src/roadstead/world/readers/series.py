"""From rows by market and year to a panel: full runs of years, and notes on what was mended or looks thin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from roadstead.terms.errors import Fault
from roadstead.world.panel import Series
from roadstead.world.readers.sheet import LINE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from roadstead.terms.arrays import Floats, Ints
    from roadstead.world.panel import Panel
    from roadstead.world.readers.sheet import Sheet

AGGREGATES = frozenset({"WLD", "EUR", "EU27", "ROW"})
"""Codes that stand for a region or the world."""


def note_doubles(
    sheet: Sheet, frame: pl.DataFrame, key: Sequence[str], columns: tuple[str, str], faults: list[Fault]
) -> None:
    """One fault at each row of ``frame`` whose key has stood before.

    ``columns`` are that of the message's first word (market) and that of its period, in which the fault stands.
    """
    market, period = columns
    first = pl.col(LINE).first().over(list(key))
    for row in frame.with_columns(first=first).filter(pl.col(LINE) != pl.col("first")).iter_rows(named=True):
        message = f"{row[market]} {row[period]} stands twice, first in line {row['first']}"
        expected = f"one row per {' and '.join(key)}"
        faults.append(Fault(sheet.where(row[LINE], period), "RS-W313", message, expected))


def panel(frame: pl.DataFrame, notes: Mapping[str, Sequence[str]]) -> Panel:
    """Series by code, in alphabetical order.

    Parameters
    ----------
    frame
        One row per code and year, in the order read: code, region, is_aggregate, year, share [fraction], nev and total
        [cars/year]; null where not known.
    notes
        What is to be noted on a series besides what its figures show, by code.
    """
    parts = frame.partition_by("code", as_dict=True, maintain_order=True)
    by_code = {str(key[0]): part for key, part in parts.items()}
    return {code: _series(code, by_code[code], notes.get(code, ())) for code in sorted(by_code)}


def _series(code: str, rows: pl.DataFrame, notes: Sequence[str]) -> Series:
    own = list(notes)
    if not rows["year"].is_sorted():
        own.append("years stood in no order: sorted")
    rows = rows.sort("year")
    names = list(dict.fromkeys(rows["region"].to_list()))
    if len(names) > 1:
        own.append(f"named {', '.join(names)}: the latest name is kept")
    found = rows["year"].to_numpy()
    years = np.arange(found[0], found[-1] + 1, dtype=np.int64)
    share, nev, total = (_full(rows[name], found - found[0], years.size) for name in ("share", "nev", "total"))
    return Series(
        code=code,
        region=names[-1],
        is_aggregate=bool(rows["is_aggregate"].any()),
        years=years,
        share=share,
        nev=nev,
        total=total,
        notes=(*own, *_remarks(years, share)),
    )


def _full(column: pl.Series, at: Ints, size: int) -> Floats:
    values = np.full(size, np.nan)
    values[at] = column.cast(pl.Float64).fill_null(float("nan")).to_numpy()
    return values


def _remarks(years: Ints, share: Floats) -> list[str]:
    """What a forecaster should know of a series' figures, in words."""
    known = np.isfinite(share)
    remarks = []
    if known.any():
        run = slice(int(np.argmax(known)), known.size - int(np.argmax(known[::-1])))
        gaps = years[run][~known[run]]
        if gaps.size:
            remarks.append(f"no share for {spans(gaps)}: left as a gap")
    zeros = years[share == 0.0]
    if zeros.size:
        remarks.append(f"share 0 in {spans(zeros)}: kept, though the source may have rounded to it")
    if known.sum() < 2:
        remarks.append(f"{known.sum()} year(s) with a share: too few to show growth")
    return remarks


def spans(years: Iterable[int] | Ints) -> str:
    """Years in words: ``2010-2012, 2014``."""
    runs: list[list[int]] = []
    for year in sorted(int(y) for y in years):
        if runs and year == runs[-1][-1] + 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)
