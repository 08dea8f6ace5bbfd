"""Where the packaged rows come from, and which of them rest on nothing located."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from roadstead.terms.evidence import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from roadstead.terms.tables import Row, Schema


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many rows of a table rest on a source.

    Attributes
    ----------
    unsourced
        Rows for which no source was located: usable as assumptions at most.
    newest
        Latest ``as_of`` among the rows that state a date, as text.
    """

    table: str
    rows: int
    unsourced: int
    high: int
    medium: int
    low: int
    newest: str


def coverage(schema: Schema, rows: Iterable[Row]) -> Coverage:
    """Count what a table's rows rest on."""
    evidence = [row.evidence for row in rows]
    count = {level: sum(e.confidence == level for e in evidence) for level in ("high", "medium", "low")}
    return Coverage(
        table=schema.name,
        rows=len(evidence),
        unsourced=sum(not e.is_sourced for e in evidence),
        high=count["high"],
        medium=count["medium"],
        low=count["low"],
        newest=max((e.as_of for e in evidence if e.as_of[:1].isdigit()), default=""),
    )


def sources(rows: Iterable[Row]) -> Mapping[str, Source]:
    """Sources by id."""
    return {row["source"]: Source(row["source"], row["title"], row["url"], row["published_on"]) for row in rows}


def naming(schema: Schema, row: Row) -> str:
    """A row in a few words: its key, or its first filled cells."""
    names = schema.key or tuple(column.name for column in schema.columns[:5])
    return " ".join(str(row[name]) for name in names if row[name] not in {None, ""})
