"""The playbook as one page that asks nobody for anything: no script, no font, no picture from outside."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from roadstead.report import tables
from roadstead.report.amounts import SIGNS, SPACE, grouped, money_scale, plain
from roadstead.report.cells import Link, PlusMinus
from roadstead.report.leading_words import BEGINS, LeadingWords, led
from roadstead.report.pictures import exports_picture, pictures, rehearsal_picture, weights_picture
from roadstead.report.regret import regret, tinted
from roadstead.report.rehearsal import rehearsal, where_each_breaks
from roadstead.report.signs import fresh_signs, signposts
from roadstead.report.sources import sources
from roadstead.report.trails import Asked, trails
from roadstead.report.weights import weights

if TYPE_CHECKING:
    from collections.abc import Callable

    from roadstead.playbook.book import Book
    from roadstead.report.amounts import MoneyScale
    from roadstead.report.cells import Cell, Column, Table
    from roadstead.report.words import Words

TRIGGERS_SHOWN, LATER_SHOWN = 4, 12
"""Triggers and later decisions on the first screen; the others are folded."""
FOLDED = 40
"""Rows from which a table is folded."""


@dataclass(frozen=True, slots=True)
class PageCell:
    """A printed cell.

    Attributes
    ----------
    text, url
        What it says, and where that leads.
    look
        How it is set: number (and its tint), text on one line, or prose.
    error, error_url
        Standard error at the end of its text, and where that leads; nothing where there is none.
    """

    text: str
    url: str
    look: str
    error: str = ""
    error_url: str = ""

    @property
    def value(self) -> str:
        """Its text without the standard error."""
        return self.text.removesuffix(self.error).rstrip(SPACE)


@dataclass(frozen=True, slots=True)
class PageTable:
    """A table as the page prints it."""

    key: str
    caption: str
    heads: tuple[PageCell, ...]
    rows: tuple[tuple[PageCell, ...], ...]

    @property
    def is_long(self) -> bool:
        """True where the page folds it."""
        return len(self.rows) >= FOLDED


def page(book: Book, words: Words) -> str:
    """The whole page."""
    reached = replace(book, flexibility=tuple(row for row in book.flexibility if row.standing != "no time"))
    asked = Asked(book)
    leading = LeadingWords(words.language, words.currency, asked)
    return filled(
        "playbook.html",
        words,
        book=book,
        say=lambda sentence: led(leading.say(sentence)),
        brief=lambda sentence: led(leading.brief(sentence)),
        joined=lambda sentences: led(leading.joined(sentences)),
        label=words.label,
        pictures=pictures(book, words, asked),
        exports=exports_picture(book.pull, words, asked) if book.pull else None,
        pull_tables=[
            asked.led(page_table(tables.exports(book, words), words, one_scale=True)),
            asked.led(page_table(tables.suppliers(book, words), words)),
            asked.led(page_table(tables.forerunners(book, words), words)),
        ],
        demand_tables=[asked.led(page_table(build(book, words), words)) for build in (tables.demand, tables.bands)],
        proof=led(tables.proof(book, leading)),
        asked=asked,
        trails=trails(book, words, asked),
        comparisons=asked.led(page_table(tables.comparisons(book, words), words)),
        regret=asked.led(_regret(book, words)),
        flexibility=Asked(reached).led(page_table(tables.flexibility(reached, leading), words, one_scale=True)),
        rehearsed=asked.led(page_table(rehearsal(book, words), words, one_scale=True)),
        breaks=where_each_breaks(book.rehearsal.broken if book.rehearsal else (), words),
        fresh_signs=asked.led(page_table(fresh_signs(book, leading, once=True), words)),
        rehearsal_figure=rehearsal_picture(book.rehearsal, words) if book.rehearsal else None,
        weights=asked.led(page_table(weights(book, words), words, one_scale=True)),
        weights_figure=weights_picture(book.weights, words, asked) if book.weights else None,
        unreached=len(book.flexibility) - len(reached.flexibility),
        signposts=asked.led(page_table(signposts(book, leading), words)),
        tables=[asked.led(page_table(build(book, leading), words)) for build in PRINTED],
        grounds=[page_table(build(book, words), words) for build in (tables.other_rules, sources)],
        triggers_shown=TRIGGERS_SHOWN,
        later_shown=LATER_SHOWN,
    )


def filled(template: str, words: Words, **values: object) -> str:
    """A template with its values, in the style of all pages."""
    environment = _environment()
    style, _, _ = environment.loader.get_source(environment, "page.css")  # type: ignore[union-attr]
    return environment.get_template(template).render(words=words, style=Markup(style), **values)  # noqa: S704 -- our own file


@cache
def _environment() -> Environment:
    """It keeps the templates that it compiled."""
    return Environment(
        loader=PackageLoader("roadstead.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip


PRINTED: tuple[Callable[[Book, Words], Table], ...] = (
    tables.markets,
    tables.decisions,
    tables.events,
    tables.evidence,
)
"""Tables printed on the page; the others are what its sentences and charts show."""


def _regret(book: Book, words: Words) -> PageTable:
    table = regret(book, words)
    return tinted(page_table(table, words, one_scale=True), table)


def page_table(table: Table, words: Words, *, one_scale: bool = False) -> PageTable:
    """A table with its cells in print; ``one_scale`` prints all its money in the scale of the largest."""
    every = scale_of_all(table, words)
    scales = {
        c: every if one_scale else money_scale(_money(table, c), words.language)
        for c, column in enumerate(table.columns)
        if column.kind == "money"
    }
    heads = tuple(
        PageCell(_head(column, scales.get(c), words), "", look(column)) for c, column in enumerate(table.columns)
    )
    rows = tuple(
        tuple(_cell(cell, table.columns[c], scales.get(c)) for c, cell in enumerate(row)) for row in table.rows
    )
    return PageTable(table.key, words.label(f"table.{table.key}"), heads, rows)


def scale_of_all(table: Table, words: Words) -> MoneyScale:
    """The scale of all money of a table together."""
    columns = [c for c, column in enumerate(table.columns) if column.kind == "money"]
    return money_scale([value for c in columns for value in _money(table, c)], words.language)


def _money(table: Table, column: int) -> list[float]:
    return [_value(cell) for row in table.rows if isinstance(cell := row[column], (float, PlusMinus))]


def _value(cell: float | PlusMinus) -> float:
    return cell.value if isinstance(cell, PlusMinus) else cell


def _head(column: Column, scale: MoneyScale | None, words: Words) -> str:
    head = column.heading(words)
    if scale is None and column.kind != "money_per_car":
        return head
    unit = money_unit(scale.word if scale else "", words)
    return f"{head}（{unit}）" if words.language == "zh" else f"{head} ({unit})"


def money_unit(word: str, words: Words) -> str:
    """What a column or an axis of money is counted in; ``word`` is that of its scale."""
    if words.language == "zh":
        return f"{word}{words.currency_name()}"
    return f"{SIGNS.get(words.currency, words.currency)} {word}".rstrip().replace(" ", SPACE)


def look(column: Column) -> str:
    """How cells of a column are set."""
    return column.kind if column.kind in {"text", "prose"} else "number"


def _cell(cell: Cell, column: Column, scale: MoneyScale | None) -> PageCell:
    if isinstance(cell, Link):
        return PageCell(cell.text, cell.url, look(column))
    if cell is None:
        return PageCell("–" if look(column) == "number" else "", "", look(column))
    if isinstance(cell, str):
        said = led(cell) if BEGINS in cell else cell  # a sentence in which numbers lead on
        return PageCell(said, "", "text" if look(column) == "number" else look(column))
    if isinstance(cell, PlusMinus):
        value, error = (_number(number, column, scale) for number in (cell.value, cell.error))
        beside = f"±{SPACE}{error}"
        return PageCell(f"{value.removesuffix('%')}{SPACE}{beside}", "", "number", beside)
    return PageCell(_number(cell, column, scale), "", "number")


def _number(value: float, column: Column, scale: MoneyScale | None) -> str:
    if scale is not None:
        return scale.number(value)
    match column.kind:
        case "share":
            return f"{grouped(value * 100.0, 1)}%"
        case "year" | "count":
            return f"{value:.0f}"
        case "number":
            return plain(value, 6)
        case "ratio":
            return grouped(value, 3)
        case _:
            return grouped(value)
