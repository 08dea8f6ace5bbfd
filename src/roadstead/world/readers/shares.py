"""Shares in percent, checked: inside 0 to 100, and no fractions in disguise."""

from __future__ import annotations

import math
from enum import StrEnum
from typing import TYPE_CHECKING

import polars as pl

from roadstead.terms.errors import Fault
from roadstead.world.readers.sheet import LINE

if TYPE_CHECKING:
    from roadstead.world.readers.sheet import Sheet

MOST_CARS = 150e6
"""No year has seen as many new cars in all the world. [cars/year]"""
UNDECIDED_NOTE = "no share of the file is above 1 and nothing tells percent from fractions: read as percent"


class Reading(StrEnum):
    """What a column of shares holds."""

    PERCENT = "percent"
    FRACTION = "fraction"
    UNDECIDED = "undecided"


def reading(frame: pl.DataFrame) -> Reading:
    """Tell percent from fractions.

    Parameters
    ----------
    frame
        Columns year, is_aggregate, printed (the share as it stands), nev and total [cars/year]; null where not known.

    Notes
    -----
    A share above 1 can only be percent. Else the sales beside the shares decide: the printed share over nev/total is
    near 1 for fractions and near 100 for percent, and its median is on one side of 10. Without totals, fractions show
    where the market that nev and the share imply would be larger than the world's.
    """
    known = frame.filter(pl.col("printed") > 0)
    if known.is_empty() or known.select((pl.col("printed") > 1).any()).item():
        return Reading.PERCENT
    sold = known.filter(pl.col("nev") > 0)
    ratio = sold.filter(pl.col("total") > 0).select((pl.col("printed") * pl.col("total") / pl.col("nev")).median())
    median = ratio.item()
    if median is not None:
        return Reading.FRACTION if median < math.sqrt(100.0) else Reading.PERCENT
    implied = sold.select("year", "is_aggregate", cars=100 * pl.col("nev") / pl.col("printed"))
    largest = max(
        implied.filter("is_aggregate")["cars"].max() or 0.0,
        implied.filter(~pl.col("is_aggregate")).group_by("year").agg(pl.col("cars").sum())["cars"].max() or 0.0,
    )
    return Reading.FRACTION if float(largest) > MOST_CARS else Reading.UNDECIDED  # type: ignore[arg-type]


def as_fraction(percent: pl.Series) -> pl.Series:
    """Percent over a hundred, rounded once: polars multiplies by 0.01, and 35 % would not be 0.35."""
    return pl.Series(percent.name, percent.to_numpy() / 100.0, nan_to_null=True)


def note_fractions(sheet: Sheet, column: str, frame: pl.DataFrame, faults: list[Fault]) -> Reading:
    """Read as :func:`reading` does; one fault, at the first share, where the column holds fractions."""
    found = reading(frame)
    if found is Reading.FRACTION:
        first = frame.filter(pl.col("printed") > 0).row(0, named=True)
        message = f"{first['printed']:g} and all other shares look like fractions"
        expected = f"percent: write 12 for 12 %, here {100 * first['printed']:g}"
        faults.append(Fault(sheet.where(first[LINE], column), "RS-W311", message, expected))
    return found


def note_out_of_bounds(sheet: Sheet, column: str, share: pl.Series, faults: list[Fault]) -> None:
    """One fault at each share below 0 or above 100 %."""
    outside = sheet.cells.select(LINE).with_columns(share.alias("share"))
    for line, met in outside.filter((pl.col("share") < 0) | (pl.col("share") > 100)).iter_rows():
        message = f"a share of {met:g} %"
        expected = "NEV share of new cars in percent, between 0 and 100"
        faults.append(Fault(sheet.where(line, column), "RS-W312", message, expected))
