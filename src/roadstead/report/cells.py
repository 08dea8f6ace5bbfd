"""What a table is made of: typed cells under named columns."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from roadstead.report.words import Words

Kind = Literal["text", "prose", "money", "money_per_car", "cars", "share", "year", "count", "number", "ratio"]
"""What a column holds; ``prose`` is text long enough to wrap."""


@dataclass(frozen=True, slots=True)
class Link:
    """Text that leads to its source."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class PlusMinus:
    """A number that was estimated, with its standard error."""

    value: float
    error: float


Cell: TypeAlias = str | float | Link | PlusMinus | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column: the key of its heading (of any label, if it has a dot), what it holds, and the year it is of where that is said.

    Attributes
    ----------
    holds
        Numbers as they are, numbers that were estimated, or the errors of those alone.
    """

    key: str
    kind: Kind = "text"
    year: int | None = None
    holds: Literal["numbers", "estimates", "errors"] = "numbers"

    def heading(self, words: Words) -> str:
        """Its heading in words."""
        label = words.label(self.key if "." in self.key else f"column.{self.key}")
        named = " ".join(filter(None, (label, str(self.year or ""))))
        return words.tell("column.error", column=named) if self.holds == "errors" else named


@dataclass(frozen=True, slots=True)
class Table:
    """A table; rows are as long as ``columns``."""

    key: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


def linked(text: str, url: str) -> Cell:
    """A link where the address is one of the web, text where it is anything else."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return text
    return Link(text or url, url) if parts.scheme in {"http", "https"} and parts.netloc else text


def unfolded(table: Table) -> Table:
    """The table with estimates in two columns, the value and its error, so that every number has a cell of its own."""
    columns: list[Column] = []
    for column in table.columns:
        if column.holds == "estimates":
            columns += [replace(column, holds="numbers"), replace(column, holds="errors")]
        else:
            columns.append(column)
    rows = (
        tuple(
            single
            for cell, column in zip(row, table.columns, strict=True)
            for single in (_apart(cell) if column.holds == "estimates" else (cell,))
        )
        for row in table.rows
    )
    return Table(table.key, tuple(columns), tuple(rows))


def without_empty(table: Table) -> Table:
    """The table without columns that hold nothing in any of its rows; one without rows keeps its heads."""
    held = [
        c for c in range(len(table.columns)) if not table.rows or any(row[c] not in {None, ""} for row in table.rows)
    ]
    return Table(
        table.key, tuple(table.columns[c] for c in held), tuple(tuple(row[c] for c in held) for row in table.rows)
    )


def _apart(cell: Cell) -> tuple[Cell, Cell]:
    return (cell.value, cell.error) if isinstance(cell, PlusMinus) else (cell, None)


def table_of(key: str, columns: str, rows: Iterable[tuple[Cell, ...]]) -> Table:
    """A table from columns written ``key:kind``."""
    heads = [column.partition(":") for column in columns.split()]
    return Table(key, tuple(Column(name, kind or "text") for name, _, kind in heads), tuple(rows))  # type: ignore[arg-type]
