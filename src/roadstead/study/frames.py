"""Rows of a book as tables for notebooks: one column a field, names in English with a second column in Chinese."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from roadstead.playbook.parts_book import ExportYear, LineContent, LineOutput, LineStart, Shipped
from roadstead.terms.showing import Shown

if TYPE_CHECKING:
    import polars as pl

    from roadstead.playbook.parts_book import Pull
    from roadstead.study.study import Run


@dataclass(frozen=True, slots=True)
class Rows(Shown):
    """Rows of one kind; ``df`` is them as a table, its columns the same whether there are rows or none.

    Attributes
    ----------
    kind
        Type of every row: its docstring says what the columns hold, and in which units.
    """

    kind: type
    rows: tuple[Any, ...]

    def table(self) -> pl.DataFrame:
        """The rows as a table."""
        return frame(self.kind, self.rows)

    @property
    def about(self) -> str:
        """What they are, in a sentence."""
        return (self.kind.__doc__ or "").strip().partition("\n")[0]

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, slots=True)
class Parts(Shown):
    """Exports from home of a plan: built-up cars, kits, batteries and other parts.

    >>> planned.parts.df                # by year, country and goods
    >>> planned.parts.by_year.df        # to all countries, with P10 and P90 over futures
    """

    by_country: Rows
    by_year: Rows


@dataclass(frozen=True, slots=True)
class Suppliers(Shown):
    """What a supplier may count on: cars by line, model and year, first years, and content by part group.

    >>> planned.suppliers.production.df
    >>> planned.suppliers.starts.df
    >>> planned.suppliers.content.df
    """

    production: Rows
    starts: Rows
    content: Rows


def parts(pull: Pull) -> Parts:
    """Exports of a chapter on parts."""
    return Parts(Rows(Shipped, pull.shipped), Rows(ExportYear, pull.years))


def suppliers(pull: Pull) -> Suppliers:
    """What the same chapter tells a supplier."""
    return Suppliers(Rows(LineOutput, pull.production), Rows(LineStart, pull.starts), Rows(LineContent, pull.content))


def tabled(pull: Pull) -> dict[str, Rows]:
    """Tables of the run folder, by name."""
    sent, told = parts(pull), suppliers(pull)
    return {
        "parts": sent.by_country,
        "parts_by_year": sent.by_year,
        "supplier_production": told.production,
        "supplier_starts": told.starts,
        "supplier_content": told.content,
    }


def sales(run: Run) -> pl.DataFrame:
    """Cars that a plan sells by year, market and mode, expected over futures. [cars/year]"""
    import numpy as np
    import polars as pl

    from roadstead.playbook.reading import MODES, cars, weight_by_year
    from roadstead.study.study import read_back

    reading = read_back(run.ready.study, run.ready, run.solved)
    markets = reading.evaluation.prospect.labels.market
    expected = np.einsum("ty,ymo->tmo", weight_by_year(reading), cars(reading))
    names = [reading.place(market) for market in markets]
    rows = [
        (year, market, names[m].en, names[m].zh, mode, float(expected[t, m, o]))
        for t, year in enumerate(reading.years)
        for m, market in enumerate(markets)
        for o, mode in enumerate(MODES)
    ]
    text = dict.fromkeys(("market", "name", "name_zh", "mode"), pl.String)
    return pl.DataFrame(rows, {"year": pl.Int64, **text, "cars": pl.Float64}, orient="row")


def frame(kind: type, rows: tuple[Any, ...]) -> pl.DataFrame:
    """Rows of a dataclass of numbers, words and names as a table with a type for every column."""
    import polars as pl

    numbers = {"int": pl.Int64, "float": pl.Float64}
    columns: dict[str, Any] = {}
    for field in fields(kind):
        cells = [getattr(row, field.name) for row in rows]
        if field.type == "Name":
            columns[field.name] = pl.Series([cell.en for cell in cells], dtype=pl.String)
            columns[f"{field.name}_zh"] = pl.Series([cell.zh for cell in cells], dtype=pl.String)
        else:
            dtype = numbers.get(str(field.type).removesuffix(" | None"), pl.String)
            columns[field.name] = pl.Series(cells, dtype=dtype)
    return pl.DataFrame(columns)
