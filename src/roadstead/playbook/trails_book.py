"""Where figures come from, as plain values: each figure's trail one step back, and the rows at its end, each told once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roadstead.playbook.book import Amount, Sentence


WORKED_IN = "--set "
"""Begins the place of a row that a what-if has set: what follows is its patch."""


@dataclass(frozen=True, slots=True)
class Root:
    """A row at the end of a trail, and what it rests on.

    Attributes
    ----------
    table, row
        The table, and what names the row in it.
    at
        File and line, or workbook, sheet and cell; ``packaged`` in front of a row that is nobody's own. Of a row that a what-if has set,
        ``--set`` and its patch: the case's own cell says what stood there before, or is empty.
    says
        Cells that count, each as ``column value unit``.
    source
        Title of the document, ``assumption``, or nothing where none was located.
    """

    table: str
    row: str
    at: str
    says: tuple[str, ...]
    source: str
    url: str
    as_of: str
    confidence: str
    is_assumption: bool
    note: str


@dataclass(frozen=True, slots=True)
class TrailPart:
    """A part of a figure, or the figure itself: what it is, how it is worked out, and the numbers of the rows it rests on.

    Attributes
    ----------
    key
        Under which it may be asked for by itself; empty where it cannot.
    equation
        Number of the equation in docs/notation.md.
    """

    what: Sentence
    amount: Amount
    key: str
    how: Sentence | None
    equation: str
    rests_on: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Trail:
    """A figure with all that it adds up from."""

    figure: TrailPart
    parts: tuple[TrailPart, ...]


@dataclass(frozen=True, slots=True)
class Trails:
    """Figures of the playbook that have a trail, in its order, then what some of them add up from."""

    figures: tuple[Trail, ...]
    rows: tuple[Root, ...]

    @property
    def keys(self) -> frozenset[str]:
        """Keys of the figures."""
        return frozenset(one.figure.key for one in self.figures)
