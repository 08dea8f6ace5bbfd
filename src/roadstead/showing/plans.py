"""A plan in a notebook: page one of its playbook, what it sells, and the report's charts."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from roadstead.report import tables
from roadstead.report.html import page_table
from roadstead.report.listing import table
from roadstead.report.words import Words
from roadstead.showing.plan_charts import drawings
from roadstead.showing.telling import Telling
from roadstead.study.frames import sales

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roadstead.playbook.book import Book
    from roadstead.report.listing import Listing
    from roadstead.showing.telling import Block
    from roadstead.study.api import Planned
    from roadstead.study.frames import Parts, Rows, Suppliers

SHOWN = 12
"""Later decisions that page one has room for."""


def planned_told(found: Planned) -> Telling:
    """A plan: do now, triggers, later, and what it is worth."""
    book = found.run.book
    words = Words("en", book.cover.currency)
    cover = book.cover
    horizon = words.fill("horizon", first=cover.first_year, last=cover.last_year, date=cover.as_known_on)
    blocks = (*page_one(book, words), *([f"run folder: {found.folder}"] if found.folder else ()))
    return Telling(f"{words.name(cover.carmaker)}, {horizon}", blocks, lambda: sales(found.run), drawings(book, words))


def page_one(book: Book, words: Words) -> Iterator[Block]:
    """What a board reads first."""
    yield from map(words.say, book.headline)
    yield words.joined(book.cover.conventions)
    now = ((words.brief(one.what), words.skip(one.costs_to_skip, one.skip_gap)) for one in book.do_now)
    yield table(words.label("ui.do_now"), _heads(words, "what", "costs_to_skip"), now)
    watched = (
        (
            words.name(one.event),
            words.share(one.probability),
            str(one.watch_in),
            words.listed(map(words.brief, one.then)),
        )
        for one in book.triggers
    )
    heads = _heads(words, "event", ">probability", ">watch_in", "then")
    yield table(words.label("ui.triggers"), heads, watched)
    later = ((str(one.year), words.share(one.probability), words.brief(one.what)) for one in islice(book.later, SHOWN))
    yield table(words.label("ui.later"), _heads(words, ">year", ">probability", "what"), later)
    if len(book.later) > SHOWN:
        yield words.fill("more", count=len(book.later) - SHOWN)
    yield page_table(tables.comparisons(book, words), words, one_scale=True)


def _heads(words: Words, *keys: str) -> tuple[str, ...]:
    """Heads of columns by their keys; those of numbers keep their mark."""
    return tuple((">" if key.startswith(">") else "") + words.label(f"column.{key.removeprefix('>')}") for key in keys)


def rows_told(found: Rows) -> Telling:
    """Rows of a plan's tables."""
    return Telling(_counted(found), (_listing(found),), found.table)


def parts_told(found: Parts) -> Telling:
    """Exports from home: by year in sight, by country as a table."""
    return Telling(_counted(found.by_year), (_listing(found.by_year),), found.by_country.table)


def suppliers_told(found: Suppliers) -> Telling:
    """What a supplier may count on: first years in sight, production as a table."""
    return Telling(_counted(found.starts), (_listing(found.starts),), found.production.table)


def _counted(found: Rows) -> str:
    return f"{len(found)} rows: {found.about}"


def _listing(found: Rows) -> Listing:
    shown = found.table()
    heads = tuple(f"{'>' if kind.is_numeric() else ''}{name}" for name, kind in shown.schema.items())
    return table("", heads, (tuple("" if cell is None else _cell(cell) for cell in row) for row in shown.iter_rows()))


def _cell(cell: str | float) -> str:
    """Years and counts whole, money and cars with their thousands marked, shares as they are."""
    if isinstance(cell, float):
        return f"{cell:,.0f}" if abs(cell) >= 100.0 else f"{cell:.4g}"
    return str(cell)
