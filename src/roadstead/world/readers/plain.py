"""The plain layout of an adoption history: one row per market and year, shares in percent.

Columns: code, region, year, ev_share_pct [percent], ev_sales [cars], total_sales [cars], is_agg, source; their order is
free, others are kept out. A share that is left blank is worked out from the sales, and noted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from roadstead.terms.errors import Fault, raise_if_any
from roadstead.world.readers.series import AGGREGATES, note_doubles, panel, spans
from roadstead.world.readers.shares import UNDECIDED_NOTE, Reading, as_fraction, note_fractions, note_out_of_bounds
from roadstead.world.readers.sheet import LINE, Wanted, no_negatives, numbers, read_sheet, whole_numbers

if TYPE_CHECKING:
    from pathlib import Path

    from roadstead.world.panel import Panel
    from roadstead.world.readers.sheet import Sheet

COLUMNS = (
    Wanted("code"),
    Wanted("region", required=False),
    Wanted("year"),
    Wanted("ev_share_pct", required=False),
    Wanted("ev_sales", required=False),
    Wanted("total_sales", required=False),
    Wanted("is_agg", required=False),
)
YES_OR_NO = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
TENTH, POINTS = 0.1, 0.3
"""A printed share and the sales' own differ in earnest by more than a tenth and more than these percentage points."""


def history(path: Path) -> Panel:
    """Histories by code.

    Raises
    ------
    RoadsteadError
        Every fault of the file, each with its place.
    """
    faults: list[Fault] = []
    sheet = read_sheet(path, COLUMNS, faults)
    _note_no_shares(sheet, faults)
    frame = _frame(sheet, faults)
    found = note_fractions(sheet, "ev_share_pct", frame, faults)
    raise_if_any(faults)
    notes = _notes(frame)
    if found is Reading.UNDECIDED:
        for code in frame["code"].unique():
            notes.setdefault(code, []).append(UNDECIDED_NOTE)
    return panel(frame, notes)


def _note_no_shares(sheet: Sheet, faults: list[Fault]) -> None:
    """Shares must stand there or be there to work out; rows at all must be there."""
    if "ev_share_pct" not in sheet.places and not {"ev_sales", "total_sales"} <= sheet.places.keys():
        expected = "ev_share_pct in percent, or both ev_sales and total_sales"
        faults.append(Fault(f"{sheet.file}:1:1", "RS-T102", "the column `ev_share_pct` is missing", expected))
    if sheet.cells.is_empty():
        expected = f"one row per code and year under the columns {', '.join(c.name for c in COLUMNS)}"
        faults.append(Fault(f"{sheet.file}:2:1", "RS-W316", "no row follows the header", expected))


def _frame(sheet: Sheet, faults: list[Fault]) -> pl.DataFrame:
    """Rows with a code and a year: line, code, region, is_aggregate, year, printed, share, nev, total."""
    for line in sheet.cells.filter(pl.col("code") == "")[LINE]:
        expected = "ISO 3166-1 alpha-3, or WLD, EUR, EU27, ROW"
        faults.append(Fault(sheet.where(line, "code"), "RS-T105", "nothing stands here", expected))
    printed, nev, total = (numbers(sheet, name, faults) for name in ("ev_share_pct", "ev_sales", "total_sales"))
    note_out_of_bounds(sheet, "ev_share_pct", printed, faults)
    no_negatives(sheet, "ev_sales", nev, faults)
    no_negatives(sheet, "total_sales", total, faults)
    code = pl.col("code")
    frame = sheet.cells.select(
        LINE,
        code,
        pl.when(pl.col("region") == "").then(code).otherwise("region").alias("region"),
        _aggregates(sheet, faults),
        whole_numbers(sheet, "year", faults),
        printed.alias("printed"),
        nev.alias("nev"),
        total.alias("total"),
    )
    _note_more_than_all(sheet, frame, faults)
    frame = frame.filter((code != "") & pl.col("year").is_not_null())
    note_doubles(sheet, frame, ("code", "year"), ("code", "year"), faults)
    worked_out = pl.when(pl.col("total") > 0).then(pl.col("nev") / pl.col("total"))
    return frame.with_columns(
        share=pl.coalesce(as_fraction(frame["printed"]), worked_out),
        worked_out=worked_out,
        from_sales=pl.col("printed").is_null(),
    )


def _aggregates(sheet: Sheet, faults: list[Fault]) -> pl.Series:
    """Whether each row is of a region or the world; by its code where the file does not say."""
    found = []
    for line, code, cell in sheet.cells.select(LINE, "code", "is_agg").iter_rows():
        known = YES_OR_NO.get(cell.casefold())
        if cell and known is None:
            message = f"{cell!r} is not yes or no"
            faults.append(Fault(sheet.where(line, "is_agg"), "RS-T107", message, "True or False; empty if not known"))
        found.append(code in AGGREGATES if known is None else known)
    return pl.Series("is_aggregate", found, pl.Boolean)


def _note_more_than_all(sheet: Sheet, frame: pl.DataFrame, faults: list[Fault]) -> None:
    for row in frame.filter(pl.col("nev") > pl.col("total")).iter_rows(named=True):
        message = f"{row['nev']:g} NEV of {row['total']:g} cars is a share above 100 %"
        expected = "ev_sales no larger than total_sales, both in cars"
        faults.append(Fault(sheet.where(row[LINE], "ev_sales"), "RS-W312", message, expected))


def _notes(frame: pl.DataFrame) -> dict[str, list[str]]:
    """Where shares rest on the sales, and where the two contradict each other."""
    off = (pl.col("worked_out") - pl.col("share")).abs()
    apart = (off > TENTH * pl.col("share")) & (off > POINTS / 100)
    notes: dict[str, list[str]] = {}
    for rows, words in (
        (frame.filter(pl.col("from_sales") & pl.col("share").is_not_null()), "share worked out from the sales"),
        (frame.filter(apart), "the sales give another share, by more than a tenth; the printed one is kept"),
    ):
        for (code,), part in rows.group_by("code"):
            notes.setdefault(str(code), []).append(f"{spans(part['year'])}: {words}")
    return notes
