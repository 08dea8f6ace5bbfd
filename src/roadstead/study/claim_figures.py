"""Figures found for a claim: each with the rows it was worked out from, never averaged over sources that contradict."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from roadstead.terms.evidence import Confidence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from roadstead.terms.tables import Row


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure.

    Attributes
    ----------
    value
        In the unit of the claim; None where the figure is a list of places.
    places
        The list, largest first.
    rows
        ``file:line`` of every row it rests on.
    sources
        Ids of the documents behind them; empty ids where none was located.
    decides
        True where every row cites a document and none is rough: only such a figure moves a verdict.
    """

    value: float | None
    places: tuple[str, ...]
    rows: tuple[str, ...]
    sources: tuple[str, ...]
    decides: bool

    @property
    def is_sourced(self) -> bool:
        """True where a document stands behind every row."""
        return all(self.sources)


def of_row(row: Row, column: str = "value") -> Figure:
    """The figure a row states."""
    evidence = row.evidence
    return Figure(
        value=float(row[column]),
        places=(),
        rows=(row.at,),
        sources=(evidence.source_id if evidence.is_sourced else "",),
        decides=evidence.is_sourced and evidence.confidence is not Confidence.LOW,
    )


def of_rows(rows: Iterable[Row], column: str = "value") -> list[Figure]:
    """The figures of rows that fill the column."""
    return [of_row(row, column) for row in rows if row[column] is not None]


def joined(parts: Sequence[Figure], value: float | None, places: tuple[str, ...] = ()) -> Figure:
    """What is worked out from several figures, resting on all their rows."""
    return Figure(
        value=value,
        places=places,
        rows=tuple(dict.fromkeys(row for part in parts for row in part.rows)),
        sources=tuple(dict.fromkeys(source for part in parts for source in part.sources)),
        decides=all(part.decides for part in parts),
    )


def crossed(work_out: Callable[..., float], *choices: Sequence[Figure]) -> list[Figure]:
    """A computation on every combination of figures that contradict each other, one of each sequence."""
    return [joined(parts, work_out(*(part.value for part in parts))) for parts in product(*choices)]
