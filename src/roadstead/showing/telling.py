"""What a result shows of itself: a headline, listings and sentences, its rows as a table, and drawings by name."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, TypeAlias

from roadstead.terms.errors import Fault, RoadsteadError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import polars as pl

    from roadstead.report.charts.files import Drawing
    from roadstead.report.html import PageTable
    from roadstead.report.listing import Listing

Told: TypeAlias = "tuple[tuple[str, ...], Sequence[tuple[str, ...]]]"
"""Headings, numbers to the right marked, and rows of a table."""
Block: TypeAlias = "Listing | PageTable | str"
"""What stands below a headline; an empty text parts what a terminal prints."""


@dataclass(frozen=True, slots=True)
class Telling:
    """What there is to show of one result; nothing is drawn or put into a table before it is asked for."""

    headline: str
    blocks: Iterable[Block]
    rows: Callable[[], pl.DataFrame]
    drawings: Mapping[str, Callable[[], Drawing]] = field(default_factory=dict)

    @property
    def charts(self) -> tuple[str, ...]:
        """Names of the drawings, the one first that is drawn where none is named."""
        return tuple(self.drawings)

    def html(self) -> str:
        """As a notebook shows it."""
        from roadstead.showing.html import page

        return page(self.headline, self.blocks)

    def table(self) -> pl.DataFrame:
        """Its rows."""
        return self.rows()

    def picture(self, name: str) -> Drawing:
        """A drawing by its name.

        Raises
        ------
        RoadsteadError
            RS-C701 for a name that none has.
        """
        wanted = name or next(iter(self.drawings), "")
        if wanted not in self.drawings:
            told = f"no chart is called {name!r}" if name else "there is nothing to draw of this"
            expected = f"one of {', '.join(self.drawings)}" if self.drawings else "`.df`, which has its rows"
            raise RoadsteadError(Fault("chart", "RS-C701", told, expected))
        return self.drawings[wanted]()


def framed(columns: str, rows: Iterable[Sequence[Any]]) -> pl.DataFrame:
    """Rows as a table from columns written ``name:type``, the same whether there are rows or none."""
    import polars as pl

    types: dict[str, Any] = {
        "text": pl.String, "number": pl.Float64, "int": pl.Int64, "yes": pl.Boolean, "day": pl.Date,
    }  # fmt: skip
    heads = [column.partition(":") for column in columns.split()]
    schema = {name: types[kind or "text"] for name, _, kind in heads}
    kinds = tuple(kind for _, _, kind in heads)
    return pl.DataFrame(
        [tuple(_typed(cell, kind) for cell, kind in zip(row, kinds, strict=True)) for row in rows], schema, orient="row"
    )


def _typed(cell: Any, kind: str) -> Any:
    """A cell as its column holds it: whole numbers among fractions as fractions, an empty day as nothing."""
    if kind == "number" and cell is not None:
        return float(cell)
    return None if kind == "day" and not isinstance(cell, date) else cell
