"""Slides on what the plan makes and sends: cars by mode, capacity and output, cars and parts from home."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roadstead.report.amounts import money_scale
from roadstead.report.charts.exports import COLOURS
from roadstead.report.charts.style import ACCENT, MODE_COLOURS
from roadstead.report.deck.first import GAP, form
from roadstead.report.deck.fitting import Line
from roadstead.report.deck.native import BARS, STACKED, Look, Series, native
from roadstead.report.deck.slides import BOTTOM, LEFT, RIGHT, TOP, Box
from roadstead.report.html import money_unit

if TYPE_CHECKING:
    from roadstead.playbook.book import Book
    from roadstead.report.deck.slides import Deck

SITES = 12
"""Lines abroad drawn: those with most capacity as the horizon ends."""
NOTE = 40.0
"""Height of a note below a chart. [points]"""


def capacity(deck: Deck, book: Book) -> None:
    """Cars by mode over the years, and what each line abroad can and does make as the horizon ends."""
    words = deck.words
    deck.begin(words.tell("figure.volumes"))
    half = (RIGHT - LEFT - GAP) / 2 if book.sites else RIGHT - LEFT
    years = sorted({row.year for row in book.volumes})
    cars = {(row.mode, row.year): row.cars for row in book.volumes}
    series = [
        Series(words.label(f"mode.{mode}"), tuple(cars.get((mode, year), 0.0) for year in years), colour)
        for mode, colour in MODE_COLOURS.items()
        if any(cars.get((mode, year)) for year in years)
    ]
    look = Look(unit=words.label("unit.cars_a_year"), gap=35)
    high = BOTTOM - TOP - NOTE
    native(
        deck,
        Box(LEFT, TOP, half, high),
        STACKED,
        [str(year) for year in years],
        series,
        words.tell("figure.volumes"),
        look,
    )
    notes = [Line(words.label("deck.note.volumes"))]
    if book.sites:
        last = max(row.year for row in book.sites)
        shown = sorted((row for row in book.sites if row.year == last), key=lambda row: -row.capacity)[:SITES]
        both = [
            Series(words.label("column.capacity"), tuple(row.capacity for row in shown), "#B9C4CF"),
            Series(words.label("column.output"), tuple(row.output for row in shown), ACCENT),
        ]
        spoken = words.fill("deck.sites", year=last)
        native(
            deck,
            Box(LEFT + half + GAP, TOP, half, high),
            BARS,
            [words.short(row.site) for row in shown],
            both,
            spoken,
            look,
        )
        notes.append(Line(spoken))
    deck.text(Box(LEFT, BOTTOM - NOTE + 6.0, RIGHT - LEFT, NOTE - 6.0), [notes], (11.0, 10.0, 9.0))


def sent(deck: Deck, book: Book) -> None:
    """Built-up cars beside parts sent from home."""
    if book.pull is None or not book.pull.years:
        return
    words = deck.words
    rows = book.pull.years
    scale = money_scale([row.cars for row in rows] + [row.parts for row in rows], words.language)
    parts = {
        "cars": [row.cars for row in rows], "kits": [row.kits for row in rows], "batteries": [row.batteries for row in rows],
        "parts": [row.other_parts for row in rows],
    }  # fmt: skip
    series = [
        Series(words.label(f"goods.{key}"), tuple(value / scale.divisor for value in values), COLOURS[key])
        for key, values in parts.items()
    ]
    deck.begin(words.label("ui.pull"))
    box = Box(LEFT, TOP, RIGHT - LEFT, 300.0)
    look = Look(form=form(scale), unit=money_unit(scale.word, words), gap=45)
    native(deck, box, STACKED, [str(row.year) for row in rows], series, words.tell("figure.exports"), look)
    said = [[Line(words.joined(book.pull.said))], [Line(words.label("ui.note.exports"), scale=0.9, before=0.4)]]
    deck.text(Box(LEFT, TOP + 308.0, RIGHT - LEFT, BOTTOM - TOP - 308.0), said, (13.0, 12.0, 11.0, 10.0, 9.0))
