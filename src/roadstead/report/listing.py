"""A listing: rows of text under heads, as a terminal prints it and a notebook shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.table import Table


@dataclass(frozen=True, slots=True)
class Listing:
    """Rows of text, each as long as ``heads``; a column whose head begins with > is set to the right."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Heads as they are read."""
        return tuple(head.removeprefix(">") for head in self.heads)

    @property
    def at_right(self) -> tuple[bool, ...]:
        """Which columns are set to the right."""
        return tuple(head.startswith(">") for head in self.heads)

    def __rich__(self) -> Table:
        """As a terminal prints it."""
        from rich.table import Table

        drawn = Table(title=self.caption or None, title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0))
        for name, at_right in zip(self.names, self.at_right, strict=True):
            justify: Literal["left", "right"] = "right" if at_right else "left"
            drawn.add_column(name, justify=justify, overflow="fold")  # not cut: Chinese has no blanks to break at
        for row in self.rows:
            drawn.add_row(*row)
        return drawn


def table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Listing:
    """A listing of rows that may be worked out one by one."""
    return Listing(caption, tuple(heads), tuple(tuple(row) for row in rows))


def percent(share: float, digits: int = 3) -> str:
    """A fraction as a percentage, without zeros that say nothing."""
    text = f"{100.0 * share:.{digits}f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) + " %"


def number(value: float) -> str:
    """A whole number with separators."""
    return f"{value:,.0f}"
