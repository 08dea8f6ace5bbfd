"""Forecasts as a file: one row per market, year and variable, nineteen quantiles across.

Columns: code, origin, year, variable (``share`` in percent, ``units`` and ``market`` in cars), q05 to q95.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from roadstead.outlook.score import LEVELS

if TYPE_CHECKING:
    from pathlib import Path

    from roadstead.outlook.projections import Projections
    from roadstead.terms.arrays import Floats

COLUMNS = [f"q{round(100 * level):02d}" for level in LEVELS.tolist()]
HUNDRED = 100.0


def frame(found: Projections) -> pl.DataFrame:
    """The rows of the file; variables that are not known for a market are left out."""
    parts = [
        _variable(found, name, values)
        for name, values in (("share", HUNDRED * found.share), ("units", found.units), ("market", found.market))
    ]
    return pl.concat(parts).sort("code", "year", "variable")


def _variable(found: Projections, name: str, values: Floats) -> pl.DataFrame:
    market, year = np.indices(values.shape[:2])
    table = pl.DataFrame(values.reshape(-1, len(COLUMNS)), schema=COLUMNS)
    told = pl.DataFrame(
        {
            "code": np.asarray(found.codes)[market.ravel()],
            "origin": np.full(market.size, found.origin),
            "year": found.years[year.ravel()],
            "variable": np.full(market.size, name),
        }
    )
    return told.hstack(table).filter(pl.col(COLUMNS[0]).is_not_nan())


def write(found: Projections, path: Path) -> None:
    """Write the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    frame(found).write_csv(path)
