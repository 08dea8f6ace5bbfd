"""Where the playbook's figures come from, as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.report.cells import linked, table_of

if TYPE_CHECKING:
    from roadstead.playbook.book import Book
    from roadstead.report.cells import Table
    from roadstead.report.words import Words


def sources(book: Book, words: Words) -> Table:
    """Every source with what rests on it, those that most rests on first."""
    rows = (
        (
            linked(words.phrase(row.source), row.url), float(row.figures) or None, float(row.rules) or None,
            float(row.duties) or None, row.as_of, words.label(f"confidence.{row.confidence}") if row.confidence else "",
        )
        for row in book.sources
    )  # fmt: skip
    return table_of(
        "sources", "source:prose figures:count rules_beside:count duties_shown:count newest least_sure", rows
    )
