"""What a plan's worth hangs on, its decisions held: a table, a picture, and what to know of both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.playbook.book import Amount
from roadstead.playbook.what_if_book import Mover
from roadstead.report.amounts import plain
from roadstead.report.cells import table_of
from roadstead.report.charts import tornado

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from roadstead.playbook.book import Book
    from roadstead.playbook.weights_book import Weight, Weights
    from roadstead.report.cells import Table
    from roadstead.report.words import Words


def assumption(text: str, words: Words) -> str:
    """An assumption by what it is called, not by its selector."""
    table, *rest = text.split("/")
    return words.assumed(rest[-1]) if table == "figures" else words.label(f"whatif.of.{table}")


def end(written: str, words: Words) -> str:
    """An end of an assumption in print: a factor as what it adds or takes, in per cent."""
    if not written.startswith("x"):
        return plain(float(written), 6) if written else ""
    return words.more(float(written.removeprefix("x")) - 1.0, "share")


def weights(book: Book, words: Words) -> Table:
    """Assumptions at their ends, and what NPV differs by there."""
    rows = (
        (one.name, one.low or None, one.npv_low, one.high or None, one.npv_high)
        for one in (bars(book.weights.rows, words) if book.weights else ())
    )
    return table_of("weights", "assumption low_end at_low:money high_end at_high:money", rows)


def bars(rows: Iterable[Weight | Mover], words: Words) -> list[tornado.Bar]:
    """Assumptions as bars."""
    return [
        tornado.Bar(
            assumption(row.assumption, words), end(row.low, words), end(row.high, words), row.npv_low, row.npv_high,
            row.noise if isinstance(row, Mover) else 0.0,
        )
        for row in rows
    ]  # fmt: skip


def said(found: Weights, words: Words) -> Iterator[str]:
    """What was held and what was not, how far assumptions go, and what became of those that are not shown."""
    spread, count = Amount(found.spread, "share"), Amount(float(found.count - len(found.rows)), "count")
    yield words.tell("weights.held")
    yield words.tell("weights.ends", spread=spread)
    if found.rest is not None:
        yield words.tell("weights.rest", count=count, rest=Amount(found.rest, "money"))
