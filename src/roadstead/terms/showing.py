"""Results that show themselves in a notebook. Who tells them stands in a room above this one: the package is asked for it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Protocol, SupportsIndex, TypeVar, overload

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Self

    import polars as pl

T_co = TypeVar("T_co", covariant=True)


class Picture(Protocol):
    """A chart that a notebook shows; ``altair`` is the chart itself."""

    altair: Any

    def svg(self) -> str:
        """As SVG."""

    def save(self, path: Path | str) -> None:
        """Write it to a file: .html, .svg or .png."""


class Telling(Protocol):
    """What there is to show of one result."""

    @property
    def charts(self) -> tuple[str, ...]:
        """Names of its charts."""

    def html(self) -> str:
        """As a notebook shows it."""

    def table(self) -> pl.DataFrame:
        """Its rows."""

    def picture(self, name: str) -> Picture:
        """A chart of it."""


class Shown:
    """A result that shows itself: as the last thing of a notebook's cell, as a table, and as charts."""

    __slots__ = ()

    @property
    def df(self) -> pl.DataFrame:
        """Its rows as a polars table; docs/notebooks.md says what the columns hold."""
        return _telling(self).table()

    @property
    def charts(self) -> tuple[str, ...]:
        """Names of its charts, the one first that ``chart()`` draws; none where there is nothing to draw."""
        return _telling(self).charts

    def chart(self, name: str = "") -> Picture:
        """A chart as commands and reports draw it, the first where none is named.

        Raises
        ------
        RoadsteadError
            RS-C701 for a name that is not among ``charts``.
        """
        return _telling(self).picture(name)

    def _repr_html_(self) -> str:
        return _telling(self).html()


class Answers(tuple[T_co, ...], Shown):
    """Answers in a row: a tuple that shows itself. What is cut out of it shows itself, too."""

    __slots__ = ()

    @overload
    def __getitem__(self, at: SupportsIndex, /) -> T_co: ...
    @overload
    def __getitem__(self, at: slice, /) -> Self: ...
    def __getitem__(self, at: SupportsIndex | slice, /) -> T_co | Self:
        return type(self)(super().__getitem__(at)) if isinstance(at, slice) else super().__getitem__(at)


def _telling(result: Shown) -> Telling:
    """Asked of the package as it was imported, so that no room below names one above."""
    found: Telling = sys.modules[__name__.partition(".")[0]].telling(result)
    return found
