"""What each way to act loses future by future: a table, tinted by how much."""

from __future__ import annotations

from dataclasses import replace
from math import ceil
from typing import TYPE_CHECKING

from roadstead.report.cells import Column, Table

if TYPE_CHECKING:
    from roadstead.playbook.book import Book
    from roadstead.report.cells import Cell
    from roadstead.report.html import PageTable
    from roadstead.report.words import Words

BEFORE, TOGETHER = 3, 2
"""Columns before what is lost; rows of all futures together, which stand first."""
TINTS = 5
"""Steps of the tint, from hardly anything to the most that is lost."""


def regret(book: Book, words: Words) -> Table:
    """Largest and expected regret of each way, then its regret in every future, from where the plan loses most."""
    found = book.regrets
    if found is None:
        return Table("regret", (Column("future", "prose"),), ())
    columns = (
        Column("future", "prose"), Column("probability", "share"), Column("best_npv", "money"),
        *(Column(f"comparison.{key}", "money") for key in found.keys),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = [
        (words.label("regret.most"), None, None, *found.most),
        (words.label("regret.mean"), None, None, *found.mean),
    ]
    rows += [(words.name(row.name), row.probability, row.best, *row.lost) for row in found.rows]
    return Table("regret", columns, tuple(rows))


def levels(table: Table) -> list[list[int]]:
    """How dark each regret of the table is: by its share of the largest, nothing for none."""
    lost = [[cell for cell in row[BEFORE:] if isinstance(cell, float)] for row in table.rows]
    most = max((max(row) for row in lost), default=0.0)
    # The share first: five times a number, by that number, may be more than five.
    return [[ceil(TINTS * (cell / most)) if most else 0 for cell in row] for row in lost]


def tinted(shown: PageTable, table: Table) -> PageTable:
    """The table in print, each regret tinted; what is best in a future stands in a box."""
    rows = []
    for r, (row, tints) in enumerate(zip(shown.rows, levels(table), strict=True)):
        told = tuple(
            replace(cell, look=f"number heat{tint}" if tint or r < TOGETHER else "number best")
            for cell, tint in zip(row[BEFORE:], tints, strict=True)
        )
        rows.append(row[:BEFORE] + told)
    return replace(shown, rows=tuple(rows))
