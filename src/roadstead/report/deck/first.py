"""The first slides: what to do now, on a trigger and later; and what that is worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.report.amounts import money_scale
from roadstead.report.charts.futures import KEYS
from roadstead.report.charts.style import ACCENT, MUTED
from roadstead.report.deck.fitting import Line, height
from roadstead.report.deck.native import BARS, Look, Series, native
from roadstead.report.deck.slides import BOTTOM, LEFT, RIGHT, TOP, Box, Entry
from roadstead.report.html import money_unit, page_table
from roadstead.report.tables import comparisons, proof

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from roadstead.playbook.book import Book, DoNow, Later, Sentence, Trigger
    from roadstead.report.amounts import MoneyScale
    from roadstead.report.deck.slides import Deck
    from roadstead.report.html import PageTable
    from roadstead.report.words import Words

COST = "#9b3a24"
GAP = 22.0
"""Room between columns. [points]"""
SMALL, INDENT = 0.92, 12.0
"""Size of what stands under an item, over the item's; its room on the left. [points]"""
SIZES = (12.0, 11.0, 10.0, 9.0)
HEAD = 26.0
"""Height of a column's head. [points]"""


def playbook(deck: Deck, book: Book) -> None:
    """Page one: do now, triggers, later."""
    words = deck.words
    deck.begin(
        f"{words.name(book.cover.carmaker)} · {words.label('title')} {book.cover.first_year}–{book.cover.last_year}"
    )
    said = [[Line(words.say(sentence), bold=i == 0)] for i, sentence in enumerate(book.headline)]
    used = deck.text(Box(LEFT, TOP, RIGHT - LEFT, 66.0), said, (15.0, 14.0, 13.0, 12.0, 11.0, 10.0))
    top = TOP + used + 12.0
    parts = (
        ("do_now", [_now(i, entry, words) for i, entry in enumerate(book.do_now, 1)], 5.2),
        ("triggers", [_trigger(entry, words) for entry in book.triggers], 4.6),
        ("later", [_later(entry, words) for entry in book.later], 3.0),
    )
    room = RIGHT - LEFT - 2 * GAP
    left = LEFT
    for key, items, share in parts:
        width = room * share / sum(part[2] for part in parts)
        column(
            deck, Box(left, top, width, BOTTOM - top), words.label(f"ui.{key}"), items or [[Line(_none(key, words))]]
        )
        left += width + GAP


def column(deck: Deck, box: Box, head: str, items: Sequence[Sequence[Line]]) -> None:
    """A heading over text, with a line between."""
    deck.text(Box(box.left, box.top, box.width, HEAD), [[Line(head, bold=True, colour=ACCENT)]], (16.0,))
    deck.rule(Box(box.left, box.top + HEAD - 2.0, box.width, 0.0), ACCENT)
    below = Box(box.left, box.top + HEAD + 4.0, box.width, box.height - HEAD - 4.0)
    whole = height([line for item in items for line in item], box.width, SIZES[-2]) <= below.height
    # Where an item has to be told in very small letters, its last line is left to the page.
    deck.text(below, items if whole else [item[:-1] if len(item) > 2 else item for item in items], SIZES)


def _none(key: str, words: Words) -> str:
    return words.label({"triggers": "ui.no_triggers", "later": "ui.nothing_later"}.get(key, "deck.nothing_now"))


def _now(number: int, entry: DoNow, words: Words) -> list[Line]:
    return [
        Line(f"{number}. {words.say(entry.what)}", bold=True, before=0.5),
        Line(words.skip(entry.costs_to_skip, entry.skip_gap), colour=COST, scale=SMALL, indent=INDENT),
        Line(words.say(entry.why), scale=SMALL, indent=INDENT),
    ]


def _trigger(entry: Trigger, words: Words) -> list[Line]:
    then = words.headed(words.label("ui.then"), _brief(entry.then, words))
    otherwise = words.headed(words.label("ui.otherwise"), _brief(entry.otherwise, words))
    odds = f"{words.share(entry.probability)} {words.fill('watch', year=entry.watch_in)}"
    return [
        Line(words.name(entry.event), bold=True, before=0.5),
        Line(odds, colour=MUTED, scale=SMALL),
        Line(then, scale=SMALL, indent=INDENT),
        Line(otherwise, scale=SMALL, indent=INDENT),
    ]


def _brief(said: Iterable[Sentence], words: Words) -> str:
    return words.listed(map(words.brief, said))


def _later(entry: Later, words: Words) -> list[Line]:
    return [
        Line(f"{entry.year} · {words.share(entry.probability)}", bold=True, before=0.5),
        Line(words.brief(entry.what), scale=SMALL),
    ]


def worth(deck: Deck, book: Book) -> None:
    """NPV beside what the plan is held against, how close it is to the best plan, and in what money."""
    words = deck.words
    deck.begin(words.label("ui.worth"))
    scale = money_scale([row.npv for row in book.comparisons], words.language)
    half = (RIGHT - LEFT - GAP) / 2
    names = [words.label(f"comparison.{row.key}") for row in book.comparisons]
    series = [
        Series(words.label("column.npv"), tuple(row.npv / scale.divisor for row in book.comparisons), ACCENT),
        Series(
            words.label("column.worst"),
            tuple(row.worst / scale.divisor for row in book.comparisons),
            KEYS["standing"][0],
        ),
    ]
    look = Look(form=form(scale), unit=money_unit(scale.word, words), labels=True, size=11.0)
    native(deck, Box(LEFT, TOP, half, 250.0), BARS, names, series, words.label("ui.worth"), look)
    table = page_table(comparisons(book, words), words)
    deck.table(Box(LEFT + half + GAP, TOP, half, 250.0), entries(table, bold=1), (2.4, 1.3, 1.3, 1.3, 1.3))
    said = [[Line(proof(book, words), bold=True)], *([Line(words.say(one))] for one in book.cover.conventions)]
    deck.text(Box(LEFT, TOP + 262.0, RIGHT - LEFT, BOTTOM - TOP - 262.0), said, (13.0, 12.0, 11.0, 10.0, 9.0))


def form(scale: MoneyScale) -> str:
    """How a sheet prints money of a scale."""
    return "#,##0" if scale.decimals == 0 else "#,##0." + "0" * scale.decimals


def entries(table: PageTable, bold: int = 0) -> list[list[Entry]]:
    """A printed table as cells of a slide's; so many of its first rows are bold."""
    heads = [Entry(cell.text, bold=True, right=cell.look == "number", colour=MUTED) for cell in table.heads]
    rows = [
        [Entry(cell.text, bold=r < bold, right=cell.look.startswith("number")) for cell in row]
        for r, row in enumerate(table.rows)
    ]
    return [heads, *rows]
